"""Text from records, made fit to be read by a model: nothing hidden in it, not too much of it, and said to be data."""

from __future__ import annotations

import re
from typing import Final

LONGEST_TEXT: Final = 2_000
LONGEST_VALUE: Final = 256

_INVISIBLE: Final = frozenset(
    chr(code)
    for first, last in (
        (0x034F, 0x034F),
        (0x115F, 0x1160),
        (0x17B4, 0x17B5),
        (0x180B, 0x180F),
        (0x2800, 0x2800),
        (0x3164, 0x3164),
        (0xFE00, 0xFE0F),
        (0xFFA0, 0xFFA0),
        (0xE0100, 0xE01EF),
    )
    for code in range(first, last + 1)
)
"""Characters that show nothing and that `str.isprintable` lets pass: joiners, fillers, variation selectors
(Default_Ignorable_Code_Point of the Unicode Character Database, and the blank of braille)."""
_OWN_LABEL: Final = re.compile(r"[\[\uff3b](?=\s*(?:withheld|record))", re.IGNORECASE)
_BRACKETS: Final = str.maketrans("[]\uff3b\uff3d", "()()")


class Lines(str):
    """A text whose line ends mean something, so that whoever shows it keeps them."""

    __slots__ = ()


class KindName(str):
    """The kind of the value beside it: for programs. In a text that value tells as much, and it is left out."""

    __slots__ = ()


def visible(text: str) -> str:
    """Without characters that a person does not see: zero-width, direction, tags, controls, private, unassigned.

    Everything that is some sort of space or line break becomes a space.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible, text))


def _visible(character: str) -> str:
    if character.isprintable():
        return "" if character in _INVISIBLE else character
    return " " if character.isspace() else ""


def bounded(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]} ... ({len(text)} characters)"


def plain(text: str) -> str:
    """A short value of a record. It cannot pass for one of the host's own labels."""
    return bounded(unlabeled(visible(text)), LONGEST_VALUE)


def unlabeled(text: str) -> str:
    """A text in which nothing passes for one of the host's own labels."""
    return _OWN_LABEL.sub("(", text) if "[" in text or "\uff3b" in text else text


def labeled(text: str) -> str:
    """Free text of a record, between brackets that it cannot close."""
    return f"[record text: {bounded(visible(text).translate(_BRACKETS), LONGEST_TEXT)}]"


def initials(name: str) -> str:
    """`O. M.` of `O'BRIEN^MARY^ANN` and of `O'Brien Mary`; empty for a name without letters.

    Of a name in several scripts (PS3.5 6.2.1.2) the first that is written.
    """
    group = next((group for group in visible(name).split("=") if any(c.isalpha() for c in group)), "")
    words = group.split("^") if "^" in group else group.split()
    letters = (next((c for c in word if c.isalpha()), "") for word in words)
    return " ".join(f"{letter.upper()}." for letter in [letter for letter in letters if letter][:2])
