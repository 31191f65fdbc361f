"""Places and times in content items (PS3.3 C.18.6, C.18.7, C.18.9), and tables (C.18.10)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from trivium.api import Kind, Part
from trivium_dicom.phi import kind_of
from trivium_dicom.reports.codes import code_in
from trivium_dicom.reports.elements import element_of, first_item, items, text, texts, whole_numbers
from trivium_dicom.reports.tree import Item
from trivium_dicom.reports.units import unit_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_MOST_POINTS: Final = 8
_MOST_TIMES: Final = 20
_MOST_CELLS: Final = 60


def spatial(item: Item) -> list[Part]:
    """A shape in the pixels of an image: column and row of each point."""
    return _shape(item.ds, 2)


def spatial_3d(item: Item) -> list[Part]:
    """A shape in the patient's space, in mm, and whose space it is."""
    parts = _shape(item.ds, 3)
    uid = text(item.ds, "ReferencedFrameOfReferenceUID")
    return [*parts, Part(text=" in frame of reference "), Part(text=uid, phi=Kind.UID)] if parts and uid else parts


def temporal(item: Item) -> list[Part]:
    """A time or a range of times: sample positions, seconds, or dates."""
    kind = _word(item.ds, "TemporalRangeType")
    if not kind:
        return []
    samples = [str(number) for number in whole_numbers(item.ds, "ReferencedSamplePositions")]
    seconds = [f"{one} s" for one in texts(item.ds, "ReferencedTimeOffsets") if kind_of("00281053", "DS", one) is None]
    parts = [*kind]
    if samples or seconds:
        parts.append(Part(text=f" {_cut(samples or seconds, _MOST_TIMES)}"))
    for one in texts(item.ds, "ReferencedDateTime")[:_MOST_TIMES]:
        parts += [Part(text=" "), Part(text=one, phi=Kind.DATE)]
    return parts


def table(item: Item) -> list[Part]:
    """Size, headings, and the first cells, row by row."""
    ds = first_item(item.ds, "TabulatedValuesSequence") or item.ds
    rows, columns = (whole_numbers(ds, f"NumberOfTable{word}")[:1] for word in ("Rows", "Columns"))
    if not rows or not columns:
        return []
    parts = [Part(text=f"{rows[0]} rows, {columns[0]} columns")]
    headings = [_heading(one) for one in items(ds, "TableColumnDefinitionSequence")[:_MOST_CELLS]]
    if headings:
        parts += [Part(text=": "), *_joined(headings, " | ")]
    cells = items(ds, "CellValuesSequence")
    for cell in cells[:_MOST_CELLS]:
        parts += [Part(text=f"; {_place(cell)} "), *_cell(cell)]
    if len(cells) > _MOST_CELLS:
        parts.append(Part(text=f"; {len(cells) - _MOST_CELLS} more cells"))
    return parts


def _shape(ds: Dataset, size: int) -> list[Part]:
    kind = _word(ds, "GraphicType")
    numbers = _floats(ds, "GraphicData")
    if not kind or not numbers:
        return []
    points = [numbers[at : at + size] for at in range(0, len(numbers), size)]
    shown = [f"({', '.join(f'{number:g}' for number in point)})" for point in points[:_MOST_POINTS]]
    more = f" ... {len(points)} points" if len(points) > _MOST_POINTS else ""
    return [*kind, Part(text=f" {' '.join(shown)}{more}")]


def _floats(ds: Dataset, keyword: str) -> list[float]:
    element = element_of(ds, keyword)
    value = element.value if element is not None else None
    if value is None or isinstance(value, str | bytes):
        return []
    values = value if isinstance(value, Sequence) or hasattr(value, "__iter__") else [value]
    return [float(one) for one in values if isinstance(one, int | float) and math.isfinite(one)]


def _word(ds: Dataset, keyword: str) -> list[Part]:
    """A code string, public where DICOM knows the word."""
    found = text(ds, keyword)
    return [Part(text=found, phi=kind_of("00080060", "CS", found))] if found else []


def _cut(values: list[str], most: int) -> str:
    return ", ".join(values[:most]) + (f" ... {len(values)}" if len(values) > most else "")


def _heading(ds: Dataset) -> list[Part]:
    name = code_in(ds, "ConceptNameCodeSequence")
    unit, kind = unit_of(code_in(ds, "MeasurementUnitsCodeSequence"))
    return [*(name.parts() if name else []), *([Part(text=" in "), Part(text=unit, phi=kind)] if unit else [])]


def _place(cell: Dataset) -> str:
    """Row and column, the latter from 1."""
    return "/".join(str(next(iter(whole_numbers(cell, f"Table{word}Number")), "?")) for word in ("Row", "Column"))


def _cell(cell: Dataset) -> Iterator[Part]:
    """What a cell holds. It has the value of one value type, numbers among them as they are; a day may be a birthday,
    as nothing but a heading says what it is.
    """
    code = code_in(cell, "ConceptCodeSequence")
    if code is not None:
        yield from code.parts()
        return
    for keyword, kind in (("TextValue", Kind.TEXT), ("PersonName", Kind.NAME), ("UID", Kind.UID)):
        if found := text(cell, keyword):
            yield Part(text=found, phi=kind)
            return
    for keyword, kind in (("Date", Kind.BIRTH_DATE), ("DateTime", Kind.BIRTH_DATE), ("Time", Kind.DATE)):
        if found := text(cell, keyword):
            yield Part(text=found, phi=kind)
            return
    number = text(cell, "NumericValue") or text(cell, "FloatingPointValue")
    yield Part(text=number, phi=kind_of("00281053", "DS", number) if number else None)


def _joined(parts: list[list[Part]], between: str) -> Iterator[Part]:
    for number, one in enumerate(parts):
        if number:
            yield Part(text=between)
        yield from one
