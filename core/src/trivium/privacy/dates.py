"""Dates of care: kept, shifted by a secret number of days, or cut to the year.

Reads the forms of DICOM (PS3.5 6.2 DA, TM, DT, and ranges of them), HL7 v2 (2.A TS, DT, TM) and ISO 8601 (FHIR). What
is none of them is no date.

A shift keeps the time of day, the time zone and the way a date is written, so that intervals and orderings within one
patient's records stay true. Of a date without a day no day can be shifted: while shifting it is withheld, and so are
four or six digits that can be a time of day as well as a year or a month. Cut to the year, nothing is left of a time
of day, and six such digits are withheld too.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from trivium.api import Kind
from trivium.privacy.stand_ins import keyed, normal

DateMode = Literal["keep", "shift", "year"]

FARTHEST: Final = 365
"""Days that a date is shifted at most, to either side."""

_HOUR: Final = "(?:[01][0-9]|2[0-3])"
_MINUTE: Final = "[0-5][0-9]"
_SECOND: Final = r"(?:[0-5][0-9]|60)(?:\.[0-9]{1,9})?"
_ZONE: Final = r"(?:[+-][0-1][0-9][0-5][0-9])?"
_ISO_ZONE: Final = r"(?:Z|[+-][0-1][0-9]:?[0-5][0-9])?"
_DAY: Final = re.compile(rf"([0-9]{{8}})((?:{_HOUR}(?:{_MINUTE}(?:{_SECOND})?)?)?{_ZONE})")
_ISO_TIME: Final = rf"{_HOUR}:{_MINUTE}(?::{_SECOND})?{_ISO_ZONE}"
_ISO_DAY: Final = re.compile(rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})((?:[T ]{_ISO_TIME})?)")
_MONTH: Final = re.compile(rf"((?:19|20)[0-9]{{2}})-?(?:0[1-9]|1[0-2]){_ZONE}")
_YEAR: Final = re.compile(rf"((?:19|20)[0-9]{{2}}){_ZONE}")
_TIME: Final = re.compile(rf"{_HOUR}(?:{_MINUTE}(?:{_SECOND})?)?{_ZONE}|{_ISO_TIME}")


class _Moment(NamedTuple):
    """One date or time as it is written."""

    text: str
    day: datetime.date | None
    rest: str
    """What follows the day."""
    year: str
    """Empty for a time of day."""
    time: bool
    """Whether it is, or may be, a time of day."""


@dataclass(frozen=True, slots=True)
class Dates:
    mode: DateMode = "keep"
    key: bytes = field(default=b"", repr=False)
    """The secret behind the shifts. Required for them."""

    def __post_init__(self) -> None:
        if self.mode == "shift" and not self.key:
            raise ValueError("dates are shifted with a key")

    def shown(self, text: str, patient: str) -> str | None:
        """A date as it may be shown, in the records of this patient (empty: nobody knows whose); None: not at all.

        `text` has the form of a date.
        """
        if self.mode == "keep":
            return text
        shown = ""
        for separator, part in _parts(text):
            moment = _moment(part)
            changed = "" if moment is None else self._changed(moment, patient)
            if changed is None:
                return None
            shown += separator + changed
        return shown

    def _changed(self, moment: _Moment, patient: str) -> str | None:
        if self.mode == "year":
            return moment.year if moment.year and not (moment.time and moment.text != moment.year) else None
        if moment.day is None:
            return moment.text if moment.time and not moment.year else None
        try:
            day = moment.day + datetime.timedelta(days=self._days(patient))
        except OverflowError:
            return None
        iso = day.isoformat()
        return (iso if "-" in moment.text[:8] else iso.replace("-", "")) + moment.rest

    def _days(self, patient: str) -> int:
        """From 1 to `FARTHEST` days, forward or back."""
        place = int.from_bytes(keyed(self.key, "shift", normal(Kind.PATIENT_ID, patient))) % (2 * FARTHEST)
        return place - FARTHEST if place < FARTHEST else place - FARTHEST + 1


def is_date(text: str) -> bool:
    """Whether this is a date, a time, both, a range or a list of them."""
    return all(part == "" or _moment(part) is not None for _, part in _parts(text)) and any(c.isdigit() for c in text)


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """The single moments of a list and its ranges, each with what separates it from the one before."""
    for number, entry in enumerate(text.split("\\")):
        first, last = _range(entry)
        yield ("\\" if number else "", first)
        if last is not None:
            yield ("-", last)


def _range(entry: str) -> tuple[str, str | None]:
    """Both ends of a range (PS3.4 C.2.2.2.5), either of which may be empty; a single moment has no second."""
    if _moment(entry) is None:
        for place, character in enumerate(entry):
            first, last = entry[:place], entry[place + 1 :]
            if character == "-" and all(not end or _moment(end) for end in (first, last)):
                return first, last
    return entry, None


def _moment(text: str) -> _Moment | None:
    if found := _DAY.fullmatch(text) or _ISO_DAY.fullmatch(text):
        try:
            day = datetime.date.fromisoformat(found[1])
        except ValueError:  # not in the calendar
            return None
        return _Moment(text, day, found[2], found[1][:4], time=False)
    time = _TIME.fullmatch(text) is not None
    partial = _YEAR.fullmatch(text) or _MONTH.fullmatch(text)
    if partial is None and not time:
        return None
    return _Moment(text, None, "", partial[1] if partial else "", time)
