"""From values to shades of gray: windows and VOI LUTs (PS3.3 C.11.2), of the file, by name, or made for the values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from trivium.api import BadInput, NotFound
from trivium_dicom.pictures.answer import Window
from trivium_dicom.pictures.groups import place_of
from trivium_dicom.pictures.lut import Lut, lut_of
from trivium_dicom.pictures.presets import pair, preset
from trivium_dicom.pictures.problems import PictureNote, WindowProblem
from trivium_dicom.pictures.values import items_of, numbers_of, text_of
from trivium_dicom.pictures.wanted import Wanted

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

    from trivium_dicom.pictures.modality import Modality
    from trivium_dicom.pictures.spread import Spread

LINEAR: Final = "LINEAR"
LINEAR_EXACT: Final = "LINEAR_EXACT"
SIGMOID: Final = "SIGMOID"
_LISTED: Final = 20
_TAILS: Final = (0.5, 99.5)


@dataclass(frozen=True, slots=True)
class Voi:
    center: float = 0.0
    width: float = 1.0
    function: str = LINEAR
    lut: Lut | None = None
    source: str = ""

    def of(self, values: NDArray[Any]) -> NDArray[Any]:
        """Shades from 0 (black) to 1."""
        if self.lut is not None:
            return self.lut.of(values) / self.lut.most
        match self.function:
            case "SIGMOID":
                return _sigmoid(values, self.center, self.width)
            case "LINEAR_EXACT":
                return _ramp(values, self.center, self.width)
            case _:  # between its ends lie width - 1 steps, and its middle is half a step below the center
                return _ramp(values, self.center - 0.5, self.width - 1)

    def shown(self) -> Window:
        if self.lut is not None:
            return Window(function="LUT", source=self.source)
        return Window(center=self.center, width=self.width, function=self.function, source=self.source)

    def __str__(self) -> str:
        return "LUT" if self.lut is not None else f"{self.center:g}/{self.width:g}"


def _ramp(values: NDArray[Any], center: float, width: float) -> NDArray[Any]:
    if width <= 0:  # LINEAR of width 1 is a threshold (C.11.2.1.2.1)
        return (values > center).astype(np.float64)
    return np.clip((values - center) / width + 0.5, 0.0, 1.0)


def _sigmoid(values: NDArray[Any], center: float, width: float) -> NDArray[Any]:
    return 1.0 / (1.0 + np.exp(np.clip(-4.0 * (values - center) / width, -700.0, 700.0)))


def vois_of(dataset: Dataset, frame: int, *, signed: bool) -> tuple[list[Voi], bool]:
    """VOI LUTs and windows of a frame, in this order, and whether an unusable one was passed over."""
    place = place_of(dataset, frame, "FrameVOILUTSequence")
    luts = [lut_of(item, signed=signed) for item in items_of(place, "VOILUTSequence")[:_LISTED]]
    centers, widths = numbers_of(place, "WindowCenter"), numbers_of(place, "WindowWidth")
    function = text_of(place, "VOILUTFunction") or LINEAR
    known = function in (LINEAR, LINEAR_EXACT, SIGMOID)
    pairs = list(zip(centers, widths, strict=False))[:_LISTED] if known else []
    windows = [Voi(center, width, function) for center, width in pairs if width >= _least(function) and width > 0]
    found = [Voi(lut=lut) for lut in luts if lut is not None] + windows
    claimed = "WindowCenter" in place or "WindowWidth" in place
    return found, None in luts or len(windows) < len(pairs) or (claimed and not pairs)


def _least(function: str) -> float:
    return 1.0 if function == LINEAR else 0.0


def chosen(
    wanted: Wanted, found: list[Voi], modality: Modality, spread: Spread, *, plain: tuple[float, float] | None
) -> tuple[Voi, tuple[PictureNote, ...]]:
    """The window that the caller asks for. `plain`: lowest and highest value of an image that is shown as it stands
    when it has no window.

    Raises `BadInput` and `NotFound` with `WindowProblem`.
    """
    name = wanted.window.strip().casefold() or "file"
    if name == "full":
        return _between(*spread.ends, "lowest to highest value"), ()
    if name == "file":
        return _of_file(wanted.voi, found, spread, plain)
    if numbers := pair(name):
        return _asked(*numbers, found), ()
    if (numbers := preset(name)) is None:
        raise BadInput(where="window", problem=WindowProblem.UNREADABLE)
    if not modality.hounsfield:
        raise BadInput(where="window", problem=WindowProblem.NOT_HOUNSFIELD)
    return Voi(*numbers, source="preset"), ()


def _of_file(
    number: int, found: list[Voi], spread: Spread, plain: tuple[float, float] | None
) -> tuple[Voi, tuple[PictureNote, ...]]:
    if number <= len(found):
        voi = found[number - 1]
        return Voi(voi.center, voi.width, voi.function, voi.lut, f"file, {number} of {len(found)}"), ()
    if number > 1:
        raise NotFound(where="voi", problem=WindowProblem.NO_SUCH_VOI, number=number, count=len(found))
    if plain:
        return _between(*plain, "all values of its bits"), ()
    low, high = spread.percentiles(*_TAILS)
    if low < high:
        source = f"percentiles {_TAILS[0]:g} to {_TAILS[1]:g} of the values"
        return _between(low, high, source), (PictureNote.NO_WINDOW,)
    return _between(*spread.ends, "lowest to highest value"), (PictureNote.NO_WINDOW,)


def _asked(center: float, width: float, found: list[Voi]) -> Voi:
    """Numbers of the caller, with the function of the file's windows."""
    function = next((one.function for one in found if one.lut is None), LINEAR)
    if width < _least(function) or width <= 0:
        raise BadInput(where="window", problem=WindowProblem.TOO_NARROW, least=_least(function) or 0.000001)
    return Voi(center, width, function, source="caller")


def _between(low: float, high: float, source: str) -> Voi:
    """A window whose ends are two values; a flat image is black, as its lowest value is."""
    return (
        Voi((low + high) / 2, high - low, LINEAR_EXACT, source=source)
        if high > low
        else Voi(low + 0.5, 1.0, LINEAR_EXACT, source=source)
    )
