"""What is taken of a DICOM file: one row, and the names of what was left. Runs in a worker process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pydantic import Field

from trivium.api import TooLarge, ToolFailure
from trivium_dicom.files.limits import Limits
from trivium_fhir.imaging.rows import BELOW, WANTED
from trivium_fhir.result import Result

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from trivium_dicom.files.reading import Reading

_LAST_NEEDED: Final = 0x0042_0010
"""Document title; a data set is in the order of its tags (PS3.5 clause 7.1)."""
_MOST_ITEMS: Final = 50
_MOST_VALUES: Final = 100
_LONGEST: Final = 4096
_DIRECTORY: Final = "DirectoryRecordSequence"
_TECHNICAL: Final = frozenset({"SpecificCharacterSet"})
"""Carried by what the texts have become."""


class FileFacts(Result):
    """A file's facts. Empty where it is none of an image or document."""

    problem: str | None = None
    """Why there are none; None if there are."""
    not_dicom: bool = False
    more: bool = False
    """More of the file has to be read."""
    row: dict[str, list[Any]] = Field(default_factory=dict)
    left: tuple[str, ...] = ()
    """Keywords of public elements of the top level that were not asked for."""
    private: int = 0
    """Private elements, and those the dictionary lacks."""


class FactsOfFiles(Result):
    """Of each file of a batch, in order."""

    facts: tuple[FileFacts, ...]


def read_facts(batch: list[tuple[bytes, int]], limits: Limits) -> FactsOfFiles:
    """`batch`: the beginning of each file, and how many bytes the file has. No file of it stops the others."""
    return FactsOfFiles(facts=tuple(_facts(content, size, limits) for content, size in batch))


def _facts(content: bytes, size: int, limits: Limits) -> FileFacts:
    from trivium_dicom.files.problems import FileProblem
    from trivium_dicom.files.reading import read

    try:
        reading = read(content, limits, size=size, pixels=False)
    except ToolFailure as failure:
        if failure.problem is FileProblem.NOT_DICOM:
            return FileFacts(not_dicom=True)
        unread = len(content) < size and not isinstance(failure, TooLarge)
        return FileFacts(more=unread, problem=str(failure.problem.value.format(**failure.numbers)))
    return _of(reading)


def _of(reading: Reading) -> FileFacts:
    from trivium_dicom.files.problems import Oddity

    ds = reading.dataset
    if _DIRECTORY in ds:
        return FileFacts(not_dicom=True)
    row = _row(ds, WANTED)
    if not {"SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID"} & row.keys():
        return FileFacts(not_dicom=True)
    left, private = _left(ds)
    # The reading stops at the pixels, or where the beginning of the file does.
    cut = any(note.oddity is Oddity.HEAD_ONLY for note in reading.notes)
    return FileFacts(row=row, left=left, private=private, more=cut and _last(ds) < _LAST_NEEDED)


def _row(ds: Dataset, wanted: tuple[str, ...]) -> dict[str, list[Any]]:
    from trivium_dicom.reports.elements import items, texts

    found: dict[str, list[Any]] = {}
    for keyword in wanted:
        below = BELOW.get(keyword)
        if keyword not in ds:
            continue
        values: list[Any]
        if below is None:
            values = [clean(one) for one in texts(ds, keyword)[:_MOST_VALUES]]
        else:
            values = [_row(item, below) for item in items(ds, keyword)[:_MOST_ITEMS]]
        if kept := [one for one in values if one]:
            found[keyword] = kept
    return found


def clean(text: str) -> str:
    """Without control characters, which no text of FHIR may have, and cut to what any attribute here may hold."""
    cut = text[:_LONGEST]
    return (cut if cut.isprintable() else "".join(one if one.isprintable() else " " for one in cut)).strip()


def _left(ds: Dataset) -> tuple[tuple[str, ...], int]:
    from pydicom.datadict import keyword_for_tag

    names: list[str] = []
    unnamed = 0
    for tag in sorted(ds.keys()):
        name = "" if tag.group % 2 else keyword_for_tag(tag)
        if not name:
            unnamed += tag.element != 0  # group lengths say nothing
        elif name not in _KNOWN:
            names.append(name)
    return tuple(names), unnamed


_KNOWN: Final = frozenset({*WANTED, *_TECHNICAL})


def _last(ds: Dataset) -> int:
    return max((int(tag) for tag in ds.keys()), default=0)  # noqa: SIM118 - iterating would convert each element
