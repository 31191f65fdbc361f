"""A policy file and an edition together. Tables add up: each can only tighten what another allows.

The approval level alone may be set either way, as it is the operator's to say who is asked: a tool's own table counts
before patterns, those before its effect, and that before the tool's declaration.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from trivium.api import Effect, Kind, ToolSpec
from trivium.policy.hours import quiet_until
from trivium.policy.model import EMPTY, ApprovalLevel, Demand, EditionFile, PolicyFile, Table
from trivium.policy.names import fits, fits_any, is_pattern
from trivium.policy.problems import problems_of
from trivium.policy.rules import ARCHIVES, DESTINATIONS, ENABLED, Quota, Rules, per_call

READ_ONLY_SETTING: Final = "TRIVIUM_POLICY__READ_ONLY"

Placed = tuple[str, Table]
"""A table and how a sentence names it: `policy.toml [tools.pacs_query]`."""


@dataclass(frozen=True, slots=True)
class Policy:
    file: PolicyFile = EMPTY
    edition: EditionFile | None = None
    name: str = "policy.toml"
    """Of the file, as sentences name it."""
    always_read_only: bool = False
    """By the settings, whatever the file says."""
    clock: Callable[[], float] = time.time

    @property
    def read_only(self) -> bool:
        return self.always_read_only or self.file.read_only

    def audit_required(self, effect: Effect) -> bool:
        """Whether a call with this effect is refused when it cannot be recorded."""
        required = self.file.audit_required
        return required == "all" or effect.effectful or (required == "remote" and effect is not Effect.LOCAL)

    def opened(self, caller: str, tool: str) -> frozenset[Kind]:
        """The kinds of patient data that this caller is shown in results of this tool."""
        openings = (one for one in self.file.open if fits_any(caller, one.callers) and fits_any(tool, one.tools))
        return frozenset(kind for opening in openings for kind in opening.kinds)

    def demands(self, tool: str) -> frozenset[str]:
        """Entitlements that the policy or the edition asks a license for."""
        demands = (demand for demand in self._demands() if fits_any(tool, demand.tools))
        return frozenset(entitlement for demand in demands for entitlement in demand.entitlements)

    def rules(self, tool: str, effect: Effect) -> Rules:
        """What holds for a call of this tool now."""
        tables = list(self._tables(tool, effect))
        closed = [f"{place} enabled" for place, table in tables if not table.enabled]
        if self.read_only and effect.effectful:
            closed.insert(0, READ_ONLY_SETTING if self.always_read_only else f"{self.name} read_only")
        limits = _limits(tables)
        places = {per_call(count): place for count, (_, place) in limits.items()}
        if closed:
            places[ENABLED] = closed[0]
        for rule in (DESTINATIONS, ARCHIVES):
            if placed := [place for place, table in tables if getattr(table, rule) is not None]:
                places[rule] = " and ".join(placed)
        return Rules(
            enabled=not closed,
            demands=self.demands(tool),
            destinations=_common(table.destinations for _, table in tables),
            archives=_common(table.archives for _, table in tables),
            per_call={count: most for count, (most, _) in limits.items()},
            per_hour=tuple(self._quotas(tool, effect)),
            quiet=self._quiet(tables),
            quiet_hours=tuple(dict.fromkeys(one.text for _, table in tables for one in table.quiet_hours)),
            approval=self._approval(tool, effect),
            places=places,
        )

    def problems(self, served: Mapping[str, ToolSpec]) -> list[str]:
        """Rules that can have no effect, or never let a call pass: most are misspelt."""
        return problems_of(self.file, self.name, served)

    def _demands(self) -> Iterator[Demand]:
        yield from self.file.demand
        if self.edition is not None:
            yield from self.edition.demand

    def _tables(self, tool: str, effect: Effect) -> Iterator[Placed]:
        """All that hold for a tool: of its effect, of patterns, its own."""
        if effect in self.file.effects:
            yield f"{self.name} [effects.{effect}]", self.file.effects[effect]
        yield from self._tool_tables(tool)

    def _tool_tables(self, tool: str) -> Iterator[Placed]:
        for name, table in self.file.tools.items():
            if is_pattern(name) and fits(tool, name):
                yield f'{self.name} [tools."{name}"]', table
        if tool in self.file.tools:
            yield f"{self.name} [tools.{tool}]", self.file.tools[tool]

    def _quotas(self, tool: str, effect: Effect) -> Iterator[Quota]:
        """The effect's tools share; of the tables of a tool, the smallest counts."""
        if effect in self.file.effects:
            where = f"{self.name} [effects.{effect}]"
            for count, most in self.file.effects[effect].per_hour.items():
                yield Quota("effect", effect.value, count, most, where)
        smallest: dict[str, Quota] = {}
        for where, table in self._tool_tables(tool):
            for count, most in table.per_hour.items():
                if count not in smallest or most < smallest[count].most:
                    smallest[count] = Quota("tool", tool, count, most, where)
        yield from smallest.values()

    def _quiet(self, tables: Iterable[Placed]) -> str | None:
        """Placed on the wall of the policy's time zone."""
        quiet = [(place, table.quiet_hours) for place, table in tables if table.quiet_hours]
        if not quiet:
            return None
        wall = self._wall_clock()
        until = quiet_until((one for _, hours in quiet for one in hours), wall)
        if until is None:
            return None
        where = " and ".join(place for place, _ in quiet)
        zone = self.file.time_zone or "this machine's time"
        if until == datetime.max:
            return f"it is quiet at all times, by {where}"
        return f"it is quiet until {until:%a %Y-%m-%d %H:%M} ({zone}), by {where}"

    def _wall_clock(self) -> datetime:
        zone = None
        if self.file.time_zone is not None:
            from zoneinfo import ZoneInfo

            zone = ZoneInfo(self.file.time_zone)
        return datetime.fromtimestamp(self.clock(), zone).replace(tzinfo=None)

    def _approval(self, tool: str, effect: Effect) -> ApprovalLevel | None:
        own = self.file.tools.get(tool)
        if own is not None and own.approval is not None:
            return own.approval
        named = [table.approval for _, table in self._tool_tables(tool) if table.approval is not None]
        if named:
            return max(named, key=list(ApprovalLevel).index)
        return self.file.effects[effect].approval if effect in self.file.effects else None


def _common(lists: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    """What every list has; None where there is no list."""
    given = [one for one in lists if one is not None]
    return frozenset.intersection(*given) if given else None


def _limits(tables: Iterable[Placed]) -> dict[str, tuple[int, str]]:
    """The smallest of each count, and the table that sets it."""
    smallest: dict[str, tuple[int, str]] = {}
    for place, table in tables:
        for count, most in table.per_call.items():
            if count not in smallest or most < smallest[count][0]:
                smallest[count] = (most, place)
    return smallest
