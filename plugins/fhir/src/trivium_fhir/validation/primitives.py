"""Forms of R4's primitive types in JSON: JSON type, regular expression, range, and a calendar date that exists."""

from __future__ import annotations

import math
import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, Final

from trivium_fhir.r4.elements import definition
from trivium_fhir.validation.findings import Code

Check = Callable[[Any], "Code | None"]

_LONGEST: Final = 1_048_576
_LARGEST: Final = 2**31 - 1
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_SPACE: Final = re.compile(r"[ \t\r\n]+")
_UUID: Final = re.compile(r"urn:uuid:[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NO_SPACE: Final = re.compile(r"\S+")


def check(type_name: str) -> Check:
    """What finds fault with a JSON value of a primitive type; xhtml is checked as text only (see `narrative`)."""
    return _CHECKS.get(type_name) or _matching(type_name)


def resource_id(value: Any) -> Code | None:
    """The id of a resource; R4's table has it as string with the form of id."""
    return check("id")(value)


def element_id(value: Any) -> Code | None:
    """The id of an element: any text without white space."""
    return _text(value) or (None if _NO_SPACE.fullmatch(value) else Code.FORM)


@cache
def _pattern(type_name: str) -> re.Pattern[str]:
    return re.compile(definition(type_name).regex or "", re.ASCII)


@cache
def _matching(type_name: str) -> Check:
    pattern = _pattern(type_name)

    def matching(value: Any) -> Code | None:
        return _text(value) or (None if pattern.fullmatch(value) else Code.FORM)

    return matching


def _text(value: Any) -> Code | None:
    if not isinstance(value, str):
        return Code.JSON_TYPE
    if not value:
        return Code.EMPTY_TEXT
    return Code.TOO_LONG if len(value) > _LONGEST else None


def _string(value: Any) -> Code | None:
    if fault := _text(value):
        return fault
    if _CONTROL.search(value):
        return Code.FORM
    return Code.BLANK_TEXT if value.isspace() else None


def _xhtml(value: Any) -> Code | None:
    if not isinstance(value, str):
        return Code.JSON_TYPE
    return None if value else Code.EMPTY_TEXT


def _code(value: Any) -> Code | None:
    """No white space but single spaces between words. Without R4's regular expression, whose `\\s` is any space."""
    return _text(value) or (None if value == " ".join(value.split()) else Code.FORM)


def _uri(value: Any) -> Code | None:
    if fault := _text(value):
        return fault
    if value.startswith("urn:oid:"):
        return None if _pattern("oid").fullmatch(value) else Code.FORM
    if value.startswith("urn:uuid:"):
        return None if _UUID.fullmatch(value) else Code.FORM
    return None if _NO_SPACE.fullmatch(value) else Code.FORM


def _base64(value: Any) -> Code | None:
    """White space is allowed in it. R4's regular expression can take exponential time, so it is not used."""
    if not isinstance(value, str):
        return Code.JSON_TYPE
    packed = _SPACE.sub("", value)
    if not packed:
        return Code.EMPTY_TEXT
    return None if len(packed) % 4 == 0 and _BASE64.fullmatch(packed) else Code.FORM


def _dated(type_name: str) -> Check:
    def dated(value: Any) -> Code | None:
        if fault := _text(value):
            return fault
        if not _pattern(type_name).fullmatch(value):
            return _calendar_fault(value) or Code.FORM
        return _calendar_fault(value)

    return dated


_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?(?:T.*)?", re.ASCII)


def _calendar_fault(value: str) -> Code | None:
    """The fault of a text that looks like a date: a month or day that does not exist."""
    written = _DATE.fullmatch(value)
    if written is None:
        return None
    year, month, day = int(written[1]), int(written[2]), int(written[3] or 1)
    if year and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]:
        return None
    return Code.NO_SUCH_DATE


def _boolean(value: Any) -> Code | None:
    return None if isinstance(value, bool) else Code.JSON_TYPE


def _decimal(value: Any) -> Code | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return Code.JSON_TYPE
    return Code.FORM if isinstance(value, float) and not math.isfinite(value) else None


def _whole(least: int) -> Check:
    def whole(value: Any) -> Code | None:
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            return Code.JSON_TYPE
        return None if isinstance(value, int) and least <= value <= _LARGEST else Code.FORM

    return whole


_CHECKS: Final[Mapping[str, Check]] = {
    "string": _string,
    "markdown": _string,
    "xhtml": _xhtml,
    "code": _code,
    "uri": _uri,
    "url": _uri,
    "canonical": _uri,
    "base64Binary": _base64,
    "boolean": _boolean,
    "decimal": _decimal,
    "integer": _whole(-(2**31)),
    "unsignedInt": _whole(0),
    "positiveInt": _whole(1),
    "date": _dated("date"),
    "dateTime": _dated("dateTime"),
    "instant": _dated("instant"),
}
