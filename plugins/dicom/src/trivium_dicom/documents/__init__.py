"""Encapsulated documents: PDF, CDA and models of shapes inside DICOM (PS3.3 A.45, A.85)."""
