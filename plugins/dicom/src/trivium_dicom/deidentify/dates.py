"""Dates and times as text (PS3.5 6.2): which are real, and dates that are moved by a number of days."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

_DA: Final = re.compile(r"(\d{4})(?:(\d{2})(\d{2})|\.(\d{2})\.(\d{2}))", re.ASCII)  # with dots: before DICOM 3.0
_TM: Final = re.compile(r"([01]\d|2[0-3])(:?[0-5]\d(:?([0-5]\d|60)(\.\d{1,6})?)?)?|", re.ASCII)
_DT: Final = re.compile(
    r"(\d{8})((?:[01]\d|2[0-3])(?:[0-5]\d(?:(?:[0-5]\d|60)(?:\.\d{1,6})?)?)?)?([+-](?:0\d|1[0-4])[0-5]\d)?", re.ASCII
)
_SHORT_DT: Final = re.compile(r"\d{4}(?:0[1-9]|1[0-2])?([+-](?:0\d|1[0-4])[0-5]\d)?", re.ASCII)
_OFFSET: Final = re.compile(r"[+-](?:0\d|1[0-4])[0-5]\d", re.ASCII)
_AGE: Final = re.compile(r"\d{3}[DWMY]", re.ASCII)


def is_real(vr: str, value: str) -> bool:
    """Whether a value of DA, TM, DT or AS is what it should be; an offset from UTC for any other."""
    value = value.strip()
    match vr:
        case "DA":
            return _date(value) is not None
        case "TM":
            return _TM.fullmatch(value) is not None
        case "DT":
            found = _DT.fullmatch(value)
            return _date(found[1]) is not None if found else _SHORT_DT.fullmatch(value) is not None
        case "AS":
            return _AGE.fullmatch(value) is not None
        case _:
            return _OFFSET.fullmatch(value) is not None


def moved(vr: str, value: str, days: int) -> str | None:
    """A DA or DT so many days earlier, its time of day as it was; None for what has no day or cannot be moved."""
    value = value.strip()
    if vr == "DA":
        return _earlier(value, days)
    found = _DT.fullmatch(value)
    day = _earlier(found[1], days) if found else None
    return f"{day}{value[8:]}" if day else None


def _earlier(value: str, days: int) -> str | None:
    day = _date(value)
    if day is None:
        return None
    try:
        return (day - timedelta(days=days)).strftime("%Y%m%d").zfill(8)
    except OverflowError:
        return None


def _date(value: str) -> date | None:
    found = _DA.fullmatch(value)
    if not found:
        return None
    try:
        return date(*(int(part) for part in found.groups() if part))
    except ValueError:
        return None
