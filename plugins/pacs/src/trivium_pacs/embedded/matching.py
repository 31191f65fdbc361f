"""Attribute matching (PS3.4 C.2.2.2), on text. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Final

_RANGE_VRS: Final = frozenset({"DA", "TM", "DT"})
_WILDCARD_VRS: Final = frozenset({"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"})


def matches(vr: str, keys: Sequence[str], values: Sequence[str]) -> bool:
    """Whether one of `values` matches one of `keys`. No key, or an empty one, matches everything."""
    wanted = [key for key in keys if key]
    if not wanted:
        return True
    return any(_matches_one(vr, key, value) for key in wanted for value in values)


def _matches_one(vr: str, key: str, value: str) -> bool:
    if vr in _RANGE_VRS and "-" in key:
        first, _, last = key.partition("-")
        return bool(value) and value >= first and (not last or value <= last)
    if vr == "PN":
        key, value = key.rstrip("^").casefold(), value.rstrip("^").casefold()
    if vr in _WILDCARD_VRS and ("*" in key or "?" in key):
        return fnmatchcase(value, key.replace("[", "[[]"))
    return key == value
