"""A date and time as a caller writes it: as HL7 v2 does, or as ISO 8601."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from trivium.api import BadInput
from trivium_hl7.samples.problems import SampleProblem

_WRITTEN: Final = re.compile(r"(\d{4})(-?)(\d\d)\2(\d\d)(?:[T ]?(\d\d):?(\d\d)(?::?(\d\d))?)?", re.ASCII)
_YEARS: Final = range(1900, 2200)
_MORNING: Final = ("8", "0", "0")


def read_when(text: str) -> datetime:
    """`20260102`, `20260102030405`, `2026-01-02`, `2026-01-02T03:04`: a day, or a day and a time; local, no offset."""
    found = _WRITTEN.fullmatch(text.strip())
    if found:
        year, _, month, day, *clock = found.groups()
        hour, minute, second = (part or "0" for part in clock) if clock[0] else _MORNING
        try:
            moment = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second))
        except ValueError:
            raise BadInput(where="when", problem=SampleProblem.NOT_A_MOMENT) from None
        if moment.year in _YEARS:
            return moment
    raise BadInput(where="when", problem=SampleProblem.NOT_A_MOMENT)
