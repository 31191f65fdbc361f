"""What stands in a required field or component that the story does not speak of: something true to its data type."""

from __future__ import annotations

import re
from typing import Final

from trivium_hl7.dictionary import Definition
from trivium_hl7.samples import codes
from trivium_hl7.samples.case import Case
from trivium_hl7.samples.layout import limit
from trivium_hl7.samples.people import HOSPITAL
from trivium_hl7.samples.values import (
    CODED,
    Coded,
    Location,
    Moment,
    Organization,
    Part,
    Parts,
    Phone,
    Quantity,
    Timing,
)

_WORDS: Final = re.compile(r"[^A-Za-z0-9]+")
_COUNTED: Final = re.compile(r"\b(?:Sub-?\s?ID|Set ID|Number|Sequence|Count|Counter|Quantity|Amount)\b", re.IGNORECASE)
_NUMERIC: Final = frozenset({"NM", "SI", "SNM"})
_NAMES: Final = frozenset({"XPN", "PN"})
_STAFF: Final = frozenset({"XCN", "CN", "CNN", "CNS", "CN_PERSON", "PPN"})
_PATIENT_NUMBERS: Final = frozenset({"CX", "CK", "CM_PAT_ID", "CM_PAT_ID_0192"})
_ORDER_NUMBERS: Final = frozenset({"EI", "CM_PLACER", "CM_FILLER", "CM_GROUP_ID"})
_TIMES: Final = frozenset({"TS", "DTM", "DT", "TM", "DR"})
_LOCATIONS: Final = frozenset({"PL", "CM_INTERNAL_LOCATION", "CM_LA1", "LA1", "LA2"})


def filler(definition: Definition, table: str, case: Case) -> Part:
    """A value for a place of this definition."""
    type_id = definition.type
    if type_id in ("ID", "IS"):
        return codes.usual(table, limit(definition)) or "A"
    if type_id in CODED:
        return _coded(definition, table)
    if type_id in _NUMERIC:
        return "1"
    if type_id in ("ST", "TX", "FT", "VARIES", "CM", ""):
        return _words(definition)
    return _semantic(type_id, definition, case)


def _semantic(type_id: str, definition: Definition, case: Case) -> Part:
    if type_id in _TIMES:
        return Moment(case.now)
    if type_id in _NAMES:
        return case.patient.name
    if type_id in _STAFF:
        return case.attending
    if type_id in _PATIENT_NUMBERS:
        return case.patient.account if "Account" in definition.name else case.patient.number
    if type_id in _ORDER_NUMBERS:
        return _order_number(definition, case)
    if type_id == "EIP":
        return Parts((case.orders[0].placer, case.orders[0].filler))
    if type_id in _LOCATIONS:
        return Location(case.location.unit, case.location.room, case.location.bed, HOSPITAL)
    match type_id:
        case "HD":
            return HOSPITAL
        case "XON":
            return Organization("Northmere Hospital")
        case "XAD" | "AD":
            return case.patient.address
        case "XTN" | "TN":
            return Phone("207", "5550100", "WPN")
        case "SAD":
            return case.patient.address.street
        case "CP" | "CM_MOC" | "MOC":
            return Parts((Quantity("10.00", "USD"),))
        case "CQ" | "MO" | "CQ_QUANTITY":
            return Quantity("1" if type_id != "MO" else "10.00", "USD" if type_id == "MO" else "")
        case "TQ":
            return Timing(case.now, case.priority)
        case "RPT" | "RI" | "CM_RI":
            return Coded("BID")
        case "GTS":
            return case.now.strftime("[%Y%m%d%H%M;%Y%m%d2359]")
        case "SN":
            return Parts(("=", "1"))
        case "FN":
            return case.patient.name.family
        case "RP":
            return Parts(("document-1", HOSPITAL, "TX"))
        case "ED":
            return Parts((HOSPITAL, "TEXT", None, "A", "Sample"))
        case _:
            return None


def _order_number(definition: Definition, case: Case) -> Part:
    order = case.orders[0]
    return order.filler if "Filler" in definition.name else order.placer


def _coded(definition: Definition, table: str) -> Coded:
    code = codes.usual(table, 20)
    if code:
        return codes.named(Coded(code), table)
    words = _WORDS.sub(" ", definition.name).strip() or "Sample"
    return Coded(_WORDS.sub("", words).upper()[:8], words, "L")


def _words(definition: Definition) -> str:
    """The field's own name stands for a text that there is no story of; a count or a number is 1."""
    if _COUNTED.search(definition.name):
        return "1"
    return _WORDS.sub(" ", definition.name).strip() or "Sample"
