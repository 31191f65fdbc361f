"""HL7 v2 to FHIR R4: the guide's maps, run."""
