"""Where everything of a sequence diagram stands, in pixels: pure geometry over a function that measures text.

Columns are as far apart as the texts between them need; rows are as high as their lines of text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from trivium_hl7.diagrams.model import Arrow, Note, Sequence

Measure = Callable[[str], float]

MARGIN: Final = 24
PADDING: Final = 10
LINE: Final = 20
"""Height of a line of text."""
HEAD_GAP: Final = 24
"""From the boxes of the names to the first event."""
ARROW_GAP: Final = 8
"""From an arrow's text to its line."""
EVENT_GAP: Final = 16
SELF_WIDTH: Final = 30
SELF_HEIGHT: Final = 22
NEAREST: Final = 130
"""Between two lifelines."""
_WRAP_ARROW: Final = 34
_WRAP_HEAD: Final = 20
_WRAP_NOTE: Final = 60


@dataclass(frozen=True, slots=True)
class Placed:
    """An event and its place. `x` are the ends of an arrow or the sides of a box."""

    event: Arrow | Note
    lines: tuple[str, ...]
    x: tuple[float, float]
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Head:
    lines: tuple[str, ...]
    roles: tuple[str, ...]
    x: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Layout:
    width: int
    height: int
    columns: tuple[float, ...]
    heads: tuple[Head, ...]
    head_top: float
    head_bottom: float
    events: tuple[Placed, ...]
    foot: float
    """Where the lifelines end."""


def layout(diagram: Sequence, measure: Measure) -> Layout:
    """Raises `ValueError` for a diagram without lifelines."""
    if not diagram.lifelines:
        raise ValueError("a diagram has a lifeline")
    names = [wrap(line.name, _WRAP_HEAD) for line in diagram.lifelines]
    roles = [wrap(line.role, _WRAP_HEAD + 6) for line in diagram.lifelines]
    widths = [_widest((*n, *r), measure) + 2 * PADDING for n, r in zip(names, roles, strict=True)]
    texts = [_lines(event) for event in diagram.events]
    columns = _columns(diagram, widths, texts, measure)
    top = MARGIN + (LINE + PADDING if diagram.title else 0)
    bottom = top + LINE * max(len(n) + len(r) for n, r in zip(names, roles, strict=True)) + 2 * PADDING
    placed: list[Placed] = []
    y: float = bottom + HEAD_GAP
    for event, lines in zip(diagram.events, texts, strict=True):
        one = _place(diagram, event, lines, columns, y, measure)
        placed.append(one)
        y = one.bottom + EVENT_GAP
    right = max([columns[-1] + widths[-1] / 2, *(_right(one, measure) for one in placed)])
    width = max(right + MARGIN, measure(diagram.title) + 2 * MARGIN)
    heads = tuple(Head(n, r, (x - w / 2, x + w / 2)) for n, r, x, w in zip(names, roles, columns, widths, strict=True))
    return Layout(round(width), round(y + MARGIN), tuple(columns), heads, top, bottom, tuple(placed), y)


def wrap(text: str, most: int) -> tuple[str, ...]:
    """Lines of at most so many characters, words kept whole where they fit."""
    from textwrap import wrap as lines

    return tuple(lines(text, most))


def _lines(event: Arrow | Note) -> tuple[str, ...]:
    return wrap(event.text, _WRAP_ARROW if isinstance(event, Arrow) else _WRAP_NOTE)


def _widest(lines: tuple[str, ...], measure: Measure) -> float:
    return max((measure(line) for line in lines), default=0.0)


def _columns(diagram: Sequence, widths: list[float], texts: list[tuple[str, ...]], measure: Measure) -> list[float]:
    """Centers of the lifelines: each as far right as the texts that end there need."""
    needs: list[tuple[int, int, float]] = []
    for event, lines in zip(diagram.events, texts, strict=True):
        width = _widest(lines, measure) + 2 * PADDING
        if isinstance(event, Note):
            ends = sorted(diagram.column(one) for one in event.over)
            needs.append((ends[0], ends[-1], width - NEAREST / 2))
            if ends[0] == ends[-1] and ends[0] > 0:  # a box over one lifeline must not reach the next ones
                needs += [(ends[0] - 1, ends[0], width / 2 + PADDING), (ends[0], ends[0] + 1, width / 2 + PADDING)]
        else:
            ends = sorted((diagram.column(event.sender), diagram.column(event.receiver)))
            own = event.sender == event.receiver
            needs.append((ends[0], ends[0] + 1, width + SELF_WIDTH) if own else (ends[0], ends[1], width + PADDING))
    first = widths[0] / 2
    for event, lines in zip(diagram.events, texts, strict=True):
        if isinstance(event, Note) and {diagram.column(one) for one in event.over} == {0}:
            first = max(first, _widest(lines, measure) / 2 + PADDING)
    columns = [MARGIN + first]
    for position in range(1, len(diagram.lifelines)):
        here = columns[-1] + max(NEAREST, (widths[position - 1] + widths[position]) / 2 + PADDING)
        columns.append(max([here, *(columns[start] + need for start, end, need in needs if end == position > start)]))
    return columns


def _place(
    diagram: Sequence, event: Arrow | Note, lines: tuple[str, ...], columns: list[float], y: float, measure: Measure
) -> Placed:
    height = LINE * len(lines)
    if isinstance(event, Note):
        ends = sorted(columns[diagram.column(one)] for one in event.over)
        half = max((_widest(lines, measure) + 2 * PADDING - (ends[-1] - ends[0])) / 2, NEAREST / 4)
        return Placed(event, lines, (max(ends[0] - half, MARGIN / 2), ends[-1] + half), y, y + height + PADDING)
    x = (columns[diagram.column(event.sender)], columns[diagram.column(event.receiver)])
    below = max(SELF_HEIGHT, height) if x[0] == x[1] else height + ARROW_GAP
    return Placed(event, lines, x, y, y + below)


def _right(placed: Placed, measure: Measure) -> float:
    if isinstance(placed.event, Arrow) and placed.x[0] == placed.x[1]:
        return placed.x[0] + SELF_WIDTH + PADDING + _widest(placed.lines, measure)
    return max(placed.x)
