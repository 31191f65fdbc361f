"""The value of a content item as text, each piece with what it would tell about a person (PS3.3 C.17.3, C.18)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from trivium.api import Kind, Part
from trivium_dicom.phi import kind_of, well_known_uid
from trivium_dicom.reports.codes import Code, code_in
from trivium_dicom.reports.coordinates import spatial, spatial_3d, table, temporal
from trivium_dicom.reports.elements import first_item, text
from trivium_dicom.reports.problems import Fault
from trivium_dicom.reports.references import composite, image, waveform
from trivium_dicom.reports.tree import Item
from trivium_dicom.reports.units import is_dimensionless, unit_of


class NamedBy(Enum):
    """Whether an item of a value type needs a concept name (PS3.3 C.17.3, Document Content Macro)."""

    ALWAYS = "always"
    SOMETIMES = "sometimes"


@dataclass(frozen=True, slots=True)
class Value:
    """A value: its own text, a unit, and whatever else the item says."""

    text: str = ""
    phi: Kind | None = None
    unit: str = ""
    unit_phi: Kind | None = None
    more: tuple[Part, ...] = ()
    fault: Fault | None = None


# Items of a record about who it is of and which order, by their concept names (PS3.16 TID 1007, annex D).
_SUBJECT: Final[Mapping[str, Kind]] = {
    "121028": Kind.UID,
    "121029": Kind.NAME,
    "121030": Kind.PATIENT_ID,
    "121031": Kind.BIRTH_DATE,
    "121033": Kind.BIRTH_DATE,
    "121022": Kind.ORDER,
    "121020": Kind.ORDER,
    "121021": Kind.ORDER,
}
"""Subject UID, name, ID, birth date and age; accession number, placer and filler number. An age counts as a birth date:
beyond 89 years it is one (45 CFR 164.514(b)(2)(C))."""
_AGES: Final = frozenset({("LN", "21612-7"), ("LN", "29553-5"), ("LN", "30525-0"), ("SCT", "397669002")})
_AGE_WORDS: Final = frozenset({"age", "patient age", "subject age"})
_OWN_AGE: Final = re.compile(r"\bage\b", re.IGNORECASE)
"""In a name of the file's own."""
_OWN_BIRTH: Final = re.compile(r"birth|\bdob\b", re.IGNORECASE)
_YEARS: Final = frozenset({"a", "a_j", "a_g", "a_t", "mo", "mo_j"})
"""Units in which people are as old as something that has no known name."""


def value_of(item: Item) -> Value:
    """What an item says. A value type that is not known has no value."""
    read = _READ.get(item.value_type)
    return read(item) if read else Value()


def _kind(item: Item, otherwise: Kind | None) -> Kind | None:
    """The kind of a value by its concept name, where that says more than the value type does."""
    concept = item.concept
    if concept is None:
        return otherwise
    if concept.scheme == "DCM" and concept.value in _SUBJECT:
        return _SUBJECT[concept.value]
    is_age = (concept.scheme, concept.value) in _AGES or (concept.words or "").casefold() in _AGE_WORDS
    return Kind.BIRTH_DATE if is_age else otherwise


def _container(item: Item) -> Value:
    return Value()


def _plain(keyword: str, kind: Kind) -> Callable[[Item], Value]:
    def read(item: Item) -> Value:
        found = text(item.ds, keyword)
        return Value(found, _kind(item, kind), fault=None if found else Fault.NO_VALUE)

    return read


def _day(keyword: str) -> Callable[[Item], Value]:
    """A date of care if its concept name is known; else it may be one of birth."""

    def read(item: Item) -> Value:
        concept = item.concept
        known = concept is not None and concept.public and not _OWN_BIRTH.search(concept.meaning)
        return _plain(keyword, Kind.DATE if known else Kind.BIRTH_DATE)(item)

    return read


def _uid(item: Item) -> Value:
    found = text(item.ds, "UID")
    return Value(found, None if well_known_uid(found) else Kind.UID, fault=None if found else Fault.NO_VALUE)


def _code(item: Item) -> Value:
    code = code_in(item.ds, "ConceptCodeSequence")
    if code is None:
        return Value(fault=Fault.NO_VALUE)
    kind = _kind(item, None)
    if kind is not None:
        return Value(code.meaning, kind)
    first, *more = code.parts()
    return Value(first.text, first.phi, more=tuple(more), fault=Fault.OTHER_MEANING if code.reworded else None)


def _number(item: Item) -> Value:
    """A measurement, its unit, and why it has no number or an odd one (PS3.3 C.18.1)."""
    measured = first_item(item.ds, "MeasuredValueSequence")
    qualifier = code_in(item.ds, "NumericValueQualifierCodeSequence")
    more = qualifier.parts() if qualifier else []
    if measured is None:
        return Value(more=tuple(more), fault=None if qualifier else Fault.NO_VALUE)
    more = [Part(text=", "), *more] if more else []
    unit = code_in(measured, "MeasurementUnitsCodeSequence")
    number = text(measured, "NumericValue") or text(measured, "FloatingPointValue")
    fault = Fault.NO_VALUE if not number and not qualifier else None if unit else Fault.NO_UNIT
    shown, unit_phi = unit_of(unit)
    return Value(number, _number_kind(item, number, unit), shown, unit_phi, tuple(more), fault)


def _number_kind(item: Item, number: str, unit: Code | None) -> Kind | None:
    """A number is public beside a concept name or a unit that is known: without either it could be anybody's.

    One whose name is not known may be an age.
    """
    kind = _kind(item, kind_of("00281053", "DS", number) if number else None)
    named = item.concept is not None and item.concept.public
    if not named and ((unit and unit.value in _YEARS) or (item.concept and _OWN_AGE.search(item.concept.meaning))):
        return Kind.BIRTH_DATE
    measured = unit is not None and not is_dimensionless(unit.value) and unit_of(unit)[1] is None
    return kind if kind is not None or named or measured else Kind.TEXT


def _referring(read: Callable[[Item], list[Part]]) -> Callable[[Item], Value]:
    def value(item: Item) -> Value:
        parts = read(item)
        return Value(more=tuple(parts), fault=None if parts else Fault.NO_VALUE)

    return value


_READ: Final[Mapping[str, Callable[[Item], Value]]] = {
    "CONTAINER": _container,
    "TEXT": _plain("TextValue", Kind.TEXT),
    "PNAME": _plain("PersonName", Kind.NAME),
    "DATE": _day("Date"),
    "TIME": _plain("Time", Kind.DATE),
    "DATETIME": _day("DateTime"),
    "UIDREF": _uid,
    "CODE": _code,
    "NUM": _number,
    "COMPOSITE": _referring(composite),
    "IMAGE": _referring(image),
    "WAVEFORM": _referring(waveform),
    "SCOORD": _referring(spatial),
    "SCOORD3D": _referring(spatial_3d),
    "TCOORD": _referring(temporal),
    "TABLE": _referring(table),
}
_UNNAMED: Final = frozenset({"CONTAINER", "COMPOSITE", "IMAGE", "WAVEFORM", "SCOORD", "SCOORD3D", "TCOORD", "TABLE"})
VALUE_TYPES: Final[Mapping[str, NamedBy]] = {
    name: NamedBy.SOMETIMES if name in _UNNAMED else NamedBy.ALWAYS for name in _READ
}
