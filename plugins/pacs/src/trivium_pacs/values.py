"""The forms of DICOM values, as PS3.5 6.2 and 9.1 give them. Pure: text in, a problem or a plain value out."""

from __future__ import annotations

import datetime
import re
from typing import Final

from trivium_pacs.problems import InputProblem

_UID: Final = re.compile(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))+")
_DATE: Final = re.compile(r"[0-9]{8}")
_TIME: Final = re.compile(r"([01][0-9]|2[0-3])([0-5][0-9]([0-5][0-9]|60)?)?(\.[0-9]{1,6})?")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def has_control(text: str) -> bool:
    """Whether there are control characters (C0, DEL, C1)."""
    return _CONTROL.search(text) is not None


def without_control(text: str) -> str:
    return _CONTROL.sub("", text)


def uid_problem(text: str) -> InputProblem | None:
    """PS3.5 9.1: up to 64 characters, numbers joined by dots, no number with a leading zero."""
    if len(text) > 64:
        return InputProblem.UID_TOO_LONG
    return None if _UID.fullmatch(text) else InputProblem.NOT_A_UID


def ae_title_problem(text: str) -> InputProblem | None:
    """PS3.5 6.2 AE: 1 to 16 characters of ASCII, no backslash, no control characters, not only spaces."""
    if not 1 <= len(text) <= 16 or not text.strip(" "):
        return InputProblem.AE_LENGTH
    if not text.isascii() or has_control(text) or "\\" in text:
        return InputProblem.AE_CHARACTERS
    return None


def date_of(text: str) -> datetime.date | None:
    """A `YYYYMMDD` that is in the calendar, or None."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return datetime.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def is_time(text: str) -> bool:
    """PS3.5 6.2 TM: `HH`, `HHMM`, `HHMMSS` or `HHMMSS.FFFFFF`."""
    return _TIME.fullmatch(text) is not None
