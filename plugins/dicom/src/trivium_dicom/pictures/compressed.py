"""One frame of compressed pixel data, as an array (PS3.5 A.4). Only that frame is taken out and decoded.

pydicom's decoders do the work. Ours are the order in which they are tried, the look at the head of the picture before
one of them makes room for it, and JPEG of 12 bits by GDCM, which pydicom leaves out.
"""

from __future__ import annotations

import dataclasses
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from trivium.api import BadInput
from trivium_dicom.pictures.codestream import Head, head_of
from trivium_dicom.pictures.problems import PictureProblem
from trivium_dicom.pictures.shape import Shape
from trivium_dicom.pictures.syntaxes import CODECS, JPEG, JPEG_2000_OR_LS, refusal_of
from trivium_dicom.pictures.values import bytes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray
    from pydicom.dataset import Dataset


@dataclass(frozen=True, slots=True)
class Decompressed:
    words: NDArray[Any]
    """Rows x columns, or rows x columns x samples."""
    photometric: str
    """Of the decoded samples."""
    decoder: str
    deeper: bool
    """Whether bits beyond Bits Stored were left as they were."""


def decompress(dataset: Dataset, shape: Shape, frame: int, syntax: str) -> Decompressed:
    """Frame `frame`, from 1. Raises `BadInput` with `PictureProblem`."""
    codec = CODECS.get(syntax)
    if codec is None:
        raise BadInput(where="path", problem=refusal_of(syntax))
    encoded = frame_bytes(dataset, shape, frame)
    head = head_of(encoded)
    if head and (head.rows, head.columns) != (shape.rows, shape.columns):
        raise BadInput(where="path", problem=PictureProblem.OTHER_SIZE, columns=head.columns, rows=head.rows)
    ways = list(_ways(encoded, shape, head, syntax))
    if not ways:
        deep = syntax in JPEG and head and head.precision > 8
        raise BadInput(where="path", problem=PictureProblem.NO_JPEG_12 if deep else codec.missing)
    for way in ways:
        if (found := _tried(way)) is not None:
            return found
    raise BadInput(where="path", problem=PictureProblem.SPOILED)


def frame_bytes(dataset: Dataset, shape: Shape, frame: int) -> bytes:
    """The encoded frame, by its offset table or its fragments. Raises `BadInput` where it cannot be found."""
    from pydicom.encaps import get_frame

    data = bytes_of(dataset, shape.keyword)
    tables = bytes_of(dataset, "ExtendedOffsetTable"), bytes_of(dataset, "ExtendedOffsetTableLengths")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return get_frame(
                data, frame - 1, number_of_frames=shape.frames, extended_offsets=tables if all(tables) else None
            )
    except MemoryError:
        raise
    except Exception:
        raise BadInput(where="path", problem=PictureProblem.TOO_SHORT, frame=frame) from None


def _ways(encoded: bytes, shape: Shape, head: Head | None, syntax: str) -> Iterator[Callable[[], Decompressed]]:
    """The ways to decode it that are installed, best first."""
    from functools import partial

    from pydicom.pixels.decoders.base import get_decoder

    if syntax in JPEG and head and head.precision > 8:
        if _has_gdcm():
            yield partial(_by_gdcm, encoded, shape, head, syntax)
        return
    if syntax in JPEG and shape.allocated > 8:  # 8 bits that are to be stored in more
        shape = dataclasses.replace(shape, allocated=8, stored=8, high=7)
    available = get_decoder(syntax).available_plugins
    names = [name for name in CODECS[syntax].decoders if name in available]
    # GDCM ends the process over some damaged pictures, so it is no second try after a decoder that says no.
    for name in [one for one in names if one != "gdcm"] or names:
        yield partial(_by_pydicom, encoded, shape, syntax, name)


def _tried(way: Callable[[], Decompressed]) -> Decompressed | None:
    """None where the decoder fails, in whatever way: each has its own."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return way()
    except MemoryError:
        raise
    except Exception:
        return None


def _by_pydicom(encoded: bytes, shape: Shape, syntax: str, name: str) -> Decompressed:
    from pydicom.encaps import encapsulate
    from pydicom.pixels.decoders.base import get_decoder

    options: dict[str, Any] = {
        "rows": shape.rows,
        "columns": shape.columns,
        "samples_per_pixel": shape.samples,
        "bits_allocated": shape.allocated,
        "bits_stored": shape.stored,
        "pixel_representation": int(shape.signed),
        "photometric_interpretation": shape.photometric,
        "planar_configuration": shape.planar,
        "number_of_frames": 1,
    }
    deeper = syntax not in JPEG_2000_OR_LS
    if deeper:
        options["correct_unused_bits"] = False
    words, facts = get_decoder(syntax).as_array(
        encapsulate([encoded], has_bot=False), index=0, raw=True, decoding_plugin=name, **options
    )
    return Decompressed(words, str(facts["photometric_interpretation"]), _NAMES[name], deeper)


def _by_gdcm(encoded: bytes, shape: Shape, head: Head, syntax: str) -> Decompressed:
    """JPEG of 12 bits in one sample. GDCM knows the length of what it gives, so a short one is a failure."""
    import gdcm  # type: ignore[import-untyped]

    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(encoded)
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    image = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((shape.columns, shape.rows, 1))
    image.SetDataElement(element)
    gray = gdcm.PhotometricInterpretation.GetPIType("MONOCHROME2")
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(gray))
    image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(syntax)))
    image.SetPixelFormat(gdcm.PixelFormat(1, 16, head.precision, head.precision - 1, int(shape.signed)))
    words = np.frombuffer(image.GetBuffer().encode("utf-8", "surrogateescape"), "<i2" if shape.signed else "<u2")
    return Decompressed(words.reshape(shape.rows, shape.columns), shape.photometric, _NAMES["gdcm"], True)


def _has_gdcm() -> bool:
    from pydicom.pixels.decoders import gdcm

    return bool(gdcm.HAVE_GDCM)


_NAMES = {
    "pillow": "Pillow",
    "gdcm": "GDCM",
    "pyjpegls": "CharLS (pyjpegls)",
    "pylibjpeg": "OpenJPEG (pylibjpeg-openjpeg)",
    "pydicom": "pydicom",
}
