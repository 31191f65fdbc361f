"""How much of a file is read."""

from __future__ import annotations

from typing import NamedTuple


class Limits(NamedTuple):
    file_bytes: int = 512 << 20
    """Bytes of one file; a larger one is refused."""
    inflated_bytes: int = 256 << 20
    """Bytes of a deflated data set, once inflated."""
    elements: int = 200_000
    """Data elements and items, at all depths."""
    depth: int = 64
    """Sequences inside sequences."""
    values: int = 1_000_000
    """Values of one element; one with more is left as bytes."""
    seconds: float = 60.0
    """For the work on one file."""
    memory: int = 3 << 30
    """Bytes of address space of a worker."""
