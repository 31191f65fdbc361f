"""Attributes that have to be there, with a value or without, by their types (PS3.5 7.4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from trivium_dicom.validation.conditions import Scene, condition_of
from trivium_dicom.validation.definitions import Wanted, Wants
from trivium_dicom.validation.findings import Found
from trivium_dicom.validation.levels import Level


@dataclass(slots=True)
class Tally:
    """What could not be judged."""

    undecided: set[tuple[tuple[int, ...], int]] = field(default_factory=set)
    """Conditional attributes that are absent, and whose condition only people can decide."""


def presence_faults(level: Level, wants: Wants, scene: Scene, tally: Tally) -> Iterator[Found]:
    """What is missing from a level, empty in it, or there against its condition."""
    for wanted in wants.values():
        if wanted.required:
            yield from _required(level, wanted)
        elif wanted.type in ("1C", "2C"):
            yield from _conditional(level, wanted, scene, tally)


def _required(level: Level, wanted: Wanted) -> Iterator[Found]:
    cell = level.cells.get(wanted.tag)
    clause = "PS3.5 7.4.1" if wanted.type == "1" else "PS3.5 7.4.3"
    if cell is None:
        yield Found("attribute.missing", level, wanted.tag, None, "", wanted.module, wanted.type, clause)
    elif wanted.type == "1" and cell.empty:
        yield Found("attribute.empty", level, wanted.tag, None, "", wanted.module, wanted.type, clause)


def _conditional(level: Level, wanted: Wanted, scene: Scene, tally: Tally) -> Iterator[Found]:
    cell = level.cells.get(wanted.tag)
    if cell is not None and cell.empty and wanted.type == "1C":
        yield Found("attribute.conditional_empty", level, wanted.tag, None, "", wanted.module, "1C", "PS3.5 7.4.2")
    condition = condition_of(wanted)
    holds = condition.holds(level, scene) if condition else None
    if cell is None and holds is None:
        tally.undecided.add((level.tags, wanted.tag))
    elif condition is None:
        return
    elif cell is None and holds:
        rule = "attribute.conditional_missing"
        yield Found(rule, level, wanted.tag, None, condition.says, wanted.module, wanted.type, condition.source)
    elif cell is not None and holds is False and condition.only:
        fix = f"only where {condition.says}"
        yield Found("attribute.forbidden", level, wanted.tag, None, fix, wanted.module, wanted.type, condition.source)
