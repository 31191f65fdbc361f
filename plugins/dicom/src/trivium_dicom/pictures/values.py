"""Values of a data set that nobody vouches for, as what they should be, or nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


def value_of(dataset: Dataset, keyword: str) -> Any:
    """The value, or None where there is none or it cannot be read."""
    try:
        return dataset.get(keyword)
    except (ValueError, TypeError, OverflowError, AttributeError, KeyError, NotImplementedError, IndexError):
        return None


def numbers_of(dataset: Dataset, keyword: str) -> list[float]:
    """All values as finite numbers; empty unless each is one."""
    value = value_of(dataset, keyword)
    several = value if isinstance(value, Iterable) and not isinstance(value, str | bytes) else [value]
    found: list[float] = []
    for one in several:
        try:
            number = float(one)
        except (TypeError, ValueError, OverflowError):
            return []
        if not math.isfinite(number):
            return []
        found.append(number)
    return found


def number_of(dataset: Dataset, keyword: str) -> float | None:
    found = numbers_of(dataset, keyword)
    return found[0] if found else None


def integer_of(dataset: Dataset, keyword: str) -> int | None:
    found = number_of(dataset, keyword)
    return int(found) if found is not None and found == int(found) else None


def text_of(dataset: Dataset, keyword: str) -> str:
    """The first value as text without padding; empty where there is none."""
    value = value_of(dataset, keyword)
    if isinstance(value, str):
        return value.strip(" \0")
    if isinstance(value, Sequence) and value and isinstance(value[0], str):
        return value[0].strip(" \0")
    return ""


def texts_of(dataset: Dataset, keyword: str) -> list[str]:
    value = value_of(dataset, keyword)
    if isinstance(value, str):
        return [value.strip(" \0")] if value.strip(" \0") else []
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [one.strip(" \0") for one in value if isinstance(one, str)]
    return []


def bytes_of(dataset: Dataset, keyword: str) -> bytes:
    value = value_of(dataset, keyword)
    return bytes(value) if isinstance(value, bytes | bytearray) else b""


def items_of(dataset: Dataset, keyword: str) -> list[Dataset]:
    """The items of a sequence; empty where there is none."""
    from pydicom.sequence import Sequence as DicomSequence

    value = value_of(dataset, keyword)
    return list(value) if isinstance(value, DicomSequence) else []
