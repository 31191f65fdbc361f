"""Primitive values of FHIR as HL7 v2 writes them (HL7 v2.9 chapter 2A)."""

from __future__ import annotations

import re
from typing import Any, Final

from trivium_fhir.reverse.store import is_primitive, plain

_DATE: Final = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?)?)?)?"
)
_TIME: Final = re.compile(r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?")
_NUMBER: Final = re.compile(r"[+-]?\d+(?:\.\d+)?")
_DATES: Final = frozenset({"DT", "DTM", "TS"})
_LONGEST: Final = 1_000_000


def written(value: Any, data_type: str) -> str | None:
    """`value` in the form of a v2 data type; None where it has none. Any type but dates and numbers takes text."""
    if not is_primitive(value):
        return None
    text = plain(value)
    if data_type in _DATES:
        return date_time(text, whole_days=data_type == "DT")
    if data_type == "TM":
        return time(text)
    if data_type in ("NM", "SI"):
        return number(text)
    if isinstance(value, bool):
        return "Y" if value else "N"
    return text if 0 < len(text) <= _LONGEST else None


def date_time(text: str, *, whole_days: bool = False) -> str | None:
    """`2024-05-06T07:08:09.123+02:00` as `20240506070809.123+0200`: the precision it has, four digits of a second."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    day = "".join(part or "" for part in found.groups()[:3])
    if whole_days or found[4] is None:
        return day
    fraction = f".{found[7][:4]}" if found[7] else ""
    offset = "+0000" if found[8] == "Z" else (found[8] or "").replace(":", "")
    return f"{day}{found[4]}{found[5]}{found[6] or ''}{fraction}{offset}"


def time(text: str) -> str | None:
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    return f"{found[1]}{found[2]}{found[3] or ''}" + (f".{found[4][:4]}" if found[4] else "")


def number(text: str) -> str | None:
    """A decimal without exponent."""
    if _NUMBER.fullmatch(text):
        return text
    try:
        return format(_decimal(text), "f")
    except ValueError:
        return None


def _decimal(text: str) -> Any:
    from decimal import Decimal, InvalidOperation

    try:
        read = Decimal(text)
    except InvalidOperation:
        raise ValueError("no number") from None
    if not read.is_finite() or abs(read.adjusted()) > 60:
        raise ValueError("no number of a size that is written out")
    return read
