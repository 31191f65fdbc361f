"""The tool `render_dicom_image`, as a caller sees it."""

from __future__ import annotations

import inspect
import io
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.conftest import Say
from tests.dicom import making
from tests.dicom.picture_making import color, gray, picture_of, rendered

from trivium.api import BadInput, Effect, Folders, NotFound, WorkerProblem, Workers
from trivium_dicom.files.desk import Desk
from trivium_dicom.files.limits import Limits
from trivium_dicom.pictures.answer import RenderedImage
from trivium_dicom.pictures.problems import PictureNote, PictureProblem
from trivium_dicom.pictures.rendering import render
from trivium_dicom.pictures.wanted import Wanted
from trivium_dicom.tools.render_dicom_image import render_dicom_image


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    workers = Workers(memory=Limits().memory)
    yield Desk(Folders([tmp_path]), Limits(), workers)
    workers.close()


def ask(desk: Desk, tmp_path: Path, content: bytes, **asked: Any) -> RenderedImage:
    path = tmp_path / "image.dcm"
    path.write_bytes(content)
    found = render_dicom_image(desk=desk, path=str(path), **asked)
    assert isinstance(found, RenderedImage)
    return found


def test_a_whole_answer_from_the_worker(desk: Desk, tmp_path: Path) -> None:
    ds = making.ct(
        Rows=2, Columns=4, PixelData=np.arange(1000, 1008, dtype=np.uint16).tobytes(), PixelSpacing=[0.5, 0.5]
    )
    ds["PixelData"].VR = "OW"
    found = ask(desk, tmp_path, making.as_bytes(ds), window="-20/10")
    assert found.model_dump(exclude={"picture"}, exclude_none=True) == {
        "frame": 1,
        "frames": 1,
        "rows": 2,
        "columns": 4,
        "photometric_interpretation": "MONOCHROME2",
        "transfer_syntax": "Explicit VR Little Endian",
        "decoder": "none needed",
        "bits_allocated": 16,
        "bits_stored": 12,
        "window": {"center": -20.0, "width": 10.0, "function": "LINEAR", "source": "caller"},
        "file_windows": ("40/400",),
        "lowest": -24.0,
        "highest": -17.0,
        "unit": "HU",
        "spacing": (0.5, 0.5),
        "notes": (PictureNote.MAYBE_BURNED_IN.value, PictureNote.UP.value),
    }
    picture = picture_of(found)
    assert (found.picture.size, picture.shape) == ((256, 128), (128, 256))
    assert picture[::64, ::64].tolist() == [[28, 57, 85, 113], [142, 170, 198, 227]]


def test_the_failure_of_the_worker_arrives_as_it_was_raised(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(NotFound) as caught:
        ask(desk, tmp_path, making.as_bytes(making.ct()), frame=9)
    assert (caught.value.where, caught.value.problem) == ("frame", PictureProblem.NO_SUCH_FRAME)


def test_decoders_run_within_the_worker_too(desk: Desk, tmp_path: Path, corpora: Path) -> None:
    for name in ("693_J2KI.dcm", "MR_small_jpeg_ls_lossless.dcm", "JPEG-lossy.dcm", "SC_rgb_rle_32bit.dcm"):
        path = next((corpora / "dicom").rglob(f"*_{name}"))
        assert ask(desk, tmp_path, path.read_bytes()).picture.png.startswith(b"\x89PNG")


def test_the_picture_has_8_bits_and_no_metadata() -> None:
    for ds in (gray(np.zeros((2, 2), np.uint16)), color(np.zeros((2, 2, 3), np.uint8))):
        png = rendered(ds).picture.png
        chunks, at = [], 8
        while at < len(png):
            size = int.from_bytes(png[at : at + 4])
            chunks.append(png[at + 4 : at + 8])
            at += 12 + size
        assert set(chunks) == {b"IHDR", b"IDAT", b"IEND"}
        assert png[24] == 8


@pytest.mark.parametrize(
    ("rows", "columns", "aspect", "asked", "size"),
    [
        (100, 400, None, 200, (200, 50)),
        (400, 100, None, 200, (50, 200)),
        (100, 50, None, 768, (150, 300)),
        (1, 1, None, 768, (256, 256)),
        (1, 1, None, 100, (100, 100)),
        (300, 300, ["2", "1"], 768, (300, 600)),
        (300, 300, ["1", "2"], 768, (600, 300)),
        (3000, 2, None, 64, (1, 64)),
    ],
)
def test_the_size_of_the_picture(
    rows: int, columns: int, aspect: list[str] | None, asked: int, size: tuple[int, int]
) -> None:
    ds = gray(np.zeros((rows, columns), np.uint8), PixelAspectRatio=aspect, PixelSpacing=None)
    assert rendered(ds, size=asked).picture.size == size


def test_pixels_that_are_not_square_are_made_so_by_their_spacing() -> None:
    found = rendered(gray(np.zeros((300, 300), np.uint8), PixelSpacing=[3, 2]))
    assert (found.picture.size, found.spacing, found.aspect) == ((300, 450), (3.0, 2.0), 1.5)


def test_an_extreme_aspect_is_left_out_and_said() -> None:
    found = rendered(gray(np.zeros((300, 300), np.uint8), PixelSpacing=[1000, 2]))
    assert (found.picture.size, found.aspect) == ((300, 300), None)
    assert PictureNote.EXTREME_ASPECT in found.notes


@pytest.mark.parametrize(
    ("said", "note"), [("YES", PictureNote.BURNED_IN), (None, PictureNote.MAYBE_BURNED_IN), ("NO", None)]
)
def test_names_in_the_pixels_are_warned_of(said: str | None, note: PictureNote | None) -> None:
    found = rendered(gray(np.zeros((300, 300), np.uint8), BurnedInAnnotation=said))
    assert found.notes == ((note.value,) if note else ())


def test_a_supplemental_palette_is_said_to_be_left_out() -> None:
    ds = gray(np.zeros((300, 300), np.uint8))
    ds.add_new("RedPaletteColorLookupTableDescriptor", "US", [256, 0, 16])
    assert rendered(ds).notes == (PictureNote.SUPPLEMENTAL.value,)


def test_nothing_of_the_patient_is_beside_the_picture() -> None:
    told = making.ct(PatientName="CANARY^NAME", PatientID="CANARY1", RescaleType="CANARY2", StudyDescription="CANARY3")
    found = render(making.as_bytes(told), Limits(), Wanted())
    assert "CANARY" not in json.dumps(found.model_dump(mode="json", exclude={"picture"}))
    assert found.unit is None


def test_what_is_no_dicom_file_is_an_error() -> None:
    with pytest.raises(BadInput):
        render(b"\x89PNG\r\n" * 40, Limits(), Wanted())


def test_the_tool_reads_files_and_is_short() -> None:
    assert render_dicom_image.effect is Effect.READS_FILES
    assert len((inspect.getdoc(render_dicom_image.function) or "").split()) <= 190


def test_a_ct_of_512_is_drawn_quickly(say: Say) -> None:
    values = np.random.default_rng(4).normal(1000, 200, (512, 512)).clip(0, 4095).astype(np.uint16)
    content = making.as_bytes(gray(values, WindowCenter=1000, WindowWidth=800, RescaleSlope=1, RescaleIntercept=0))
    render(content, Limits(), Wanted())
    took = []
    for _ in range(5):
        began = time.perf_counter()
        render(content, Limits(), Wanted())
        took.append(time.perf_counter() - began)
    say(f"render_dicom_image: CT of 512 x 512, pure noise, in {min(took) * 1000:.0f} ms")
    assert min(took) < 0.5


def test_the_png_of_a_picture_is_readable_by_others() -> None:
    found = rendered(color(np.full((300, 300, 3), (1, 2, 3), np.uint8)))
    with Image.open(io.BytesIO(found.picture.png)) as picture:
        assert (picture.mode, picture.size, picture.getpixel((7, 7))) == ("RGB", (300, 300), (1, 2, 3))


@pytest.mark.corpus
def test_a_damaged_picture_that_ends_the_decoder_ends_no_more_than_its_worker(
    desk: Desk, tmp_path: Path, corpora: Path
) -> None:
    whole = next((corpora / "dicom").rglob("*_jpg1.dcm")).read_bytes()
    start = whole.index(b"\xff\xd8\xff")
    problems: list[object] = []
    for seed in range(12):
        damaged = bytearray(whole)
        for place in np.random.default_rng(seed).integers(start + 2, start + 400, 20):
            damaged[place] = 255 - damaged[place]
        try:
            ask(desk, tmp_path, bytes(damaged))
        except BadInput as failure:
            problems.append(failure.problem)
    assert set(problems) <= {WorkerProblem.CRASHED, PictureProblem.SPOILED, PictureProblem.OTHER_SIZE}
    assert len(problems) >= 6
    assert ask(desk, tmp_path, whole).decoder == "GDCM"


def test_the_largest_frame_is_drawn_within_the_memory_of_a_worker(desk: Desk, tmp_path: Path) -> None:
    side = 8192
    ds = gray(np.zeros((1, 1), np.uint16), Rows=side, Columns=side, PixelData=bytes(2 * side * side))
    ds["PixelData"].VR = "OW"
    assert ask(desk, tmp_path, making.as_bytes(ds), size=64).picture.size == (64, 64)
    deep = gray(np.zeros((1, 1), np.uint32), Rows=4096, Columns=8192, PixelData=bytes(2 * side * side))
    assert ask(desk, tmp_path, making.as_bytes(deep), size=64).picture.size == (64, 32)
