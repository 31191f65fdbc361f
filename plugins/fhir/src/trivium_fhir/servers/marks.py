"""Marks of this host in what a caller hands back: a server would search for them, or store them."""

from __future__ import annotations

import re
from typing import Any, Final

_MARKS: Final = re.compile(
    r"[\[\uff3b]\s*(?:withheld|record text)\s*[:\]\uff3d]|\.\.\. \(\d+ characters\)", re.IGNORECASE | re.ASCII
)
"""What the host writes in place of a value that it withholds, around free text, and after what it cuts short."""


def has_mark(text: str) -> bool:
    return _MARKS.search(text) is not None


def any_mark(value: Any) -> bool:
    """Whether one is in any text or name of a JSON value."""
    pending = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, str):
            if has_mark(one):
                return True
        elif isinstance(one, dict):
            pending += [*one, *one.values()]
        elif isinstance(one, list):
            pending += one
    return False
