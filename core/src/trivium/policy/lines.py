"""Finds the line of a TOML text on which a value stands, which the parser does not say."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from typing import Any, Final

Path = tuple[str | int, ...]
_BUDGET: Final = 500_000
"""Characters to parse. The line is a kindness: when it takes longer to find, the fault is told without it."""


class _GaveUp(Exception):
    """The text is too long or too odd to look further."""


def line_of(text: str, path: Path) -> int | None:
    """The line, from 1, on which the statement begins that brings this path, or the longest part of it there is.

    The shortest beginning of the text that holds the path ends with that statement, so beginnings are parsed. Works
    on a text that is TOML as a whole.
    """
    beginnings = _Beginnings(text.split("\n"))
    try:
        _, whole = beginnings.before(len(beginnings.lines))
        there = _longest(whole, path)
        without, within = 0, len(beginnings.lines)
        while there and within - without > 1:
            middle = (without + within) // 2
            count, table = beginnings.before(middle)
            if _holds(table, there):
                within = count
            else:
                without = middle
        return beginnings.before(within - 1)[0] + 1 if there else None
    except _GaveUp:
        return None


class _Beginnings:
    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self._budget = _BUDGET

    def before(self, count: int) -> tuple[int, dict[str, Any]]:
        """The longest beginning of at most `count` lines that is TOML by itself. Raises `_GaveUp`."""
        while self._budget > 0:
            beginning = "\n".join(self.lines[:count])
            self._budget -= len(beginning)
            try:
                return count, tomllib.loads(beginning)
            except tomllib.TOMLDecodeError:
                count -= 1  # within a statement of several lines
        raise _GaveUp


def _longest(table: Any, path: Path) -> Path:
    return next((path[:length] for length in range(len(path), 0, -1) if _holds(table, path[:length])), ())


def _holds(value: Any, path: Path) -> bool:
    try:
        for step in path:
            value = value[step]
    except (KeyError, IndexError, TypeError):  # not there, or something else is
        return False
    return True
