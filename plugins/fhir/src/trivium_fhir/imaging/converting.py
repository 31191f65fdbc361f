"""One field of an order as the value of one DICOM attribute, in the form of its value representation (PS3.5 6.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from trivium_fhir.imaging.steps import Step
from trivium_fhir.imaging.times import date_of
from trivium_fhir.imaging.tree import is_strict_uid
from trivium_fhir.imaging.worklist_notes import OrderRemark
from trivium_hl7.dicom_map.rows import split
from trivium_hl7.reader import NULL, Component, Repetition, Segment, subcomponents

_TS: Final = re.compile(r"(\d{8})(\d{2}(?:\d{2}(?:\d{2}(?:\.\d{1,6})?)?)?)?(?:\.\d*)?([+-]\d{4})?", re.ASCII)
_NUMBER: Final = re.compile(r"[+-]?\d{1,12}(?:\.\d{1,12})?", re.ASCII)
_FORBIDDEN: Final = re.compile(r"[\\\x00-\x1f\x7f]")
_LONGEST: Final[Mapping[str, int]] = {"AE": 16, "CS": 16, "SH": 16, "LO": 64, "ST": 1024, "LT": 10240, "UI": 64}
_SEX: Final = "00100040"
_NEUTERED: Final = "00102203"
_PREGNANCY: Final = "001021C0"
_MODALITY: Final = "00080060"
_PRIORITY: Final = "00401003"
_ADDRESSES: Final = frozenset({"00101040", "00080081"})
_ADDRESS_PARTS: Final = (1, 2, 3, 4, 5, 6)
"""Of XAD: street to country."""


class Converted(NamedTuple):
    """A value, and what is to be told of it; empty where the field says nothing or nothing that DICOM can hold."""

    value: str
    remark: OrderRemark | None = None


NOTHING: Final = Converted("")


def converted(step: Step, place: str, tag: str, vr: str) -> Converted:
    """What the attribute `tag` gets of the field or component `place`."""
    if vr == "PN":
        return _name(step, place)
    text = _address(step, place) if tag in _ADDRESSES else step.value(place)
    if not text:
        return NOTHING
    by_tag = _BY_TAG.get(tag)
    return by_tag(text) if by_tag else _by_vr(text, vr)


def offset_of(text: str) -> str:
    """The offset of an HL7 time, `+0100`; empty where it has none."""
    found = _TS.fullmatch(text)
    return (found[3] or "") if found else ""


def _by_vr(text: str, vr: str) -> Converted:
    match vr:
        case "DA":
            return _day(text)
        case "TM":
            return _clock(text)
        case "UI":
            return Converted(text) if is_strict_uid(text) else Converted("", OrderRemark.BAD_UID)
        case "DS" | "US" | "IS":
            return Converted(text) if _NUMBER.fullmatch(text) else Converted("", OrderRemark.BAD_NUMBER)
        case _:
            return _text(text, vr)


def _text(text: str, vr: str) -> Converted:
    kept = _FORBIDDEN.sub(" ", text).strip()
    if len(kept) > _LONGEST.get(vr, len(kept)):
        return Converted(kept, OrderRemark.TOO_LONG)
    return Converted(kept, OrderRemark.DELIMITERS if kept != text else None)


def _day(text: str) -> Converted:
    found = _TS.fullmatch(text)
    day = found[1] if found else ""
    return Converted(day) if day and date_of(day) else Converted("", OrderRemark.BAD_DATE)


def _clock(text: str) -> Converted:
    found = _TS.fullmatch(text)
    clock = found[2] if found else None
    if not clock or clock > "24":
        return Converted("", OrderRemark.BAD_TIME)
    return Converted(clock)


def _coded(codes: Mapping[str, str]) -> Callable[[str], Converted]:
    return lambda text: Converted(codes[text]) if text in codes else Converted("", OrderRemark.BAD_CODE)


def _modality(text: str) -> Converted:
    from trivium_dicom.terms import terms_of

    known = {value for terms in terms_of(_MODALITY) for value in terms.values}
    return Converted(text) if text in known else Converted("", OrderRemark.BAD_CODE)


def _priority(text: str) -> Converted:
    from trivium_hl7.dictionary import load

    codes = dict(load("dicom")["priorities"])
    return Converted(codes[text]) if text in codes else Converted("", OrderRemark.NO_PRIORITY)


_BY_TAG: Final[Mapping[str, Callable[[str], Converted]]] = {
    _SEX: _coded({"M": "M", "F": "F", "O": "O"}),
    _NEUTERED: _coded({"Y": "ALTERED", "N": "UNALTERED"}),
    _PREGNANCY: _coded({"B6": "3"}),
    _MODALITY: _modality,
    _PRIORITY: _priority,
}


def _address(step: Step, place: str) -> str:
    """All parts of an address, as DICOM has one text for it."""
    parts = (step.value(f"{place}.{part}") for part in _ADDRESS_PARTS)
    return ", ".join(part for part in parts if part)


def _name(step: Step, place: str) -> Converted:
    segment, numbers = split(place)
    seg = step.segments.get(segment)
    if seg is None:
        return NOTHING
    repetitions = [one for one in seg.field(numbers[0]) if any(any(subcomponents(part)) for part in one)]
    if not repetitions:
        return NOTHING
    if len(numbers) > 1:  # a name inside a component: NDL.1 of OBR-34
        return _person(seg, subcomponents(repetitions[0][numbers[1] - 1]), 1)
    if segment == "PID":
        return _patients_name(seg, repetitions)
    made = _person(seg, [_first(part) for part in repetitions[0]], 1)
    return made._replace(remark=OrderRemark.MORE_REPETITIONS) if len(repetitions) > 1 else made


_REPRESENTATIONS: Final = {"": 0, "A": 0, "I": 1, "P": 2}
"""Table 0465, in the order of the groups of a PN."""


def _patients_name(seg: Segment, repetitions: list[Repetition]) -> Converted:
    """Repetitions that are the same name in other writing become groups; another name is left."""
    groups, remark = ["", "", ""], None
    for repetition in repetitions:
        parts = [_first(part) for part in repetition]
        group = _REPRESENTATIONS.get((*parts, *[""] * 8)[7])
        made = _person(seg, parts, 0)
        if group is None or groups[group]:
            remark = remark or OrderRemark.MORE_REPETITIONS
        else:
            groups[group] = made.value
            remark = remark or made.remark
    return Converted("=".join(groups).rstrip("="), remark)


def _person(seg: Segment, parts: list[str] | tuple[str, ...], skip: int) -> Converted:
    """XPN (`skip` 0), and XCN and CNN (1, their number first), as family^given^middle^prefix^suffix."""
    raw = [seg.decoded(part) for part in parts[skip : skip + 5]]
    family, given, middle, suffix, prefix = ["" if one == NULL else one for one in (*raw, *[""] * 5)][:5]
    whole = (family, given, middle, prefix, suffix)
    kept = [re.sub(r"[\\^=\x00-\x1f\x7f]", " ", one).strip() for one in whole]
    remark = OrderRemark.DELIMITERS if [one.strip() for one in whole] != kept else None
    return Converted("^".join(kept).rstrip("^"), remark)


def _first(part: Component) -> str:
    return subcomponents(part)[0]
