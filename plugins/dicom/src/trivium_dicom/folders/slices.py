"""How the slices of a series lie in space (PS3.3 C.7.6.2.1.1): their distances along the normal of the plane."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

from trivium_dicom.folders.heads import Head

_SLICED: Final = frozenset({"CT", "MR", "PT", "NM"})
_SAME: Final = 0.01
"""Millimeters within which two slices lie at one place."""
_GAP: Final = 1.5
"""Times the usual distance from which on a slice is missing."""
_UNEVEN: Final = 0.05
"""Share of the usual distance by which others may differ."""
_FEWEST: Final = 3


@dataclass(frozen=True, slots=True)
class Stack:
    """Parallel slices of one series."""

    places: int
    """Slices at different places."""
    spacing: float
    """The usual distance, in mm."""
    missing: int
    """Slices that the gaps have room for."""
    uneven: int
    """Distances that differ from the usual, gaps aside."""


def stack_of(heads: Sequence[Head]) -> Stack | None:
    """The largest set of parallel slices; None where there are fewer than three, or no geometry."""
    sets: dict[tuple[float, ...], list[float]] = {}
    for head in heads:
        if head.modality in _SLICED and head.orientation and head.position and (head.frames or 1) == 1:
            key = tuple(round(one, 3) + 0.0 for one in head.orientation)
            sets.setdefault(key, []).append(_along(head))
    places = max((_apart(sorted(found)) for found in sets.values()), key=len, default=[])
    if len(places) < _FEWEST:
        return None
    return _stack(places)


def orientations(heads: Iterable[Head]) -> int:
    """Planes that differ by more than rounding."""
    return len({tuple(round(one, 2) + 0.0 for one in head.orientation) for head in heads if head.orientation})


def _stack(places: Sequence[float]) -> Stack:
    distances = [after - before for before, after in pairwise(places)]
    usual = median(distances)
    gaps = [one for one in distances if one > _GAP * usual]
    others = [one for one in distances if one <= _GAP * usual]
    missing = sum(max(1, round(one / usual) - 1) for one in gaps)
    uneven = sum(abs(one - usual) > max(_UNEVEN * usual, 2 * _SAME) for one in others)
    return Stack(len(places), round(usual, 3), missing, uneven)


def _along(head: Head) -> float:
    """Where the slice lies on the normal: the cross product of row and column, times the position."""
    ax, ay, az, bx, by, bz = head.orientation
    x, y, z = head.position
    return (ay * bz - az * by) * x + (az * bx - ax * bz) * y + (ax * by - ay * bx) * z


def _apart(places: Sequence[float]) -> list[float]:
    """Several slices at one place, as in a series over time, count once."""
    found: list[float] = []
    for place in places:
        if not found or place - found[-1] > _SAME:
            found.append(place)
    return found
