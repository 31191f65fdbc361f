"""Bytes to text by MSH-18 (table 0211)."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from typing import Final

from trivium_hl7.problems import Note, Remark

_MESSAGE: Final = "message"
_MSH_18: Final = "MSH-18"
_CODECS: Final = {
    "ASCII": "ascii",
    "USASCII": "ascii",
    "ISOIR6": "ascii",
    **{f"8859{n}": f"iso8859_{n}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 15)},
    **{f"ISO8859{n}": f"iso8859_{n}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 15)},
    "CP1252": "cp1252",
    "WINDOWS1252": "cp1252",
    "UNICODEUTF8": "utf-8",
    "UTF8": "utf-8",
    "UNICODEUTF16": "utf-16",
    "UNICODEUTF32": "utf-32",
    "ISOIR14": "shift_jis",  # a superset of JIS X 0201
    "ISOIR87": "iso2022_jp_2",
    "ISOIR159": "iso2022_jp_2",
    "GB180302000": "gb18030",
    "GB18030": "gb18030",
    "KSX1001": "euc_kr",
    "BIG5": "big5",
}
"""Table 0211 and what is met in its place, letters and digits only, to Python's codecs. CNS 11643-1992 has none."""
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def codec_of(declared: Sequence[str]) -> str | None:
    """The Python codec for the repetitions of MSH-18, or None if the first names none that is supported."""
    names = [_CODECS.get(re.sub(r"[^A-Z0-9]", "", name.upper())) for name in declared]
    if "iso2022_jp_2" in names[1:]:  # the second and third repetition may be switched to by escape sequences
        return "iso2022_jp_2"
    return names[0] if names else None


def decode(data: bytes) -> tuple[str, list[Note]]:
    """The text of a message in bytes: by its byte order mark, by MSH-18, as UTF-8, as ISO 8859-1, in this order."""
    for mark, codec in _MARKS:
        if data.startswith(mark):
            text, remark = _attempt(data, codec)
            return text, [Note(_MESSAGE, remark)] if remark else []
    head = data[:64]
    if b"M\0S\0H" in head:
        text, remark = _attempt(data, "utf-16-be" if head.startswith(b"\0") else "utf-16-le")
        return text, [Note(_MESSAGE, remark)] if remark else []
    declared = _declared(data)
    if not declared:
        text, remark = _attempt(data, "utf-8")
        return text, [Note(_MESSAGE, Remark.CHARSET_GUESSED)] if remark else []
    named = codec_of(declared)
    if named is None:
        return _attempt(data, "utf-8")[0], [Note(_MSH_18, Remark.CHARSET_UNKNOWN)]
    text, remark = _attempt(data, named)
    return text, [Note(_MSH_18, remark)] if remark else []


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
