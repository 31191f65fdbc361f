"""Protocols that scanners leave as text: ASCCONV of Siemens MR, and the protocol data block of GE MR.

    ### ASCCONV BEGIN ###
    alTR[0]                                  = 3000000
    ### ASCCONV END ###

GE keeps lines `set NAME "value"` in (0025,xx1B) of GEMS_SERS_01: four bytes of length, then gzip (GDCM, gdcmPDBHeader;
ExploreASL, issue 1245).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Final

BEGIN: Final = b"### ASCCONV BEGIN"
_SECTION: Final = re.compile(r"### ASCCONV BEGIN[^\n]{0,2000}\n(.*?)(?:### ASCCONV END|\Z)", re.DOTALL)
_LINE: Final = re.compile(r"^[ \t]*([A-Za-z_][\w.\[\]]{0,199})[ \t]*=[ \t]*([^\r\n]*)", re.MULTILINE | re.ASCII)
_SET: Final = re.compile(r'^[ \t]*set[ \t]+([A-Za-z_][\w.()]{0,99})[ \t]+"([^"\r\n]*)"', re.MULTILINE | re.ASCII)
_GZIP: Final = b"\x1f\x8b\x08"
_MOST_TEXT: Final = 1 << 20
_MOST_LINES: Final = 20_000


class TooMuch(ValueError):
    """It inflates to more than is read."""


def ascconv(text: str) -> Iterator[tuple[str, str]]:
    """Names and values of every ASCCONV section, quotes taken off."""
    left = _MOST_LINES
    for section in _SECTION.finditer(text):
        for line in _LINE.finditer(section[1]):
            if not left:
                return
            left -= 1
            yield line[1], _unquoted(line[2].partition("\t#")[0].strip())


def _unquoted(value: str) -> str:
    """Strings are in one pair of quotes or, inside a CSA header, in two."""
    for quotes in ('""', '"'):
        if value.startswith(quotes) and value.endswith(quotes) and len(value) >= 2 * len(quotes):
            return value[len(quotes) : -len(quotes)]
    return value


def is_ge_block(data: bytes) -> bool:
    return data[4:7] == _GZIP


def ge_block(data: bytes) -> str:
    """The text of a protocol data block. Raises `ValueError` for one that is spoiled, `TooMuch` for a large one."""
    inflater = zlib.decompressobj(wbits=31)
    try:
        content = inflater.decompress(data[4:], _MOST_TEXT)
    except zlib.error:
        raise ValueError from None
    if inflater.unconsumed_tail:
        raise TooMuch
    if not inflater.eof:
        raise ValueError
    return content.decode("latin-1")


def ge_settings(text: str) -> Iterator[tuple[str, str]]:
    """Names and values of the lines `set NAME "value"`."""
    for number, line in enumerate(_SET.finditer(text)):
        if number >= _MOST_LINES:
            return
        yield line[1], line[2]
