"""Bytes that switch between character sets by escape sequences (ISO 2022), as a repeating MSH-18 announces.

A line begins in the message's first character set, ASCII on the left and the rest on the right (HL7 v2.5.1 chapter
2.15.9.18). A sequence puts another set on the left (two bytes a character for kanji) or on the right until the next
sequence or the end of the line.
"""

from __future__ import annotations

import re
from typing import Final

_SEQUENCE: Final = re.compile(rb"(\x1b(?:\$[@AB]|\$[()][ABCD]|[-()][A-Za-z])|[\r\n]+)")
_JAPANESE: Final = "iso2022_jp_2"
_LEFT_PAIRS: Final = (b"\x1b$@", b"\x1b$A", b"\x1b$B", b"\x1b$(C", b"\x1b$(D")
"""JIS X 0208 (ISO IR87; 1978 and later), GB 2312, KS X 1001, JIS X 0212 (ISO IR159)."""
_LEFT_SINGLE: Final = (b"\x1b(B", b"\x1b(J")
"""ASCII, and JIS X 0201's Latin letters, read as ASCII like every message's separators."""
_RIGHT: Final = {
    b"\x1b)I": "shift_jis",
    b"\x1b$)A": "gb2312",
    b"\x1b$)C": "euc_kr",
    b"\x1b-A": "iso8859_1",
    b"\x1b-B": "iso8859_2",
    b"\x1b-C": "iso8859_3",
    b"\x1b-D": "iso8859_4",
    b"\x1b-F": "iso8859_7",
    b"\x1b-G": "iso8859_6",
    b"\x1b-H": "iso8859_8",
    b"\x1b-L": "iso8859_5",
    b"\x1b-M": "iso8859_9",
    b"\x1b-T": "iso8859_11",
    b"\x1b-b": "iso8859_15",
}


def decode_switched(data: bytes, base: str) -> str:
    """The text of `data`, whose lines begin in the codec `base`, a superset of ASCII.

    Raises `UnicodeError` for bytes that the set in force does not have, and for a sequence that is not known.
    """
    text: list[str] = []
    right, pairs = base, b""
    for number, piece in enumerate(_SEQUENCE.split(data)):
        if number % 2 == 0:
            text.append((pairs + piece).decode(_JAPANESE) if pairs else piece.decode(right))
        elif piece[:1] != b"\x1b":
            right, pairs = base, b""
            text.append(piece.decode("ascii"))
        elif piece in _LEFT_PAIRS:
            pairs = piece
        elif piece in _LEFT_SINGLE:
            pairs = b""
        elif piece in _RIGHT:
            right, pairs = _RIGHT[piece], b""
        else:
            raise UnicodeError("an unknown sequence")
    return "".join(text)
