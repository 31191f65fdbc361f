"""Where HL7 v2 fields and DICOM attributes meet: orders, patients, results and queries of imaging."""
