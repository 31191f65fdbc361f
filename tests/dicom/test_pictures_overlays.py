"""What lies over an image: overlay planes (PS3.3 C.9.2) and the display shutter (C.7.6.11)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from tests.dicom.picture_making import color, drawn, gray, item, rendered, shades

from trivium_dicom.pictures.problems import PictureNote

WINDOW = {"WindowCenter": 500, "WindowWidth": 1000}
O, X = 0, 255  # noqa: E741 (a picture in letters)


def black(rows: int = 3, columns: int = 4, **changes: Any) -> Dataset:
    return gray(np.zeros((rows, columns), np.uint16), **WINDOW, **changes)


def overlay(
    ds: Dataset, bits: list[list[int]], *, origin: tuple[int, int] = (1, 1), group: int = 0x6000, **more: Any
) -> Dataset:
    plane = np.array(bits, np.uint8)
    ds.add_new((group, 0x0010), "US", plane.shape[-2])
    ds.add_new((group, 0x0011), "US", plane.shape[-1])
    ds.add_new((group, 0x0040), "CS", "G")
    ds.add_new((group, 0x0050), "SS", list(origin))
    ds.add_new((group, 0x0100), "US", 1)
    ds.add_new((group, 0x0102), "US", 0)
    for number, (vr, value) in more.items():
        ds.add_new((group, int(number[1:], 16)), vr, value)
    packed = np.packbits(plane.ravel(), bitorder="little").tobytes()
    ds.add_new((group, 0x3000), "OW", packed + b"\0" * (len(packed) % 2))
    return ds


def test_an_overlay_is_drawn_in_white_at_its_origin() -> None:
    ds = overlay(black(), [[1, 0], [1, 1]], origin=(2, 2))
    assert shades(ds) == [[O, O, O, O], [O, X, O, O], [O, X, X, O]]
    assert rendered(ds).overlays == 1


def test_an_overlay_that_reaches_beyond_the_image_is_cut() -> None:
    ds = overlay(black(), [[1] * 6] * 2, origin=(0, -1))
    assert shades(ds) == [[X, X, X, X], [O, O, O, O], [O, O, O, O]]


def test_an_overlay_wholly_outside_draws_nothing() -> None:
    assert shades(overlay(black(), [[1]], origin=(99, 99))) == [[O] * 4] * 3


def test_overlays_are_left_out_when_that_is_asked_for() -> None:
    ds = overlay(black(), [[1, 1]])
    assert shades(ds, overlays=False) == [[O] * 4] * 3
    assert rendered(ds, overlays=False).overlays is None


def test_several_overlays_are_drawn_over_each_other_on_color_too() -> None:
    ds = overlay(overlay(color(np.zeros((1, 3, 3), np.uint8)), [[1]]), [[1]], origin=(1, 3), group=0x6002)
    assert shades(ds) == [[[X, X, X], [O, O, O], [X, X, X]]]


def test_an_overlay_says_of_which_frames_it_is() -> None:
    frames = gray(np.zeros((3, 1, 2), np.uint16), **WINDOW)
    ds = overlay(frames, [[1, 0], [0, 1]], _0015=("IS", 2), _0051=("US", 2))
    ds[0x6000, 0x0010].value = 1
    assert [shades(ds, frame=frame) for frame in (1, 2, 3)] == [[[O, O]], [[X, O]], [[O, X]]]


def test_an_overlay_that_says_nothing_of_frames_is_of_all() -> None:
    ds = overlay(gray(np.zeros((2, 1, 2), np.uint16), **WINDOW), [[0, 1]])
    assert [shades(ds, frame=frame) for frame in (1, 2)] == [[[O, X]], [[O, X]]]


def test_an_overlay_with_too_few_bits_is_left_out_and_said() -> None:
    ds = overlay(black(), [[1, 1]])
    ds[0x6000, 0x0010].value = 500
    found = drawn(ds)
    assert (found.pixels.tolist(), found.notes) == ([[O] * 4] * 3, (PictureNote.ODD_OVERLAY,))


def test_an_overlay_in_unused_bits_of_the_pixels_is_drawn() -> None:
    pixels = np.array([[0x1000, 0x0000, 0x1001]], np.uint16)
    ds = gray(pixels, BitsStored=12, HighBit=11, **WINDOW)
    ds.add_new((0x6000, 0x0010), "US", 1)
    ds.add_new((0x6000, 0x0011), "US", 3)
    ds.add_new((0x6000, 0x0100), "US", 16)
    ds.add_new((0x6000, 0x0102), "US", 12)
    found = drawn(ds)
    assert (found.pixels.tolist(), found.notes) == ([[X, O, X]], (PictureNote.EMBEDDED_OVERLAY,))


def white(rows: int, columns: int, **changes: Any) -> Dataset:
    return gray(np.full((rows, columns), 2000, np.uint16), **WINDOW, **changes)


def test_a_rectangular_shutter_hides_its_edges_and_what_is_beyond() -> None:
    edges = {
        "ShutterUpperHorizontalEdge": 1,
        "ShutterLowerHorizontalEdge": 4,
        "ShutterLeftVerticalEdge": 1,
        "ShutterRightVerticalEdge": 4,
    }
    assert shades(white(4, 4, ShutterShape="RECTANGULAR", **edges)) == [
        [O, O, O, O],
        [O, X, X, O],
        [O, X, X, O],
        [O, O, O, O],
    ]


def test_a_circular_shutter() -> None:
    ds = white(5, 5, ShutterShape="CIRCULAR", CenterOfCircularShutter=[3, 3], RadiusOfCircularShutter=1)
    assert shades(ds) == [[O] * 5, [O, O, X, O, O], [O, X, X, X, O], [O, O, X, O, O], [O] * 5]


def test_a_polygonal_shutter() -> None:
    ds = white(4, 4, ShutterShape="POLYGONAL", VerticesOfThePolygonalShutter=[1, 1, 4, 1, 4, 4])
    assert shades(ds) == [[X, O, O, O], [X, X, O, O], [X, X, X, O], [X, X, X, X]]


def test_shutters_leave_open_what_all_of_them_leave_open_and_have_their_shade() -> None:
    ds = white(
        1, 5,
        ShutterShape=["RECTANGULAR", "CIRCULAR"],
        ShutterUpperHorizontalEdge=0, ShutterLowerHorizontalEdge=2,
        ShutterLeftVerticalEdge=0, ShutterRightVerticalEdge=3,
        CenterOfCircularShutter=[1, 2], RadiusOfCircularShutter=0,
        ShutterPresentationValue=32768,
    )  # fmt: skip
    assert shades(ds) == [[128, X, 128, 128, 128]]


def test_a_frame_has_a_shutter_of_its_own() -> None:
    shutter = item(ShutterShape="CIRCULAR", CenterOfCircularShutter=[1, 1], RadiusOfCircularShutter=0)
    ds = gray(
        np.full((2, 1, 2), 2000, np.uint16),
        PerFrameFunctionalGroupsSequence=[item(), item(FrameDisplayShutterSequence=[shutter])],
        **WINDOW,
    )
    assert [shades(ds, frame=frame) for frame in (1, 2)] == [[[X, X]], [[X, O]]]


def test_a_bitmap_shutter_is_said_to_be_left_out() -> None:
    assert drawn(white(1, 1, ShutterShape="BITMAP")).notes == (PictureNote.BITMAP_SHUTTER,)


@pytest.mark.parametrize(
    "broken",
    [
        {"ShutterShape": "CIRCULAR"},
        {"ShutterShape": "RECTANGULAR", "ShutterLeftVerticalEdge": 1},
        {"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter": [1, 1, 4]},
        {"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter": [1, 1, 2**30, 1, 4, 4]},
        {"ShutterShape": "OTHER"},
    ],
)
def test_a_shutter_without_its_numbers_hides_nothing(broken: dict[str, Any]) -> None:
    assert shades(white(1, 2, **broken)) == [[X, X]]
