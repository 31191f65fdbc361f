"""Transfer syntaxes (PS3.5 clause 10, annex A): which decoders read them, and what is missing where none does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from trivium_dicom.pictures.problems import PictureProblem

NATIVE: Final = frozenset(f"1.2.840.10008.1.2{end}" for end in ("", ".1", ".1.98", ".1.99", ".2"))
BIG_ENDIAN: Final = "1.2.840.10008.1.2.2"
ENCAPSULATED_NATIVE: Final = "1.2.840.10008.1.2.1.98"
JPEG: Final = frozenset(("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"))
JPEG_2000_OR_LS: Final = frozenset(f"1.2.840.10008.1.2.4.{end}" for end in (80, 81, 90, 91, 201, 202, 203))
"""Their heads carry sign and precision, which pydicom follows."""


@dataclass(frozen=True, slots=True)
class Codec:
    """Decoders of pydicom, best first, and what to say where none is installed."""

    decoders: tuple[str, ...]
    missing: PictureProblem


_JPEG = Codec(("pillow", "gdcm"), PictureProblem.NO_JPEG)
_LOSSLESS = Codec(("gdcm",), PictureProblem.NO_JPEG_LOSSLESS)
_JPEG_LS = Codec(("pyjpegls", "gdcm"), PictureProblem.NO_JPEG_LS)
_JPEG_2000 = Codec(("pylibjpeg", "pillow", "gdcm"), PictureProblem.NO_JPEG_2000)
_HTJ2K = Codec(("pylibjpeg",), PictureProblem.NO_HTJ2K)

CODECS: Final[Mapping[str, Codec]] = {
    "1.2.840.10008.1.2.4.50": _JPEG,
    "1.2.840.10008.1.2.4.51": _JPEG,
    "1.2.840.10008.1.2.4.57": _LOSSLESS,
    "1.2.840.10008.1.2.4.70": _LOSSLESS,
    "1.2.840.10008.1.2.4.80": _JPEG_LS,
    "1.2.840.10008.1.2.4.81": _JPEG_LS,
    "1.2.840.10008.1.2.4.90": _JPEG_2000,
    "1.2.840.10008.1.2.4.91": _JPEG_2000,
    "1.2.840.10008.1.2.4.201": _HTJ2K,
    "1.2.840.10008.1.2.4.202": _HTJ2K,
    "1.2.840.10008.1.2.4.203": _HTJ2K,
    "1.2.840.10008.1.2.5": Codec(("pydicom",), PictureProblem.OTHER_SYNTAX),
}

_VIDEO: Final = (*(f"1.2.840.10008.1.2.4.10{digit}" for digit in range(9)), "1.2.840.10008.1.2.7.")
_JPEG_XL: Final = tuple(f"1.2.840.10008.1.2.4.11{digit}" for digit in range(3))


def refusal_of(syntax: str) -> PictureProblem:
    """Why a transfer syntax that no decoder here reads is not drawn."""
    if syntax.startswith(_VIDEO):
        return PictureProblem.VIDEO
    return PictureProblem.JPEG_XL if syntax in _JPEG_XL else PictureProblem.OTHER_SYNTAX
