"""The conditions of look-up tables, windows, shutters and codes, each with its clause of PS3.3. See `conditions`."""

from __future__ import annotations

from typing import Final

from trivium_dicom.validation.conditions import (
    Condition,
    Scene,
    absent,
    among,
    surely,
    tag_of,
    there,
)
from trivium_dicom.validation.levels import Level


def _modality_lut(level: Level, _: Scene) -> bool | None:
    """A slope alone lacks its intercept, which is told."""
    if level.has(tag_of("RescaleIntercept")):
        return False
    return None if level.has(tag_of("RescaleSlope")) else True


DISPLAY: Final = (
    # Look-up tables and windows
    Condition(
        ("RescaleIntercept",),
        "there is no ModalityLUTSequence",
        absent("ModalityLUTSequence"),
        "PS3.3 C.11.1",
        only=True,
        modules=frozenset({"modality-lut"}),
    ),
    Condition(
        ("ModalityLUTSequence",),
        "there is no RescaleIntercept",
        _modality_lut,
        "PS3.3 C.11.1",
        only=True,
        modules=frozenset({"modality-lut"}),
    ),
    Condition(
        ("RescaleSlope",),
        "RescaleIntercept is there",
        there("RescaleIntercept"),
        "PS3.3 C.11.1",
        modules=frozenset({"modality-lut"}),
    ),
    Condition(
        ("RescaleType",),
        "the values are of multi-energy CT",
        surely(among("MultienergyCTAcquisition", "YES")),
        "PS3.3 C.8.2.1",
        modules=frozenset({"ct-image"}),
    ),
    Condition(
        ("RescaleType",),
        "RescaleIntercept is there",
        there("RescaleIntercept"),
        "PS3.3 C.11.1",
        modules=frozenset({"modality-lut"}),
    ),
    Condition(
        ("WindowCenter",),
        "there is no VOILUTSequence",
        absent("VOILUTSequence"),
        "PS3.3 C.11.2",
        modules=frozenset({"voi-lut"}),
    ),
    Condition(
        ("VOILUTSequence",),
        "there is no window",
        absent("WindowCenter", "WindowWidth"),
        "PS3.3 C.11.2",
        modules=frozenset({"voi-lut"}),
    ),
    Condition(("WindowWidth",), "WindowCenter is there", there("WindowCenter"), "PS3.3 C.11.2", only=True),
    # Shutters and collimators
    Condition(
        (
            "ShutterLeftVerticalEdge",
            "ShutterRightVerticalEdge",
            "ShutterUpperHorizontalEdge",
            "ShutterLowerHorizontalEdge",
        ),
        "ShutterShape has RECTANGULAR",
        among("ShutterShape", "RECTANGULAR"),
        "PS3.3 C.7.6.11",
    ),
    Condition(
        ("CenterOfCircularShutter", "RadiusOfCircularShutter"),
        "ShutterShape has CIRCULAR",
        among("ShutterShape", "CIRCULAR"),
        "PS3.3 C.7.6.11",
    ),
    Condition(
        ("VerticesOfThePolygonalShutter",),
        "ShutterShape has POLYGONAL",
        among("ShutterShape", "POLYGONAL"),
        "PS3.3 C.7.6.11",
    ),
    Condition(
        (
            "CollimatorLeftVerticalEdge",
            "CollimatorRightVerticalEdge",
            "CollimatorUpperHorizontalEdge",
            "CollimatorLowerHorizontalEdge",
        ),
        "CollimatorShape has RECTANGULAR",
        among("CollimatorShape", "RECTANGULAR"),
        "PS3.3 C.8.7.3",
    ),
    Condition(
        ("CenterOfCircularCollimator", "RadiusOfCircularCollimator"),
        "CollimatorShape has CIRCULAR",
        among("CollimatorShape", "CIRCULAR"),
        "PS3.3 C.8.7.3",
    ),
    Condition(
        ("VerticesOfThePolygonalCollimator",),
        "CollimatorShape has POLYGONAL",
        among("CollimatorShape", "POLYGONAL"),
        "PS3.3 C.8.7.3",
    ),
    # Codes
    Condition(
        ("CodeValue",),
        "there is no LongCodeValue and no URNCodeValue",
        absent("LongCodeValue", "URNCodeValue"),
        "PS3.3 8.8",
        only=True,
    ),
    Condition(
        ("CodingSchemeDesignator",),
        "CodeValue or LongCodeValue is there",
        there("CodeValue", "LongCodeValue"),
        "PS3.3 8.8",
    ),
    Condition(
        ("MappingResource", "ContextGroupVersion"),
        "ContextIdentifier is there",
        there("ContextIdentifier"),
        "PS3.3 8.8",
    ),
    Condition(
        ("ContextGroupLocalVersion", "ContextGroupExtensionCreatorUID"),
        "ContextGroupExtensionFlag is Y",
        among("ContextGroupExtensionFlag", "Y"),
        "PS3.3 8.8",
    ),
)
