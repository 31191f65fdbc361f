"""How fast files go through the batch, with a worker process: a bound that only a blunder breaks."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import Say
from tests.dicom import making
from tests.dicom.deidentification_room import Room

from trivium.api import Workers

FILES = 60


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    workers = Workers(memory=3 << 30, most=1)
    yield Room(tmp_path, workers)
    workers.close()


@pytest.mark.parametrize("side", [8, 512])
def test_files_go_through_at_some_speed(room: Room, side: int, say: Say) -> None:
    for number in range(FILES):
        pixels = os.urandom(side * side * 2)
        uid = f"{making.ROOT}.3.{number}"
        ds = making.ct(SOPInstanceUID=uid, Rows=side, Columns=side, PixelData=pixels)
        ds["PixelData"].VR = "OW"
        (room.incoming / f"{number}.dcm").write_bytes(making.as_bytes(ds))
    room.counted()  # the worker starts

    begin = time.perf_counter()
    room.counted()
    counted = time.perf_counter()
    told = room.run(limit=0)
    done = time.perf_counter()

    say(
        f"de-identification, CT of {side} x {side}: {FILES / (counted - begin):.0f} files/s counted, "
        f"{FILES / (done - counted):.0f} files/s done"
    )
    assert told.done == FILES
    assert done - begin < 60
