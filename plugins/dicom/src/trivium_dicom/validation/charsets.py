"""Specific Character Set (0008,0005): which terms there are, and what text in them is (PS3.3 C.12.1.1.2, PS3.5 6.1)."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_ALONE: Final = frozenset({"ISO_IR 192", "GB18030", "GBK"})
"""Multi-byte sets without code extensions: no second value may stand beside them."""
_DEFAULT: Final = "ISO_IR 6"
_SINGLE: Final = {
    _DEFAULT: "ascii",
    "ISO_IR 100": "iso8859_1",
    "ISO_IR 101": "iso8859_2",
    "ISO_IR 109": "iso8859_3",
    "ISO_IR 110": "iso8859_4",
    "ISO_IR 144": "iso8859_5",
    "ISO_IR 127": "iso8859_6",
    "ISO_IR 126": "iso8859_7",
    "ISO_IR 138": "iso8859_8",
    "ISO_IR 148": "iso8859_9",
    "ISO_IR 203": "iso8859_15",
    "ISO_IR 13": "shift_jis",
    "ISO_IR 166": "tis_620",
    "ISO_IR 192": "utf_8",
    "GB18030": "gb18030",
    "GBK": "gbk",
}
"""Terms without code extensions, with the codec that reads them."""
_EXTENDED: Final = frozenset(
    f"ISO 2022 IR {number}"
    for number in (6, 100, 101, 109, 110, 144, 127, 126, 138, 148, 203, 13, 166, 87, 159, 149, 58)
)

_DELIMITERS: Final = frozenset(b"\r\n\t\f^=\\")
"""Behind each of these the first character set is in force again (PS3.5 6.1.2.5.3)."""


@dataclass(frozen=True)
class Charset:
    """What (0008,0005) says."""

    terms: tuple[str, ...]

    @property
    def unknown(self) -> tuple[str, ...]:
        """Values that are no term. An empty first value is the default repertoire."""
        known = (term in _SINGLE or term in _EXTENDED for term in self.terms)
        return tuple(
            term
            for number, (term, ok) in enumerate(zip(self.terms, known, strict=True))
            if not ok and not (number == 0 and not term and len(self.terms) > 1)
        )

    @property
    def default(self) -> bool:
        """Whether the default repertoire is written out: the standard has no term for it without code extensions."""
        return _DEFAULT in self.terms

    @property
    def mixed(self) -> bool:
        """Whether a set that stands alone has another beside it, or there are several without code extensions."""
        return len(self.terms) > 1 and any(term in _SINGLE for term in self.terms)

    def decoded(self, raw: bytes) -> str | None:
        """The text of `raw`; None if it is none in this set.

        Beyond ASCII without a set it is read as Latin 1, and so is all text in an unknown one, which is told as such.
        """
        if raw.isascii() and b"\x1b" not in raw:
            return raw.decode("ascii")
        if not self.terms or self.unknown:
            return raw.decode("latin-1")
        codec = _SINGLE.get(self.terms[0]) if len(self.terms) == 1 else None
        if codec is None:
            return _extended(raw, self.terms)
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            return None


def _extended(raw: bytes, terms: tuple[str, ...]) -> str | None:
    """Text with code extensions of ISO 2022, by pydicom, which warns where bytes are no text."""
    from pydicom.charset import convert_encodings, decode_bytes

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            text = decode_bytes(raw, convert_encodings(list(terms)), set(_DELIMITERS))
        except (LookupError, ValueError):
            return None
    return None if told else text


@lru_cache(maxsize=64)
def charset_of(terms: tuple[str, ...]) -> Charset:
    return Charset(terms)
