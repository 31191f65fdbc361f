"""Folders of DICOM files: what is in them, and what does not fit together."""
