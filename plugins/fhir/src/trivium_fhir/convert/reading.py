"""How the text of a row becomes the value of its element."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from trivium_fhir.convert.flatten import Instruction
from trivium_fhir.convert.model import Reason
from trivium_fhir.convert.predicates import GLOBAL_NAMES, below, first_text
from trivium_fhir.convert.primitives import CONVERTERS, Converter, mime, text
from trivium_fhir.convert.schema import Leaf
from trivium_fhir.convert.systems import system_uri

Convert: TypeAlias = Callable[[Any, str], Any]
"""Reads the decoded text: the value, or the `Reason` why there is none."""

_OID: Final = re.compile(r"[0-2](?:\.(?:0|[1-9]\d*))+")
_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_DAYS: Final = {"1": "mon", "2": "tue", "3": "wed", "4": "thu", "5": "fri", "6": "sat", "7": "sun"}


def converter(one: Instruction, name: str, last: Leaf) -> Convert:
    """How the text of this row becomes the element's value."""
    plain: Converter = CONVERTERS.get(last.type, text)
    component = one.row.v2
    if component == "ED.5":
        return _encoded
    if component in ("HD.2", "EI.3") and name == "value" and "identifier" in str(one.path):
        return _global_value
    if name == "system" and last.type == "uri":
        return _name_uri if component in ("HD.1", "HD.2", "EI.2", "EI.3") else _coding_system
    if last.type == "uri" and component == "HD.2":
        return _name_uri
    if name == "contentType":
        return _content_type
    if name == "dayOfWeek":
        return lambda run, value: _DAYS.get(value.strip(), Reason.BAD_CODE)
    if last.type == "base64Binary":
        return lambda run, value: b64encode(value.encode()).decode()
    if component == "XPN.1" and last.type == "string" and one.row.to == "$this":
        return _whole_name
    return lambda run, value: plain(run.zone, value)


def of_expression(convert: Convert, expression: Any) -> Convert:
    def converted(run: Any, _: str) -> Any:
        found = expression(run.where)
        return convert(run, found) if found else Reason.FORM

    return converted


def _coding_system(_: Any, value: str) -> Any:
    return system_uri(value) or Reason.SYSTEM


def _name_of_kind(run: Any) -> str:
    """What kind of name is at hand (HD.3, EI.4)."""
    place = run.place
    shift = 1 if run.v2[:2] == "EI" else 0
    kind = (*place[:-1], 3 + shift) if place else (3 + shift,)
    return str(run.where.segment.decoded(first_text(below(run.where.repetition, kind))))


def _name_uri(run: Any, value: str) -> Any:
    """The URI of a name that is unique everywhere."""
    value = value.strip()
    return CONVERTERS["uri"](run.zone, _as_uri(_name_of_kind(run), value) or value)


def _global_value(run: Any, value: str) -> Any:
    """An identifier whose system is RFC 3986 is a URI."""
    value = value.strip()
    return text(run.zone, _as_uri(_name_of_kind(run), value) or value)


def _as_uri(kind: str, value: str) -> str | None:
    """None for a name that is not of the form of its kind."""
    scheme = GLOBAL_NAMES.get(kind)
    if not scheme or value.startswith("urn:"):
        return None
    if scheme == "urn:oid:":
        return scheme + value if _OID.fullmatch(value) else None
    return scheme + value.lower() if _UUID.fullmatch(value) else None


def _content_type(run: Any, value: str) -> Any:
    place = run.place
    kind = first_text(below(run.where.repetition, (*place[:-1], 2))) if place and run.v2 == "ED.3" else ""
    return mime(run.where.segment.decoded(kind), value)


def _encoded(run: Any, value: str) -> Any:
    """ED.5 by ED.4: base64 as it is, hexadecimal and text made into it."""
    place = run.place
    kind = run.where.segment.decoded(first_text(below(run.where.repetition, (*place[:-1], 4) if place else (4,))))
    try:
        if kind.lower() == "base64":
            packed = "".join(value.split())
            return packed if packed and b64decode(packed, validate=True) else Reason.FORM
        data = bytes.fromhex(value) if kind.lower() == "hex" else value.encode()
    except ValueError:
        return Reason.FORM
    return b64encode(data).decode()


def _whole_name(run: Any, _: str) -> Any:
    """A name in one line: prefix, given names, family name, suffix (the order of a name that states none)."""
    repetition, seg = run.where.repetition, run.where.segment
    parts = [seg.decoded(first_text(below(repetition, (number,)))) for number in (5, 2, 3, 1, 4)]
    return text(run.zone, " ".join(part for part in parts if part and part != '""'))
