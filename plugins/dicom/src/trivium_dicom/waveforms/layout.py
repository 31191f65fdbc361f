"""Where everything stands on the paper: ECG paper for voltages, a row of its own scale for anything else."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

TOP: Final = 34
BOTTOM: Final = 30
LEFT: Final = 100
RIGHT: Final = 20
_SPEEDS: Final = (1000.0, 500.0, 200.0, 100.0, 50.0, 25.0, 12.5, 10.0, 5.0, 2.5, 1.0)
"""mm of paper in a second; 25 is usual."""
_GAINS: Final = (1000.0, 500.0, 200.0, 100.0, 50.0, 20.0, 10.0, 5.0, 2.5, 1.0, 0.5, 0.2, 0.1)
"""mm of paper for 1 mV; 10 is usual."""
_USUAL_GAIN: Final = 10.0
_SMALL_TRACE: Final = 3.0
_TALL_TRACE: Final = 20.0
_ROOM: Final = 4.0
"""mm between the traces of two rows."""
_SMALLEST_MM: Final = 4.0
"""Pixels of 1 mm: paper is finer than a grid can be drawn."""


@dataclass(frozen=True, slots=True)
class Span:
    """Lowest and highest value of one row, in mV on ECG paper."""

    low: float
    high: float

    @property
    def size(self) -> float:
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class Row:
    top: float
    bottom: float
    """Pixels."""
    middle: float
    """The value at half of its height."""
    per_pixel: float
    """Units of value."""

    def y(self, value: float) -> float:
        return (self.top + self.bottom) / 2 - (value - self.middle) / self.per_pixel


@dataclass(frozen=True, slots=True)
class Sheet:
    width: int
    height: int
    per_second: float
    """Pixels."""
    mm: float
    """Pixels of 1 mm on ECG paper, or 0 where there is none."""
    rows: tuple[Row, ...]
    scale: str
    flattened: bool


def ecg_paper(spans: list[Span], seconds: float, width: int, height: int) -> Sheet | None:
    """Rows of one gain on a grid of millimeters; None where the time is too long for a grid to be seen, or the rows
    do not fit.
    """
    room = width - LEFT - RIGHT
    speed = next((one for one in _SPEEDS if room / (one * seconds) >= _SMALLEST_MM), None)
    if speed is None:
        return None
    mm = room / (speed * seconds)
    wanted = _usual(spans)
    most = (height - TOP - BOTTOM) / mm
    gain = next((one for one in _GAINS if one <= wanted and sum(_heights(spans, one)) <= most), None)
    if gain is None:
        return None
    rows, top = [], float(TOP)
    for span, millimeters in zip(spans, _heights(spans, gain), strict=True):
        bottom = top + millimeters * mm
        rows.append(Row(top, bottom, (span.low + span.high) / 2, 1 / (gain * mm)))
        top = bottom
    scale = f"{speed:g} mm/s, {gain:g} mm/mV"
    return Sheet(width, math.ceil(top) + BOTTOM, speed * mm, mm, tuple(rows), scale, gain < wanted)


def _heights(spans: list[Span], gain: float) -> list[float]:
    """Millimeters of each row."""
    return [max(span.size * gain + _ROOM, 2 * _ROOM) for span in spans]


def _usual(spans: list[Span]) -> float:
    """The usual gain, or more for traces that it leaves flat."""
    largest = max(span.size for span in spans)
    if 0 < largest * _USUAL_GAIN < _SMALL_TRACE:
        return next(one for one in _GAINS if largest * one <= _TALL_TRACE)
    return _USUAL_GAIN


def rows_apart(spans: list[Span], seconds: float, width: int, height: int) -> Sheet:
    """Rows of one height, each with a scale of its own."""
    each = min(160.0, (height - TOP - BOTTOM) / len(spans))
    rows = []
    for index, span in enumerate(spans):
        top = TOP + index * each
        size = span.size or abs(span.high) or 1.0
        rows.append(Row(top, top + each, (span.low + span.high) / 2, size / (each * 0.84)))
    room = width - LEFT - RIGHT
    total = math.ceil(TOP + each * len(spans)) + BOTTOM
    return Sheet(width, total, room / seconds, 0.0, tuple(rows), "each row has its own scale", False)


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers from `low` to `high`, at most about `most`: steps of 1, 2 or 5 times a power of ten."""
    step = tick_step(high - low, most)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(number * step, 12) for number in range(first, min(last, first + 200) + 1)]


def tick_step(size: float, most: int) -> float:
    raw = max(size, 1e-12) / max(1, most)
    power = 10.0 ** math.floor(math.log10(raw))
    return next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= raw * (1 - 1e-9))
