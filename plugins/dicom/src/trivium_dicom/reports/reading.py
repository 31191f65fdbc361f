"""Read a structured report. Runs in a worker process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Literal

from trivium.api import BadInput, NotFound
from trivium_dicom.files.limits import Limits
from trivium_dicom.files.reading import read
from trivium_dicom.reports.faults import faults_of
from trivium_dicom.reports.header import header
from trivium_dicom.reports.outline import outline, row
from trivium_dicom.reports.problems import Fault, ReportProblem
from trivium_dicom.reports.results import StructuredReport
from trivium_dicom.reports.tree import Item, Position, items_of, read_position, written
from trivium_dicom.reports.values import VALUE_TYPES, value_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_POSITIONS_LISTED: Final = 5
_MOST_TOTALS: Final = 40
_TOTALS: Final = frozenset(
    ("113722", "113725", "113726", "113727", "113728", "113729", "113730", "113731", "113812", "113813", "111637")
)
"""Codes of DCM that total the dose of a procedure (PS3.16 TID 10002, 10012, 10004, CID 10050)."""
_OTHER_TYPE: Final = "other"
_BY_REFERENCE: Final = "by reference"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the tree is wanted, and in which form."""

    form: Literal["outline", "rows"] = "outline"
    under: str | None = None
    depth: int | None = None
    codes: bool = False
    limit: int = 200
    offset: int = 0
    value_limit: int = 500


def read_report(content: bytes, limits: Limits, asked: Asked) -> StructuredReport:
    """A report, or the part of it that was asked for.

    Raises `BadInput` for what is no report, `NotFound` for a position that it lacks, and what `read` raises.
    """
    reading = read(content, limits, pixels=False)
    if (problem := _other(reading.dataset)) is not None:
        raise BadInput(where="path", problem=problem)
    tree = list(items_of(reading.dataset))
    selected = _selected(tree, asked)
    page = selected[asked.offset : asked.offset + asked.limit]
    end = asked.offset + len(page)
    return StructuredReport(
        **header(reading.dataset),
        totals=tuple(_totals(tree)),
        items=len(tree),
        types=", ".join(f"{name} {count}" for name, count in Counter(map(_type, tree)).most_common()),
        faults=tuple(_faults(tree)),
        notes=tuple(dict.fromkeys(note.oddity.value for note in reading.notes)),
        selected=len(selected),
        next_offset=end if end < len(selected) else None,
        **_shown(page, asked),
    )


def _shown(page: Sequence[Item], asked: Asked) -> dict[str, Any]:
    if asked.form == "outline":
        return {"outline": outline(page, value_limit=asked.value_limit, codes=asked.codes)}
    return {"rows": tuple(row(item, value_limit=asked.value_limit, codes=asked.codes) for item in page)}


def _other(ds: Dataset) -> ReportProblem | None:
    """What it is instead; None for a report."""
    if "EncapsulatedDocument" in ds or "MIMETypeOfEncapsulatedDocument" in ds:
        return ReportProblem.IS_DOCUMENT
    if "ContentSequence" in ds or "ValueType" in ds:
        return None
    if "DirectoryRecordSequence" in ds:
        return ReportProblem.IS_DIRECTORY
    return ReportProblem.IS_IMAGE if "Rows" in ds else ReportProblem.NO_TREE


def _selected(tree: Sequence[Item], asked: Asked) -> list[Item]:
    top: Position = (1,)
    if asked.under is not None:
        found = read_position(asked.under)
        if found is None:
            raise BadInput(where="under", problem=ReportProblem.NOT_A_POSITION)
        if not any(item.position == found for item in tree):
            raise NotFound(where="under", problem=ReportProblem.NO_SUCH_POSITION, items=len(tree))
        top = found
    deepest = len(top) + asked.depth if asked.depth is not None else len(tree)
    return [item for item in tree if item.position[: len(top)] == top and len(item.position) <= deepest]


def _type(item: Item) -> str:
    if item.by_reference:
        return _BY_REFERENCE
    return item.value_type if item.value_type in VALUE_TYPES else _OTHER_TYPE


def _totals(tree: Sequence[Item]) -> Iterator[str]:
    """What a dose report comes to, wherever in the tree it stands."""
    found = (item for item in tree if item.value_type == "NUM" and _is_total(item))
    for item in islice(found, _MOST_TOTALS):
        value = value_of(item)
        if item.concept and value.text and value.phi is None and value.unit_phi is None:
            yield f"{written(item.position)} {item.concept.words}: {value.text} {value.unit}".rstrip()


def _is_total(item: Item) -> bool:
    return item.concept is not None and item.concept.is_one_of("DCM", _TOTALS)


def _faults(tree: Sequence[Item]) -> Iterator[str]:
    """Each kind of fault once, the most frequent first, with its first positions."""
    found: dict[Fault, list[Position]] = {}
    for fault, position in faults_of(tree):
        found.setdefault(fault, []).append(position)
    for fault, positions in sorted(found.items(), key=lambda entry: -len(entry[1])):
        shown = ", ".join(map(written, positions[:_POSITIONS_LISTED]))
        more = f" and {len(positions) - _POSITIONS_LISTED} more" if len(positions) > _POSITIONS_LISTED else ""
        yield f"{fault.value}: {shown}{more}"
