"""Bytes to text by MSH-18 (table 0211)."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from typing import Final

from trivium_hl7.iso2022 import decode_switched
from trivium_hl7.problems import Note, Remark

_MESSAGE: Final = "message"
_MSH_18: Final = "MSH-18"
_ISO_8859: Final = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)
_CODECS: Final = {
    "": "ascii",
    "ASCII": "ascii",
    "USASCII": "ascii",
    "ISOIR6": "ascii",
    **{f"8859{n}": f"iso8859_{n}" for n in _ISO_8859},
    **{f"ISO8859{n}": f"iso8859_{n}" for n in _ISO_8859},
    **{f"WINDOWS{n}": f"cp{n}" for n in range(1250, 1259)},
    **{f"CP{n}": f"cp{n}" for n in range(1250, 1259)},
    "UNICODE": "utf-8",
    "UNICODEUTF8": "utf-8",
    "UTF8": "utf-8",
    "UNICODEUTF16": "utf-16",
    "UTF16": "utf-16",
    "UNICODEUTF32": "utf-32",
    "UTF32": "utf-32",
    "ISOIR14": "shift_jis",  # a superset of JIS X 0201
    "SHIFTJIS": "shift_jis",
    "JAS2020": "iso2022_jp_2",
    "JISX0202": "iso2022_jp_2",
    "ISOIR87": "iso2022_jp_2",
    "ISOIR159": "iso2022_jp_2",
    "GB180302000": "gb18030",
    "GB18030": "gb18030",
    "GBK": "gbk",
    "GB2312": "gb2312",
    "KSX1001": "euc_kr",
    "EUCKR": "euc_kr",
    "EUCJP": "euc_jp",
    "BIG5": "big5",
}
"""Table 0211 and what is met in its place, letters and digits only, to Python's codecs. CNS 11643-1992 has none."""
_WIDE: Final = frozenset({"utf-16", "utf-32"})
"""In which no character is written as ASCII writes it."""
_SWITCHED: Final = "iso2022_jp_2"
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def codec_of(declared: Sequence[str]) -> str | None:
    """The Python codec for the repetitions of MSH-18, or None if the first names none that is supported."""
    names = [_named(name) for name in declared]
    if _SWITCHED in names[1:]:  # the second and third repetition may be switched to by escape sequences
        return _SWITCHED
    return names[0] if names else None


def is_known(name: str) -> bool:
    """Whether one repetition of MSH-18 names a character set that is supported."""
    return _named(name) is not None


def decode(data: bytes) -> tuple[str, list[Note]]:
    """The text of a message in bytes: by its byte order mark, by MSH-18, as UTF-8, as ISO 8859-1, in this order."""
    text, note = wide_text(data) or _by_header(data)
    return text, [note] if note else []


def wide_text(data: bytes) -> tuple[str, Note | None] | None:
    """The text of bytes that a byte order mark or UTF-16's zeros tell the encoding of; None for all others."""
    codec = next((codec for mark, codec in _MARKS if data.startswith(mark)), None)
    head = data[:64]
    if codec is None and (b"S\0H" in head or b"H\0S" in head):  # MSH, FHS, BHS
        codec = "utf-16-be" if head.startswith(b"\0") else "utf-16-le"
    if codec is None:
        return None
    text, remark = _attempt(data, codec)
    return text, Note(_MESSAGE, remark) if remark else None


def _by_header(data: bytes) -> tuple[str, Note | None]:
    declared = _declared(data)
    if not declared:
        text, remark = _attempt(data, "utf-8")
        return text, Note(_MESSAGE, Remark.CHARSET_GUESSED) if remark else None
    first, named = _named(declared[0]), codec_of(declared)
    if first is None or named is None:
        return _attempt(data, "utf-8")[0], Note(_MSH_18, Remark.CHARSET_UNKNOWN)
    if first in _WIDE:  # MSH was found as ASCII writes it
        return _attempt(data, "utf-8")[0], Note(_MSH_18, Remark.CHARSET_WRONG)
    if b"\x1b" in data and (len(declared) > 1 or first == _SWITCHED):
        try:
            return decode_switched(data, "ascii" if first == _SWITCHED else first), None
        except UnicodeError:
            return _attempt(data, first)[0], Note(_MSH_18, Remark.CHARSET_WRONG)
    text, remark = _attempt(data, first)
    return text, Note(_MSH_18, remark) if remark else None


def _named(name: str) -> str | None:
    """The codec of one repetition; nothing before a second one leaves the default, ASCII."""
    return _CODECS.get(re.sub(r"[^A-Z0-9]", "", name.upper()))


def _declared(data: bytes) -> list[str]:
    """The repetitions of MSH-18, valued or not; every supported set but UTF-16 and UTF-32 writes MSH as ASCII does."""
    start = data[:64].find(b"MSH")
    if start < 0:
        return []
    header = re.split(rb"[\r\n]", data[start : start + 4096], maxsplit=1)[0].decode("latin-1")
    fields = header.split(header[3:4] or "|")
    repetition = fields[1][1:2] if len(fields) > 1 else ""
    charset = fields[17] if len(fields) > 17 else ""
    return (charset.split(repetition) if repetition else [charset]) if charset else []


def _attempt(data: bytes, codec: str) -> tuple[str, Remark | None]:
    try:
        return data.decode(codec), None
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("utf-8"), Remark.CHARSET_WRONG
    except UnicodeDecodeError:
        return data.decode("latin-1"), Remark.CHARSET_WRONG
