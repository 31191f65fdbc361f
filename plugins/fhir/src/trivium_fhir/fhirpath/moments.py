"""Dates, times and quantities as FHIRPath compares them (FHIRPath 2.0 sections 6.1 and 6.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

_MOMENT: Final = re.compile(
    r"(?:(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?)?"
    r"(?:T?(?:(\d{2})(?::(\d{2})(?::(\d{2}(?:\.\d{1,9})?))?)?)?(Z|[+-]\d{2}:\d{2})?)?"
)
_KINDS: Final = {"date": "Date", "dateTime": "DateTime", "instant": "DateTime", "time": "Time"}
_DATE_PARTS: Final = 3


@dataclass(frozen=True, slots=True)
class Moment:
    """A date, date and time or time, as precise as it was written."""

    text: str
    kind: str
    """`Date`, `DateTime` or `Time`."""
    parts: tuple[Decimal, ...]
    """Year to second, or hour to second."""
    zone: int | None
    """Minutes east of UTC."""

    def compared(self, other: Moment) -> int | None:
        """-1, 0 or 1; None where one is less precise than would decide, or only one has a time zone."""
        if (self.kind == "Time") != (other.kind == "Time"):
            return None
        ours, theirs = self, other
        if len(ours.parts) > _DATE_PARTS and len(theirs.parts) > _DATE_PARTS and self.kind != "Time":
            if (ours.zone is None) != (theirs.zone is None):
                return None
            ours, theirs = _in_utc(ours), _in_utc(theirs)
        for one, another in zip(ours.parts, theirs.parts, strict=False):
            if one != another:
                return -1 if one < another else 1
        return 0 if len(ours.parts) == len(theirs.parts) else None


@dataclass(frozen=True, slots=True)
class Quantity:
    value: Decimal
    unit: str

    def compared(self, other: Quantity) -> int | None:
        """-1, 0 or 1; None for other units: nothing is converted but the names of calendar durations."""
        if _unit(self.unit) != _unit(other.unit):
            return None
        return (self.value > other.value) - (self.value < other.value)


_CALENDAR: Final = {"week": "wk", "day": "d", "hour": "h", "minute": "min", "second": "s", "millisecond": "ms"}


def _unit(unit: str) -> str:
    return _CALENDAR.get(unit.removesuffix("s"), unit) if len(unit) > 3 else unit


def moment(text: str, type_: str) -> Moment | None:
    """A date, dateTime, instant or time of FHIR; None for text that is none."""
    read = _MOMENT.fullmatch(text)
    if read is None:
        return None
    year, month, day, hour, minute, second, zone = read.groups()
    date = [part for part in (year, month, day) if part is not None]
    time = [part for part in (hour, minute, second) if part is not None]
    if (type_ == "time") == bool(date) or not (date or time) or (time and date and len(date) < _DATE_PARTS):
        return None
    return Moment(
        text.removeprefix("T"), _KINDS.get(type_, "DateTime"), tuple(map(Decimal, (*date, *time))), _minutes(zone)
    )


def guessed(text: str) -> Moment | None:
    """The moment that a text spells, whichever kind it is."""
    if "T" in text:
        return moment(text, "dateTime")
    return moment(text, "time" if text[2:3] == ":" else "date")


def _minutes(zone: str | None) -> int | None:
    if zone is None:
        return None
    if zone == "Z":
        return 0
    sign = -1 if zone[0] == "-" else 1
    return sign * (int(zone[1:3]) * 60 + int(zone[4:6]))


def _in_utc(one: Moment) -> Moment:
    """Parts counted in UTC; as they are where the calendar has no such moment."""
    if not one.zone:
        return one
    try:
        year, month, day, hour = (int(part) for part in one.parts[:4])
        minute = int(one.parts[4]) if len(one.parts) > 4 else 0
        moved = datetime(year, month, day, hour, minute) - timedelta(minutes=one.zone)
    except (ValueError, OverflowError):
        return one
    parts = (moved.year, moved.month, moved.day, moved.hour, moved.minute)[: len(one.parts)]
    return Moment(one.text, one.kind, (*map(Decimal, parts), *one.parts[5:]), 0)
