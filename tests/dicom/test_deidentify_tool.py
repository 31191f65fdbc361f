"""The tool: which files are read, where results go, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydantic import SecretStr
from tests.dicom import making

from trivium.api import BadInput, Folders, Kind, NotFound, ToolSpec, Workers
from trivium_dicom.files.desk import Desk
from trivium_dicom.files.limits import Limits
from trivium_dicom.settings import DicomSettings
from trivium_dicom.tools.deidentify_dicom import deidentify_dicom, deidentify_gates, exports_of, what_would_be_written

KEYS = {"lung": SecretStr("a secret of the lung project"), "short": SecretStr("short")}


class Calling:
    def __init__(self, *, cancel_after: int = 1 << 30) -> None:
        self.steps: list[tuple[int, int | None]] = []
        self._cancel_after = cancel_after

    def progress(self, done: int, total: int | None = None) -> None:
        self.steps.append((done, total))

    def cancelled(self) -> bool:
        return len(self.steps) >= self._cancel_after


@pytest.fixture
def workers() -> Iterator[Workers]:
    found = Workers(memory=3 << 30, most=1)
    yield found
    found.close()


@pytest.fixture
def room(tmp_path: Path, workers: Workers) -> Room:
    return Room(tmp_path, workers)


class Room:
    """A folder of files, one for results, and the tool between them."""

    def __init__(self, root: Path, workers: Workers) -> None:
        self.incoming, self.output = root / "in", root / "out"
        self.incoming.mkdir()
        self.output.mkdir()
        self.settings = DicomSettings(folders=(root,), output_folder=self.output, deidentify_keys=KEYS)
        self.desk = Desk(Folders([root]), Limits(), workers)

    def put(self, name: str, **changes: Any) -> None:
        (self.incoming / name).write_bytes(making.as_bytes(making.ct(**changes)))

    def tool(self) -> ToolSpec:
        return deidentify_dicom.given(desk=self.desk, exports=exports_of(self.settings))

    def run(self, **arguments: Any) -> Any:
        return self.tool()(**{"call": Calling(), "path": str(self.incoming), "project": "lung"} | arguments)

    def written(self) -> list[Path]:
        return sorted(one for one in self.output.rglob("*") if one.is_file())


def test_results_are_written_by_their_new_uids_and_originals_stay(room: Room) -> None:
    room.put("erika.dcm")
    before = (room.incoming / "erika.dcm").read_bytes()

    told = room.run()

    (one,) = room.written()
    ds = pydicom.dcmread(one)
    expected = Path("lung", ds.StudyInstanceUID, ds.SeriesInstanceUID, f"{ds.SOPInstanceUID}.dcm")
    assert one.relative_to(room.output) == expected
    assert told.files[0].path == str(expected)
    assert (told.complete, told.total, told.done, told.patients, told.studies) == (True, 1, 1, 1, 1)
    assert (room.incoming / "erika.dcm").read_bytes() == before


def test_a_rehearsal_writes_nothing_and_tells_the_same(room: Room) -> None:
    room.put("a.dcm")

    rehearsed = room.run(dry_run=True)
    assert room.written() == []
    assert room.run().model_dump(exclude={"dry_run"}) == rehearsed.model_dump(exclude={"dry_run"})


def test_a_file_that_cannot_be_done_does_not_stop_the_others(room: Room) -> None:
    room.put("b.dcm")
    (room.incoming / "a.dcm").write_bytes(b"no DICOM at all, Erika Example")

    told = room.run()

    assert (told.total, told.done, told.refused, told.complete) == (2, 1, 1, False)
    assert told.refusals[0].path == str(room.incoming / "a.dcm")
    assert "Erika" not in told.refusals[0].problem


def test_nothing_is_written_over(room: Room) -> None:
    room.put("a.dcm")
    room.run()
    (one,) = room.written()
    before = one.stat().st_mtime_ns

    told = room.run()

    assert (told.done, told.refusals[0].code) == (0, "bad_input")
    assert one.stat().st_mtime_ns == before


def test_results_below_the_input_folder_are_left_out(tmp_path: Path, workers: Workers) -> None:
    room = Room(tmp_path, workers)
    room.put("a.dcm")
    room.run()

    told = room.run(path=str(tmp_path))

    assert (told.total, told.left_out) == (1, 1)


def test_the_output_folder_is_never_an_input(room: Room) -> None:
    room.put("a.dcm")
    room.run()

    with pytest.raises(BadInput, match="inside the output folder"):
        room.run(path=str(room.written()[0]))
    with pytest.raises(BadInput, match="inside the output folder"):
        room.run(path=str(room.output))


def test_a_project_that_nobody_set_up_and_a_weak_secret_are_refused(room: Room) -> None:
    room.put("a.dcm")
    with pytest.raises(NotFound, match="projects"):
        room.run(project="other")
    with pytest.raises(BadInput, match="16 characters"):
        room.run(project="short")


def test_without_an_output_folder_nothing_runs(room: Room) -> None:
    room.put("a.dcm")
    room.settings = DicomSettings(deidentify_keys=KEYS)
    with pytest.raises(BadInput, match="TRIVIUM_DICOM__OUTPUT_FOLDER"):
        room.run()


def test_a_cancelled_call_stops_between_files(room: Room) -> None:
    room.put("a.dcm")
    room.put("b.dcm", SOPInstanceUID=f"{making.ROOT}.3.2")

    told = room.run(call=Calling(cancel_after=1))

    assert (told.total, told.done, told.complete) == (2, 1, False)
    assert len(room.written()) == 1


def test_the_preflight_counts_files_and_names_patients_as_such(room: Room) -> None:
    room.put("a.dcm")
    room.put("b.dcm", PatientID="PID2", StudyInstanceUID=f"{making.ROOT}.9")

    plan = what_would_be_written(room.desk, exports_of(room.settings), str(room.incoming), "lung", None)

    sizes = sum(one.stat().st_size for one in room.incoming.iterdir())
    assert plan.counts == {"files": 2, "bytes": sizes}
    facts = [(fact.label, fact.value, fact.kind) for fact in plan.facts]
    assert facts[:4] == [
        ("Patients", "2", None),
        ("Patient ID", "PID1001", Kind.PATIENT_ID),
        ("Patient ID", "PID2", Kind.PATIENT_ID),
        ("Studies", "2", None),
    ]


def test_the_gates_are_shut_until_the_operator_opens_them() -> None:
    gates = deidentify_gates(DicomSettings())

    assert (gates.enabled, gates.switch, gates.destinations) == (
        False,
        "TRIVIUM_DICOM__ALLOW_DEIDENTIFY=true",
        frozenset(),
    )
    assert gates.limits == {"files": 2_000}
    assert deidentify_gates(DicomSettings(allow_deidentify=True, deidentify_keys=KEYS)).destinations == {
        "lung",
        "short",
    }
