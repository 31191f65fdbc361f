"""Decimals as they were written: FHIR tells 1.1 from 1.10 (R4, data types, decimal).

A number is an int or a float where Python writes it back in the same digits, and a `Decimal` where it does not.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, Final

_MARK: Final = "\ufdd0"
"""A noncharacter, which no value of a resource holds (`primitives.text` takes it out)."""
_MARKED: Final = re.compile(rf'"{_MARK}([^"]*)"')
_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")


def number(text: str) -> int | float | Decimal:
    """The number that `text`, in the form of a JSON number, stands for, with its precision."""
    if _INTEGER.fullmatch(text) and text != "-0":
        return int(text)
    read = float(text)
    return read if repr(read) == text else Decimal(text)


def dumps(resource: Any, *, indent: int | None = None) -> str:
    """JSON text in which a `Decimal` is a number in its own digits. Deterministic: keys stay in their order."""
    found: list[Decimal] = []

    def marked(value: object) -> str:
        if not isinstance(value, Decimal):
            raise TypeError("not a part of a resource")
        found.append(value)
        return f"{_MARK}{value:f}"

    separators = (",", ":") if indent is None else None
    text = json.dumps(resource, ensure_ascii=False, separators=separators, indent=indent, default=marked)
    return _MARKED.sub(r"\1", text) if found else text
