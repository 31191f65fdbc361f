"""per-1: a period does not end before it starts, where the two can be compared at all."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any, Final

_WRITTEN: Final = re.compile(
    r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(Z|[+-]\d{2}:\d{2}))?)?)?", re.ASCII
)


def in_order(start: Any, end: Any) -> bool | None:
    """Whether `start` is not after `end`, compared at the precision both have; None where that decides nothing."""
    first, second = _written(start), _written(end)
    if first is None or second is None:
        return None
    if first[4] and second[4]:
        return _instant(first) <= _instant(second)
    for one, other in zip(_date(first), _date(second), strict=False):
        if one != other:
            return one < other
    return True if _date(first) == _date(second) and not (first[4] or second[4]) else None


def _written(value: Any) -> re.Match[str] | None:
    found = _WRITTEN.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    try:
        datetime(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        return None
    return found


def _date(found: re.Match[str]) -> list[str]:
    return [part for part in found.group(1, 2, 3) if part]


def _instant(found: re.Match[str]) -> tuple[timedelta, str]:
    """Time since the year 1 and the fraction of a second, which may have any number of digits."""
    day = datetime(int(found[1]), int(found[2]), int(found[3])) - datetime(1, 1, 1)
    time = timedelta(hours=int(found[4]), minutes=int(found[5]), seconds=int(found[6]))
    return day + time - _offset(found[8]), (found[7] or "").rstrip("0")


def _offset(written: str) -> timedelta:
    if written == "Z":
        return timedelta()
    size = timedelta(hours=int(written[1:3]), minutes=int(written[4:6]))
    return -size if written[0] == "-" else size
