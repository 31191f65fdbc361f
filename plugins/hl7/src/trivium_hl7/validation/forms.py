"""The forms of primitive data types (HL7 v2.5.1 chapter 2.A), and of the numbers that others keep."""

from __future__ import annotations

import re
from calendar import monthrange
from enum import Enum
from typing import Final

_DATE_TIME: Final = re.compile(
    r"(?P<year>\d{4})(?:(?P<month>\d\d)(?:(?P<day>\d\d)(?:(?P<hour>\d\d)(?:(?P<minute>\d\d)"
    r"(?:(?P<second>\d\d)(?:\.\d{1,4})?)?)?)?)?)?(?P<offset>[+-]\d{4})?",
    re.ASCII,
)
_DATE: Final = re.compile(r"(?P<year>\d{4})(?:(?P<month>\d\d)(?P<day>\d\d)?)?", re.ASCII)
_TIME: Final = re.compile(
    r"(?P<hour>\d\d)(?:(?P<minute>\d\d)(?:(?P<second>\d\d)(?:\.\d{1,4})?)?)?(?P<offset>[+-]\d{4})?", re.ASCII
)
_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)", re.ASCII)
_SEQUENCE: Final = re.compile(r"\d+", re.ASCII)
_OID: Final = re.compile(r"[0-2](?:\.(?:0|[1-9]\d*))+", re.ASCII)
_UUID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_LOINC: Final = re.compile(r"\d{1,7}-\d", re.ASCII)
_SNOMED: Final = re.compile(r"[1-9]\d{5,17}", re.ASCII)
_LONGEST: Final = 64
"""Nothing longer is a date, a number or an identifier of these forms."""

DATE_TIME_FORM: Final = "YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ]"
FORMS: Final = {
    "TS": DATE_TIME_FORM,
    "DTM": DATE_TIME_FORM,
    "DT": "YYYY[MM[DD]]",
    "TM": "HH[MM[SS[.S[S[S[S]]]]]][+/-ZZZZ]",
}
"""The form of each data type of dates and times."""
_PATTERNS: Final = {"TS": _DATE_TIME, "DTM": _DATE_TIME, "DT": _DATE, "TM": _TIME}


class DateFault(Enum):
    FORM = "form"
    NO_SUCH = "no such date or time"
    PRECISION = "precision"


def date_fault(type_id: str, text: str, *, whole_minutes: bool = False) -> DateFault | None:
    """What is wrong with a value of TS, DTM, DT or TM.

    `whole_minutes`: an hour needs its minutes, as before version 2.5.
    """
    found = _PATTERNS[type_id].fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        return DateFault.FORM
    parts = found.groupdict()
    if not (_is_day(parts) and _is_time(parts) and _is_offset(parts.get("offset"))):
        return DateFault.NO_SUCH
    if whole_minutes and type_id != "TM" and parts.get("hour") and not parts.get("minute"):
        return DateFault.PRECISION
    return None


def _is_day(parts: dict[str, str | None]) -> bool:
    if "year" not in parts:
        return True
    year, month, day = (int(parts[name] or 1) for name in ("year", "month", "day"))
    return year > 0 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def _is_time(parts: dict[str, str | None]) -> bool:
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    return hour < 24 and minute < 60 and second < 60


def _is_offset(text: str | None) -> bool:
    return not text or (int(text[1:3]) <= 14 and int(text[3:]) < 60)


def is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def is_sequence(text: str) -> bool:
    return _SEQUENCE.fullmatch(text) is not None


def is_oid(text: str) -> bool:
    return _OID.fullmatch(text) is not None


def is_uuid(text: str) -> bool:
    return len(text) <= _LONGEST and _UUID.fullmatch(text.lower().strip("{}")) is not None


def has_wrong_check_digit(system: str, code: str) -> bool:
    """Whether a LOINC or SNOMED CT code looks like one, and its last digit does not follow from the others."""
    if system == "LN" and len(code) <= _LONGEST and _LOINC.fullmatch(code):
        return _mod10(code[:-2]) != int(code[-1])
    if system in ("SCT", "SCT2") and len(code) <= _LONGEST and _SNOMED.fullmatch(code):
        return _verhoeff(code) != 0
    return False


def _mod10(digits: str) -> int:
    """Luhn's check digit."""
    doubled = (int(digit) * (2 - position % 2) for position, digit in enumerate(reversed(digits)))
    return -sum(number // 10 + number % 10 for number in doubled) % 10


_PERMUTE: Final = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def _verhoeff(digits: str) -> int:
    """Zero where the last digit is the check digit of those before it."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        number = int(digit)
        for _ in range(position % 8):
            number = _PERMUTE[number]
        total = _combined(total, number)
    return total


def _combined(a: int, b: int) -> int:
    """The product in the dihedral group of the pentagon."""
    if a < 5:
        return (a + b) % 5 if b < 5 else 5 + (a + b) % 5
    return 5 + (a - b) % 5 if b < 5 else (a - b) % 5
