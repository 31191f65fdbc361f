"""Quiet hours: stretches of the week, by the clock on the wall, in which nothing under them runs.

Written as `22:00-06:00` (every day, into the next morning), `Sat-Sun 00:00-24:00` or `Mon,Wed 12:00-13:00`; the days
are those on which a stretch begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FORM: Final = re.compile(r"(?:([A-Za-z,-]+) +)?(\d\d):(\d\d)-(\d\d):(\d\d)")
_MINUTES: Final = 24 * 60
_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class QuietHours:
    text: str
    days: frozenset[int]
    """Monday is 0."""
    begin: int
    """Minutes after midnight."""
    end: int
    """Minutes after the same midnight, so that 6 in the next morning is 1800."""

    @classmethod
    def parse(cls, text: Any) -> QuietHours:
        """Raises `ValueError`."""
        form = _FORM.fullmatch(text.strip()) if isinstance(text, str) else None
        if form is None:
            raise ValueError("quiet hours are written as '22:00-06:00' or 'Sat-Sun 00:00-24:00'")
        days, begin, end = form[1], _minutes(form[2], form[3]), _minutes(form[4], form[5])
        if begin == _MINUTES:
            raise ValueError("quiet hours begin before 24:00")
        if begin == end:
            raise ValueError("quiet hours that begin and end at the same time; a whole day is 00:00-24:00")
        return cls(text.strip(), _weekdays(days or "Mon-Sun"), begin, end if end > begin else end + _MINUTES)

    def end_at(self, moment: datetime) -> datetime | None:
        """The end of the stretch that holds this moment; both are times on the wall, without a zone."""
        today = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        for midnight in (today, today - timedelta(days=1)):
            begin, end = midnight + timedelta(minutes=self.begin), midnight + timedelta(minutes=self.end)
            if midnight.weekday() in self.days and begin <= moment < end:
                return end
        return None


def quiet_until(hours: Iterable[QuietHours], moment: datetime) -> datetime | None:
    """When it is next not quiet, or None when it is not quiet now; `datetime.max` where it always is."""
    stretches = tuple(hours)
    quiet = moment
    while later := [end for one in stretches if (end := one.end_at(quiet))]:
        quiet = max(later)
        if quiet - moment > _WEEK:
            return datetime.max
    return quiet if quiet > moment else None


def _minutes(hour: str, minute: str) -> int:
    minutes = int(hour) * 60 + int(minute)
    if int(minute) > 59 or minutes > _MINUTES:
        raise ValueError("quiet hours have a time of day that does not exist")
    return minutes


def _weekdays(text: str) -> frozenset[int]:
    days: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.partition("-")
        begin, end = _weekday(first), _weekday(last if dash else first)
        days |= {(begin + offset) % 7 for offset in range((end - begin) % 7 + 1)}
    return frozenset(days)


def _weekday(name: str) -> int:
    if name.lower() not in _DAYS:
        raise ValueError("quiet hours name days as Mon, Tue, Wed, Thu, Fri, Sat and Sun")
    return _DAYS.index(name.lower())
