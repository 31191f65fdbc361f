"""Compare a DICOMDIR with the files that are there (PS3.10 clause 8.6)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from trivium.api import Composed, Kind, Part
from trivium_dicom.folders.scanning import Seen


def compared(directory: Seen, files: Iterable[Path], dicom: Iterable[Path]) -> Composed:
    """`files`: all of the folder; `dicom`: those that are DICOM. Names count the same in any case, as some systems
    show those of a disc in lower case, or with a version at the end.
    """
    base = directory.path.parent
    listed = {_plain(one) for one in directory.head.directory or ()}
    there = {_plain(one.relative_to(base).as_posix()) for one in files if one.is_relative_to(base)}
    stored = {_plain(one.relative_to(base).as_posix()) for one in dicom if one.is_relative_to(base)}
    counts = f": {len(listed)} files listed, {len(listed - there)} of them missing, {len(stored - listed)} not listed"
    return Composed(parts=(Part(text=str(directory.path), phi=Kind.FILE), Part(text=counts)))


def _plain(name: str) -> str:
    return name.partition(";")[0].rstrip(".").casefold()
