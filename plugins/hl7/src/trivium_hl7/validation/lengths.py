"""What a length in the knowledge allows.

Up to 2.6 a length is the most characters of one repetition (HL7 v2.5.1 chapter 2.5.3). From 2.7 on a number or range is
that; `n=` and `n#` (conformance lengths) say what receivers must be able to take, and forbid nothing (HL7 v2.7 chapter
2.5.5). For 2.8 to 2.8.2 our sources have none.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

UNBOUNDED: Final = 65_535
"""Lengths beyond this are how old editions write that there is no limit."""


@lru_cache(maxsize=2048)
def bounds(length: int | str | None) -> tuple[int, int]:
    """The fewest and the most characters; 0 for no limit."""
    if isinstance(length, int):
        return (0, length if length < UNBOUNDED else 0)
    if not length or length[-1] in "=#":
        return (0, 0)
    least, _, most = length.partition("..")
    if not (least.isdecimal() and most.isdecimal()):
        return (0, 0)
    return (int(least), int(most) if int(most) < UNBOUNDED else 0)


def at_most(characters: int) -> str:
    return f"at most {characters} character{'' if characters == 1 else 's'}"
