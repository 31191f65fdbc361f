"""Draw traces on paper: a grid, names, scales and lines without steps."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from trivium_dicom.waveforms.layout import BOTTOM, LEFT, RIGHT, TOP, Row, Sheet, tick_step, ticks

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FINER: Final = 3
"""Lines are drawn this much larger, and made smaller, so that they have no steps."""
_PAPER: Final = (255, 253, 250)
_THIN: Final = (250, 228, 224)
_THICK: Final = (238, 190, 184)
_INK: Final = (24, 24, 40)
_TEXT: Final = (60, 60, 72)
_FAINT: Final = (140, 140, 150)
_LINE: Final = 1.5
"""Pixels."""
_APART: Final = 80
"""Pixels from one number of the time axis to the next, at least."""


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    unit: str
    values: NDArray[np.float64]
    """At each sample, in the unit of its row."""


def drawn(sheet: Sheet, lines: list[Line], *, start: float, frequency: float, title: str) -> bytes:
    """A PNG without metadata."""
    size = sheet.width * _FINER, sheet.height * _FINER
    large = Image.new("RGB", size, _PAPER)
    pen = ImageDraw.Draw(large)
    seconds = (sheet.width - LEFT - RIGHT) / sheet.per_second
    _grid(pen, sheet, start, seconds)
    for row, line in zip(sheet.rows, lines, strict=True):
        for points in _points(row, line.values, sheet.per_second / frequency):
            pen.line(
                [(x * _FINER, y * _FINER) for x, y in points], fill=_INK, width=round(_LINE * _FINER), joint="curve"
            )
    picture = large.resize((sheet.width, sheet.height), Image.Resampling.BOX)
    _words(picture, sheet, lines, start, seconds, title)
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=6)
    return out.getvalue()


def _grid(pen: ImageDraw.ImageDraw, sheet: Sheet, start: float, seconds: float) -> None:
    right, bottom = sheet.width - RIGHT, sheet.height - BOTTOM
    if sheet.mm:
        for every, color in ((1, _THIN), (5, _THICK)):
            step = sheet.mm * every
            for number in range(int((right - LEFT) / step + 1e-6) + 1):
                _stroke(pen, (LEFT + number * step, TOP, LEFT + number * step, bottom), color)
            for number in range(int((bottom - TOP) / step + 1e-6) + 1):
                _stroke(pen, (LEFT, TOP + number * step, right, TOP + number * step), color)
    else:
        for time in _times(start, seconds, sheet):
            x = LEFT + (time - start) * sheet.per_second
            _stroke(pen, (x, TOP, x, bottom), _THIN)
        for row in sheet.rows:
            _stroke(pen, (LEFT, row.bottom, right, row.bottom), _THICK)
            for value in _marks(row):
                _stroke(pen, (LEFT, row.y(value), right, row.y(value)), _THIN)
    _frame(pen, (LEFT, TOP, right, bottom))


def _stroke(pen: ImageDraw.ImageDraw, ends: tuple[float, float, float, float], color: tuple[int, int, int]) -> None:
    pen.line([one * _FINER for one in ends], fill=color, width=_FINER)


def _frame(pen: ImageDraw.ImageDraw, ends: tuple[float, float, float, float]) -> None:
    pen.rectangle([one * _FINER for one in ends], outline=_THICK, width=_FINER)


def _points(row: Row, values: NDArray[np.float64], per_sample: float) -> Iterator[list[tuple[float, float]]]:
    """The lines of a trace, in pixels: one between two gaps. Many samples of one pixel become its ends."""
    middle = (row.top + row.bottom) / 2
    y = middle - (values - row.middle) / row.per_pixel
    x = LEFT + np.arange(len(values)) * per_sample
    if per_sample < 0.5:
        x, y = _ends(x, y, int(2 / per_sample))
    gaps = np.flatnonzero(np.isnan(y))
    for part in np.split(np.arange(len(y)), gaps):
        kept = part[~np.isnan(y[part])]
        if len(kept) > 1:
            yield list(zip(x[kept].tolist(), y[kept].tolist(), strict=True))
        elif len(kept) == 1:
            yield [(float(x[kept[0]]) - 0.5, float(y[kept[0]])), (float(x[kept[0]]) + 0.5, float(y[kept[0]]))]


def _ends(x: NDArray[Any], y: NDArray[Any], together: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Lowest and highest of each `together` samples, in the order in which they come. One NaN is a gap of them all."""
    count = len(y) // together * together
    if not count:
        return x, y
    blocks = y[:count].reshape(-1, together)
    rows = np.arange(len(blocks))
    order = np.sort(np.stack([blocks.argmin(axis=1), blocks.argmax(axis=1)], axis=1), axis=1)
    picked = (rows[:, None] * together + order).ravel()
    rest = np.arange(count, len(y))
    kept = np.concatenate([picked, rest])
    return x[kept], y[kept]


def _words(picture: Image.Image, sheet: Sheet, lines: list[Line], start: float, seconds: float, title: str) -> None:
    pen = ImageDraw.Draw(picture)
    small, plain, bold = (ImageFont.load_default(size) for size in (12, 14, 17))
    pen.text((LEFT, TOP - 24), title, fill=_TEXT, font=plain)
    for time in _times(start, seconds, sheet):
        x = LEFT + (time - start) * sheet.per_second
        pen.text((x, sheet.height - BOTTOM + 5), f"{time:g} s", fill=_TEXT, font=small, anchor="ma")
    for row, line in zip(sheet.rows, lines, strict=True):
        middle = _name_at(row, line) if sheet.mm else (row.top + row.bottom) / 2
        font = bold if len(line.name) <= 6 else small
        room = LEFT - 14 if sheet.mm else LEFT - 46
        pen.text((8, middle), _cut(pen, line.name, font, room), fill=_INK, font=font, anchor="lm")
        if sheet.mm:
            continue
        pen.text((8, middle + 15), _cut(pen, line.unit, small, room), fill=_FAINT, font=small, anchor="lm")
        for value in _marks(row):
            pen.text((LEFT - 4, row.y(value)), f"{value:g}", fill=_FAINT, font=small, anchor="rm")


def _name_at(row: Row, line: Line) -> float:
    """The height at which a trace mostly is, where its name is best read."""
    kept = line.values[~np.isnan(line.values)]
    usual = row.y(float(np.median(kept))) if len(kept) else 0.0
    return min(max(usual, row.top + 8), row.bottom - 8)


def _cut(pen: ImageDraw.ImageDraw, text: str, font: Any, room: float) -> str:
    """As much of a text as there is room for, in pixels."""
    if pen.textlength(text, font=font) <= room:
        return text
    while text and pen.textlength(text + "...", font=font) > room:
        text = text[:-1]
    return text + "..."


def _times(start: float, seconds: float, sheet: Sheet) -> list[float]:
    return ticks(start, start + seconds, max(1, (sheet.width - LEFT - RIGHT) // _APART))


def _marks(row: Row) -> list[float]:
    """Values that are marked on a row's own scale."""
    half = (row.bottom - row.top) / 2 * row.per_pixel * 0.84
    most = max(1, int((row.bottom - row.top) / 36))
    step = tick_step(2 * half, most)
    return ticks(row.middle - half, row.middle + half, most) if step else []
