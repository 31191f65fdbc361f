"""An approval is for the files that were counted, as they were: none that came or changed since is worked on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pydicom
import pytest
from tests.dicom import making
from tests.dicom.deidentification_room import Room

from trivium.api import Workers
from trivium_dicom.deidentify.choices import Choice
from trivium_dicom.deidentify.seals import Seals


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    workers = Workers(memory=3 << 30, most=1)
    made = Room(tmp_path, workers)
    made.put("a.dcm")
    made.put("b.dcm", SOPInstanceUID=f"{making.ROOT}.3.2")
    yield made
    workers.close()


def test_files_that_were_counted_are_done(room: Room) -> None:
    room.counted()

    assert room.run().done == 2


def _another(room: Room) -> None:
    room.put("c.dcm", SOPInstanceUID=f"{making.ROOT}.3.3")


def _in_place_of(room: Room) -> None:
    room.put("b.dcm", SOPInstanceUID=f"{making.ROOT}.3.2", PatientID="PID2002")  # as long as it was


@pytest.mark.parametrize(("change", "done", "refused"), [(_another, 2, "c.dcm"), (_in_place_of, 1, "b.dcm")])
def test_a_file_that_came_or_changed_since_is_refused(
    room: Room, change: Callable[[Room], None], done: int, refused: str
) -> None:
    room.counted()
    change(room)

    told = room.run()

    assert told.done == done
    assert [Path(one.path).name for one in told.refusals] == [refused]
    assert "not as it was when it was counted" in told.refusals[0].problem
    assert len({pydicom.dcmread(one).PatientID for one in room.written()}) == 1


@pytest.mark.parametrize("change", [_another, _in_place_of])
def test_what_a_person_is_asked_changes_with_the_files(room: Room, change: Callable[[Room], None]) -> None:
    before = room.counted()
    assert room.counted() == before
    change(room)

    fingerprints = [
        [fact.value for fact in one.facts if fact.label == "Fingerprint of the files"]
        for one in (before, room.counted())
    ]
    assert len(fingerprints[0][0]) == 16
    assert fingerprints[0] != fingerprints[1]


def test_a_rehearsal_does_not_use_the_count_up(room: Room) -> None:
    room.counted()
    room.run(dry_run=True)
    _another(room)

    assert [Path(one.path).name for one in room.run().refusals] == ["c.dcm"]


def test_a_count_is_for_its_own_question_and_for_one_call(room: Room) -> None:
    room.counted([Choice.RETAIN_UIDS])
    _another(room)
    assert room.run().done == 3

    seals = Seals()
    seals.keep("a", {})
    assert (seals.take("a"), seals.take("a")) == ({}, None)


def test_only_the_latest_counts_are_kept() -> None:
    seals = Seals()
    for number in range(70):
        seals.keep(number, {})

    assert [number for number in range(70) if seals.take(number) is not None] == list(range(6, 70))
