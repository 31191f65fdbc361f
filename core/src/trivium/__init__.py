"""Trivium: a tool host for the Model Context Protocol where DICOM, HL7 v2 and FHIR meet."""

__version__ = "0.1.0"
