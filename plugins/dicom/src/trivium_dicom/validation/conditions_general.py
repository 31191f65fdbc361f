"""The conditions that hold for many kinds of objects, each with its clause of PS3.3. See `conditions`."""

from __future__ import annotations

from typing import Final

from trivium_dicom.validation.conditions import (
    PAIRED,
    Condition,
    Scene,
    above,
    absent,
    among,
    every,
    filled,
    inverse,
    points_at,
    surely,
    tag_of,
    there,
)
from trivium_dicom.validation.levels import Level

_POSITIONED: Final = frozenset(
    f"1.2.840.10008.5.1.4.1.1.{tail}" for tail in ("2", "2.1", "2.2", "4", "4.1", "4.2", "4.3", "4.4")
)
"""CT and MR, enhanced and legacy converted too, and MR spectroscopy."""
_LOSSY: Final = frozenset(
    f"1.2.840.10008.1.2.{tail}" for tail in ("4.50", "4.51", "4.81", "4.100", "4.101", "4.102", "4.103")
)
"""Transfer syntaxes that lose information whatever is in them."""
_HUMAN: Final = frozenset({"337915000", "L-85B00"})
_PALETTE_COLORS: Final = ("Red", "Green", "Blue")


def _laterality(level: Level, _: Scene) -> bool | None:
    if level.has(tag_of("ImageLaterality")):
        return False
    part = level.text(tag_of("BodyPartExamined")).replace(" ", "")
    return True if part in PAIRED else None


def _patient_position(level: Level, scene: Scene) -> bool | None:
    return scene.sop_class in _POSITIONED and not level.has(tag_of("PatientOrientationCodeSequence"))


def _patient_orientation(level: Level, scene: Scene) -> bool | None:
    """An object whose images stand in a plane of the patient says so there, and so may any that has one."""
    if any(level.has(tag_of(one)) for one in ("ImageOrientationPatient", "ImageOrientationSlide")):
        return False
    required = scene.iod is None or bool(scene.iod.macros) or scene.needs_module("image-plane")
    return None if required else True


def _not_human(level: Level, _: Scene) -> bool | None:
    if level.text(tag_of("PatientSpeciesDescription")):
        return True
    codes = [Level(item).text(tag_of("CodeValue")) for item in level.items(tag_of("PatientSpeciesCodeSequence"))]
    return not _HUMAN.issuperset(codes) if codes else None


def _lossy(level: Level, scene: Scene) -> bool | None:
    return True if scene.transfer_syntax in _LOSSY else None


def _palette_color(level: Level, scene: Scene) -> bool | None:
    """Pixel Presentation of enhanced images may ask for palettes too."""
    if level.text(tag_of("PixelPresentation")) in ("COLOR", "MIXED"):
        return None
    return among("PhotometricInterpretation", "PALETTE COLOR")(level, scene)


def _each(form: str) -> tuple[str, ...]:
    return tuple(form.format(color) for color in _PALETTE_COLORS)


_DESCRIPTORS: Final = _each("{}PaletteColorLookupTableDescriptor")
_DATA: Final = _each("{}PaletteColorLookupTableData")
_SEGMENTED: Final = _each("Segmented{}PaletteColorLookupTableData")
_PALETTE: Final = frozenset({"palette-color-lookup-table"})
_SYMMETRIC: Final = "PS3.3 C.7.6.3"

GENERAL: Final = (
    # Patient, clinical trial
    Condition(
        ("PatientSpeciesDescription",),
        "the patient is no human, and no species code is given",
        every(_not_human, absent("PatientSpeciesCodeSequence")),
        "PS3.3 C.7.1.1",
    ),
    Condition(
        ("PatientBreedCodeSequence", "BreedRegistrationSequence", "ResponsiblePerson", "ResponsibleOrganization"),
        "the patient is no human",
        _not_human,
        "PS3.3 C.7.1.1",
    ),
    Condition(
        ("PatientBreedDescription",),
        "the patient is no human, and no breed code is given",
        every(_not_human, inverse(filled("PatientBreedCodeSequence"))),
        "PS3.3 C.7.1.1",
    ),
    Condition(
        ("ResponsiblePersonRole",), "ResponsiblePerson has a value", filled("ResponsiblePerson"), "PS3.3 C.7.1.1"
    ),
    Condition(
        ("PatientAlternativeCalendar",),
        "a date in another calendar is given",
        there("PatientBirthDateInAlternativeCalendar", "PatientDeathDateInAlternativeCalendar"),
        "PS3.3 C.7.1.1",
    ),
    Condition(
        ("DeidentificationMethod",),
        "PatientIdentityRemoved is YES, and no method code is given",
        every(surely(among("PatientIdentityRemoved", "YES")), absent("DeidentificationMethodCodeSequence")),
        "PS3.3 C.7.1.1",
    ),
    Condition(
        ("DeidentificationMethodCodeSequence",),
        "PatientIdentityRemoved is YES, and no DeidentificationMethod is given",
        every(surely(among("PatientIdentityRemoved", "YES")), absent("DeidentificationMethod")),
        "PS3.3 C.7.1.1",
    ),
    Condition(
        ("ClinicalTrialSubjectID",),
        "there is no ClinicalTrialSubjectReadingID",
        absent("ClinicalTrialSubjectReadingID"),
        "PS3.3 C.7.1.3",
    ),
    Condition(
        ("ClinicalTrialSubjectReadingID",),
        "there is no ClinicalTrialSubjectID",
        absent("ClinicalTrialSubjectID"),
        "PS3.3 C.7.1.3",
    ),
    Condition(
        ("ClinicalTrialProtocolEthicsCommitteeName",),
        "an approval number of the ethics committee is given",
        there("ClinicalTrialProtocolEthicsCommitteeApprovalNumber"),
        "PS3.3 C.7.1.3",
    ),
    Condition(
        ("LongitudinalTemporalEventType",),
        "LongitudinalTemporalOffsetFromEvent is there",
        there("LongitudinalTemporalOffsetFromEvent"),
        "PS3.3 C.7.2.3",
    ),
    # Series, image, plane
    Condition(
        ("Laterality",),
        "the body part is one of a pair, and the image has no ImageLaterality",
        _laterality,
        "PS3.3 C.7.3.1",
    ),
    Condition(
        ("PatientPosition",),
        "the object is of CT or MR, without PatientOrientationCodeSequence",
        _patient_position,
        "PS3.3 C.7.3.1.1.2",
        modules=frozenset({"general-series"}),
    ),
    Condition(
        ("PatientOrientation",),
        "the image is in no plane of the patient (ImageOrientationPatient, ImagePositionPatient)",
        _patient_orientation,
        "PS3.3 C.7.6.1.1.1",
        modules=frozenset({"general-image"}),
    ),
    Condition(
        ("PixelSpacingCalibrationDescription",),
        "PixelSpacingCalibrationType is there",
        there("PixelSpacingCalibrationType"),
        "PS3.3 10.7.1.1",
    ),
    Condition(
        ("LossyImageCompression",),
        "the transfer syntax loses information",
        _lossy,
        "PS3.3 C.7.6.1.1.5",
    ),
    Condition(
        ("LossyImageCompressionRatio", "LossyImageCompressionMethod"),
        "LossyImageCompression is 01",
        surely(among("LossyImageCompression", "01")),
        "PS3.3 C.7.6.1.1.5",
    ),
    # Pixels
    Condition(("PlanarConfiguration",), "SamplesPerPixel is above 1", above("SamplesPerPixel", 1), "PS3.3 C.7.6.3.1.3"),
    Condition(
        _DESCRIPTORS,
        "PhotometricInterpretation is PALETTE COLOR",
        _palette_color,
        "PS3.3 C.7.6.3.1.5",
        modules=frozenset({"image-pixel"}),
    ),
    Condition(_DATA, "there are no segmented data", absent(*_SEGMENTED), "PS3.3 C.7.9", modules=_PALETTE),
    Condition(_SEGMENTED, "there are no plain data", absent(*_DATA), "PS3.3 C.7.9", modules=_PALETTE),
    Condition(
        _DATA,
        "PhotometricInterpretation is PALETTE COLOR",
        _palette_color,
        "PS3.3 C.7.6.3.1.6",
        modules=frozenset({"image-pixel"}),
    ),
    Condition(
        ("PixelData",),
        "there is no PixelDataProviderURL",
        absent("PixelDataProviderURL"),
        _SYMMETRIC,
        modules=frozenset({"image-pixel"}),
    ),
    Condition(
        ("PixelDataProviderURL",),
        "the pixel data are at another place",
        lambda level, scene: scene.transfer_syntax in ("1.2.840.10008.1.2.4.94", "1.2.840.10008.1.2.4.95"),
        _SYMMETRIC,
        modules=frozenset({"image-pixel"}),
    ),
    Condition(
        ("PixelPaddingValue",),
        "PixelPaddingRangeLimit is there, with pixel data",
        every(there("PixelPaddingRangeLimit"), there("PixelData", "PixelDataProviderURL")),
        "PS3.3 C.7.5.1.1.2",
    ),
    Condition(
        ("ExtendedOffsetTableLengths",),
        "ExtendedOffsetTable is there",
        there("ExtendedOffsetTable"),
        "PS3.3 C.7.6.3.1.8",
    ),
    Condition(("FrameTime",), "FrameIncrementPointer points at it", points_at("FrameTime"), "PS3.3 C.7.6.5"),
    Condition(
        ("FrameTimeVector",), "FrameIncrementPointer points at it", points_at("FrameTimeVector"), "PS3.3 C.7.6.5"
    ),
    Condition(
        ("FrameIncrementPointer",),
        "NumberOfFrames is above 1",
        above("NumberOfFrames", 1),
        "PS3.3 C.8.6.3",
        modules=frozenset({"sc-multi-frame-image"}),
    ),
    Condition(
        ("FrameIncrementPointer",),
        "NumberOfFrames is there",
        surely(there("NumberOfFrames")),
        "PS3.3 C.8.5.6",
        modules=frozenset({"us-image"}),
    ),
    Condition(
        ("NumberOfStages", "NumberOfViewsInStage"),
        "StageName or StageNumber is there",
        surely(there("StageName", "StageNumber")),
        "PS3.3 C.8.5.6",
        modules=frozenset({"us-image"}),
    ),
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
        "there is no RescaleIntercept and no RescaleSlope",
        absent("RescaleIntercept", "RescaleSlope"),
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
        "WindowWidth is there, or no VOILUTSequence",
        lambda level, scene: level.has(tag_of("WindowWidth")) or not level.has(tag_of("VOILUTSequence")),
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
    Condition(("WindowWidth",), "WindowCenter is there", there("WindowCenter"), "PS3.3 C.11.2"),
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
