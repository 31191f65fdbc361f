"""Public files, drawn; and the same by DCMTK and by pydicom, which know nothing of this code."""

from __future__ import annotations

import subprocess
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi_lut
from tests.conftest import Say, _program
from tests.dicom import making
from tests.dicom.picture_making import drawn_of, gray

from trivium.api import NotFound, ToolFailure
from trivium_dicom.files.limits import Limits
from trivium_dicom.pictures.problems import PictureProblem
from trivium_dicom.pictures.rendering import render
from trivium_dicom.pictures.wanted import Wanted

UNDRAWN = {
    "056441285d_nested_priv_SQ.dcm": PictureProblem.NO_SHAPE,
    "e2713a7acd_meta_missing_tsyntax.dcm": PictureProblem.NO_SHAPE,
    "ed356fe8d2_JPEG2000-embedded-sequence-delimiter.dcm": PictureProblem.OTHER_SIZE,  # spoiled on purpose
}
"""Files with pixel data that make no picture, and why."""
AMBIGUOUS = ("rtdose_expb",)
"""32 bits in big endian, where DCMTK swaps the bytes of 16-bit words alone."""


@pytest.fixture(scope="session")
def dcmj2pnm_program() -> str:
    return _program("dcmj2pnm", package="dcmtk")


@pytest.fixture(scope="session")
def files(corpora: Path) -> list[Path]:
    found = sorted(path for path in (corpora / "dicom").rglob("*") if path.is_file() and path.suffix != ".json")
    assert len(found) > 100
    return found


def drawable(files: list[Path]) -> list[tuple[Path, bytes]]:
    found = []
    for path in files:
        content = path.read_bytes()
        try:
            render(content, Limits(), Wanted())
        except ToolFailure:
            continue
        found.append((path, content))
    return found


@pytest.mark.corpus
def test_every_public_image_is_drawn_or_refused_for_a_reason(files: list[Path], say: Say) -> None:
    drawn, refused = [], {}
    for path in files:
        try:
            found = render(path.read_bytes(), Limits(), Wanted(size=64))
        except ToolFailure as failure:
            if not isinstance(failure, NotFound):
                refused[path.name] = failure.problem
        else:
            drawn.append((found.photometric_interpretation, found.transfer_syntax))
            assert type(found).model_validate_json(found.model_dump_json()) == found
    assert {name: problem for name, problem in refused.items() if isinstance(problem, PictureProblem)} == UNDRAWN
    assert len(drawn) >= 100
    say(
        f"render_dicom_image: {len(drawn)} public images drawn, {len({one for one, _ in drawn})} photometric "
        f"interpretations, {len({one for _, one in drawn})} transfer syntaxes; {len(UNDRAWN)} refused"
    )


@pytest.mark.corpus
@pytest.mark.peers
def test_pictures_are_those_of_dcmtk(files: list[Path], dcmj2pnm_program: str, tmp_path: Path, say: Say) -> None:
    compared, worst = 0, 0.0
    for path, content in drawable(files):
        if any(name in path.name for name in AMBIGUOUS):
            continue
        found = drawn_of(content)
        ours, way = found.pixels, ["+Wi", "1"] if found.gray else []
        if found.gray and not found.gray.listed:
            ours, way = drawn_of(content, window="full").pixels, ["+Wm"]
        out = tmp_path / "picture.ppm"
        done = subprocess.run(
            [dcmj2pnm_program, "+F", "1", "-a", *way, path, out], capture_output=True, check=False, timeout=60
        )
        if done.returncode:  # it has no JPEG 2000 and no JPEG-LS, and reads some odd files not at all
            continue
        theirs = np.asarray(Image.open(out).convert("L" if ours.ndim == 2 else "RGB")).astype(int)
        difference = np.abs(theirs - ours)
        assert difference.mean() < 2, path.name
        worst, compared = max(worst, float(difference.mean())), compared + 1
    assert compared >= 70
    say(f"render_dicom_image: {compared} pictures as DCMTK draws them, mean difference at most {worst:.2f} of 255")


@pytest.mark.peers
@pytest.mark.parametrize("shape", [None, "IDENTITY", "INVERSE"])
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_black_and_white_are_those_of_dcmtk(
    photometric: str, shape: str | None, dcmj2pnm_program: str, tmp_path: Path
) -> None:
    ramp = np.tile(np.arange(64, dtype=np.uint16) * 10, (8, 1))
    content = making.as_bytes(
        gray(ramp, PhotometricInterpretation=photometric, PresentationLUTShape=shape, WindowCenter=300, WindowWidth=400)
    )
    path, out = tmp_path / "ramp.dcm", tmp_path / "ramp.pgm"
    path.write_bytes(content)
    subprocess.run([dcmj2pnm_program, "+Wi", "1", path, out], capture_output=True, check=True, timeout=60)
    assert np.abs(np.asarray(Image.open(out)).astype(int) - drawn_of(content).pixels).max() <= 1


@pytest.mark.corpus
def test_gray_pictures_are_those_of_pydicom(files: list[Path], say: Say) -> None:
    compared = 0
    for path, content in drawable(files):
        found = drawn_of(content, overlays=False)
        if found.gray is None or not found.gray.listed:
            continue
        expected = _by_pydicom(path)
        if expected is None:
            continue
        padded = any("padding" in note for note in found.notes)
        difference = np.abs(expected - found.pixels)
        assert (np.median(difference) if padded else difference.max()) <= 1, path.name
        compared += 1
    assert compared >= 25
    say(f"render_dicom_image: {compared} windowed pictures as pydicom's apply_voi_lut makes them")


@pytest.mark.corpus
def test_a_palette_picture_is_that_of_pydicom(files: list[Path]) -> None:
    path = next(path for path in files if "examples_palette" in path.name)
    ds = pydicom.dcmread(path)
    expected = apply_color_lut(ds.pixel_array, ds) / 257
    assert np.abs(expected - drawn_of(path.read_bytes()).pixels).max() <= 0.51


def _by_pydicom(path: Path) -> Any:
    """Shades after pydicom's own modality and VOI functions, from 0 to 255; None where it cannot read the file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ds = pydicom.dcmread(path)
        try:
            values = apply_modality_lut(ds.pixel_array, ds)
        except (AttributeError, RuntimeError, ValueError):
            return None
        out = apply_voi_lut(values, ds, index=0)
    stored = ds.BitsStored
    low, high = (-(2 ** (stored - 1)), 2 ** (stored - 1) - 1) if ds.PixelRepresentation else (0, 2**stored - 1)
    ends = [end * float(ds.get("RescaleSlope", 1)) + float(ds.get("RescaleIntercept", 0)) for end in (low, high)]
    shades = (out - ends[0]) / (ends[1] - ends[0]) * 255
    return 255 - shades if ds.PhotometricInterpretation == "MONOCHROME1" else shades
