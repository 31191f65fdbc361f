"""The words for what a receiver says, and for what became of a message."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """Table 0008."""

    AA = "AA"
    AE = "AE"
    AR = "AR"
    CA = "CA"
    CE = "CE"
    CR = "CR"

    @property
    def by_application(self) -> bool:
        return self.value.startswith("A")

    @property
    def good(self) -> bool:
        return self.value.endswith("A")


class Outcome(StrEnum):
    """What became of a message, as far as the receiver says it."""

    PLANNED = "planned"
    ACCEPTED = "accepted"
    STORED = "stored"
    ERROR = "error"
    REJECTED = "rejected"
    UNCONFIRMED = "unconfirmed"
