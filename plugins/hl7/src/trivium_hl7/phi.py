"""Which values carry patient data, and of which kind. Fails closed: what is not known to be harmless is withheld.

The question is answered from the outside in:

1. A segment that is not in the dictionary (every Z segment; but for IHE's ZDS-1, a `UID`) or a field that is not:
   `TEXT`.
2. A field that is patient data whatever its data type is in some version (`_FIELDS`): its kind, as far as 3 allows.
3. A data type that is (names, addresses, identifiers, dates; `_TYPES`): its kind, save components that say only which
   sort of name, address or number it is, and who assigned it.
4. What is left is public when it is a number, a code, or the text of a code, and also looks like it; else `TEXT`.
   A code of the field's table is one. A table that HL7 keeps closed admits no others; elsewhere a code is plain ASCII
   without spaces, without six digits in a row, which could be a date or somebody's number, and no word, which could be
   a name. A word is a code if it has no more than three letters and HL7 knows it (in any table) or is two small
   letters (`en`, `kg`), if it stands beside a coding system that is no local one or beside its assigner's OID, or if
   it names a test or a unit (OBX-3, OBX-6, OBR-4). The text beside a code (CWE.2) is public only with its code and
   such a system, or in these fields; CWE.9 and text alone are not.

Decisions. Results (OBX-5) go by OBX-2: numbers, codes and structured numbers are clinical values that identify nobody
and are what the work is about; TX, FT, ST, ED, RP and results of no or an unknown type may hide anything. Names of
staff are `NAME` like those of patients. Control ids (MSH-10), query tags, accession, placer and filler numbers are
`ORDER`: they join systems, and many sites build them from a record number. Every date and time is `DATE`, or
`BIRTH_DATE`. Facilities are `NAME`, because they place a patient; sending and receiving applications are public when
they look like a code. Of a composite identifier only the number itself is `PATIENT_ID`, by which two results can be
joined; its check digit and the rest are `TEXT`. An order number has a digit, else it is `TEXT` too. A null (`""`) is
public: it says that a value is deleted, not which.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

from trivium.api import Kind
from trivium_hl7 import dictionary


class Level(NamedTuple):
    """A step into a composite value: its data type, which component, and the text of all its components."""

    type: str
    position: int
    texts: Sequence[str]


class Leaf(NamedTuple):
    """A value and where it stands."""

    segment: str
    field: int
    levels: Sequence[Level]
    """From the field inward; empty for a field of a primitive type."""
    type: str
    """The primitive data type; empty where the dictionary gives none."""
    table: str
    text: str
    part: int
    """Which sub-component."""


class _Rule(NamedTuple):
    kind: Kind
    open: frozenset[int] = frozenset()
    """Components that are judged by their own type."""


def _fields(kinds: dict[Kind, str]) -> dict[tuple[str, int], Kind]:
    return {(ref[:3], int(ref[4:])): kind for kind, refs in kinds.items() for ref in refs.split()}


_FIELDS: Final = _fields(
    {
        Kind.NAME: """PID-5 PID-6 PID-9 PID-34 NK1-2 NK1-13 NK1-26 NK1-30 GT1-3 GT1-4 GT1-16 GT1-21 IN1-4 IN1-16
            MSH-4 MSH-6 EVN-5 EVN-7 PV1-7 PV1-8 PV1-9 PV1-17 PV1-31 PV1-39 PV1-52 ORC-10 ORC-11 ORC-12 ORC-17 ORC-19
            OBR-10 OBR-16 OBR-28 OBR-32 OBR-33 OBR-34 OBR-35 OBX-15 OBX-16 STF-1 STF-3 STF-14 PRA-1 PRA-2 AIG-3 AIG-5
            AIP-5 CSR-3 IN3-18 AUT-2 PRC-2 FAC-1 QRD-8 TXA-9""",
        Kind.PATIENT_ID: """PID-2 PID-3 PID-4 PID-18 PID-19 PID-20 PID-21 NK1-12 NK1-33 NK1-37 GT1-2 GT1-12 GT1-19
            IN1-2 IN1-3 IN1-8 IN1-10 IN1-14 IN1-35 IN1-36 IN1-46 IN1-49 FT1-14 MRG-1 MRG-2 MRG-3 MRG-4 MRG-5 MRG-6
            PV1-5 PV1-19 PV1-50 STF-2 RX1-23 LOC-7 PCE-2 DB1-3""",
        Kind.ADDRESS: """PID-11 PID-12 PID-23 PID-26 PID-28 PID-39 NK1-4 NK1-19 NK1-27 NK1-32 GT1-5 GT1-17 GT1-35
            GT1-43 IN1-5 IN1-19 PV1-3 PV1-6 PV1-11 PV1-37 PV1-42 PV1-43 PV2-1 NPU-1 ACC-4 STF-30 CER-8 CER-9 CER-20
            CER-21 IPC-8 RXD-26 RXD-27 SAC-15 AIL-3 AIL-5 IIM-6 OMC-6 ORO-4 LCC-2 LDP-2 LRL-4""",
        Kind.CONTACT: "PID-13 PID-14 PID-40 NK1-5 NK1-6 NK1-31 GT1-6 GT1-7 GT1-18 IN1-7 OBR-17 ORC-14",
        Kind.BIRTH_DATE: "PID-7 NK1-16 GT1-8 IN1-18 STF-6",
        Kind.DATE: "PID-29",
        Kind.ORDER: """MSH-10 MSA-2 ORC-2 ORC-3 ORC-4 ORC-8 OBR-2 OBR-3 OBR-18 OBR-19 OBR-20 OBR-21 OBR-29 SCH-1 SCH-2
            ARQ-1 ARQ-2 IPC-1 IPC-2 IPC-4 QRD-4 QPD-2 QAK-1 FT1-2 TXA-12 SPM-2""",
        Kind.UID: "IPC-3",
        Kind.TEXT: "MSH-8 PID-25 PID-27 PID-32 NK1-28 NK1-29 GT1-47 OBR-13 OBR-39 OBR-43 NTE-3",
    }
)
_SEGMENTS: Final = {"IN2": Kind.TEXT}
"""Segments of which nothing is public: these hold card and case numbers in fields of every type."""

_TYPES: Final = {
    "XPN": _Rule(Kind.NAME, frozenset({7, 8, 11})),
    "PN": _Rule(Kind.NAME),
    "FN": _Rule(Kind.NAME),
    **dict.fromkeys(("XCN", "CN"), _Rule(Kind.NAME, frozenset({8, 9, 10, 12, 13, 15, 18}))),
    "PPN": _Rule(Kind.NAME, frozenset({8, 9, 10, 12, 13})),
    **dict.fromkeys(("CNN", "CNS", "CN_PERSON", "CM_PRACTITIONER", "NDL", "CM_NDL"), _Rule(Kind.NAME)),
    "XON": _Rule(Kind.NAME, frozenset({2, 6, 7})),
    "CX": _Rule(Kind.PATIENT_ID, frozenset({3, 4, 5})),
    **dict.fromkeys(
        ("CK", "CM_PAT_ID", "CM_PAT_ID_0192", "CK_ACCOUNT_NO"), _Rule(Kind.PATIENT_ID, frozenset({3, 4, 5}))
    ),
    **dict.fromkeys(("DLN", "CM_LICENSE_NO"), _Rule(Kind.PATIENT_ID)),
    **dict.fromkeys(("PLN", "PI", "CM_PI"), _Rule(Kind.PATIENT_ID, frozenset({2}))),
    **dict.fromkeys(("XAD", "AD"), _Rule(Kind.ADDRESS, frozenset({7}))),
    "SAD": _Rule(Kind.ADDRESS),
    **dict.fromkeys(("PL", "LA1", "LA2", "CM_LA1"), _Rule(Kind.ADDRESS, frozenset({6}))),
    **dict.fromkeys(("CM_INTERNAL_LOCATION", "DLD", "CM_DLD"), _Rule(Kind.ADDRESS)),
    **dict.fromkeys(("XTN", "TN"), _Rule(Kind.CONTACT, frozenset({2, 3}))),
    "EI": _Rule(Kind.ORDER, frozenset({2, 3, 4})),
    "EIP": _Rule(Kind.ORDER, frozenset({1, 2})),
    **dict.fromkeys(("CM_EIP", "AUI", "CM_AUI", "CM_PLACER", "CM_FILLER"), _Rule(Kind.ORDER)),
    **dict.fromkeys(("OSD", "CM_OSD"), _Rule(Kind.ORDER, frozenset({1, 7}))),
    "ED": _Rule(Kind.TEXT, frozenset({2, 3, 4})),
    "RP": _Rule(Kind.TEXT, frozenset({3, 4})),
    "TS": _Rule(Kind.DATE, frozenset({2})),
    "DR": _Rule(Kind.DATE),
}
"""Data types that carry patient data, whatever field they stand in."""
_PRIMITIVES: Final = {
    **dict.fromkeys(("DT", "TM", "DTM"), Kind.DATE),
    **dict.fromkeys(("TN",), Kind.CONTACT),
    "PN": Kind.NAME,
}
_CODED: Final = frozenset({"CE", "CF", "CWE", "CNE"})
_UNITS: Final = ("OBX", 6)
_CATALOGS: Final = frozenset({("OBX", 3), _UNITS, ("OBR", 4)})
"""Fields that name a test or a unit, in words of the laboratory's own."""
_STUDY: Final = ("ZDS", 1)
"""The Study Instance UID of an order, the one Z field that is known (IHE RAD TF-2, RAD-4 with HL7 2.3.1)."""
_OF_A_UID: Final = ("Application", "DICOM")
_ASSIGNERS: Final = {("HD", 1): 2, ("EI", 2): 3}
"""Who assigns a number, by a name of its own and in the component after it by an OID."""

_CODE: Final = re.compile(r"[A-Za-z0-9<>=+*#%][A-Za-z0-9._/:+*<>=%#-]{0,31}", re.ASCII)
UNIT: Final = re.compile(
    r"(?=.{1,64}\Z)(?:[A-Za-z0-9.*/+%-]|(?<=\d)\^|\[[A-Za-z0-9_'./ ]{1,24}\]|\{[A-Za-z#_:./ ]{1,24}\})+", re.ASCII
)
"""As UCUM spells units: mm[Hg], 10*3/uL, {cells}/uL; and 10^3/uL, as many do."""
_WORD: Final = re.compile(r"[A-Za-z]{2,}(?:[-._/:][A-Za-z]+)*|[A-Za-z](?:[-._/:][A-Za-z]+)+", re.ASCII)
_LONG_NUMBER: Final = re.compile(r"\d{6}", re.ASCII)
"""May be a date or a record number that was put into the wrong field."""
_SMALL_CODE: Final = re.compile(r"[a-z]{2}(?:-[A-Z]{2})?", re.ASCII)
"""Of a language or unit."""
_LONGEST_DISPLAY: Final = 200
_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})", re.ASCII)
_OID: Final = re.compile(r"[0-2](?:\.\d{1,20}){2,30}", re.ASCII)
_SEPARATORS: Final = re.compile(r"[^\w\s]{1,7}")
_SHAPES: Final = {
    ("MSH", 12, 1): re.compile(r"\d(?:\.\d){1,2}", re.ASCII),
    ("MSH", 9, 1): re.compile(r"[A-Z][A-Z0-9]{2}"),
    ("MSH", 9, 2): re.compile(r"[A-Z][A-Z0-9]{2}"),
    ("MSH", 9, 3): re.compile(r"[A-Z][A-Z0-9]{2}(?:_[A-Z][A-Z0-9]{2,3})?"),
    ("BTS", 1, 1): re.compile(r"\d{1,6}", re.ASCII),
    ("OBX", 4, 1): re.compile(r"\d{1,4}(?:[.-]\d{1,4}){0,8}[a-z]?", re.ASCII),
    ("OBX", 7, 1): re.compile(r"[<>=]{0,2} ?\d{1,7}(?:\.\d{1,7})?(?: ?- ?\d{1,7}(?:\.\d{1,7})?)?", re.ASCII),
    **{(seg, number, 1): _SEPARATORS for seg in ("MSH", "FHS", "BHS") for number in (1, 2)},
    **{("MSH", number, 1): _CODE for number in (3, 5)},
    **{("MSH", 21, component): _CODE for component in (1, 2)},
}
"""Places, by segment, field and component, that are public in this shape and `TEXT` in any other."""
_COMPONENT_SHAPES: Final = {
    ("SN", 1): re.compile(r"[<>=]{1,2}"),
    ("SN", 3): re.compile(r"[-+/.:]"),
    ("HD", 2): _OID,
    ("EI", 3): _OID,
    ("ERL", 1): re.compile(r"[A-Z][A-Z0-9]{2}"),
    ("ELD", 1): re.compile(r"[A-Z][A-Z0-9]{2}"),
    ("TQ", 3): re.compile(r"[SMHDWL]\d{1,4}|INDEF"),
    ("TQ", 6): re.compile(r"(?:[A-Z]|T[SMHDWL]|PRN)\d{0,4}"),
}
"""The same for strings inside data types."""


def kind_of(leaf: Leaf) -> Kind | None:
    """What `leaf` would tell about a person; None: nothing. The text is never empty and no null."""
    kind = _kind(leaf)
    if kind is Kind.ORDER and not any(character.isdigit() for character in leaf.text):
        return Kind.TEXT
    if kind is Kind.PATIENT_ID and not _is_number_itself(leaf):
        return Kind.TEXT
    return kind


def _is_number_itself(leaf: Leaf) -> bool:
    return leaf.part == 1 and (leaf.levels[0].position == 1 if leaf.levels else leaf.type != "")


def _kind(leaf: Leaf) -> Kind | None:
    if (leaf.segment, leaf.field) == _STUDY:
        return Kind.UID if _OID.fullmatch(leaf.text) else None if leaf.text in _OF_A_UID else Kind.TEXT
    if dictionary.segment_name(leaf.segment) is None:
        return Kind.TEXT
    fixed = _FIELDS.get((leaf.segment, leaf.field))
    if fixed is not None:
        if leaf.levels and leaf.levels[0].type != "TS" and leaf.levels[0].type in _TYPES:
            kind = _by_type(leaf, leaf.levels)
            return kind if kind in (None, Kind.DATE) else fixed
        return fixed
    component = leaf.levels[0].position if leaf.levels else 1
    shape = _SHAPES.get((leaf.segment, leaf.field, component))
    if shape is not None:
        return None if leaf.part == 1 and shape.fullmatch(leaf.text) else Kind.TEXT
    kind = _by_type(leaf, leaf.levels)
    if kind is None or kind is Kind.TEXT:
        return _SEGMENTS.get(leaf.segment, kind)
    return kind


def _by_type(leaf: Leaf, levels: Sequence[Level]) -> Kind | None:
    if not levels:
        return _primitive(leaf)
    level, *inner = levels
    if level.type in _CODED:
        return _coded(leaf, level)
    shape = _COMPONENT_SHAPES.get((level.type, level.position)) if leaf.type else None
    if shape is not None:
        kind = None if shape.fullmatch(leaf.text) else Kind.TEXT
    elif leaf.type and _has_oid(level) and _CODE.fullmatch(leaf.text):
        kind = None
    else:
        kind = _by_type(leaf, inner)
    rule = _TYPES.get(level.type)
    if rule is None or kind is Kind.DATE:
        return kind
    return None if kind is None and level.position in rule.open else rule.kind


def _has_oid(level: Level) -> bool:
    """Whether this is the name of an assigner whose OID stands beside it."""
    place = _ASSIGNERS.get((level.type, level.position))
    return place is not None and _OID.fullmatch("".join(level.texts[place - 1 : place])) is not None


def _primitive(leaf: Leaf) -> Kind | None:
    match leaf.type:
        case "ID" | "IS":
            return None if _is_code(leaf.text, leaf.table) else Kind.TEXT
        case "NM" | "SI":
            return None if _NUMBER.fullmatch(leaf.text) else Kind.TEXT
        case other:
            return _PRIMITIVES.get(other, Kind.TEXT)


def _is_code(text: str, table_number: str = "") -> bool:
    table = dictionary.table(table_number) if table_number else None
    if table and text in table.codes:
        return True
    if table and table.codes and table.type == "HL7":
        return False
    return _CODE.fullmatch(text) is not None and not _can_be_a_name(text) and not _LONG_NUMBER.search(text)


def _can_be_a_name(text: str) -> bool:
    return bool(_WORD.fullmatch(text)) and not _SMALL_CODE.fullmatch(text) and text not in _short_codes()


@cache
def _short_codes() -> frozenset[str]:
    """Codes of all tables with no more than three letters: longer ones are too often somebody's name."""
    tables = (dictionary.table(f"{number:04}") for number in range(1, 1000))
    return frozenset(code for table in tables if table for code in table.codes if len(code) <= 3)


def _is_standard(system: str) -> bool:
    """Whether a coding system has an OID or a place in table 0396, and is nobody's own, which may code anything."""
    if _OID.fullmatch(system) or re.fullmatch(r"HL7\d{4}", system, re.ASCII):
        return True
    known = dictionary.table("0396")
    return known is not None and system in known.codes and system != "L" and not system.startswith("99")


def _coded(leaf: Leaf, level: Level) -> Kind | None:
    """CE, CF, CWE and CNE: three times identifier, text and coding system, then versions, original text and OIDs."""
    texts = [*level.texts, "", ""]
    catalog = (leaf.segment, leaf.field) in _CATALOGS
    match level.position:
        case _ if not leaf.type:  # a part of what has no parts
            return Kind.TEXT
        case 1 | 4 | 10:
            named = catalog or _is_standard(texts[level.position + 1])
            form = UNIT if (leaf.segment, leaf.field) == _UNITS else _CODE
            return None if form.fullmatch(leaf.text) and (named or _is_code(leaf.text, leaf.table)) else Kind.TEXT
        case 2 | 5 | 11:
            identifier, system = texts[level.position - 2], texts[level.position]
            named = _is_standard(system) or (catalog and _CODE.fullmatch(system) is not None)
            form = UNIT if (leaf.segment, leaf.field) == _UNITS else _CODE
            public = named and level.type != "CF" and form.fullmatch(identifier) and _is_display(leaf.text)
            return None if public else Kind.TEXT
        case 3 | 6 | 12:
            named = catalog and _CODE.fullmatch(leaf.text) is not None
            return None if named or _OID.fullmatch(leaf.text) or _is_code(leaf.text, "0396") else Kind.TEXT
        case 7 | 8 | 13:
            return None if _is_code(leaf.text) else Kind.TEXT
        case 14 | 15 | 17 | 18 | 20 | 21:
            return None if _OID.fullmatch(leaf.text) else Kind.TEXT
        case 16 | 19 | 22:
            return Kind.DATE
        case _:
            return Kind.TEXT


def _is_display(text: str) -> bool:
    return len(text) <= _LONGEST_DISPLAY and text.isprintable()
