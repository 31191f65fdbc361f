"""Dates and times of DICOM (PS3.5 clause 6.2) as R4 and HL7 v2 want them. Nothing is invented: no zone, no seconds."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from enum import Enum
from typing import Final, NamedTuple

_DATE: Final = re.compile(r"(\d{4})[.-]?(\d{2})[.-]?(\d{2})", re.ASCII)
_TIME: Final = re.compile(r"(\d{2}):?(\d{2}):?(\d{2})(?:\.(\d{1,6}))?", re.ASCII)
_OFFSET: Final = re.compile(r"([+-])(\d{2}):?(\d{2})", re.ASCII)


class TimeLoss(Enum):
    """What kept a time from being carried over whole."""

    BAD_DATE = "bad date"
    NO_ZONE = "no zone"
    NO_SECONDS = "no seconds"
    ZONE_OF_SETTING = "zone of the setting"


class Moment(NamedTuple):
    value: str
    """R4 dateTime; empty where there is no date."""
    loss: TimeLoss | None


def date_of(text: str) -> str:
    """`YYYY-MM-DD` of a DA that is a day; else empty."""
    found = _DATE.fullmatch(text.strip())
    if found is None:
        return ""
    try:
        return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    except ValueError:
        return ""


def moment(day: str, clock: str, offset: str, zone: str | None) -> Moment:
    """`offset` is the object's own (0008,0201), `zone` the operator's setting, used where there is none.

    R4 has no time without seconds and without a zone: where either lacks the date alone is given.
    """
    date_text = date_of(day)
    if not date_text:
        return Moment("", TimeLoss.BAD_DATE if day else None)
    if not clock:
        return Moment(date_text, None)
    found = _TIME.fullmatch(clock.strip())
    if found is None or not _is_time(found[1], found[2], found[3]):
        return Moment(date_text, TimeLoss.NO_SECONDS)
    written = f"{date_text}T{found[1]}:{found[2]}:{found[3]}"
    own = offset_of(offset)
    shown = own or (offset_in(zone, written) if zone else "")
    if not shown:
        return Moment(date_text, TimeLoss.NO_ZONE)
    fraction = f".{found[4]}" if found[4] and found[4].strip("0") else ""
    return Moment(f"{written}{fraction}{shown}", None if own else TimeLoss.ZONE_OF_SETTING)


def _is_time(hours: str, minutes: str, seconds: str) -> bool:
    try:
        time(int(hours), int(minutes), int(seconds))
    except ValueError:
        return False
    return True


def offset_of(text: str) -> str:
    """`+01:00` of Timezone Offset From UTC; empty where it is none (PS3.3 C.12.1.1.8: -1200 to +1400)."""
    found = _OFFSET.fullmatch(text.strip())
    if found is None or int(found[2]) > 14 or int(found[3]) > 59:
        return ""
    return f"{found[1]}{found[2]}:{found[3]}"


def offset_in(zone: str, local: str) -> str:
    """The offset at a local time, of `+01:00`, `Z` or an IANA name."""
    if zone == "Z" or _OFFSET.fullmatch(zone):
        return zone
    from zoneinfo import ZoneInfo

    moment_ = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone))
    written = moment_.strftime("%z")
    return f"{written[:3]}:{written[3:5]}"
