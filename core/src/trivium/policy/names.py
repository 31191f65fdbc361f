"""Names in a policy: exact, or patterns with `*`, `?` and `[...]`."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Final

_SIGNS: Final = frozenset("*?[")


def is_pattern(name: str) -> bool:
    return not _SIGNS.isdisjoint(name)


def fits(name: str, given: str) -> bool:
    """Whether a name is the one given, or of its pattern."""
    return fnmatchcase(name, given) if is_pattern(given) else name == given


def fits_any(name: str, given: Iterable[str]) -> bool:
    return any(fits(name, one) for one in given)
