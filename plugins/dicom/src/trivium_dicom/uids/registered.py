"""UIDs with a name: PS3.6 annex A from pydicom, a few that are younger, and private ones that vendors made known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from trivium_dicom.dictionary import uid_rows
from trivium_dicom.uids.private_uids import PRIVATE
from trivium_dicom.words import Hit, Index

SOP_CLASS: Final = "SOP Class"
TRANSFER_SYNTAX: Final = "Transfer Syntax"


@dataclass(frozen=True, slots=True)
class Uid:
    uid: str
    keyword: str
    name: str
    type: str
    """SOP Class, Transfer Syntax, Coding Scheme ...; with `Private ` before it where a vendor made it."""
    info: str = ""
    retired: bool = False
    newer: bool = False
    """It is not yet in pydicom's edition of the dictionary."""


# Registered after pydicom's edition (2024c). SOP classes: highdicom 0.28.2 (knowledge/iods.json). Transfer syntaxes:
# release notes of the Google Cloud Healthcare API, which list them as supported, and the Orthanc plugin for
# JPEG XL; PS3.5 A.4.13 (deflated frames).
_NEWER: Final = (
    Uid("1.2.840.10008.1.2.4.110", "JPEGXLLossless", "JPEG XL Lossless", TRANSFER_SYNTAX, newer=True),
    Uid(
        "1.2.840.10008.1.2.4.111", "JPEGXLJPEGRecompression", "JPEG XL JPEG Recompression", TRANSFER_SYNTAX, newer=True
    ),
    Uid("1.2.840.10008.1.2.4.112", "JPEGXL", "JPEG XL", TRANSFER_SYNTAX, newer=True),
    Uid(
        "1.2.840.10008.1.2.8.1",
        "DeflatedImageFrameCompression",
        "Deflated Image Frame Compression",
        TRANSFER_SYNTAX,
        newer=True,
    ),
    Uid(
        "1.2.840.10008.5.1.4.1.1.9.100.1",
        "WaveformPresentationStateStorage",
        "Waveform Presentation State Storage",
        SOP_CLASS,
        newer=True,
    ),
    Uid(
        "1.2.840.10008.5.1.4.1.1.9.100.2",
        "WaveformAcquisitionPresentationStateStorage",
        "Waveform Acquisition Presentation State Storage",
        SOP_CLASS,
        newer=True,
    ),
    Uid(
        "1.2.840.10008.5.1.4.1.1.66.7",
        "LabelMapSegmentationStorage",
        "Label Map Segmentation Storage",
        SOP_CLASS,
        newer=True,
    ),
    Uid(
        "1.2.840.10008.5.1.4.1.1.66.8",
        "HeightMapSegmentationStorage",
        "Height Map Segmentation Storage",
        SOP_CLASS,
        newer=True,
    ),
)


@cache
def registered() -> Mapping[str, Uid]:
    """By UID."""
    standard = [
        Uid(uid, keyword, name, kind, info, retired == "Retired")
        for uid, (name, kind, info, retired, keyword) in uid_rows().items()
    ]
    private = [Uid(uid, "", name, f"Private {kind}") for uid, kind, name in PRIVATE]
    return {one.uid: one for one in (*private, *_NEWER, *standard)}


def find(text: str) -> list[Hit[Uid]]:
    """By keyword, name, words of a name, or nearly so; best first.

    Beside a transfer syntax that is called exactly so stand those with the same words: `JPEG lossless` is the keyword
    of one, and what people say of another.
    """
    exact = _index().exact(text)
    if not exact or exact[0].entry.type != TRANSFER_SYNTAX:
        return exact or _index().find(text)
    taken = {hit.entry.uid for hit in exact}
    return [*exact, *(hit for hit in _index().with_words(text) if hit.entry.uid not in taken)]


_SPOKEN: Final[Mapping[str, tuple[str, ...]]] = {
    "1.2.840.10008.1.1": ("C-ECHO",),
    "1.2.840.10008.1.2": ("ILE", "IVRLE"),
    "1.2.840.10008.1.2.1": ("ELE", "EVRLE"),
    "1.2.840.10008.1.2.2": ("EBE", "EVRBE"),
    "1.2.840.10008.1.20.1": ("StgCmt",),
    "1.2.840.10008.3.1.2.3.3": ("MPPS",),
    "1.2.840.10008.5.1.4.31": ("MWL", "DMWL"),
    "1.2.840.10008.5.1.4.34.6.1": ("UPS",),
}
"""Short forms that people write."""


@cache
def _index() -> Index[Uid]:
    return Index(
        tuple(registered().values()),
        keyword=lambda one: one.keyword,
        names=lambda one: (one.name, one.name.removesuffix(" Storage"), *_SPOKEN.get(one.uid, ())),
        rank=lambda one: (one.retired, one.type.startswith("Private"), one.uid),
        kinds="sop class transfer syntax",
    )
