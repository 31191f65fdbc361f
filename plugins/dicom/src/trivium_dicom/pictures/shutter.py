"""The display shutter: what is not to be seen around an image (PS3.3 C.7.6.11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageDraw

from trivium_dicom.pictures.groups import place_of
from trivium_dicom.pictures.problems import PictureNote
from trivium_dicom.pictures.shape import Shape
from trivium_dicom.pictures.values import integer_of, numbers_of, texts_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pydicom.dataset import Dataset


@dataclass(frozen=True, slots=True)
class Shutter:
    hidden: NDArray[Any] | None = None
    """True where it is closed, rows x columns; None without one."""
    shade: int = 0
    """In which it is shown."""
    notes: tuple[PictureNote, ...] = ()


def shutter_of(dataset: Dataset, shape: Shape, frame: int) -> Shutter:
    """The shutter of frame `frame`, from 1. Several shapes leave open what each of them leaves open."""
    place = place_of(dataset, frame, "FrameDisplayShutterSequence")
    names = texts_of(place, "ShutterShape")
    opened = [found for name in names[:3] if (found := _opening(name, place, shape)) is not None]
    shade = integer_of(place, "ShutterPresentationValue") or 0
    return Shutter(
        hidden=~np.logical_and.reduce(opened) if opened else None,
        shade=min(255, max(0, shade) >> 8),
        notes=(PictureNote.BITMAP_SHUTTER,) if "BITMAP" in names else (),
    )


def _opening(name: str, place: Dataset, shape: Shape) -> NDArray[Any] | None:
    match name:
        case "RECTANGULAR":
            return _rectangle(place, shape)
        case "CIRCULAR":
            return _circle(place, shape)
        case "POLYGONAL":
            return _polygon(place, shape)
        case _:
            return None


def _rectangle(place: Dataset, shape: Shape) -> NDArray[Any] | None:
    """Between its edges, which are rows and columns from 1 that are still hidden."""
    edges = [
        integer_of(place, f"Shutter{edge}Edge")
        for edge in ("UpperHorizontal", "LowerHorizontal", "LeftVertical", "RightVertical")
    ]
    upper, lower, left, right = edges
    if upper is None or lower is None or left is None or right is None:
        return None
    row, column = _grid(shape)
    return (row > upper) & (row < lower) & (column > left) & (column < right)


def _circle(place: Dataset, shape: Shape) -> NDArray[Any] | None:
    center, radius = numbers_of(place, "CenterOfCircularShutter"), integer_of(place, "RadiusOfCircularShutter")
    if len(center) != 2 or radius is None:
        return None
    row, column = _grid(shape)
    away: NDArray[Any] = (row - center[0]) ** 2 + (column - center[1]) ** 2 <= radius**2
    return away


def _polygon(place: Dataset, shape: Shape) -> NDArray[Any] | None:
    numbers = numbers_of(place, "VerticesOfThePolygonalShutter")
    if len(numbers) < 6 or len(numbers) % 2 or any(abs(one) > 1 << 20 for one in numbers):
        return None
    corners = [(column - 1, row - 1) for row, column in zip(numbers[::2], numbers[1::2], strict=True)]
    canvas = Image.new("1", (shape.columns, shape.rows))
    ImageDraw.Draw(canvas).polygon(corners, fill=1)
    return np.array(canvas, bool)


def _grid(shape: Shape) -> tuple[NDArray[Any], NDArray[Any]]:
    """Row and column numbers, from 1, that broadcast to the image."""
    return np.arange(1.0, shape.rows + 1)[:, None], np.arange(1.0, shape.columns + 1)[None, :]
