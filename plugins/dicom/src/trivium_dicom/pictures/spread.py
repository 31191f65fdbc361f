"""Which values an image has, without padding: their ends and percentiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SAMPLED: Final = 1 << 20
"""Values from which percentiles are taken where each may be different."""


@dataclass(frozen=True, slots=True)
class Spread:
    values: NDArray[Any]
    """Sorted."""
    counts: NDArray[Any] | None
    """How often each occurs; None: once."""
    ends: tuple[float, float]

    def percentiles(self, low: float, high: float) -> tuple[float, float]:
        if not len(self.values):
            return self.ends
        if self.counts is None:
            return self._at(low / 100 * (len(self.values) - 1)), self._at(high / 100 * (len(self.values) - 1))
        below = np.cumsum(self.counts)
        places = np.searchsorted(below, np.array((low, high)) / 100 * below[-1])
        first, last = (min(int(one), len(self.values) - 1) for one in places)
        return float(self.values[first]), float(self.values[last])

    def _at(self, place: float) -> float:
        return float(self.values[round(place)])


def of_counts(values: NDArray[Any], counts: NDArray[Any]) -> Spread:
    """Of values that each occur so often."""
    there = counts > 0
    values, counts = values[there], counts[there]
    order = np.argsort(values, kind="stable")
    values = values[order]
    ends = (float(values[0]), float(values[-1])) if len(values) else (0.0, 0.0)
    return Spread(values, counts[order], ends)


def of_values(values: NDArray[Any]) -> Spread:
    """Of any values; those that are no finite numbers do not count."""
    flat = values[np.isfinite(values)]
    if not len(flat):
        return Spread(flat, None, (0.0, 0.0))
    step = -(-len(flat) // _SAMPLED)
    return Spread(np.sort(flat[::step]), None, (float(flat.min()), float(flat.max())))
