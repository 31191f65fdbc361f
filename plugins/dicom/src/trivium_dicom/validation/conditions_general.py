"""The conditions of patients, series, images and pixels, each with its clause of PS3.3. See `conditions`."""

from __future__ import annotations

from typing import Final

from trivium_dicom.uids.syntaxes import syntax_of
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
    possibly,
    stated,
    surely,
    tag_of,
    there,
)
from trivium_dicom.validation.functional_groups import PER_FRAME, SHARED
from trivium_dicom.validation.levels import Level

_STORAGE: Final = "1.2.840.10008.5.1.4.1.1"
_POSITIONED: Final = frozenset(f"{_STORAGE}.{tail}" for tail in ("2", "2.1", "4", "4.1", "4.2", "4.3"))
"""CT and MR, enhanced ones too, and MR spectroscopy; not what was converted to enhanced images."""
_LEGACY: Final = frozenset(f"{_STORAGE}.{tail}" for tail in ("2.2", "4.4", "128.1"))
"""Legacy converted enhanced CT, MR and PET."""
_HUMAN: Final = frozenset({"337915000", "L-85B00"})
_HUMAN_WORDS: Final = frozenset({"human", "homo sapiens", "homo sapiens sapiens"})
_PALETTE_COLORS: Final = ("Red", "Green", "Blue")


def _laterality(level: Level, _: Scene) -> bool | None:
    """The side may be told of the image, of each frame, or of the measurement instead."""
    if any(level.has(tag_of(one)) for one in ("ImageLaterality", "MeasurementLaterality")):
        return False
    part = level.text(tag_of("BodyPartExamined")).replace(" ", "")
    return not _has_frame_laterality(level) if part in PAIRED else None


def _has_frame_laterality(top: Level) -> bool:
    frames = (Level(frame) for groups in (SHARED, PER_FRAME) for frame in top.items(groups))
    anatomies = (Level(one) for frame in frames for one in frame.items(tag_of("FrameAnatomySequence")))
    return any(one.has(tag_of("FrameLaterality")) for one in anatomies)


def _patient_position(level: Level, scene: Scene) -> bool | None:
    return scene.sop_class in _POSITIONED and not level.has(tag_of("PatientOrientationCodeSequence"))


def _patient_orientation(level: Level, scene: Scene) -> bool | None:
    """An object whose images stand in a plane of the patient says so there, and so may any that has one."""
    if any(level.has(tag_of(one)) for one in ("ImageOrientationPatient", "ImageOrientationSlide")):
        return False
    required = scene.iod is None or bool(scene.iod.macros) or scene.needs_module("image-plane")
    return None if required else True


def _not_human(level: Level, _: Scene) -> bool | None:
    """By the code of the species, or by its description, which a human may have too."""
    items = [Level(item) for item in level.items(tag_of("PatientSpeciesCodeSequence"))]
    codes = [code for item in items if (code := item.text(tag_of("CodeValue")))]
    if codes:
        return not _HUMAN.issuperset(codes)
    words = level.text(tag_of("PatientSpeciesDescription")).casefold()
    return words not in _HUMAN_WORDS if words else None


def _lossy(level: Level, scene: Scene) -> bool | None:
    """By a transfer syntax that loses information whatever is in it; what was lost before, nothing shows."""
    syntax = syntax_of(scene.transfer_syntax)
    return True if syntax is not None and syntax.loss == "lossy" else None


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
_IMAGE_PIXEL: Final = "PS3.3 C.7.6.3"
_DERIVED: Final = frozenset(
    {
        "ophthalmic-optical-coherence-tomography-b-scan-volume-analysis-image",
        "parametric-map-image",
        "segmentation-image",
    }
)
"""Of images that are made of others: these may be compressed with loss, and not say how much."""

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
        every(stated("PatientIdentityRemoved", "YES"), absent("DeidentificationMethodCodeSequence")),
        "PS3.3 C.7.1.1",
    ),
    Condition(
        ("DeidentificationMethodCodeSequence",),
        "PatientIdentityRemoved is YES, and no DeidentificationMethod is given",
        every(stated("PatientIdentityRemoved", "YES"), absent("DeidentificationMethod")),
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
        "the body part is one of a pair, and neither image, frames nor measurement name the side",
        _laterality,
        "PS3.3 C.7.3.1",
        modules=frozenset({"general-series"}),
    ),
    Condition(
        ("Laterality",),
        "AnatomicRegionSequence is there",
        there("AnatomicRegionSequence"),
        "PS3.3 C.23.1",
        modules=frozenset({"hanging-protocol-definition"}),
    ),
    Condition(
        ("PatientPosition",),
        "the object is of CT or MR, without PatientOrientationCodeSequence",
        _patient_position,
        "PS3.3 C.7.3.1",
        modules=frozenset({"general-series"}),
    ),
    Condition(
        ("PatientOrientation",),
        "the image is in no plane of the patient (ImageOrientationPatient, ImagePositionPatient)",
        _patient_orientation,
        "PS3.3 C.7.6.1",
        modules=frozenset({"general-image"}),
    ),
    Condition(
        ("PixelSpacingCalibrationDescription",),
        "PixelSpacingCalibrationType is there",
        there("PixelSpacingCalibrationType"),
        "PS3.3 10.7",
    ),
    Condition(
        ("LossyImageCompression",),
        "the transfer syntax loses information",
        _lossy,
        "PS3.3 C.7.6.1.1.5",
        modules=frozenset({"nm-image", "pet-image", "us-image", "x-ray-image"}),
    ),
    Condition(
        ("LossyImageCompression",),
        "the object is not converted from images of older classes",
        lambda _, scene: scene.sop_class not in _LEGACY,
        "PS3.3 C.8.13.1, C.8.15.2, C.8.22.3",
        modules=frozenset({"enhanced-ct-image", "enhanced-mr-image", "enhanced-pet-image"}),
    ),
    Condition(
        ("LossyImageCompressionRatio", "LossyImageCompressionMethod"),
        "the transfer syntax loses information",
        _lossy,
        "PS3.3 C.8.17.16, C.8.20.2, C.8.32.2",
        modules=_DERIVED,
    ),
    Condition(
        ("LossyImageCompressionRatio", "LossyImageCompressionMethod"),
        "LossyImageCompression is 01",
        surely(among("LossyImageCompression", "01")),
        "PS3.3 C.7.6.1.1.5",
    ),
    # Pixels
    Condition(
        ("PlanarConfiguration",),
        "SamplesPerPixel is above 1",
        above("SamplesPerPixel", 1),
        _IMAGE_PIXEL,
        only=True,
    ),
    Condition(
        _DESCRIPTORS,
        "PhotometricInterpretation is PALETTE COLOR",
        _palette_color,
        _IMAGE_PIXEL,
        modules=frozenset({"image-pixel"}),
    ),
    Condition(_DATA, "there are no segmented data", absent(*_SEGMENTED), "PS3.3 C.7.9", modules=_PALETTE),
    Condition(_SEGMENTED, "data of another color are segmented", there(*_SEGMENTED), "PS3.3 C.7.9", modules=_PALETTE),
    Condition(
        _DATA,
        "PhotometricInterpretation is PALETTE COLOR",
        _palette_color,
        _IMAGE_PIXEL,
        modules=frozenset({"image-pixel"}),
    ),
    Condition(
        ("PixelData",),
        "there is no PixelDataProviderURL",
        absent("PixelDataProviderURL"),
        _IMAGE_PIXEL,
        modules=frozenset({"image-pixel"}),
    ),
    Condition(
        ("PixelDataProviderURL",),
        "the pixel data are at another place",
        lambda level, scene: scene.transfer_syntax in ("1.2.840.10008.1.2.4.94", "1.2.840.10008.1.2.4.95"),
        _IMAGE_PIXEL,
        modules=frozenset({"image-pixel"}),
    ),
    Condition(
        ("PixelPaddingValue",),
        "PixelPaddingRangeLimit is there, with pixel data",
        every(there("PixelPaddingRangeLimit"), there("PixelData", "PixelDataProviderURL")),
        "PS3.3 C.7.5.1",
    ),
    Condition(
        ("ExtendedOffsetTableLengths",),
        "ExtendedOffsetTable is there, and each frame is one fragment",
        possibly(there("ExtendedOffsetTable")),
        _IMAGE_PIXEL,
    ),
    Condition(
        ("FrameTime",),
        "FrameIncrementPointer points at it",
        points_at("FrameTime"),
        "PS3.3 C.7.6.5",
        modules=frozenset({"cine"}),
    ),
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
        "StageName or StageNumber has a value, so the protocol has stages",
        surely(filled("StageName", "StageNumber")),
        "PS3.3 C.8.5.6",
        modules=frozenset({"us-image"}),
    ),
)
