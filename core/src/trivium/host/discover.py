"""Which plugins are installed: the entry points of the group `trivium.plugins`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Final

GROUP: Final = "trivium.plugins"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A plugin that has not been imported yet."""

    name: str
    load: Callable[[], object]
    """Imports it; may raise anything."""
    distribution: str = ""
    version: str = ""
    entry_point: EntryPoint | None = None
    """Where it is installed, if it is: what a lock can vouch for."""


def installed_plugins() -> list[Candidate]:
    """In name order, so that the same installation always gives the same host."""
    found = [
        Candidate(
            name=point.name,
            load=point.load,
            distribution=point.dist.name if point.dist else "",
            version=point.dist.version if point.dist else "",
            entry_point=point,
        )
        for point in entry_points(group=GROUP)
    ]
    return sorted(found, key=lambda candidate: (candidate.name, candidate.distribution))
