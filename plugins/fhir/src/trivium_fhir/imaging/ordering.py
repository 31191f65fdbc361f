"""A stored study as the order or the result that would name it: ORM^O01 or ORU^R01, HL7 v2.5.1.

By the rows that make a worklist of an order, backwards, and those that make a result of a study. What the study does
not say is left empty: the validator names what a receiver will miss.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from trivium_fhir.imaging.facts import fact
from trivium_fhir.imaging.fields import Fields
from trivium_fhir.imaging.patient import NAMESPACE
from trivium_fhir.imaging.people import groups_of
from trivium_fhir.imaging.rows import Row, items, text
from trivium_fhir.imaging.times import date_of, offset_of
from trivium_hl7.composing import Value
from trivium_hl7.dicom_map.attributes import attribute, keywords
from trivium_hl7.dicom_map.rows import Row as MapRow
from trivium_hl7.dicom_map.rows import rows

MessageType = Literal["ORM^O01", "ORU^R01"]
VERSION: Final = "2.5.1"
_STRUCTURE: Final = {"ORM^O01": "ORM_O01", "ORU^R01": "ORU_R01"}
_SEGMENTS: Final = {
    "ORM^O01": ("MSH", "PID", "PV1", "ORC", "OBR", "ZDS"),
    "ORU^R01": ("MSH", "PID", "PV1", "ORC", "OBR", "OBX"),
}
_PATIENT_MAP: Final = "patient attributes to patient (PID)"
_OF_ANIMALS: Final = ("00102", "00101002")
_ELSEWHERE: Final = frozenset({"00080005", "0020000D", "00080051", "00400020", "00400100/00400020"})
"""Written by rules of their own here."""
_NAME_CODES: Final = {"ABC": "A", "IDE": "I", "SYL": "P"}
"""Table 0465."""
_CODES: Final = ("RequestedProcedureCodeSequence", "ProcedureCodeSequence")


class Ordered(NamedTuple):
    """A message, and where its values are of."""

    text: str
    sources: dict[str, str]
    """DICOM keyword path by HL7 field."""


def order_of(facts: Row, kind: MessageType, *, control: str = "SC", sent: str = "", processing: str = "T") -> Ordered:
    """`facts` as `facts_of` makes them; `control` is ORC-1; `sent` is MSH-7, which no study says."""
    made, sources = Fields(), dict[str, str]()
    for row in _rows(kind):
        place = row.fields[0]
        if row.path not in _ELSEWHERE and (value := _value(row.path, fact(facts, row.path), place)):
            made.put(place, value)
            sources.setdefault(place, keywords(row.path))
    _order(facts, kind, control, made, sources)
    _key(facts, kind, made, sources)
    _visit(made)
    lines = [made.segment(name) for name in _SEGMENTS[kind][1:]]
    _header(facts, kind, sent, processing, made, plain="".join(lines).isascii())
    return Ordered("".join(f"{line}\r" for line in [made.segment("MSH"), *lines] if line), sources)


def _rows(kind: MessageType) -> Iterator[MapRow]:
    """Patient rows first, so that the order's own say the last word."""
    for row in rows():
        of_person = bool(row.fields) and not row.path.startswith(_OF_ANIMALS)
        if of_person and row.direction == "dicom_to_hl7" and _PATIENT_MAP in row.maps:
            yield row
    way = "hl7_to_dicom" if kind == "ORM^O01" else "dicom_to_hl7"
    for row in rows():
        if row.direction == way and kind in row.messages and row.fields:
            yield row


def _value(path: str, found: str, place: str) -> Value | list[Value]:
    if not found:
        return ""
    known = attribute(path.rpartition("/")[2])
    match known.vr if known else "":
        case "PN":
            return _names(found, place)
        case "DA":
            return date_of(found).replace("-", "")
        case "SQ":
            return ""
        case _:
            return found


def _names(name: str, place: str) -> Value | list[Value]:
    """XPN for the patient, every group a repetition; XCN for staff, without a number."""
    groups = groups_of(name)
    if not place.startswith("PID"):
        return [("", *_parts(group)) for group in groups[:1]]
    plain = [group.representation for group in groups] == ["ABC"]
    codes = [[] if plain else ["", "", _NAME_CODES[group.representation]] for group in groups]
    return [(*_parts(group), *code) for group, code in zip(groups, codes, strict=True)]


def _parts(group: tuple[str, ...]) -> list[str]:
    _, family, given, middle, prefix, suffix = group
    return [family, given, middle, suffix, prefix]


def _order(facts: Row, kind: MessageType, control: str, made: Fields, sources: dict[str, str]) -> None:
    """Order control, the numbers in OBR too, the procedure, and of a result when it was made."""
    made.put("ORC-1", control if kind == "ORM^O01" else "RE")
    made.put("OBR-1", "1")
    for number in (2, 3):
        for part in (1, 2, 3, 4):
            if value := made.parts.get(("ORC", number), {}).get((part, 1)):
                made.put(f"OBR-{number}.{part}", value)
    procedure = next((found[0] for name in _CODES if (found := items(facts, name))), {})
    code, scheme = text(procedure, "CodeValue"), text(procedure, "CodingSchemeDesignator")
    meaning = text(procedure, "CodeMeaning") or text(facts, "RequestedProcedureDescription")
    meaning = meaning or text(facts, "StudyDescription")
    made.put("OBR-4", (code, meaning, scheme) if code or meaning else "")
    if made.has("OBR-4"):
        sources["OBR-4"] = next((name for name in _CODES if code and items(facts, name)), "StudyDescription")
    if kind == "ORU^R01" and (when := _moment(facts)):
        made.put("OBR-7", when)
        sources["OBR-7"] = "StudyDate, StudyTime, TimezoneOffsetFromUTC"


def _moment(facts: Row) -> str:
    """Date and time as precise as the study has them."""
    day = date_of(text(facts, "StudyDate")).replace("-", "")
    clock = text(facts, "StudyTime").replace(":", "").partition(".")[0]
    if not day or not (clock.isdecimal() and clock.isascii() and len(clock) in (4, 6)):
        return day
    return f"{day}{clock}{offset_of(text(facts, 'TimezoneOffsetFromUTC')).replace(':', '')}"


def _key(facts: Row, kind: MessageType, made: Fields, sources: dict[str, str]) -> None:
    """The Study Instance UID: in IHE's ZDS of an order, in an OBX of a result."""
    uid = text(facts, "StudyInstanceUID")
    if kind == "ORM^O01":
        made.put("ZDS-1", (uid, "", "Application", "DICOM"))
        sources["ZDS-1"] = "StudyInstanceUID"
        return
    for number, value in ((1, "1"), (2, "ST"), (5, uid), (11, "F")):
        made.put(f"OBX-{number}", value)
    made.put("OBX-3", ("110180", "Study Instance UID", "DCM"))
    sources["OBX-5"] = "StudyInstanceUID"


def _visit(made: Fields) -> None:
    """A visit needs a class (PV1-2); U is table 0004's own word for one that nobody knows."""
    visit = any(name == "PV1" for name, _ in (*made.whole, *made.parts))
    if visit and not made.has("PV1-2"):
        made.put("PV1-2", "U")


def _header(facts: Row, kind: MessageType, sent: str, processing: str, made: Fields, *, plain: bool) -> None:
    code, _, event = kind.partition("^")
    number = uuid.uuid5(NAMESPACE, f"{kind}\x1f{text(facts, 'StudyInstanceUID')}").hex[:20]
    made.put("MSH-7", sent)
    made.put("MSH-9", (code, event, _STRUCTURE[kind]))
    for place, value in (("MSH-10", number), ("MSH-11", processing), ("MSH-12", VERSION)):
        made.put(place, value)
    if not plain:
        made.put("MSH-18", "UNICODE UTF-8")
