"""What was found, equal findings together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from trivium_dicom.validation.rules import RULES, Rule, Severity

if TYPE_CHECKING:
    from trivium_dicom.validation.levels import Cell, Level

MOST_KINDS: Final = 2_000
"""Findings of different kinds that are kept; the totals count all."""
MOST_EXAMPLES: Final = 3
MOST_VALUES: Final = 10


class Found(NamedTuple):
    """One finding at one place."""

    rule: str
    level: Level
    tag: int
    cell: Cell | None = None
    """Where the finding is about a value."""
    fix: str = ""
    """What would be right, in facts of the standard and numbers; never a value of the file."""
    module: str = ""
    type: str = ""
    source: str = ""
    """Where it is nearer than the rule's."""
    value: str = ""
    """The one value, where there may be several."""


class Example(NamedTuple):
    place: str
    """With the numbers of items: `(0008,1140)[2]/(0008,1155)`."""
    cell: Cell | None
    value: str
    """The one that the finding is about; empty where it is about all of them."""
    values: tuple[str, ...] = ()
    """All of them, or the first few."""


@dataclass(slots=True)
class Finding:
    """Equal findings: the same rule, at the same place of the object's definition, with the same remedy."""

    rule: Rule
    path: str
    """Without numbers of items: `(0008,1140)/(0008,1155)`."""
    tag: int
    fix: str
    module: str
    type: str
    source: str
    count: int = 0
    examples: list[Example] = field(default_factory=list)


class Findings:
    """Collects findings without holding more than a bounded number of them."""

    def __init__(self) -> None:
        self.totals: Counter[Severity] = Counter()
        self.left_out = 0
        """Findings of kinds beyond `MOST_KINDS`."""
        self._found: dict[tuple[str, tuple[int, ...], int, str], Finding] = {}

    def add(self, found: Found) -> None:
        rule = RULES[found.rule]
        self.totals[rule.severity] += 1
        key = (rule.id, found.level.tags, found.tag, found.fix)
        finding = self._found.get(key)
        if finding is None:
            if len(self._found) >= MOST_KINDS:
                self.left_out += 1
                return
            path = found.level.path(found.tag)
            source = found.source or rule.source
            finding = Finding(rule, path, found.tag, found.fix, found.module, found.type, source)
            self._found[key] = finding
        finding.count += 1
        if len(finding.examples) < MOST_EXAMPLES:
            cell = found.cell
            values = found.level.values(cell)[:MOST_VALUES] if cell is not None and not found.value else ()
            finding.examples.append(Example(found.level.place(found.tag), cell, found.value, tuple(values)))

    def sorted(self) -> list[Finding]:
        """Errors first; then in the order in which they were met."""
        return sorted(self._found.values(), key=lambda finding: finding.rule.severity.rank)
