"""The tool: which files are read, where results go, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest
from pydantic import ValidationError
from tests.dicom import making
from tests.dicom.deidentification_room import KEYS, Calling, Room

from trivium.api import BadInput, Kind, NotFound, Workers
from trivium_dicom.settings import DicomSettings
from trivium_dicom.tools.deidentify_dicom import deidentify_gates, exports_of


@pytest.fixture
def workers() -> Iterator[Workers]:
    found = Workers(memory=3 << 30, most=1)
    yield found
    found.close()


@pytest.fixture
def room(tmp_path: Path, workers: Workers) -> Room:
    return Room(tmp_path, workers)


def test_results_are_written_by_their_new_uids_and_originals_stay(room: Room) -> None:
    room.put("erika.dcm")
    before = (room.incoming / "erika.dcm").read_bytes()

    told = room.run()

    (one,) = room.written()
    ds = pydicom.dcmread(one)
    expected = Path("lung", ds.StudyInstanceUID, ds.SeriesInstanceUID, f"{ds.SOPInstanceUID}.dcm")
    assert one.relative_to(room.output) == expected
    assert "".join(part.text for part in told.files[0].path.parts) == str(expected)
    assert [part.text for part in told.files[0].path.parts if part.phi is Kind.UID] == [
        *expected.parts[1:3], expected.stem
    ]  # fmt: skip
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


@pytest.mark.parametrize("project", ["other", "../lung", "lung/../liver", "LUNG", ""])
def test_a_project_that_nobody_set_up_is_refused(room: Room, project: str) -> None:
    room.put("a.dcm")
    with pytest.raises(NotFound, match="projects"):
        room.run(project=project)
    assert list(room.output.iterdir()) == []


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({"lung": "fifteen letters"}, "at least 16 characters"),
        ({"lung": "abababababababababab"}, "6 of them different"),
        ({"../lung": "a secret of the lung project"}, "letters, digits, hyphens and underscores"),
        ({"": "a secret of the lung project"}, "letters, digits, hyphens and underscores"),
        ({"lung": "a secret of the lung project", "Lung": "a secret of the other one"}, "differ in their case"),
    ],
)
def test_the_host_does_not_start_with_a_weak_secret_or_a_name_that_is_no_folder(
    keys: dict[str, str], problem: str
) -> None:
    with pytest.raises(ValidationError, match=problem) as told:
        DicomSettings.model_validate({"deidentify_keys": keys})
    assert not [one for one in keys.values() if one in str(told.value)]


def test_two_projects_of_one_secret_share_nothing(room: Room) -> None:
    room.put("a.dcm")
    room.run()
    room.run(project="liver")
    one, other = (pydicom.dcmread(path) for path in room.written())
    assert {one.PatientID, one.StudyInstanceUID, one.AccessionNumber}.isdisjoint(
        {other.PatientID, other.StudyInstanceUID, other.AccessionNumber}
    )


def test_without_an_output_folder_nothing_runs(room: Room) -> None:
    room.put("a.dcm")
    room.exports = exports_of(DicomSettings(deidentify_keys=KEYS))
    with pytest.raises(BadInput, match="TRIVIUM_DICOM__OUTPUT_FOLDER"):
        room.run()
    room.exports = exports_of(DicomSettings(deidentify_keys=KEYS, output_folder=room.output / "gone"))
    with pytest.raises(BadInput, match="does not exist"):
        room.run()


def test_of_two_files_with_one_uid_the_second_is_refused_and_the_rehearsal_says_so(room: Room) -> None:
    room.put("a.dcm")
    room.put("b.dcm", InstanceNumber="7")

    rehearsed, told = room.run(dry_run=True), room.run()

    for one in (rehearsed, told):
        assert (one.total, one.done, one.complete) == (2, 1, False)
        assert [(Path(bad.path).name, "one SOP Instance UID" in bad.problem) for bad in one.refusals] == [
            ("b.dcm", True)
        ]
    assert [pydicom.dcmread(path).InstanceNumber for path in room.written()] == [1]


def test_a_rehearsal_says_what_stands_already(room: Room) -> None:
    room.put("a.dcm")
    room.run()

    rehearsed = room.run(dry_run=True)

    assert (rehearsed.done, [one.problem for one in rehearsed.refusals]) == (
        0,
        ["the result exists already, and nothing is written over"],
    )


def test_a_link_in_the_output_folder_leads_nowhere(room: Room, tmp_path: Path) -> None:
    room.put("a.dcm")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (room.output / "lung").symlink_to(elsewhere)

    told = room.run()

    assert (told.done, told.refusals[0].code) == (0, "bad_input")
    assert list(elsewhere.iterdir()) == []


def test_links_among_the_files_are_left_out(room: Room, tmp_path: Path) -> None:
    room.put("a.dcm")
    outside = tmp_path.parent / f"{tmp_path.name}-outside.dcm"
    outside.write_bytes(making.as_bytes(making.ct(SOPInstanceUID=f"{making.ROOT}.8")))
    (room.incoming / "link.dcm").symlink_to(outside)

    assert (room.run().total, len(room.written())) == (1, 1)


def test_a_cancelled_call_stops_between_files(room: Room) -> None:
    room.put("a.dcm")
    room.put("b.dcm", SOPInstanceUID=f"{making.ROOT}.3.2")

    told = room.run(call=Calling(cancel_after=1))

    assert (told.total, told.done, told.complete) == (2, 1, False)
    assert len(room.written()) == 1


def test_the_preflight_counts_files_and_names_patients_as_such(room: Room) -> None:
    room.put("a.dcm")
    room.put("b.dcm", PatientID="PID2", StudyInstanceUID=f"{making.ROOT}.9")

    plan = room.counted()

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
    opened = deidentify_gates(DicomSettings(allow_deidentify=True, deidentify_keys=KEYS))
    assert (opened.enabled, opened.destinations) == (True, frozenset(KEYS))
