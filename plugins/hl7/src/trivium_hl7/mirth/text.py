"""Text of a caller that goes into a channel: cleaned for XML, bounded, or written as a JavaScript value."""

from __future__ import annotations

import json
import re
from typing import Any, Final

_NO_XML: Final = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document may hold (production Char), half surrogate pairs among it."""


def clean(text: str, most: int) -> str:
    """Text as an element may hold it. Line ends become line feeds, what XML forbids becomes U+FFFD."""
    text = text[: 2 * most].replace("\r\n", "\n").replace("\r", "\n")
    text = _NO_XML.sub("\ufffd", text).strip()
    return text if len(text) <= most else text[: most - 1] + "…"


def one_line(text: str, most: int) -> str:
    return clean(" ".join(text[: 4 * most].split()), most)


def javascript(value: Any) -> str:
    """A value as a JavaScript literal, in ASCII: nothing in it can end a string, a line or a script."""
    return json.dumps(value, ensure_ascii=True, indent=4)
