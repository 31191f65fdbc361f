"""Names of time zones, as settings and callers give them."""

from __future__ import annotations

import re
from typing import Final

_OFFSET: Final = re.compile(r"Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00")
"""What R4 allows behind a time (R4, data types, instant)."""


def is_zone(name: str) -> bool:
    """Whether `name` is an offset such as `+01:00` or a known IANA time zone such as `Europe/Berlin`."""
    if _OFFSET.fullmatch(name):
        return True
    from zoneinfo import ZoneInfo  # where a zone is named, and then only

    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # unknown; one that no file name can be; a path
        return False
    return True
