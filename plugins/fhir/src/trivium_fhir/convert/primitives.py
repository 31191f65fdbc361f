"""HL7 v2 values in the forms of R4's primitive types (R4, data types; HL7 v2.9 chapter 2A).

Each function takes the decoded text and the conversion it stands in, and gives the JSON value or the `Reason` why there
is none. What is kept but for a part of it is remarked on in `Zone.remark`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from trivium_fhir.convert.model import Reason
from trivium_fhir.convert.numbers import number


class Zone:
    """The zone of times without an offset, and what the last value converted lost on the way."""

    __slots__ = ("name", "remark", "used")

    def __init__(self, name: str | None) -> None:
        self.name = name
        self.remark: Reason | None = None
        self.used = False


Converter: TypeAlias = Callable[[Zone, str], Any]

_STAMP: Final = re.compile(
    r"(\d{4})(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(\.\d{1,6})?)?)?)?)?)?([+-]\d{4})?", re.ASCII
)
_TIME: Final = re.compile(r"(\d\d)(\d\d)(?:(\d\d)(\.\d{1,6})?)?([+-]\d{4})?", re.ASCII)
_NUMBER: Final = re.compile(r"([+-]?)0*(\d*)(\.\d*)?", re.ASCII)
_INTEGER: Final = re.compile(r"([+-]?)0*(\d{1,10})(?:\.0*)?", re.ASCII)
_OFFSET: Final = re.compile(r"Z|[+-](?:0\d|1[0-4]):[0-5]\d")
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufdd0\ufffe\uffff]")
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
_OID: Final = re.compile(r"urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+")
_UUID: Final = re.compile(r"urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ID: Final = re.compile(r"[A-Za-z0-9.-]{1,64}")
_MIME: Final = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(?:\s*;.*)?")
_SUBTYPE: Final = re.compile(r"[a-z0-9!#$&^_.+-]+")
_MAJOR: Final = {
    "application": "application", "ap": "application", "audio": "audio", "au": "audio", "image": "image",
    "im": "image", "text": "text", "video": "video", "multipart": "multipart", "model": "model",
}  # fmt: skip
_LONGEST_NUMBER: Final = 60
_LARGEST: Final = 2**31 - 1


def text(_: Zone, value: str) -> Any:
    """A string: no empty one, no control characters, no space around it."""
    if _UNWRITABLE.search(value):
        value = _UNWRITABLE.sub("", value)
    return value.strip() or Reason.FORM


def code(_: Zone, value: str) -> Any:
    """No space around it and single spaces inside."""
    return " ".join(_UNWRITABLE.sub("", value).split()) or Reason.FORM


def uri(_: Zone, value: str) -> Any:
    """An absolute URI: a relative one names nothing outside its own server."""
    value = value.strip()
    if value[:8] == "urn:oid:":
        return value if _OID.fullmatch(value) else Reason.SYSTEM
    if value[:9] == "urn:uuid:":
        return value if _UUID.fullmatch(value) else Reason.SYSTEM
    return value if _URI.fullmatch(value) else Reason.SYSTEM


def identifier(_: Zone, value: str) -> Any:
    return value if _ID.fullmatch(value) else Reason.FORM


def decimal(_: Zone, value: str) -> Any:
    """In the sender's digits: `+.50` is 0.50."""
    found = _NUMBER.fullmatch(value.strip()) if len(value) <= _LONGEST_NUMBER else None
    if found is None or (not (found[2] or (found[3] or ".") != ".") and "0" not in value):
        return Reason.NUMBER
    sign, whole, fraction = found.groups()
    fraction = "" if fraction == "." else fraction or ""
    return number(f"{'-' if sign == '-' else ''}{whole or '0'}{fraction}")


def integer(_: Zone, value: str) -> Any:
    found = _INTEGER.fullmatch(value.strip())
    if found is None:
        return Reason.NUMBER
    read = int(found[1] + found[2])
    return read if abs(read) <= _LARGEST else Reason.NUMBER


def unsigned(zone: Zone, value: str) -> Any:
    read = integer(zone, value)
    return read if isinstance(read, Reason) or read >= 0 else Reason.NUMBER


def positive(zone: Zone, value: str) -> Any:
    read = integer(zone, value)
    return read if isinstance(read, Reason) or read > 0 else Reason.NUMBER


def boolean(_: Zone, value: str) -> Any:
    """Table 0136 (yes/no indicator)."""
    return {"Y": True, "N": False, "true": True, "false": False}.get(value.strip(), Reason.FORM)


def date(zone: Zone, value: str) -> Any:
    found = _STAMP.fullmatch(value.strip())
    day = _day(found) if found else None
    if found is None or day is None:
        return Reason.DATE
    if found[4] and (found[4] + (found[5] or "") + (found[6] or "")).strip("0"):
        zone.remark = Reason.TIME
    return day


def date_time(zone: Zone, value: str) -> Any:
    """The date alone where there is no time, no offset for it, or an hour without minutes.

    Seconds that are not given are zero, as R4 asks for.
    """
    found = _STAMP.fullmatch(value.strip())
    day = _day(found) if found else None
    if found is None or day is None or not _is_time(found):
        return Reason.DATE
    if not found[4]:
        return day
    if not found[5]:
        zone.remark = Reason.PRECISION
        return day
    offset = _offset(zone, found)
    if offset is None:
        zone.remark = Reason.TIME_ZONE
        return day
    return f"{day}T{found[4]}:{found[5]}:{found[6] or '00'}{found[7] or ''}{offset}"


def instant(zone: Zone, value: str) -> Any:
    """A whole date and time with its offset, or nothing."""
    read = date_time(zone, value)
    if isinstance(read, Reason) or "T" in read:
        return read
    lost, zone.remark = zone.remark, None
    return lost or Reason.PRECISION


def time(_: Zone, value: str) -> Any:
    found = _TIME.fullmatch(value.strip())
    if found is None or found[1] > "23" or found[2] > "59" or (found[3] or "00") > "59":
        return Reason.DATE
    return f"{found[1]}:{found[2]}:{found[3] or '00'}{found[4] or ''}"


def mime(kind: str, value: str) -> Any:
    """A MIME type: as it is, or made of ED.2 and ED.3 (HL7 v2.9 tables 0834 and 0291, and the old 0191)."""
    value = value.strip().lower()
    if _MIME.fullmatch(value):
        return value
    major = _MAJOR.get(kind.strip().lower())
    return f"{major}/{value}" if major and _SUBTYPE.fullmatch(value) else Reason.BAD_CODE


def _day(found: re.Match[str]) -> str | None:
    year, month, day = found[1], found[2], found[3]
    if year == "0000":
        return None
    if month is None:
        return year
    if not "01" <= month <= "12":
        return None
    if day is None:
        return f"{year}-{month}"
    return f"{year}-{month}-{day}" if 1 <= int(day) <= monthrange(int(year), int(month))[1] else None


def _is_time(found: re.Match[str]) -> bool:
    return (found[4] or "00") <= "23" and (found[5] or "00") <= "59" and (found[6] or "00") <= "59"


def _offset(zone: Zone, found: re.Match[str]) -> str | None:
    written = found[8]
    if written:
        offset = f"{written[:3]}:{written[3:]}"
        if _OFFSET.fullmatch(offset):
            return offset
        return None
    if zone.name is None:
        return None
    zone.used = True
    if _OFFSET.fullmatch(zone.name):
        return zone.name
    return _offset_at(zone.name, *(int(found[group] or 0) for group in range(1, 6)))


@lru_cache(maxsize=4096)
def _offset_at(name: str, *moment: int) -> str:
    there = datetime(*moment, tzinfo=ZoneInfo(name))  # type: ignore[arg-type, misc]
    written = there.strftime("%z")
    return f"{written[:3]}:{written[3:5]}"


CONVERTERS: Final[Mapping[str, Converter]] = {
    "string": text,
    "markdown": text,
    "code": code,
    "uri": uri,
    "url": uri,
    "canonical": uri,
    "oid": uri,
    "uuid": uri,
    "id": identifier,
    "decimal": decimal,
    "integer": integer,
    "unsignedInt": unsigned,
    "positiveInt": positive,
    "boolean": boolean,
    "date": date,
    "dateTime": date_time,
    "instant": instant,
    "time": time,
    "base64Binary": text,
    "http://hl7.org/fhirpath/System.String": text,
}
"""By R4 type."""
