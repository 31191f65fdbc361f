"""The value of a private element as text, and what it would tell about a person.

A value of unknown representation (UN) is little endian whatever the file is (PS3.5 6.2.2); it is decoded by the value
representation that the dictionary has for it.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from trivium.api import Kind
from trivium_dicom.phi import kind_of, well_known_uid
from trivium_dicom.private.definitions import NUMERIC, is_day_of_care, is_safe_number
from trivium_dicom.private.elements import Element
from trivium_dicom.private.meanings import Meaning
from trivium_dicom.private.vocabulary import Basis, NotDecoded

_FORMATS: Final[Mapping[str, str]] = {
    "US": "H", "SS": "h", "UL": "I", "SL": "i", "UV": "Q", "SV": "q", "FL": "f", "FD": "d", "OF": "f", "OD": "d",
}  # fmt: skip
_TEXT: Final = frozenset({"AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "PN", "SH", "TM", "UC", "UI"})
_LONG_TEXT: Final = frozenset({"LT", "ST", "UT", "UR"})
"""One value each, in which a backslash is a character (PS3.5 6.2)."""
_BINARY: Final = frozenset({"OB", "OW", "OL", "OV", "OF", "OD"})
_UNKNOWN: Final = frozenset({"", "UN", "??"})
_ANY_PRIVATE: Final = "00291010"
_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,9}|\d{0,9}\.\d{0,17})(?:[eE][+-]?\d{1,3})?", re.ASCII)
_DIGITS_OF_A_PERSON: Final = re.compile(r"[+-]?\d{7,}", re.ASCII)
_SHOWN: Final = 16_384
"""Bytes of a value that are decoded for showing."""


@dataclass(frozen=True, slots=True)
class Value:
    text: str | None
    kind: Kind | None
    reason: NotDecoded | None = None


def effective_vr(element: Element, meaning: Meaning) -> str | None:
    """As written, or where that says nothing as the dictionary has it; None: nobody says."""
    if element.vr and element.vr not in _UNKNOWN:
        return element.vr
    vr = meaning.definition.vr.split(" or ")[0] if meaning.definition else None
    return vr if vr not in _UNKNOWN else None


def value_of(element: Element, meaning: Meaning) -> Value:
    """A sequence has no text; its elements stand for themselves."""
    vr = effective_vr(element, meaning)
    if element.items or vr == "SQ":
        return Value(None, None)
    if element.texts:
        return _shown(element, vr, meaning, element.texts)
    if not element.data:
        return Value(None, None, NotDecoded.NOT_SHOWN if element.cut else None)
    return _of_bytes(element, vr, meaning, element.data)


def _of_bytes(element: Element, vr: str | None, meaning: Meaning, data: bytes) -> Value:
    texts = texts_of(data[:_SHOWN], vr) if vr else None
    if texts is None:
        readable = readable_text(data[:_SHOWN])
        if readable is not None and (vr is None or vr in _BINARY):
            texts = (readable,)
    if texts is None:
        return Value(None, None, _reason(vr))
    return _shown(element, vr, meaning, texts)


def _reason(vr: str | None) -> NotDecoded:
    if vr is None:
        return NotDecoded.UNKNOWN_VR
    return NotDecoded.BINARY if vr in _BINARY else NotDecoded.OTHER_VR


def _shown(element: Element, vr: str | None, meaning: Meaning, texts: tuple[str, ...]) -> Value:
    kinds = {kind_of_value(text, element, vr, meaning) for text in texts}
    kind = kinds.pop() if len(kinds) == 1 else Kind.TEXT
    return Value("\\".join(texts), kind)


def texts_of(data: bytes, vr: str) -> tuple[str, ...] | None:
    """Each value of little endian bytes as text; None for bytes that are no value of this representation."""
    if vr in _TEXT or vr in _LONG_TEXT:
        text = readable_text(data)
        if text is None:
            return None
        return (text,) if vr in _LONG_TEXT else tuple(one.strip(" \0") for one in text.split("\\"))
    if vr == "AT":
        if len(data) % 4:
            return None
        pairs = struct.iter_unpack("<HH", data)
        return tuple(f"({group:04X},{element:04X})" for group, element in pairs)
    if (code := _FORMATS.get(vr)) and vr not in _BINARY:
        if len(data) % struct.calcsize(code):
            return None
        write = float32 if code == "f" else repr
        return tuple(write(one) for (one,) in struct.iter_unpack(f"<{code}", data))
    return None


def float32(value: float) -> str:
    """The shortest text that is this number in single precision, which is what the number is taken to."""
    single = _as_float32(repr(value))
    texts = (f"{value:.{digits}g}" for digits in range(6, 10))
    return repr(float(next((text for text in texts if _as_float32(text) == single), repr(value))))


def _as_float32(text: str) -> float:
    try:
        found: float = struct.unpack("<f", struct.pack("<f", float(text)))[0]
    except (OverflowError, ValueError):
        return float("nan")
    return found


def readable_text(data: bytes) -> str | None:
    """Bytes as text if they are one: UTF-8 or Latin-1 without control characters, padded with spaces or zeros."""
    stripped = data.rstrip(b"\0 ")
    try:
        text = stripped.decode("utf-8")
    except UnicodeDecodeError:
        text = stripped.decode("latin-1")
    return text if all(character.isprintable() or character in "\t\r\n\f" for character in text) else None


def kind_of_value(text: str, element: Element, vr: str | None, meaning: Meaning) -> Kind | None:
    """Text, unless it is a UID, a date or a name; a number that PS3.15 lists as safe is public.

    A day is a date of care where the creator is known to have such a one there; else it may be one of birth.

    Only a creator that is known by its very name counts for that, and both value representations must be numbers.
    """
    definition = meaning.definition
    known = definition.vr if definition and meaning.basis is Basis.CREATOR else None
    said = {one for one in (vr, known) if one and one not in _UNKNOWN}
    if definition and known and said and said <= NUMERIC and is_safe_number(definition.creator, element.digits):
        return None if _is_number(text) else Kind.TEXT
    kind = kind_by_vr(text, said.pop() if len(said) == 1 else "UN")
    return Kind.DATE if kind is Kind.BIRTH_DATE and known and is_day_of_care(definition) else kind


def kind_by_vr(text: str, vr: str) -> Kind | None:
    """The kind of a value that stands in private data; never public but for nothing at all and well-known UIDs."""
    if vr == "UI" and well_known_uid(text):
        return None
    return kind_of(_ANY_PRIVATE, vr, text)


def _is_number(text: str) -> bool:
    """A number that is no number of a person: those have many digits and no point."""
    number = text.strip()
    return bool(_NUMBER.fullmatch(number) and number.strip("+-.")) and not _DIGITS_OF_A_PERSON.fullmatch(number)
