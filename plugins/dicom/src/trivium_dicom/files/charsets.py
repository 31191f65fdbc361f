"""Text of data elements in the character sets of (0008,0005) (PS3.3 C.12.1.1.2, PS3.5 6.1 and annexes H to K).

The first value says what a text begins with; escape sequences of ISO 2022 switch from there, and a delimiter switches
back (PS3.5 6.1.2.5.3). UTF-8, GB18030 and GBK stand alone. Nothing fails: what is not of its character set is read as
well as can be, and `Text.sound` tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

_ASCII: Final = "ascii"
_ALONE: Final = {"192": "utf-8", "GB18030": "gb18030", "GBK": "gbk"}
_RIGHT: Final = {
    "6": _ASCII,
    "13": "shift_jis",
    "58": "gb2312",
    "87": _ASCII,
    "100": "latin-1",
    "101": "iso8859-2",
    "109": "iso8859-3",
    "110": "iso8859-4",
    "126": "iso8859-7",
    "127": "iso8859-6",
    "138": "iso8859-8",
    "144": "iso8859-5",
    "148": "iso8859-9",
    "149": "euc_kr",
    "159": _ASCII,
    "166": "iso8859-11",
    "203": "iso8859-15",
}
"""Codecs for a text that begins in a set, by the number in its defined term (PS3.3 tables C.12-2 to C.12-5). The
two-byte Japanese sets need an escape sequence first, as they are no set of the upper half.
"""
_TO_RIGHT: Final = {
    b"-A": "latin-1", b"-B": "iso8859-2", b"-C": "iso8859-3", b"-D": "iso8859-4", b"-F": "iso8859-7",
    b"-G": "iso8859-6", b"-H": "iso8859-8", b"-L": "iso8859-5", b"-M": "iso8859-9", b"-T": "iso8859-11",
    b"-b": "iso8859-15", b")I": "shift_jis", b"$)C": "euc_kr", b"$)A": "gb2312",
}  # fmt: skip
"""Escape sequences, without ESC, that put a set into the upper half (PS3.3 tables C.12-3 and C.12-4)."""
_TO_LEFT: Final = {b"(B": None, b"(J": None, b"$B": "iso2022_jp", b"$(D": "iso2022_jp_2"}
"""The same for the lower half: one byte a character (None), or the codec of the two bytes."""
_ESCAPE: Final = re.compile(rb"\x1b(\$\([A-Z@]|\$\)[A-Z@]|\$[A-Z@]|[-()*+./][A-Za-z@])?")
_TERM: Final = re.compile(r"(?:ISO[ _-]*)?(?:2022[ _-]*)?(?:IR)?[ _-]*(\d{1,3}|GBK|GB18030)", re.IGNORECASE)
_OTHER_SPELLINGS: Final = {"UTF8": "192", "UTF-8": "192", "LATIN1": "100", "ISO8859-1": "100", "ISO-8859-1": "100"}

CONTROLS: Final = b"\t\n\f\r"
"""After these a text is in its first character set again; `\\`, and `^` and `=` of a name, count too."""


class Text(NamedTuple):
    value: str
    sound: bool
    """Every byte was of its character set."""


@dataclass(frozen=True, slots=True)
class CharacterSet:
    """What the values of (0008,0005) say."""

    right: str = _ASCII
    """The codec of the upper half that texts begin in, or of all where `alone`."""
    alone: bool = False
    """No escape sequence switches from it."""
    known: bool = True
    python_names: tuple[str, ...] = ("iso8859",)
    """As pydicom calls them, for writing."""

    def decode(self, raw: bytes, delimiters: bytes = CONTROLS + b"\\") -> Text:
        """Read one text. `delimiters` are the bytes after which it is in its first set again."""
        if raw.isascii() and b"\x1b" not in raw:
            return Text(raw.decode("ascii"), True)
        if self.alone or b"\x1b" not in raw:
            return _decoded(raw, self.right)
        parts = list(self._switched(raw, delimiters))
        return Text("".join(part.value for part in parts), all(part.sound for part in parts))

    def _switched(self, raw: bytes, delimiters: bytes) -> Iterator[Text]:
        left, right, start = None, self.right, 0
        delimiter = re.compile(b"[" + re.escape(delimiters) + b"]")
        while start <= len(raw):
            escape = _ESCAPE.search(raw, start)
            piece = raw[start : escape.start() if escape else len(raw)]
            if left is None and (found := delimiter.search(piece)):
                yield _decoded(piece[: found.end()], right)
                right = self.right
                yield _decoded(piece[found.end() :], right)
            elif left is not None:
                yield from _two_bytes(piece, left, right)
            else:
                yield _decoded(piece, right)
            if escape is None:
                return
            start = escape.end()
            code = escape[1]
            if code in _TO_LEFT:
                left = _TO_LEFT[code]
            elif code in _TO_RIGHT:
                right = _TO_RIGHT[code]
            else:
                yield Text("\ufffd", False)


DEFAULT: Final = CharacterSet()


@lru_cache(maxsize=256)
def character_set(terms: tuple[str, ...]) -> CharacterSet:
    """The character set that the values of (0008,0005) name, in any usual spelling of the defined terms."""
    numbers = [_number(term) for term in terms]
    known = all(number is not None for number in numbers)
    first = numbers[0] if numbers else "6"
    names = _python_names(terms, numbers)
    if first in _ALONE:
        return CharacterSet(_ALONE[first], True, known, names)
    return CharacterSet(_RIGHT.get(first or "6", _ASCII), False, known, names)


def _number(term: str) -> str | None:
    """The registration number, or the name, in a defined term; an empty first value is the default repertoire."""
    term = term.strip().upper()
    if not term:
        return "6"
    if term in _OTHER_SPELLINGS:
        return _OTHER_SPELLINGS[term]
    found = _TERM.fullmatch(term)
    number = found[1].lstrip("0") if found else None
    return number if number in _RIGHT or number in _ALONE else None


def _python_names(terms: Sequence[str], numbers: Sequence[str | None]) -> tuple[str, ...]:
    from pydicom.charset import python_encoding

    def name(number: str | None) -> str:
        spellings = (f"ISO_IR {number}", f"ISO 2022 IR {number}", str(number))
        return next((python_encoding[one] for one in spellings if one in python_encoding), "iso8859")

    return tuple(name(number) for number in numbers) or ("iso8859",)


def _decoded(raw: bytes, codec: str) -> Text:
    try:
        return Text(raw.decode(codec), True)
    except UnicodeDecodeError:
        return _repaired(raw, codec)


def _repaired(raw: bytes, codec: str) -> Text:
    """Bytes that their set does not have: most often UTF-8 or Latin 1 that nobody declared."""
    if codec == _ASCII:
        try:
            return Text(raw.decode("utf-8"), False)
        except UnicodeDecodeError:
            return Text(raw.decode("latin-1"), False)
    return Text(raw.decode(codec, "replace"), False)


def _two_bytes(piece: bytes, left: str, right: str) -> Iterator[Text]:
    """A piece with a two-byte set in the lower half: only its bytes of that half are of it."""
    escape = b"\x1b$B" if left == "iso2022_jp" else b"\x1b$(D"
    for run in re.findall(rb"[\x21-\x7e]+|[\x80-\xff]+|[\x00-\x20\x7f]+", piece):
        if run[0] >= 0x80:
            yield _decoded(run, right)
        elif run[0] <= 0x20 or run[0] == 0x7F:
            yield Text(run.decode("ascii"), True)
        else:
            yield _decoded(escape + run, left)


__all__ = ["CONTROLS", "DEFAULT", "CharacterSet", "Text", "character_set"]
