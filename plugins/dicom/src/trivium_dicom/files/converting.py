"""The value of one element, from its bytes to what pydicom would make of it; never an error.

What is not of its value representation stays as text, or as bytes where it is no text, and the caller is told.
"""

from __future__ import annotations

from collections.abc import MutableSequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from pydicom.datadict import dictionary_VR, private_dictionary_VR
from pydicom.valuerep import VR
from pydicom.values import converters

from trivium_dicom.files.charsets import CONTROLS, CharacterSet
from trivium_dicom.files.problems import Oddity

_TEXT: Final = frozenset(("SH", "LO", "UC"))
_ONE_TEXT: Final = frozenset(("ST", "LT", "UT"))
_NUMBER_BYTES: Final = {"US": 2, "SS": 2, "UL": 4, "SL": 4, "AT": 4, "FL": 4, "FD": 8, "UV": 8, "SV": 8}
_PLAIN: Final = frozenset(("AE", "AS", "CS", "DA", "DS", "DT", "IS", "TM", "UI", "UR"))
_LUT_DESCRIPTORS: Final = frozenset((0x00281101, 0x00281102, 0x00281103, 0x00283002))
BYTES: Final = frozenset(
    ("OB", "OD", "OF", "OL", "OV", "OW", "UN", "OB or OW", "US or SS", "US or OW", "US or SS or OW")
)


class Converted(NamedTuple):
    value: Any
    vr: str
    oddity: Oddity | None = None


def converted(vr: str, raw: bytes, little: bool, charset: CharacterSet, tag: int, most: int) -> Converted:
    """`most` is how many values an element may have."""
    if vr in BYTES:
        return Converted(raw or None, vr)
    if size := _NUMBER_BYTES.get(vr):
        return _numbers(vr, raw, little, tag, size, most)
    if raw.count(b"\\") >= most:
        return Converted(raw, "UN", Oddity.UNREADABLE_VALUE)
    if vr == "PN":
        return _names(raw, charset)
    if vr in _TEXT or vr in _ONE_TEXT:
        return _text(vr, raw, charset)
    if vr in _PLAIN:
        return _plain(vr, raw, little)
    return Converted(raw, "UN", Oddity.UNKNOWN_VR)


def _numbers(vr: str, raw: bytes, little: bool, tag: int, size: int, most: int) -> Converted:
    if not raw:
        return Converted(None, vr)
    if len(raw) % size or len(raw) // size > most:
        return Converted(raw, "UN", Oddity.UNREADABLE_VALUE)
    value = _by_pydicom(vr, raw, little)
    if tag in _LUT_DESCRIPTORS and isinstance(value, list) and value and value[0] < 0:
        value[0] += 0x10000  # the count of entries is unsigned whatever the pixels are (PS3.3 C.11.1.1.1)
    return Converted(value, vr)


def _plain(vr: str, raw: bytes, little: bool) -> Converted:
    """A text of the default repertoire."""
    if not raw.strip(b" \0"):
        return Converted(_empty(vr), vr)
    oddity = None if raw.isascii() else Oddity.UNREADABLE_VALUE
    try:
        value = _by_pydicom(vr, raw, little)
    except Exception:  # whatever pydicom makes of what is no such value
        return _as_written(vr, raw)
    return _as_written(vr, raw) if vr == "IS" and _has_fraction(value) else Converted(value, vr, oddity)


def _as_written(vr: str, raw: bytes) -> Converted:
    texts = [one.strip(" \0") for one in raw.decode("latin-1").split("\\")]
    return Converted(texts[0] if len(texts) == 1 else _several(texts), vr, Oddity.UNREADABLE_VALUE)


def _has_fraction(value: Any) -> bool:
    """pydicom takes a fraction in an integer string, as a float."""
    return any(isinstance(one, float) for one in (value if isinstance(value, MutableSequence) else (value,)))


def _text(vr: str, raw: bytes, charset: CharacterSet) -> Converted:
    value, sound = charset.decode(raw, CONTROLS if vr in _ONE_TEXT else CONTROLS + b"\\")
    value = value.rstrip(" \0")
    oddity = None if sound else Oddity.WRONG_CHARSET
    if vr in _ONE_TEXT or "\\" not in value:
        return Converted(value, vr, oddity)
    return Converted(_several([one.rstrip(" \0") for one in value.split("\\")]), vr, oddity)


def _names(raw: bytes, charset: CharacterSet) -> Converted:
    from pydicom.valuerep import PersonName

    text, sound = charset.decode(raw, CONTROLS + b"\\^=")
    names = [PersonName(one.rstrip(" \0"), charset.python_names) for one in text.split("\\")]
    value = names[0] if len(names) == 1 else _several(names)
    return Converted(value, "PN", None if sound else Oddity.WRONG_CHARSET)


def _several(values: list[Any]) -> Any:
    from pydicom.multival import MultiValue

    return MultiValue(_same, values)


def _same(value: Any) -> Any:
    return value


def _by_pydicom(vr: str, raw: bytes, little: bool) -> Any:
    found: Any = converters[VR(vr)]
    converter, form = found if isinstance(found, tuple) else (found, None)
    return converter(raw, little, form)


def _empty(vr: str) -> Any:
    return None if vr in ("DS", "IS") else ""


@lru_cache(maxsize=8192)
def vr_of(tag: int, creator: str | None) -> str | None:
    """The VR that the dictionary, or that of a private creator, has; None if neither has the tag."""
    if tag & 0xFFFF == 0:
        return "UL"
    if not tag >> 16 & 1:
        try:
            return str(dictionary_VR(tag))
        except KeyError:
            return None
    if 0x10 <= tag & 0xFFFF <= 0xFF:
        return "LO"
    try:
        return str(private_dictionary_VR(tag, creator)) if creator else None
    except KeyError:
        return None
