"""Characters that a person who reads a definition does not see, and a model does."""

from __future__ import annotations

import re
from typing import Final

_PLAIN: Final = re.compile(r"[\n\t\x20-\x7e]*")
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode's general categories: control, format (zero-width, bidirectional, tags), surrogate, private, unassigned."""
_BLANK: Final = frozenset(
    chr(code)
    for code in (
        0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0,
        *range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0),
    )
)  # fmt: skip
"""Letters and marks that have no shape: joiners, fillers, variation selectors (Default_Ignorable_Code_Point)."""


def hidden_in(text: str) -> str:
    """The first such character, as `U+200B ZERO WIDTH SPACE`; empty if there is none.

    The sign after a symbol that asks for its picture (as in a warning sign) is what people write, and passes.
    """
    if _PLAIN.fullmatch(text):
        return ""
    import unicodedata

    for index, char in enumerate(text):
        if char in "\n\t" or (char in "\ufe0e\ufe0f" and index and unicodedata.category(text[index - 1]) == "So"):
            continue
        if unicodedata.category(char) in _INVISIBLE or char in _BLANK:
            return f"U+{ord(char):04X} {unicodedata.name(char, '')}".rstrip()
    return ""


def visible(text: str) -> str:
    """A text for a terminal, on one line: what has no shape is written out."""
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)


_LETTERS: Final = {
    "a": (0x0430, 0x03B1, 0x0251), "b": (0x0432, 0x03B2), "c": (0x0441, 0x03F2), "d": (0x0501,), "e": (0x0435, 0x03B5),
    "g": (0x0261,), "h": (0x043D, 0x04BB), "i": (0x0456, 0x03B9, 0x0131), "j": (0x0458,), "k": (0x043A, 0x03BA),
    "l": (0x04CF,), "m": (0x043C,), "n": (0x03B7,), "o": (0x043E, 0x03BF), "p": (0x0440, 0x03C1), "q": (0x051B,),
    "s": (0x0455,), "t": (0x0442, 0x03C4), "u": (0x03C5,), "v": (0x03BD,), "w": (0x051D, 0x03C9),
    "x": (0x0445, 0x03C7), "y": (0x0443,), "'": (0x2018, 0x2019, 0x02BC, 0x2032), "-": (0x2010, 0x2011, 0x2013, 0x2014),
    " ": (0x002A, 0x0060),
}  # fmt: skip
"""Cyrillic, Greek and phonetic letters in lower case that look like Latin ones, typographers' signs, and emphasis."""
_LOOK_ALIKES: Final = {code: letter for letter, codes in _LETTERS.items() for code in codes}


def folded(text: str) -> str:
    """What a text reads as: in one case, one alphabet and one kind of space, without accents and emphasis."""
    text = text.casefold()
    if not text.isascii():
        import unicodedata

        text = "".join(c for c in unicodedata.normalize("NFKD", text) if unicodedata.category(c) != "Mn")
    return " ".join(text.translate(_LOOK_ALIKES).split())
