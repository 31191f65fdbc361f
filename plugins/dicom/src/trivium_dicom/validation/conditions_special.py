"""The conditions of single kinds of objects, each with its clause of PS3.3. See `conditions`."""

from __future__ import annotations

from typing import Final

from trivium_dicom.validation.conditions import (
    Condition,
    above,
    among,
    inverse,
    points_at,
    surely,
    tag_of,
    there,
)

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
        surely(among("ScanningSequence", "IR")),
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
        "PS3.3 C.8.20.4",
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
    Condition(("ReferencedBeamSequence",), "NumberOfBeams is above 0", above("NumberOfBeams", 0), "PS3.3 C.8.8.13"),
    Condition(
        ("ReferencedBrachyApplicationSetupSequence",),
        "NumberOfBrachyApplicationSetups is above 0",
        above("NumberOfBrachyApplicationSetups", 0),
        "PS3.3 C.8.8.13",
    ),
    Condition(("WedgeSequence",), "NumberOfWedges is above 0", above("NumberOfWedges", 0), "PS3.3 C.8.8.14"),
    Condition(
        ("CompensatorSequence",), "NumberOfCompensators is above 0", above("NumberOfCompensators", 0), "PS3.3 C.8.8.14"
    ),
    Condition(("BlockSequence",), "NumberOfBlocks is above 0", above("NumberOfBlocks", 0), "PS3.3 C.8.8.14"),
    Condition(("ReferencedBolusSequence",), "NumberOfBoli is above 0", above("NumberOfBoli", 0), "PS3.3 C.8.8.14"),
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
