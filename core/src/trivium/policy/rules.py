"""What a policy says of one tool at this moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from trivium.policy.model import ApprovalLevel

ENABLED: Final = "enabled"
DESTINATIONS: Final = "destinations"
ARCHIVES: Final = "archives"
"""Names of rules in `Rules.places`."""
ROWS: Final = "rows"
"""The count of records that a call reads; every other count is of what it moves."""


def per_call(count: str) -> str:
    """The name in `Rules.places` of a limit per call."""
    return f"per_call.{count}"


@dataclass(frozen=True, slots=True)
class Quota:
    """The most of a count in any sixty minutes."""

    scope: Literal["tool", "effect"]
    name: str
    """Of the tool, or of the effect, whose tools share the quota."""
    count: str
    most: int
    where: str = field(default="", compare=False)
    """The table that sets it."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Made anew for each call. As it stands here: no rule at all."""

    enabled: bool = True
    demands: frozenset[str] = frozenset()
    """Entitlements, beside those that the tool itself requires."""
    destinations: frozenset[str] | None = None
    """None: the policy has no list. Empty: nowhere."""
    archives: frozenset[str] | None = None
    per_call: Mapping[str, int] = field(default_factory=dict)
    per_hour: tuple[Quota, ...] = ()
    quiet: str | None = None
    """Why it is quiet now and until when, or None."""
    quiet_hours: tuple[str, ...] = ()
    """All of them, as they are written."""
    approval: ApprovalLevel | None = None
    """None: as the tool itself says."""
    places: Mapping[str, str] = field(default_factory=dict)
    """Where a rule is set, by its name: what a refusal tells whoever wants to change it."""

    def place(self, rule: str) -> str:
        return self.places.get(rule, "the policy")
