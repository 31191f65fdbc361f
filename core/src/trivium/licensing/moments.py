"""Points in time as license, key and clock files write them: whole seconds in UTC, `2026-11-23T00:00:00Z`."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

DAY: Final = 86_400
"""Seconds."""
LAST: Final = 253_402_300_799
"""The last second of the year 9999, after which `datetime` has no more."""
_FORM: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"


def utc(seconds: float) -> datetime:
    """Raises `ValueError` for what is before 1970, beyond the year 9999 or no number."""
    if not 0 <= seconds <= LAST:  # neither comparison holds for a NaN
        raise ValueError("no time between 1970 and 9999")
    return datetime.fromtimestamp(seconds, UTC)


def written(moment: datetime) -> str:
    """In UTC; fractions of a second are cut off."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parsed(text: str) -> datetime:
    """Of the exact form, so that a time that was cut off is none. Raises `ValueError`."""
    if not re.fullmatch(_FORM, text):
        raise ValueError("no time of the form 2026-11-23T00:00:00Z")
    return datetime.fromisoformat(text)
