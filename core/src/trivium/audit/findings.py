"""What checking a trail brings to light."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

_MOST: Final = 1000


class Fault(StrEnum):
    """What is wrong, in one word for programs."""

    ALTERED = "altered"
    """A line does not hash to what it says."""
    UNREADABLE = "unreadable"
    TORN = "torn"
    MISSING = "missing"
    OUT_OF_ORDER = "out_of_order"
    """A record stands behind a later one: moved, or there twice."""
    UNLINKED = "unlinked"
    """A record does not follow from the one before."""
    REWRITTEN = "rewritten"
    """A record is not the one that a head or the tip vouches for."""
    UNCONFIRMED = "unconfirmed"
    """Records that the tip does not know of."""
    TIP = "tip"
    """The tip is absent, damaged, or made with another key."""
    SIGNATURE = "signature"
    UNSIGNED = "unsigned"
    """No head for longer than there should be."""
    INTERRUPTED = "interrupted"
    """Calls of a dead process that nobody has closed, or a journal that cannot be read."""


@dataclass(frozen=True, slots=True)
class Finding:
    file: str
    line: int | None
    """None where it is about the file, or about one that is absent."""
    fault: Fault
    text: str

    def __str__(self) -> str:
        return f"{self.file}{'' if self.line is None else f', line {self.line}'}: {self.text}"


@dataclass
class Findings:
    """Problems mean that the trail is not what was written; remarks are for somebody who looks closer."""

    problems: list[Finding] = field(default_factory=list)
    remarks: list[Finding] = field(default_factory=list)
    unlisted: int = 0
    """Problems beyond the first thousand."""
    records: int = 0
    files: int = 0
    first_time: float | None = None
    """Epoch seconds, as all times here."""
    last_time: float | None = None
    last_seq: int | None = None
    heads: int = 0
    last_signed: int | None = None
    """The newest record that a valid head vouches for."""
    last_head_time: float | None = None
    unsigned: int = 0
    """Records after it."""

    @property
    def sound(self) -> bool:
        return not self.problems

    def problem(self, finding: Finding) -> None:
        if len(self.problems) < _MOST:
            self.problems.append(finding)
        else:
            self.unlisted += 1

    def remark(self, finding: Finding) -> None:
        if len(self.remarks) < _MOST:
            self.remarks.append(finding)
