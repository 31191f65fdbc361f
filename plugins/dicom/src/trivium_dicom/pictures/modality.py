"""From stored values to those that mean something: rescale, modality LUT, dose scaling (PS3.3 C.11.1, C.8.8.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from trivium_dicom.pictures.groups import place_of
from trivium_dicom.pictures.lut import Lut, lut_of
from trivium_dicom.pictures.problems import PictureNote
from trivium_dicom.pictures.values import items_of, number_of, text_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

HOUNSFIELD: Final = "HU"
_RESCALE_TYPES: Final = frozenset(("OD", "HU", "US", "MGML", "Z_EFF", "ED", "EDW", "HU_MOD", "PCT"))  # PS3.3 C.11.1.1.2
_UNITS: Final = frozenset(
    (
        "CNTS",
        "NONE",
        "CM2",
        "CM2ML",
        "PCNT",
        "CPS",
        "BQML",
        "MGMINML",
        "UMOLMINML",
        "MLMING",
        "MLG",
        "1CM",
        "UMOLML",
        "PROPCNTS",
        "PROPCPS",
        "MLMINML",
        "MLML",
        "GML",
        "STDDEV",
        "SUV",
    )
)  # fmt: skip  (PS3.3 C.8.9.1.1.3)


@dataclass(frozen=True, slots=True)
class Modality:
    slope: float = 1.0
    intercept: float = 0.0
    lut: Lut | None = None
    unit: str | None = None
    notes: tuple[PictureNote, ...] = ()

    def of(self, stored: NDArray[Any]) -> NDArray[Any]:
        """What stored values mean, as floating point numbers."""
        if self.lut is not None:
            return self.lut.of(stored).astype(np.float64)
        return stored.astype(np.float64) * self.slope + self.intercept

    @property
    def hounsfield(self) -> bool:
        return self.unit == HOUNSFIELD


def modality_of(dataset: Dataset, frame: int, *, signed: bool) -> Modality:
    if tables := items_of(dataset, "ModalityLUTSequence"):
        lut = lut_of(tables[0], signed=signed)
        unit = _known(text_of(tables[0], "ModalityLUTType"), _RESCALE_TYPES)
        return Modality(lut=lut, unit=unit) if lut else Modality(notes=(PictureNote.ODD_MODALITY,))
    place = place_of(dataset, frame, "PixelValueTransformationSequence")
    slope, intercept = number_of(place, "RescaleSlope"), number_of(place, "RescaleIntercept")
    if slope is not None or intercept is not None:
        return Modality(1.0 if slope is None else slope, intercept or 0.0, unit=_unit(dataset, place))
    if (scaling := number_of(dataset, "DoseGridScaling")) is not None:
        return Modality(scaling, unit=_known(text_of(dataset, "DoseUnits"), frozenset(("GY", "RELATIVE"))))
    return Modality()


def _unit(dataset: Dataset, place: Dataset) -> str | None:
    """Its unit. Without one the values of a CT image are Hounsfield units (PS3.3 C.8.2.1)."""
    if written := text_of(place, "RescaleType"):
        return _known(written, _RESCALE_TYPES)
    if text_of(dataset, "Modality") == "CT":
        return HOUNSFIELD
    return _known(text_of(dataset, "Units"), _UNITS)


def _known(name: str, names: frozenset[str]) -> str | None:
    return name if name in names else None
