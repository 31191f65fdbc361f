"""The conditions of single kinds of objects, each with its clause of PS3.3. See `conditions`."""

from __future__ import annotations

from typing import Final

from trivium_dicom.validation.conditions import (
    Condition,
    Scene,
    Test,
    above,
    among,
    inverse,
    points_at,
    surely,
    tag_of,
    there,
)
from trivium_dicom.validation.levels import Level

_RT_IMAGE: Final = (
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "DoseGridScaling",
)
_CONCATENATION: Final = (
    "InConcatenationNumber",
    "ConcatenationFrameOffsetNumber",
    "SOPInstanceUIDOfConcatenationSource",
)

_FRACTIONS: Final = frozenset({"rt-fraction-scheme"})


def _gated(level: Level, _: Scene) -> bool | None:
    kind = level.text(tag_of("SeriesType"))
    return kind == "GATED" if kind else None


def _summed(*kinds: str) -> Test:
    """The dose is summed in one of these ways, as the plan's fraction groups name its parts; a treatment record's
    names them by another condition.
    """
    kind = among("DoseSummationType", *kinds)
    plan = tag_of("ReferencedRTPlanSequence")
    return lambda level, scene: kind(scene.top, scene) if plan in level.tags else None


SPECIAL: Final = (
    # MR, PET, segmentation
    Condition(
        ("RepetitionTime",),
        "ScanningSequence is not EP, or SequenceVariant has SK",
        lambda level, scene: (
            "EP" not in level.texts(tag_of("ScanningSequence")) or "SK" in level.texts(tag_of("SequenceVariant"))
        ),
        "PS3.3 C.8.3.1",
        modules=frozenset({"mr-image"}),
    ),
    Condition(
        ("InversionTime",),
        "ScanningSequence has IR",
        among("ScanningSequence", "IR"),
        "PS3.3 C.8.3.1",
        modules=frozenset({"mr-image"}),
    ),
    Condition(
        ("TriggerTime",),
        "ScanOptions has a gating by the heart (CG, PPG)",
        surely(among("ScanOptions", "CG", "PPG")),
        "PS3.3 C.8.3.1",
        modules=frozenset({"mr-image"}),
    ),
    Condition(
        ("DecayFactor",),
        "DecayCorrection is not NONE",
        inverse(among("DecayCorrection", "NONE")),
        "PS3.3 C.8.9.4",
        modules=frozenset({"pet-image"}),
    ),
    Condition(("FrameTime",), "the series is GATED", _gated, "PS3.3 C.8.9.4", modules=frozenset({"pet-image"})),
    Condition(
        ("SegmentationFractionalType", "MaximumFractionalValue"),
        "SegmentationType is FRACTIONAL",
        among("SegmentationType", "FRACTIONAL"),
        "PS3.3 C.8.20.2",
    ),
    Condition(
        ("SegmentAlgorithmName",),
        "SegmentAlgorithmType is not MANUAL",
        inverse(among("SegmentAlgorithmType", "MANUAL")),
        "PS3.3 C.8.20.2, C.8.20.4",
    ),
    Condition(_CONCATENATION, "ConcatenationUID is there", there("ConcatenationUID"), "PS3.3 C.7.6.16"),
    # Radiotherapy
    Condition(_RT_IMAGE, "PixelData is there", there("PixelData"), "PS3.3 C.8.8.3", modules=frozenset({"rt-dose"})),
    Condition(
        ("GridFrameOffsetVector",),
        "FrameIncrementPointer points at it",
        points_at("GridFrameOffsetVector"),
        "PS3.3 C.8.8.3",
    ),
    Condition(
        ("ReferencedStructureSetSequence",),
        "RTPlanGeometry is PATIENT",
        among("RTPlanGeometry", "PATIENT"),
        "PS3.3 C.8.8.9",
        modules=frozenset({"rt-general-plan"}),
    ),
    Condition(
        ("ReferencedBeamSequence",),
        "NumberOfBeams is above 0",
        above("NumberOfBeams", 0),
        "PS3.3 C.8.8.13",
        modules=_FRACTIONS,
    ),
    Condition(
        ("ReferencedBrachyApplicationSetupSequence",),
        "NumberOfBrachyApplicationSetups is above 0",
        above("NumberOfBrachyApplicationSetups", 0),
        "PS3.3 C.8.8.13",
        modules=_FRACTIONS,
    ),
    Condition(
        ("ReferencedBeamSequence",),
        "DoseSummationType is BEAM, BEAM_SESSION or CONTROL_POINT",
        _summed("BEAM", "BEAM_SESSION", "CONTROL_POINT"),
        "PS3.3 C.8.8.3",
        modules=frozenset({"rt-dose"}),
    ),
    Condition(
        ("ReferencedBrachyApplicationSetupSequence",),
        "DoseSummationType is BRACHY or BRACHY_SESSION",
        _summed("BRACHY", "BRACHY_SESSION"),
        "PS3.3 C.8.8.3",
        modules=frozenset({"rt-dose"}),
    ),
    Condition(("WedgeSequence",), "NumberOfWedges is above 0", above("NumberOfWedges", 0), "PS3.3 C.8.8.14"),
    Condition(
        ("CompensatorSequence",), "NumberOfCompensators is above 0", above("NumberOfCompensators", 0), "PS3.3 C.8.8.14"
    ),
    Condition(("BlockSequence",), "NumberOfBlocks is above 0", above("NumberOfBlocks", 0), "PS3.3 C.8.8.2, C.8.8.14"),
    Condition(
        ("ReferencedBolusSequence",),
        "NumberOfBoli is above 0",
        above("NumberOfBoli", 0),
        "PS3.3 C.8.8.14, C.8.8.25, C.8.8.26",
    ),
    # Structured reports, waveforms
    Condition(
        ("VerifyingObserverSequence",),
        "VerificationFlag is VERIFIED",
        among("VerificationFlag", "VERIFIED"),
        "PS3.3 C.17.2",
    ),
    Condition(
        ("ChannelSensitivityUnitsSequence", "ChannelSensitivityCorrectionFactor", "ChannelBaseline"),
        "ChannelSensitivity is there",
        there("ChannelSensitivity"),
        "PS3.3 C.10.9",
    ),
)
