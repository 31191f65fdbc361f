"""Trivium's dicom plugin."""
