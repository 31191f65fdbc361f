"""Value representations and value multiplicities: what a value may look like (PS3.5 clauses 6.2 and 6.4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Final

_SOURCE: Final = "PS3.5 table 6.2-1"


@dataclass(frozen=True, slots=True)
class Vr:
    """One value representation."""

    code: str
    name: str
    most: int | None
    """Longest value: characters where `charset` holds and of each component group in PN, else bytes. None: no bound of
    its own."""
    fixed: int | None
    """The only length of a value, in bytes."""
    charset: bool
    """(0008,0005) says how its characters are encoded; else they are ASCII."""
    form: str
    binary: bool
    """A value is numbers or bytes and no text."""
    source: str = _SOURCE


class VrFault(StrEnum):
    """What is wrong with one text value."""

    LENGTH = "longer than the VR allows, or not of its fixed length"
    CHARACTERS = "characters that the VR does not allow"
    FORM = "not in the form of the VR"
    NO_SUCH_DATE = "a date or time that does not exist"
    RANGE = "a number outside the range of the VR"


def _ascii(code: str, name: str, most: int, form: str, *, fixed: bool = False) -> Vr:
    return Vr(code, name, None if fixed else most, most if fixed else None, charset=False, form=form, binary=False)


def _text(code: str, name: str, most: int, form: str) -> Vr:
    return Vr(code, name, most, None, charset=True, form=form, binary=False)


def _number(code: str, name: str, fixed: int, form: str) -> Vr:
    return Vr(code, name, None, fixed, charset=False, form=form, binary=True)


def _bytes(code: str, name: str, most: int | None, form: str) -> Vr:
    return Vr(code, name, most, None, charset=False, form=form, binary=True)


_LONG: Final = 2**32 - 2
_LINE: Final = "no backslash, no control characters save ESC; spaces at either end mean nothing"
_LINES: Final = "may hold TAB, LF, FF, CR and backslashes, so it has one value alone; spaces at the end mean nothing"
_CODE: Final = "A-Z, 0-9, space and underscore; spaces at either end mean nothing"
_TITLE: Final = "ASCII, no backslash, not spaces alone; spaces at either end mean nothing"
_MOMENT: Final = "YYYYMMDDHHMMSS.FFFFFF&ZZXX: cut off anywhere after the year, offset from UTC (&ZZXX) optional"
_NAME: Final = "family^given^middle^prefix^suffix, in up to three groups: alphabetic=ideographic=phonetic"

VRS: Final[Mapping[str, Vr]] = MappingProxyType(
    {
        vr.code: vr
        for vr in (
            _ascii("AE", "Application Entity", 16, _TITLE),
            _ascii("AS", "Age String", 4, "three digits and D, W, M or Y: 018M", fixed=True),
            _number("AT", "Attribute Tag", 4, "a tag as two 16-bit numbers, group then element"),
            _ascii("CS", "Code String", 16, _CODE),
            _ascii("DA", "Date", 8, "YYYYMMDD", fixed=True),
            _ascii("DS", "Decimal String", 16, "a decimal number, with an exponent or without: -1.5E-3"),
            _ascii("DT", "Date Time", 26, _MOMENT),
            _number("FD", "Floating Point Double", 8, "64-bit float of IEEE 754"),
            _number("FL", "Floating Point Single", 4, "32-bit float of IEEE 754"),
            _ascii("IS", "Integer String", 12, "an integer from -2147483648 to 2147483647 in digits"),
            _text("LO", "Long String", 64, _LINE),
            _text("LT", "Long Text", 10240, _LINES),
            _bytes("OB", "Other Byte", None, "bytes, padded with 00 to an even length"),
            _bytes("OD", "Other Double", 2**32 - 8, "64-bit floats in a row"),
            _bytes("OF", "Other Float", 2**32 - 4, "32-bit floats in a row"),
            _bytes("OL", "Other Long", 2**32 - 4, "32-bit words in a row"),
            _bytes("OV", "Other 64-bit Very Long", 2**32 - 8, "64-bit words in a row"),
            _bytes("OW", "Other Word", None, "16-bit words in a row"),
            _text("PN", "Person Name", 64, _NAME),
            _text("SH", "Short String", 16, _LINE),
            _number("SL", "Signed Long", 4, "signed 32-bit integer"),
            _bytes("SQ", "Sequence of Items", None, "none or more items, each a data set"),
            _number("SS", "Signed Short", 2, "signed 16-bit integer"),
            _text("ST", "Short Text", 1024, _LINES),
            _number("SV", "Signed 64-bit Very Long", 8, "signed 64-bit integer"),
            _ascii("TM", "Time", 14, "HHMMSS.FFFFFF, 24 hours: cut off anywhere after the hour"),
            _text("UC", "Unlimited Characters", _LONG, "as LO; spaces at the end alone mean nothing"),
            _ascii("UI", "Unique Identifier", 64, "numbers with dots between, no leading zeros; padded with 00"),
            _number("UL", "Unsigned Long", 4, "unsigned 32-bit integer"),
            _bytes("UN", "Unknown", None, "bytes whose VR the writer did not know"),
            _ascii("UR", "Universal Resource Identifier", _LONG, "a URI of RFC 3986, no space in front"),
            _number("US", "Unsigned Short", 2, "unsigned 16-bit integer"),
            _text("UT", "Unlimited Text", _LONG, _LINES),
            _number("UV", "Unsigned 64-bit Very Long", 8, "unsigned 64-bit integer"),
        )
    }
)

_PAD: Final[Mapping[str, str]] = {"UI": "\0"}
"""What makes a value's length even; a space elsewhere (PS3.5 clause 6.2)."""

_DECIMAL: Final = re.compile(r" *[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)? *", re.ASCII)
_INTEGER: Final = re.compile(r" *([+-]?\d+) *", re.ASCII)
_UID: Final = re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*))*", re.ASCII)
_TIME: Final = r"(?P<hour>\d\d)((?P<minute>\d\d)((?P<second>\d\d)(\.\d{1,6})?)?)?"
_ONLY_TIME: Final = re.compile(_TIME, re.ASCII)
_DATE_TIME: Final = re.compile(
    rf"(?P<year>\d{{4}})((?P<month>\d\d)((?P<day>\d\d)({_TIME})?)?)?(?P<offset>[+-]\d{{4}})?", re.ASCII
)

_CONTROL: Final = "\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f-\x9f"
_FORBIDDEN: Final[Mapping[str, re.Pattern[str]]] = {
    code: re.compile(pattern, re.ASCII)
    for code, pattern in {
        "AE": r"[^\x20-\x7e]|\\",
        "AS": r"[^\dDWMY]",
        "CS": "[^A-Z0-9 _]",
        "DA": r"[^\d]",
        "DS": r"[^0-9+\-eE. ]",
        "DT": r"[^0-9+\-.]",
        "IS": r"[^0-9+\- ]",
        "LO": rf"[{_CONTROL}\t\n\f\r\\]",
        "LT": f"[{_CONTROL}]",
        "PN": rf"[{_CONTROL}\t\n\f\r\\]",
        "SH": rf"[{_CONTROL}\t\n\f\r\\]",
        "ST": f"[{_CONTROL}]",
        "TM": r"[^0-9.]",
        "UC": rf"[{_CONTROL}\t\n\f\r\\]",
        "UI": "[^0-9.]",
        "UR": r"[^A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=% ]",
        "UT": f"[{_CONTROL}]",
    }.items()
}


def named(vr: str | None) -> tuple[Vr, ...]:
    """The VRs that a dictionary's VR names: two for `US or SS`, none for none."""
    return tuple(VRS[code] for code in re.split(r"\W+or\W+|_", vr or "") if code in VRS)


def fault_of(vr: str, value: str) -> VrFault | None:
    """What is wrong with one value of a text VR, as an object holds it (ranges of queries are a fault).

    The pad that makes a length even may stand at its end. None: nothing is wrong, or `vr` is no text VR. An empty value
    has no fault, since the attribute's type alone says whether it may be empty.
    """
    rule = VRS.get(vr)
    if rule is None or rule.binary:
        return None
    text = value.removesuffix(_PAD.get(vr, " "))
    if not text:
        return None
    if _too_long(rule, text):
        return VrFault.LENGTH
    if _FORBIDDEN[vr].search(text):
        return VrFault.CHARACTERS
    form = _FORMS.get(vr)
    return form(text) if form else None


def vm_allows(vm: str, count: int) -> bool:
    """Whether an element may have so many values: `1`, `2-4`, `1-n`, `3-3n` (multiples of three), `1 or 3`.

    Emptiness is the type's matter: no values are always allowed. Raises ValueError for a text that is no multiplicity.
    """
    return count == 0 or any(_within(*bounds, count) for bounds in _bounds(vm))


def _within(least: int, most: int | None, step: int, count: int) -> bool:
    return least <= count and (most is None or count <= most) and count % step == 0


@cache
def _bounds(vm: str) -> tuple[tuple[int, int | None, int], ...]:
    return tuple(_bound(part) for part in vm.split(" or "))


def _bound(vm: str) -> tuple[int, int | None, int]:
    """Least, most and step of the number of values."""
    found = re.fullmatch(r"([0-9]+)(?:-(?:([0-9]+)|([0-9]*)n))?", vm)
    if not found:
        raise ValueError("not a value multiplicity")
    least, most, step = found.groups()
    if step is not None:
        return int(least), None, int(step or 1)
    return int(least), int(most or least), 1


def _too_long(rule: Vr, text: str) -> bool:
    if rule.fixed is not None:
        return len(text) != rule.fixed
    parts = text.split("=") if rule.code == "PN" else [text]
    return rule.most is not None and max(map(len, parts)) > rule.most


def _age(text: str) -> VrFault | None:
    return None if text[:3].isdecimal() and text[3] in "DWMY" else VrFault.FORM


def _not_blank(text: str) -> VrFault | None:
    return None if text.strip(" ") else VrFault.FORM


def _decimal(text: str) -> VrFault | None:
    return None if _DECIMAL.fullmatch(text) else VrFault.FORM


def _integer(text: str) -> VrFault | None:
    found = _INTEGER.fullmatch(text)
    if not found:
        return VrFault.FORM
    return None if -(2**31) <= int(found[1]) < 2**31 else VrFault.RANGE


def _uid(text: str) -> VrFault | None:
    return None if _UID.fullmatch(text) else VrFault.FORM


def _uri(text: str) -> VrFault | None:
    return VrFault.FORM if " " in text.rstrip(" ") else None


def _person_name(text: str) -> VrFault | None:
    """At most three component groups of at most five components (PS3.5 clause 6.2.1)."""
    groups = text.split("=")
    return VrFault.FORM if len(groups) > 3 or any(group.count("^") > 4 for group in groups) else None


def _date(text: str) -> VrFault | None:
    return None if _exists(text[:4], text[4:6], text[6:]) else VrFault.NO_SUCH_DATE


def _time(text: str) -> VrFault | None:
    found = _ONLY_TIME.fullmatch(text)
    if not found:
        return VrFault.FORM
    return None if _on_the_clock(found) else VrFault.NO_SUCH_DATE


def _date_time(text: str) -> VrFault | None:
    found = _DATE_TIME.fullmatch(text)
    if not found:
        return VrFault.FORM
    day = _exists(found["year"], found["month"] or "01", found["day"] or "01")
    return None if day and _on_the_clock(found) and _offset(found["offset"] or "+0000") else VrFault.NO_SUCH_DATE


def _exists(year: str, month: str, day: str) -> bool:
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def _on_the_clock(time: re.Match[str]) -> bool:
    """Second 60 is a leap second."""
    return int(time["hour"] or 0) < 24 and int(time["minute"] or 0) < 60 and int(time["second"] or 0) <= 60


def _offset(offset: str) -> bool:
    """From UTC: -1200 to +1400, and -0000 is none (PS3.5 table 6.2-1, DT)."""
    minutes = int(offset[1:3]) * 60 + int(offset[3:])
    return int(offset[3:]) < 60 and (minutes <= 14 * 60 if offset[0] == "+" else 0 < minutes <= 12 * 60)


_FORMS: Final[Mapping[str, Callable[[str], VrFault | None]]] = {
    "AE": _not_blank,
    "AS": _age,
    "DA": _date,
    "DS": _decimal,
    "DT": _date_time,
    "IS": _integer,
    "PN": _person_name,
    "TM": _time,
    "UI": _uid,
    "UR": _uri,
}
