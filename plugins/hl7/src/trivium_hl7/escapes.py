r"""Escape sequences inside values (HL7 v2.9 chapter 2.7).

Decoded: separators (`\F\ \S\ \T\ \R\ \E\`, and `\P\` where a truncation character is declared), hexadecimal data
(`\Xdd..\`), line formatting of FT values (`\.br\ \.sp\ \.ce\` to line feeds, `\.sk\` to spaces; indents and fill modes
to nothing), highlighting (`\H\ \N\`, to nothing). Kept as they stand: character set switches (`\C..\ \M..\`), local
(`\Z..\`) and unknown sequences, and a backslash that begins none.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from trivium_hl7.separators import Separators

_LONGEST_RUN: Final = 99
r"""The most line feeds or spaces that one `\.sp n\` or `\.sk n\` makes."""


def unescape(text: str, separators: Separators, codec: str | None = None) -> str:
    r"""The text that `text` stands for. `codec` is the Python name of the character set of `\X..\` data.

    Without one, the bytes are taken as UTF-16 where they look it, as UTF-8, or else as ISO 8859-1.
    """
    if not separators.escape or separators.escape not in text:
        return text
    return _sequences(separators.escape).sub(lambda found: _meaning(found, separators, codec), text)


def escape(text: str, separators: Separators) -> str:
    r"""`text` as a value may carry it: separators as sequences, line ends as `\X0D\` and `\X0A\`.

    Raises `ValueError` where a separator stands in the text and no escape character is declared.
    """
    table = _escapes(separators)
    if not separators.escape and any(ord(c) in table for c in text):
        raise ValueError("no escape character is declared")
    return text.translate(table)


def has_unknown_sequence(text: str, separators: Separators) -> bool:
    """Whether an escape character in `text` is part of no sequence that `unescape` knows."""
    if not separators.escape or separators.escape not in text:
        return False
    return separators.escape in _sequences(separators.escape).sub("", text)


@lru_cache(maxsize=16)
def _sequences(mark: str) -> re.Pattern[str]:
    e = re.escape(mark)
    return re.compile(
        rf"(?P<hex>(?:{e}X(?:[0-9A-Fa-f]{{2}})+{e})+)"  # neighbors are decoded together: a character may span them
        rf"|{e}(?:(?P<letter>[FSTREPHN])|\.(?P<command>br|sp|ce|sk|in|ti|fi|nf) *(?P<count>[+-]?\d{{1,6}})?){e}"
    )


def _meaning(found: re.Match[str], separators: Separators, codec: str | None) -> str:
    if found["hex"]:
        digits = found["hex"].replace(f"{separators.escape}X", "").replace(separators.escape, "")
        return _text(bytes.fromhex(digits), codec)
    if letter := found["letter"]:
        value = _letters(separators).get(letter)
        return found[0] if value is None else value
    times = min(abs(int(found["count"] or 1)), _LONGEST_RUN)
    match found["command"]:
        case "br" | "ce":
            return "\n"
        case "sp":
            return "\n" * times
        case "sk":
            return " " * times
        case _:
            return ""


@lru_cache(maxsize=16)
def _letters(separators: Separators) -> dict[str, str | None]:
    """What each letter sequence stands for; None where the separator it names is not declared."""
    return {
        "F": separators.field,
        "S": separators.component or None,
        "R": separators.repetition or None,
        "E": separators.escape,
        "T": separators.subcomponent or None,
        "P": separators.truncation or None,
        "H": "",
        "N": "",
    }


@lru_cache(maxsize=16)
def _escapes(separators: Separators) -> dict[int, str]:
    e = separators.escape
    letters = {letter: c for letter, c in _letters(separators).items() if c and letter in "FSTRE"}
    return {ord(c): f"{e}{letter}{e}" for letter, c in letters.items()} | {
        ord("\r"): f"{e}X0D{e}",
        ord("\n"): f"{e}X0A{e}",
    }


def _text(data: bytes, codec: str | None) -> str:
    wide = "utf-16-be" if len(data) % 2 == 0 and 0 in data[::2] else None  # no character set writes text with NULs else
    for attempt in (codec or wide, "utf-8"):
        if attempt:
            try:
                return data.decode(attempt)
            except UnicodeDecodeError:
                continue
    return data.decode("latin-1")
