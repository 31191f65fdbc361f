"""What FHIR R4 defines, said for people and models: elements, resources, codes, and where v2 and DICOM feed them."""
