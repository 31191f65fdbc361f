"""What was done, counted by attribute."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum


class Done(StrEnum):
    REMOVED = "removed"
    EMPTIED = "emptied"
    REPLACED = "replaced"
    REMAPPED = "remapped"
    """A UID, by another."""
    SHIFTED = "shifted"
    """A date."""
    CLEANED = "cleaned"
    KEPT = "kept_by_option"
    CODE_UNKNOWN = "unknown_code_kept"
    """A code that nobody knows, in a sequence that an option keeps."""


@dataclass(slots=True)
class Tally:
    table: Counter[tuple[Done, str]] = field(default_factory=Counter)
    """By what was done and keyword, where table E.1-1 says so."""
    beyond: Counter[tuple[Done, str]] = field(default_factory=Counter)
    """The same where the table says nothing."""

    def add(self, done: Done, name: str, *, beyond: bool = False) -> None:
        (self.beyond if beyond else self.table)[done, name] += 1

    def has(self, done: Done) -> bool:
        return any(one is done for one, _ in (*self.table, *self.beyond))
