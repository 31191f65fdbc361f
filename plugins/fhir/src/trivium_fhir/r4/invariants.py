"""R4's invariants: what an element must fulfil besides its table, as FHIRPath."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from trivium_fhir.r4.reading import read


@dataclass(frozen=True, slots=True)
class Invariant:
    key: str
    severity: Literal["error", "warning"]
    expression: str
    paths: tuple[str, ...]
    """The elements it is stated on; empty for one that holds for every element."""


@cache
def invariants() -> Mapping[str, Invariant]:
    """All invariants by key (`obs-6`). R4 has three of the key inv-1: two are found as `inv-1@Task` and alike."""
    return MappingProxyType({key: _invariant(key, row) for key, row in read("invariants")["invariants"].items()})


def invariant(key: str, path: str = "") -> Invariant:
    """The invariant of that key on an element path or type; KeyError where R4 has none of that key."""
    found = invariants()
    return found.get(f"{key}@{path}") or found[key]


def _invariant(key: str, row: list[Any]) -> Invariant:
    severity, expression, paths = row
    return Invariant(key.partition("@")[0], "error" if severity == "e" else "warning", expression, tuple(paths))
