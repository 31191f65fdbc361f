"""What a summary needs of a file: a few attributes from its beginning. Runs in a worker process, for many files."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Final

from trivium.api import TooLarge, ToolFailure
from trivium_dicom.files.limits import Limits
from trivium_dicom.files.problems import FileProblem, Oddity
from trivium_dicom.files.reading import Reading, read
from trivium_dicom.folders.trimming import trimmed
from trivium_dicom.reports.elements import element_of, items, text, texts, whole_numbers
from trivium_dicom.result import Result

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_LAST_NEEDED: Final = 0x00280100
"""Bits allocated. A data set is in the order of its tags (PS3.5 clause 7.1): beyond this nothing is asked for."""
_NATIVE: Final = frozenset({"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"})
_PIXELS: Final = ("Rows", "Columns", "SamplesPerPixel", "BitsAllocated")
"""Multiplied, the bits of one frame."""
_ALSO: Final = ("SpecificCharacterSet", "PhotometricInterpretation")
_DIRECTORY_CLASS: Final = "1.2.840.10008.1.3.10"
_MOST_RECORDS: Final = 200_000
_LONGEST: Final = 200
"""Characters of a value; none of those asked for may be longer (PS3.5 table 6.2-1), save descriptions in error."""


class Head(Result):
    """A file's identifiers and geometry; empty where it has none."""

    problem: str | None = None
    """Why it is not summarized; None if it is."""
    not_dicom: bool = False
    more: bool = False
    """More of the file has to be read."""
    cut: bool = False
    """The file itself ends too early."""
    directory: tuple[str, ...] | None = None
    """Of a DICOMDIR: the files that it lists, with `/` between the parts."""
    patient_id: str = ""
    name: str = ""
    birth_date: str = ""
    sex: str = ""
    study_uid: str = ""
    study_date: str = ""
    accession: str = ""
    study_description: str = ""
    series_uid: str = ""
    series_number: str = ""
    series_description: str = ""
    modality: str = ""
    frame_of_reference: str = ""
    sop_class: str = ""
    sop_uid: str = ""
    transfer_syntax: str = ""
    instance_number: int | None = None
    acquisition: str = ""
    image_type: str = ""
    rows: int | None = None
    columns: int | None = None
    frames: int | None = None
    spacing: tuple[float, ...] = ()
    orientation: tuple[float, ...] = ()
    position: tuple[float, ...] = ()


class Heads(Result):
    """Of each file of a batch, in order."""

    heads: tuple[Head, ...]


_TEXTS: Final = {
    "patient_id": "PatientID",
    "name": "PatientName",
    "birth_date": "PatientBirthDate",
    "sex": "PatientSex",
    "study_uid": "StudyInstanceUID",
    "study_date": "StudyDate",
    "accession": "AccessionNumber",
    "study_description": "StudyDescription",
    "series_uid": "SeriesInstanceUID",
    "series_number": "SeriesNumber",
    "series_description": "SeriesDescription",
    "modality": "Modality",
    "frame_of_reference": "FrameOfReferenceUID",
    "sop_class": "SOPClassUID",
    "sop_uid": "SOPInstanceUID",
    "acquisition": "AcquisitionNumber",
    "image_type": "ImageType",
}
_WHOLE: Final = {
    "instance_number": "InstanceNumber",
    "rows": "Rows",
    "columns": "Columns",
    "frames": "NumberOfFrames",
}
_FLOATS: Final = {
    "spacing": ("PixelSpacing", 2),
    "orientation": ("ImageOrientationPatient", 6),
    "position": ("ImagePositionPatient", 3),
}


def read_heads(batch: list[tuple[bytes, int]], limits: Limits) -> Heads:
    """`batch`: the beginning of each file, and how many bytes the file has. No file of it stops the others."""
    return Heads(heads=tuple(_head(content, size, limits) for content, size in batch))


def _head(content: bytes, size: int, limits: Limits) -> Head:
    try:
        brief = trimmed(content, _wanted(), partial=len(content) < size)
        reading = read(content, limits, size=size, pixels=False) if brief is None else read(brief, limits)
    except ToolFailure as failure:
        if failure.problem is FileProblem.NOT_DICOM:
            return Head(not_dicom=True)
        if len(content) < size and not isinstance(failure, TooLarge):
            return Head(more=True, problem=_sentence(failure))
        return Head(problem=_sentence(failure))
    partial = brief is None and len(content) < size
    return _facts(reading, size, partial=partial, is_file=content[128:132] == b"DICM")


@cache
def _wanted() -> frozenset[int]:
    from pydicom.datadict import tag_for_keyword

    floats = [keyword for keyword, _ in _FLOATS.values()]
    found = (tag_for_keyword(one) for one in (*_TEXTS.values(), *_WHOLE.values(), *floats, *_PIXELS, *_ALSO))
    return frozenset(tag for tag in found if tag is not None)


def _sentence(failure: ToolFailure) -> str:
    """Without the place in the file, so that files are counted by what is wrong with them."""
    return "cannot be read to its end" if failure.problem is FileProblem.UNREADABLE else _filled(failure)


def _filled(failure: ToolFailure) -> str:
    return str(failure.problem.value.format(**failure.numbers))


def _facts(reading: Reading, size: int, *, partial: bool, is_file: bool) -> Head:
    """`is_file`: it says that it is a DICOM file. What does not and has no identifier could be anything."""
    ds = reading.dataset
    if "DirectoryRecordSequence" in ds or _meta(ds, "MediaStorageSOPClassUID") == _DIRECTORY_CLASS:
        return Head(directory=tuple(_listed(ds)), more=partial)
    if not is_file and not any(text(ds, keyword) for keyword in ("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID")):
        return Head(not_dicom=True)
    texts_ = {field: text(ds, keyword)[:_LONGEST] for field, keyword in _TEXTS.items()}
    whole = {field: next(iter(whole_numbers(ds, keyword)), None) for field, keyword in _WHOLE.items()}
    floats = {field: _floats(ds, keyword, count) for field, (keyword, count) in _FLOATS.items()}
    return Head.model_validate(
        {
            **texts_,
            **whole,
            **floats,
            "transfer_syntax": reading.transfer_syntax,
            "more": partial and _last(ds) < _LAST_NEEDED,
            "cut": any(note.oddity is Oddity.TRUNCATED for note in reading.notes) or _lacks_pixels(reading, size),
        }
    )


def _lacks_pixels(reading: Reading, size: int) -> bool:
    """Whether the file is smaller than its pixels, which is certain where they are not compressed (PS3.5 clause 8)."""
    if reading.transfer_syntax not in _NATIVE or "_42" in text(reading.dataset, "PhotometricInterpretation"):
        return False  # color of half the resolution takes less (PS3.3 C.7.6.3.1.2)
    sizes = [whole_numbers(reading.dataset, keyword) for keyword in _PIXELS]
    frames = next(iter(whole_numbers(reading.dataset, "NumberOfFrames")), 1)
    if not all(sizes):
        return False
    return math.prod(one[0] for one in sizes) * max(frames, 1) > size * 8


def _meta(ds: Dataset, keyword: str) -> str:
    meta = getattr(ds, "file_meta", None)
    return text(meta, keyword) if meta is not None else ""


def _last(ds: Dataset) -> int:
    return max((int(tag) for tag in ds.keys()), default=0)  # noqa: SIM118 - iterating would convert each element


def _floats(ds: Dataset, keyword: str, count: int) -> tuple[float, ...]:
    """Exactly so many numbers, or none."""
    if element_of(ds, keyword) is None:
        return ()
    try:
        found = tuple(float(one) for one in texts(ds, keyword))
    except ValueError:
        return ()
    return found if len(found) == count and all(map(math.isfinite, found)) else ()


def _listed(ds: Dataset) -> list[str]:
    """Referenced File IDs (0004,1500) of a DICOMDIR."""
    records = items(ds, "DirectoryRecordSequence")[:_MOST_RECORDS]
    return ["/".join(parts) for record in records if (parts := texts(record, "ReferencedFileID"))]
