"""A sequence diagram as a PNG, drawn with Pillow and the font that it carries: the same bytes every time."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Final

from trivium_hl7.diagrams.layout import (
    ARROW_GAP,
    LINE,
    MARGIN,
    PADDING,
    SELF_HEIGHT,
    SELF_WIDTH,
    Layout,
    Placed,
    layout,
)
from trivium_hl7.diagrams.model import Arrow, Note, Sequence

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

    Font = FreeTypeFont | ImageFont

_SIZE: Final = 15
_COLORS: Final = 16
"""Of the palette: a drawing of lines needs no more, and the file is a third."""
_LARGEST: Final = 2_400
"""Pixels of a side; a diagram that needs more is scaled down."""
_MOST_LIFELINES: Final = 16
_MOST_EVENTS: Final = 120
"""More is no picture that anybody reads, and a large one to draw."""
_INK: Final = (30, 41, 59)
_GREY: Final = (148, 163, 184)
_SOFT: Final = (71, 85, 105)
_HEAD: Final = (226, 236, 250)
_EDGE: Final = (59, 98, 155)
_REPLY: Final = (21, 115, 71)
_NOTE: Final = (255, 247, 214)
_PAPER: Final = (255, 255, 255)
_DASH: Final = (7, 5)
_TIP: Final = 9


@lru_cache(maxsize=16)
def picture(diagram: Sequence) -> bytes:
    """Raises `ValueError` for a diagram that is too large to draw."""
    if len(diagram.lifelines) > _MOST_LIFELINES or len(diagram.events) > _MOST_EVENTS:
        raise ValueError(f"a picture has at most {_MOST_LIFELINES} lifelines and {_MOST_EVENTS} events")
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.load_default(_SIZE)
    plan = layout(diagram, font.getlength)
    image = Image.new("RGB", (plan.width, plan.height), _PAPER)
    draw = ImageDraw.Draw(image)
    if diagram.title:
        draw.text((MARGIN, MARGIN - 8), diagram.title, font=ImageFont.load_default(_SIZE + 3), fill=_INK)
    _draw_lifelines(draw, plan, font)
    for placed in plan.events:
        if isinstance(placed.event, Note):
            _draw_note(draw, placed, font)
        elif placed.x[0] == placed.x[1]:
            _draw_own(draw, placed, font)
        else:
            _draw_arrow(draw, placed, placed.event, font)
    if max(image.size) > _LARGEST:
        image.thumbnail((_LARGEST, _LARGEST))
    file = BytesIO()
    image.quantize(_COLORS, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


def _draw_lifelines(draw: ImageDraw, plan: Layout, font: Font) -> None:
    for x in plan.columns:
        _dashed(draw, (x, plan.head_bottom), (x, plan.foot), _GREY)
    for head in plan.heads:
        draw.rounded_rectangle(
            (head.x[0], plan.head_top, head.x[1], plan.head_bottom), radius=6, fill=_HEAD, outline=_EDGE
        )
        y = (plan.head_top + plan.head_bottom - LINE * len(head.lines + head.roles)) / 2
        for line in head.lines + head.roles:
            center = (head.x[0] + head.x[1]) / 2
            draw.text((center, y + LINE / 2), line, font=font, anchor="mm", fill=_INK if line in head.lines else _SOFT)
            y += LINE


def _draw_arrow(draw: ImageDraw, placed: Placed, arrow: Arrow, font: Font) -> None:
    color = _REPLY if arrow.reply else _EDGE
    y = placed.bottom
    _text_on_paper(draw, placed, sum(placed.x) / 2, font, ARROW_GAP)
    if arrow.reply:
        _dashed(draw, (placed.x[0], y), (placed.x[1], y), color)
    else:
        draw.line((placed.x[0], y, placed.x[1], y), fill=color, width=2)
    _tip(draw, placed.x[1], y, 1 if placed.x[1] > placed.x[0] else -1, color)


def _text_on_paper(draw: ImageDraw, placed: Placed, center: float, font: Font, below: int) -> None:
    """Lines above an arrow; lifelines that pass behind them are covered."""
    y = placed.bottom - below - LINE * len(placed.lines)
    for line in placed.lines:
        half = draw.textlength(line, font=font) / 2 + 3
        draw.rectangle((center - half, y, center + half, y + LINE), fill=_PAPER)
        draw.text((center, y + LINE / 2), line, font=font, anchor="mm", fill=_INK)
        y += LINE


def _draw_own(draw: ImageDraw, placed: Placed, font: Font) -> None:
    x, top = placed.x[0], (placed.top + placed.bottom - SELF_HEIGHT) / 2
    right, end = x + SELF_WIDTH, top + SELF_HEIGHT
    draw.line(((x, top), (right, top), (right, end), (x + 2, end)), fill=_EDGE, width=2)
    _tip(draw, x, end, -1, _EDGE)
    y = (placed.top + placed.bottom - LINE * len(placed.lines)) / 2
    for line in placed.lines:
        draw.text((right + PADDING, y + LINE / 2), line, font=font, anchor="lm", fill=_INK)
        y += LINE


def _draw_note(draw: ImageDraw, placed: Placed, font: Font) -> None:
    draw.rectangle((placed.x[0], placed.top, placed.x[1], placed.bottom), fill=_NOTE, outline=_GREY)
    y = placed.top + PADDING / 2
    for line in placed.lines:
        draw.text((sum(placed.x) / 2, y + LINE / 2), line, font=font, anchor="mm", fill=_INK)
        y += LINE


def _tip(draw: ImageDraw, x: float, y: float, way: int, color: tuple[int, int, int]) -> None:
    draw.polygon(((x, y), (x - way * _TIP, y - _TIP / 2), (x - way * _TIP, y + _TIP / 2)), fill=color)


def _dashed(draw: ImageDraw, start: tuple[float, float], end: tuple[float, float], color: tuple[int, int, int]) -> None:
    """Along one axis."""
    on, off = _DASH
    axis = 0 if start[1] == end[1] else 1
    low, high = sorted((start[axis], end[axis]))
    at = low
    while at < high:
        stop = min(at + on, high)
        draw.line((at, start[1], stop, start[1]) if axis == 0 else (start[0], at, start[0], stop), fill=color, width=2)
        at += on + off
