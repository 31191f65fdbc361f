"""Data sets in the DICOM JSON Model (PS3.18 annex F), and as text of which each value is marked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from trivium.api import Composed, Kind, Part
from trivium_dicom.phi import kind_of

_NUMBERS = frozenset({"US", "SS", "UL", "SL", "IS", "DS"})
_GROUPS = ("Alphabetic", "Ideographic", "Phonetic")


@dataclass(slots=True)
class Element:
    """An attribute: texts (names with `=` groups), or items."""

    vr: str
    values: list[str] = field(default_factory=list)
    items: list[dict[str, Element]] = field(default_factory=list)


DataSet = dict[str, Element]
"""By tag, eight hexadecimal digits."""


def put(ds: DataSet, path: str, vr: str, value: str) -> None:
    """Set the value at `00400100/00080060`, of the first items on the way, which are made where they are not."""
    *above, tag = path.split("/")
    for step in above:
        sequence = ds.setdefault(step, Element("SQ"))
        if not sequence.items:
            sequence.items.append({})
        ds = sequence.items[0]
    ds[tag] = Element(vr, [value] if value else [])


def get(ds: DataSet, path: str) -> str:
    """The value at a path; empty where there is none."""
    *above, tag = path.split("/")
    for step in above:
        sequence = ds.get(step)
        if sequence is None or not sequence.items:
            return ""
        ds = sequence.items[0]
    found = ds.get(tag)
    return found.values[0] if found and found.values else ""


def plain(ds: DataSet) -> dict[str, Any]:
    """As `json.dumps` takes it, by ascending tag."""
    return {tag: _plain(ds[tag]) for tag in sorted(ds)}


def _plain(element: Element) -> dict[str, Any]:
    made: dict[str, Any] = {"vr": element.vr}
    if element.items:
        made["Value"] = [plain(item) for item in element.items]
    elif element.values:
        made["Value"] = [_value(element.vr, one) for one in element.values]
    return made


def _value(vr: str, text: str) -> Any:
    if vr == "PN":
        return {name: group for name, group in zip(_GROUPS, text.split("="), strict=False) if group}
    if vr in _NUMBERS:
        return float(text) if "." in text else int(text)
    return text


def composed(data_sets: Sequence[DataSet]) -> Composed:
    """A JSON list of the data sets, one attribute on a line, each value marked by the rules of the DICOM plugin."""
    parts: list[Part] = []
    public: list[str] = []
    for text, kind in _pieces(data_sets):
        if kind is None:
            public.append(text)
            continue
        parts += [Part(text="".join(public)), Part(text=text, phi=kind)]
        public = []
    return Composed(parts=(*parts, Part(text="".join(public))))


_Pieces = Iterator[tuple[str, Kind | None]]


def _pieces(data_sets: Sequence[DataSet]) -> _Pieces:
    yield "[", None
    for number, ds in enumerate(data_sets):
        yield ("," if number else "") + "\n", None
        yield from _of_set(ds, 1)
    yield "\n]", None


def _of_set(ds: DataSet, level: int) -> _Pieces:
    yield "{", None
    for number, tag in enumerate(sorted(ds)):
        element = ds[tag]
        yield ("," if number else "") + "\n" + " " * level + f'"{tag}": {{"vr": "{element.vr}"', None
        if element.items or element.values:
            yield ', "Value": [', None
            yield from _of_values(tag, element, level)
            yield "]", None
        yield "}", None
    yield "}", None


def _of_values(tag: str, element: Element, level: int) -> _Pieces:
    for number, item in enumerate(element.items):
        yield ", " if number else "", None
        yield from _of_set(item, level + 1)
    for number, text in enumerate(element.values):
        yield ", " if number else "", None
        yield from _of_value(tag, element.vr, text)


def _of_value(tag: str, vr: str, text: str) -> _Pieces:
    """Only what stands between quotes is ever a piece of its own, so that the text stays JSON."""
    kind = kind_of(tag, vr, text)
    made = _value(vr, text)
    if isinstance(made, Mapping):
        for number, (name, group) in enumerate(made.items()):
            yield (", " if number else "{") + f'"{name}": "', None
            yield json.dumps(group, ensure_ascii=False)[1:-1], kind
            yield '"', None
        yield "}", None
    elif kind is None:
        yield json.dumps(made, ensure_ascii=False), None
    else:
        yield '"', None
        yield json.dumps(text, ensure_ascii=False)[1:-1], kind
        yield '"', None
