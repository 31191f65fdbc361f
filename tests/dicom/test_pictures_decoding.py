"""Compressed frames: which decoder, what is said without one, and what is refused before one makes room for it."""

from __future__ import annotations

import importlib
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate, encapsulate_extended
from pydicom.pixels.decoders import base
from pydicom.uid import (
    UID,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)
from tests.dicom.picture_making import color, drawn, gray, rendered, shades

from trivium.api import BadInput, NotFound, TooLarge
from trivium_dicom.pictures import compressed, shape
from trivium_dicom.pictures.codestream import Head, head_of
from trivium_dicom.pictures.problems import PictureNote, PictureProblem

WAVES = (np.add.outer(np.arange(32), np.arange(48)) * 50 % 4096).astype(np.uint16)
"""32 rows, 48 columns."""
WINDOW = {"WindowCenter": 2048, "WindowWidth": 4096, "BitsStored": 12, "HighBit": 11}


def with_frames(ds: Dataset, frames: list[bytes], **more: Any) -> Dataset:
    ds.PixelData = encapsulate(frames, **more)
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True
    return ds


def compressed_as(ds: Dataset, syntax: UID) -> Dataset:
    ds.set_original_encoding(False, True)
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.compress(syntax, generate_instance_uid=False)
    del ds.file_meta
    return ds


def jpeg(pixels: Any, **options: Any) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", **options)
    return out.getvalue()


def problem_of(ds: Dataset, syntax: str, **wanted: Any) -> BadInput:
    with pytest.raises(BadInput) as caught:
        drawn(ds, syntax, **wanted)
    return caught.value


@pytest.mark.parametrize(
    ("syntax", "decoder"),
    [
        (RLELossless, "pydicom"),
        (JPEGLSLossless, "CharLS (pyjpegls)"),
        (JPEG2000Lossless, "OpenJPEG (pylibjpeg-openjpeg)"),
    ],
)
@pytest.mark.parametrize("signed", [False, True])
def test_lossless_compression_changes_nothing(syntax: UID, decoder: str, signed: bool) -> None:
    pixels = (WAVES.astype(np.int16) - 2048) if signed else WAVES
    plain = gray(pixels, **WINDOW)
    expected = shades(plain)
    found = drawn(compressed_as(plain, syntax), syntax)
    assert (found.pixels.tolist(), found.decoder, found.notes) == (expected, decoder, ())


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless, JPEG2000Lossless])
def test_lossless_compression_of_color_changes_nothing(syntax: UID) -> None:
    samples = np.random.default_rng(3).integers(0, 256, (32, 48, 3), np.uint8)
    assert shades(compressed_as(color(samples), syntax), syntax) == samples.tolist()


def test_the_second_of_two_decoders_is_asked_where_the_first_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    ds = compressed_as(gray(WAVES, **WINDOW), JPEG2000Lossless)
    decode = compressed._by_pydicom

    def failing(encoded: bytes, given: Any, syntax: str, name: str) -> Any:
        if name == "pylibjpeg":
            raise RuntimeError("Doe^John")
        return decode(encoded, given, syntax, name)

    monkeypatch.setattr(compressed, "_by_pydicom", failing)
    assert drawn(ds, JPEG2000Lossless).decoder == "Pillow"


def test_jpeg_of_8_bits_gray_and_color() -> None:
    flat = np.full((16, 16), 77, np.uint8)
    assert shades(with_frames(gray(flat), [jpeg(flat)]), JPEGBaseline8Bit) == flat.tolist()
    red = np.full((16, 16, 3), (254, 0, 0), np.uint8)
    ds = with_frames(color(red, PhotometricInterpretation="YBR_FULL_422"), [jpeg(red, quality=95)])
    assert shades(ds, JPEGBaseline8Bit) == red.tolist()


def test_a_jpeg_says_its_color_space_better_than_the_file() -> None:
    red = np.full((16, 16, 3), (254, 0, 0), np.uint8)
    found = drawn(with_frames(color(red), [jpeg(red, quality=95)]), JPEGBaseline8Bit)  # JFIF, so YCbCr
    assert (found.pixels.tolist(), found.notes) == (red.tolist(), (PictureNote.OTHER_COLOR_SPACE,))


def test_jpeg_of_8_bits_in_words_of_16() -> None:
    flat = np.full((16, 16), 77, np.uint8)
    ds = with_frames(gray(flat, BitsAllocated=16, BitsStored=8, HighBit=7), [jpeg(flat)])
    assert shades(ds, JPEGExtended12Bit) == flat.tolist()


@pytest.mark.parametrize("more", [{}, {"has_bot": False}, {"fragments_per_frame": 3}])
def test_a_frame_is_found_with_and_without_offset_tables(more: dict[str, Any]) -> None:
    frames = [np.full((16, 16), level, np.uint8) for level in (10, 20, 30)]
    ds = with_frames(gray(np.stack(frames)), [jpeg(one) for one in frames], **more)
    assert [drawn(ds, JPEGBaseline8Bit, frame=frame).pixels[0, 0] for frame in (1, 2, 3)] == [10, 20, 30]


def test_a_frame_is_found_by_an_extended_offset_table() -> None:
    frames = [np.full((16, 16), level, np.uint8) for level in (10, 20)]
    ds = gray(np.stack(frames))
    data, offsets, lengths = encapsulate_extended([jpeg(one) for one in frames])
    ds.PixelData, ds.ExtendedOffsetTable, ds.ExtendedOffsetTableLengths = data, offsets, lengths
    ds["PixelData"].is_undefined_length = True
    assert [drawn(ds, JPEGBaseline8Bit, frame=frame).pixels[0, 0] for frame in (1, 2)] == [10, 20]


@pytest.mark.parametrize(
    ("syntax", "problem"),
    [
        (JPEGBaseline8Bit, PictureProblem.NO_JPEG),
        (JPEGExtended12Bit, PictureProblem.NO_JPEG),
        (JPEGLosslessSV1, PictureProblem.NO_JPEG_LOSSLESS),
        (JPEGLSLossless, PictureProblem.NO_JPEG_LS),
        (JPEG2000Lossless, PictureProblem.NO_JPEG_2000),
        (HTJ2KLossless, PictureProblem.NO_HTJ2K),
    ],
)
def test_without_a_decoder_it_is_said_which_package_would_do(
    monkeypatch: pytest.MonkeyPatch, syntax: UID, problem: PictureProblem
) -> None:
    monkeypatch.setattr(base.Decoder, "available_plugins", ())
    monkeypatch.setattr(compressed, "_has_gdcm", lambda: False)
    assert problem_of(with_frames(gray(WAVES), [b"\0\0"]), syntax).problem == problem


def test_jpeg_of_12_bits_needs_gdcm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed, "_has_gdcm", lambda: False)
    head = b"\xff\xd8\xff\xc1\x00\x0b\x0c" + bytes((0, 32, 0, 48)) + b"\x01\x01\x11\x00\0"
    assert problem_of(with_frames(gray(WAVES), [head]), JPEGExtended12Bit).problem == PictureProblem.NO_JPEG_12


@pytest.mark.parametrize("missing", ["numpy", "PIL.Image"])
def test_without_the_extra_it_is_said_that_it_is_missing(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    real = importlib.import_module("builtins").__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == missing:
            raise ImportError(name)
        return real(name, *rest, **more)

    ds = gray(WAVES)
    monkeypatch.setattr("builtins.__import__", without)
    with pytest.raises(BadInput) as caught:
        rendered(ds)
    assert caught.value.problem == PictureProblem.NOT_INSTALLED


@pytest.mark.parametrize(
    ("syntax", "problem"),
    [
        ("1.2.840.10008.1.2.4.100", PictureProblem.VIDEO),
        ("1.2.840.10008.1.2.4.102.1", PictureProblem.VIDEO),
        ("1.2.840.10008.1.2.4.107", PictureProblem.VIDEO),
        ("1.2.840.10008.1.2.4.110", PictureProblem.JPEG_XL),
        ("1.2.840.10008.1.2.4.94", PictureProblem.OTHER_SYNTAX),
        ("1.2.840.10008.1.2.4.66", PictureProblem.OTHER_SYNTAX),
    ],
)
def test_what_is_not_decoded_is_said(syntax: str, problem: PictureProblem) -> None:
    assert problem_of(with_frames(gray(WAVES), [b"\0\0"]), syntax).problem == problem


@pytest.mark.parametrize("syntax", [JPEGBaseline8Bit, JPEGLosslessSV1, JPEGLSLossless, JPEG2000Lossless, RLELossless])
def test_spoiled_compression_is_an_error_that_shows_nothing_of_it(syntax: UID) -> None:
    ds = with_frames(gray(WAVES, **WINDOW), [b"Doe^John" * 8])
    assert str(problem_of(ds, syntax)) == f"path {PictureProblem.SPOILED}"


def test_a_frame_that_is_not_there_is_an_error() -> None:
    flat = np.full((16, 16), 77, np.uint8)
    ds = with_frames(gray(np.stack([flat] * 3)), [jpeg(flat)])
    assert problem_of(ds, JPEGBaseline8Bit, frame=3).problem == PictureProblem.TOO_SHORT


@pytest.mark.parametrize("syntax", [JPEGBaseline8Bit, JPEG2000Lossless])
def test_a_compressed_picture_of_another_size_is_refused_before_it_is_decoded(syntax: UID) -> None:
    if syntax == JPEGBaseline8Bit:
        frame = jpeg(np.zeros((16, 24), np.uint8))
    else:
        frame = b"\xff\x4f\xff\x51" + bytes(4) + b"".join(n.to_bytes(4) for n in (24, 16, 0, 0)) + bytes(40)
    found = problem_of(with_frames(gray(WAVES), [frame]), syntax)
    assert (found.problem, found.numbers) == (PictureProblem.OTHER_SIZE, {"columns": 24, "rows": 16})


def test_the_heads_of_compressed_pictures() -> None:
    assert head_of(jpeg(np.zeros((16, 24, 3), np.uint8))) == Head(16, 24, 3, 8)
    out = io.BytesIO()
    Image.new("L", (24, 16)).save(out, "JPEG2000")
    assert head_of(out.getvalue()) == Head(16, 24, 1, 8)
    for nothing in (b"", b"\xff\xd8", b"\xff\xd8\xff", b"\xff\xd8\xff\xc0\0", b"\xff\x4f\xff\x51", b"RIFF" * 9):
        assert head_of(nothing) is None


def test_a_frame_beyond_the_budget_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shape, "MOST_BYTES", 1000)
    with pytest.raises(TooLarge) as caught:
        rendered(gray(np.zeros((32, 32), np.uint16)))
    assert (caught.value.problem, caught.value.numbers) == (PictureProblem.TOO_LARGE, {"size": 2048, "limit": 1000})
    rendered(gray(np.zeros((40, 5, 5), np.uint16)), frame=40)  # all frames together do not count


@pytest.mark.parametrize(
    "changes",
    [
        {"Rows": 0},
        {"Columns": None},
        {"BitsAllocated": 12},
        {"BitsAllocated": 64},
        {"BitsStored": 17},
        {"HighBit": 16},
        {"HighBit": 3},
        {"SamplesPerPixel": 4},
    ],
)
def test_a_shape_that_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as caught:
        rendered(gray(WAVES, **changes))
    assert caught.value.problem == PictureProblem.NO_SHAPE


def test_a_frame_that_the_file_does_not_have() -> None:
    with pytest.raises(NotFound) as caught:
        rendered(gray(np.zeros((3, 2, 2), np.uint16)), frame=4)
    assert (caught.value.where, caught.value.numbers) == ("frame", {"frame": 4, "frames": 3})


def test_a_file_without_pixels() -> None:
    for more, problem in (
        ({}, PictureProblem.NO_PIXELS),
        ({"WaveformSequence": []}, PictureProblem.IS_WAVEFORM),
        ({"ContentSequence": []}, PictureProblem.IS_REPORT),
        ({"EncapsulatedDocument": b"%PDF"}, PictureProblem.IS_DOCUMENT),
    ):
        with pytest.raises(NotFound) as caught:
            rendered(gray(WAVES, PixelData=None, **more))
        assert caught.value.problem == problem


def test_pixels_that_end_too_early_are_drawn_as_far_as_they_go() -> None:
    pixels = np.full((2, 2, 2), 255, np.uint8)
    ds = gray(pixels, PixelData=b"\xff" * 6)
    found = drawn(ds, frame=2)
    assert (found.pixels.tolist(), found.notes) == ([[255, 255], [0, 0]], (PictureNote.CUT,))
    ds.PixelData = b"\xff" * 4
    assert problem_of(ds, "1.2.840.10008.1.2.1", frame=2).problem == PictureProblem.TOO_SHORT
