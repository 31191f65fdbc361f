"""A fault of the system in words that people know."""

from __future__ import annotations


def words(error: OSError | ValueError) -> str:
    """What cannot be used, and why: without the number and the quotes that the system puts around it."""
    if not isinstance(error, OSError) or error.strerror is None:
        return str(error)
    reason = error.strerror[:1].lower() + error.strerror[1:]
    return reason if error.filename is None else f"{error.filename}: {reason}"
