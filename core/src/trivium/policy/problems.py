"""Rules of a policy that fit nothing that is served. A misspelt rule is one that does not hold, so none may hide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from trivium.api import ToolSpec
from trivium.policy.model import PolicyFile, Table
from trivium.policy.names import fits, is_pattern
from trivium.policy.rules import ROWS
from trivium.settings import nearest


def problems_of(policy: PolicyFile, file: str, served: Mapping[str, ToolSpec]) -> list[str]:
    """A sentence for each. Patterns may fit nothing yet; what they fit must be able to do what they bound."""
    return list(_problems(policy, file, served))


def _problems(policy: PolicyFile, file: str, served: Mapping[str, ToolSpec]) -> Iterator[str]:
    for effect, table in policy.effects.items():
        specs = [spec for spec in served.values() if spec.effect is effect]
        yield from _idle(f"{file} [effects.{effect}]", table, specs)
    for name, table in policy.tools.items():
        place = f'{file} [tools."{name}"]' if is_pattern(name) else f"{file} [tools.{name}]"
        yield from _unserved(place, [name], served)
        yield from _idle(place, table, [spec for tool, spec in served.items() if fits(tool, name)])
    for number, opening in enumerate(policy.open, 1):
        yield from _unserved(f"{file} [[open]] {number}", opening.tools, served)
    for number, demand in enumerate(policy.demand, 1):
        yield from _unserved(f"{file} [[demand]] {number}", demand.tools, served)


def _unserved(place: str, names: Iterable[str], served: Mapping[str, ToolSpec]) -> Iterator[str]:
    for name in names:
        if not is_pattern(name) and name not in served:
            yield f"{place} names {name}, which nobody serves{nearest(name, served)}"


def _idle(place: str, table: Table, specs: list[ToolSpec]) -> Iterator[str]:
    """What a table bounds although none of its tools has it."""
    if not specs:
        return
    if table.archives is not None and all(spec.archive is None for spec in specs):
        yield f"{place} lists archives, and no tool of it names an archive"
    if table.destinations is not None and not any(spec.safety and spec.safety.destination for spec in specs):
        yield f"{place} lists destinations, and no tool of it has a destination"
    for count in dict.fromkeys([*table.per_call, *table.per_hour]):
        if not any(_may_count(spec, count) for spec in specs):
            yield f"{place} limits {count}, which no tool of it counts"


def _may_count(spec: ToolSpec, count: str) -> bool:
    """What a preflight counts shows only when it is asked."""
    return (count == ROWS and spec.rows is not None) or (spec.effect.effectful and spec.preflight is not None)
