"""What was found, equal findings together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from trivium_hl7.paths import Path
from trivium_hl7.reader import Component, Segment
from trivium_hl7.validation.rules import RULES, Rule, Severity

MOST_KINDS: Final = 2_000
"""Findings of different kinds that are kept; the totals count all."""
MOST_EXAMPLES: Final = 5


class Found(NamedTuple):
    """One finding at one place."""

    rule: str
    path: Path
    fix: str = ""
    """What would be right, in facts of the standard or of the site profile; never a value of the message."""
    segment: Segment | None = None
    components: Sequence[Component] = ()
    """Of the repetition that `text` stands in."""
    text: str = ""
    """The value as it is written; empty where the finding is not about one."""
    measured: int | None = None
    severity: Severity | None = None
    """Where it differs from the rule's."""
    after: int | None = None
    """Behind which segment of the message, for what is missing."""


class Example(NamedTuple):
    path: Path
    segment: Segment | None
    components: Sequence[Component]
    text: str
    measured: int | None
    after: int | None


@dataclass(slots=True)
class Finding:
    """Equal findings: the same rule, at the same place of the standard, with the same remedy."""

    rule: Rule
    severity: Severity
    path: Path
    """Without segment and repetition numbers."""
    fix: str
    count: int = 0
    examples: list[Example] = field(default_factory=list)


class Findings:
    """Collects findings without holding more than a bounded number of them."""

    def __init__(self) -> None:
        self.totals: Counter[Severity] = Counter()
        self.left_out = 0
        """Findings of kinds beyond `MOST_KINDS`."""
        self._found: dict[tuple[str, Path, str, Severity], Finding] = {}

    def add(self, found: Found) -> None:
        rule = RULES[found.rule]
        severity = found.severity or rule.severity
        self.totals[severity] += 1
        place = found.path._replace(occurrence=None, repetition=None)
        key = (rule.id, place, found.fix, severity)
        finding = self._found.get(key)
        if finding is None:
            if len(self._found) >= MOST_KINDS:
                self.left_out += 1
                return
            finding = self._found[key] = Finding(rule, severity, place, found.fix)
        finding.count += 1
        if len(finding.examples) < MOST_EXAMPLES:
            finding.examples.append(
                Example(found.path, found.segment, found.components, found.text, found.measured, found.after)
            )

    def add_all(self, found: Iterable[Found]) -> None:
        for one in found:
            self.add(one)

    def sorted(self) -> list[Finding]:
        """Errors first; then in the order in which they were met."""
        return sorted(self._found.values(), key=lambda finding: finding.severity.rank)
