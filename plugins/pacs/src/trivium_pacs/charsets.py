"""Text in the character sets of (0008,0005), PS3.5 6.1. Pure, and never fails: what does not fit becomes U+FFFD.

The tables are pydicom's. Its functions are not used: where bytes do not fit they warn, and quote what was sent.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_FRAGMENT: Final = re.compile(rb"\x1b[^\x1b]*|[^\x1b]+")
_PLAIN_DELIMITERS: Final = re.compile(rb"[\r\n\t\f]")
_NAME_DELIMITERS: Final = re.compile(rb"[\r\n\t\f^=]")


def decoded(raw: bytes, character_sets: bytes, *, person_name: bool = False) -> str:
    """`raw` as text. Escape sequences of code extensions (PS3.5 6.1.2.5) are followed when (0008,0005) allows them."""
    encodings = _encodings(character_sets)
    if len(encodings) == 1:
        return raw.decode(encodings[0], errors="replace")
    delimiters = _NAME_DELIMITERS if person_name else _PLAIN_DELIMITERS
    return "".join(_fragment(part, encodings, delimiters) for part in _FRAGMENT.findall(raw))


@lru_cache(maxsize=64)
def _encodings(character_sets: bytes) -> tuple[str, ...]:
    """Python's names for the values of (0008,0005); an unknown term counts as the default repertoire."""
    from pydicom.charset import STAND_ALONE_ENCODINGS, default_encoding, python_encoding

    terms = [part.decode("ascii", errors="replace").strip(" \0") for part in character_sets.split(b"\\")]
    if terms[0] in STAND_ALONE_ENCODINGS:
        terms = terms[:1]
    return tuple(python_encoding.get(term, default_encoding) for term in terms)


def _fragment(part: bytes, encodings: tuple[str, ...], delimiters: re.Pattern[bytes]) -> str:
    """One stretch of text, from an escape sequence to the next. A delimiter ends the reach of the sequence."""
    from pydicom.charset import CODES_TO_ENCODINGS, default_encoding

    code = next((code for code in CODES_TO_ENCODINGS if part.startswith(code)), b"")
    encoding = CODES_TO_ENCODINGS.get(code, "")
    if encoding not in encodings and encoding != default_encoding:
        return part.decode(encodings[0], errors="replace")
    if encoding.startswith("iso2022"):  # Python's codec reads the sequence itself
        return part.decode(encoding, errors="replace")
    rest = part[len(code) :]
    end = delimiters.search(rest)
    reach = end.start() if end else len(rest)
    return rest[:reach].decode(encoding, errors="replace") + rest[reach:].decode(encodings[0], errors="replace")
