"""Headers inside the value of one element: which layouts are known, and what stands in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from trivium.api import Kind
from trivium_dicom.private import csa, protocol_text
from trivium_dicom.private.csa_names import is_known, is_usual_setting
from trivium_dicom.private.elements import Element
from trivium_dicom.private.meanings import Meaning
from trivium_dicom.private.values import kind_by_vr
from trivium_dicom.private.vocabulary import Basis, Layout, NotDecoded

_MOST: Final = 8 << 20
"""Bytes of a value that is looked into."""
_TEXT_MOST: Final = 20_000
"""Characters of a text that has no names in it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A named value inside a value."""

    name: str
    name_kind: Kind | None
    text: str
    kind: Kind | None
    usual: bool = True
    """Shown without being asked for by its name."""


@dataclass(frozen=True, slots=True)
class Contents:
    layout: Layout
    entries: tuple[Entry, ...]


_CSA_CREATORS: Final = frozenset(
    ("SIEMENS CSA HEADER", "SIEMENS CSA NON-IMAGE", "SIEMENS MEDCOM HEADER", "SIEMENS MEDCOM HEADER2")
)
_MEDCOM: Final = ("SIEMENS MEDCOM", "SIEMENS CSA ENVELOPE", "SIEMENS CSA REPORT", "SIEMENS SYNGO")


def contents_of(element: Element, meaning: Meaning) -> Contents | NotDecoded | None:
    """What stands inside; why it cannot be told; None for a value that is no header.

    What a value is taken for is said by its own marks; by its creator alone only where the layout has no mark (CSA1).
    """
    if _is_csa(meaning) and element.data and not element.data.strip(b"\0"):
        return NotDecoded.ZEROED
    layout = _layout(element, meaning)
    if layout is None:
        return NotDecoded.PROPRIETARY if _proprietary(element, meaning) else None
    if element.cut:
        return NotDecoded.CUT
    data = _bytes(element)
    if len(data) > _MOST:
        return NotDecoded.TOO_LARGE
    try:
        return Contents(layout, tuple(_READERS[layout](data)))
    except protocol_text.TooMuch:
        return NotDecoded.TOO_LARGE
    except ValueError:
        return NotDecoded.SPOILED


def _layout(element: Element, meaning: Meaning) -> Layout | None:
    data = _bytes(element)
    if csa.is_second(data):
        return Layout.CSA2
    if protocol_text.is_ge_block(data):
        return Layout.GE_BLOCK
    if protocol_text.BEGIN in data[:_MOST]:
        return Layout.CSA1 if csa.looks_like_csa(data) else Layout.ASCCONV
    return Layout.CSA1 if _is_csa(meaning) and csa.looks_like_csa(data) else None


def _is_csa(meaning: Meaning) -> bool:
    return meaning.definition is not None and meaning.definition.creator in _CSA_CREATORS


def _proprietary(element: Element, meaning: Meaning) -> bool:
    creator = meaning.definition.creator if meaning.definition and meaning.basis is not Basis.HINT else ""
    return element.vr in ("OB", "UN", None) and bool(element.data) and creator.startswith(_MEDCOM)


def _bytes(element: Element) -> bytes:
    if element.data is not None:
        return element.data
    return "\\".join(element.texts).encode("latin-1", "replace") if _may_be_protocol(element) else b""


def _may_be_protocol(element: Element) -> bool:
    return any("### ASCCONV BEGIN" in text for text in element.texts)


def _csa(data: bytes) -> Iterator[Entry]:
    for tag in csa.read_csa(data):
        text = "\\".join(tag.values)
        yield _entry(tag.name, text, _csa_kind(tag))
        if protocol_text.BEGIN.decode() in text:
            for name, value in protocol_text.ascconv(text):
                yield _setting(name, value)


def _csa_kind(tag: csa.CsaTag) -> Kind | None:
    """A UID or a date where the header says so; all other text, numbers too, as of any private element."""
    kinds = {kind_by_vr(value, tag.vr) for value in tag.values if value}
    return kinds.pop() if len(kinds) == 1 else Kind.TEXT if kinds else None


def _ascconv(data: bytes) -> Iterator[Entry]:
    for name, value in protocol_text.ascconv(data.decode("latin-1")):
        yield _setting(name, value)


def _ge(data: bytes) -> Iterator[Entry]:
    text = protocol_text.ge_block(data)
    found = False
    for name, value in protocol_text.ge_settings(text):
        found = True
        yield _entry(name, value, Kind.TEXT)
    if not found:
        yield _entry("", text[:_TEXT_MOST], Kind.TEXT)


def _setting(name: str, value: str) -> Entry:
    return replace(_entry(name, value, Kind.TEXT), usual=is_usual_setting(name))


def _entry(name: str, text: str, kind: Kind | None) -> Entry:
    return Entry(name, None if is_known(name) else Kind.TEXT, text, kind)


_READERS: Final[dict[Layout, Callable[[bytes], Iterator[Entry]]]] = {
    Layout.CSA1: _csa,
    Layout.CSA2: _csa,
    Layout.ASCCONV: _ascconv,
    Layout.GE_BLOCK: _ge,
}
