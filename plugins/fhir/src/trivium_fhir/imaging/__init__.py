"""Images and orders: DICOM studies to FHIR, HL7 v2 orders to worklists, and studies back to orders."""
