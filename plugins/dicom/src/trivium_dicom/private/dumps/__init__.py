"""Data sets that somebody pasted as text: dumps of DCMTK, pydicom, GDCM, dicom3tools and dcm4che, DICOM JSON, and the
lines of viewers and archives.
"""

from __future__ import annotations

from trivium_dicom.private.dumps.reading import Dump, read_dump

__all__ = ["Dump", "read_dump"]
