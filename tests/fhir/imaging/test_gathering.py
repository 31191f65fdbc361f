"""How files are looked at: in batches, no more of each than is needed, and none stops the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.dicom import making
from tests.fhir.imaging.room_making import Caller, Here, put, room

from trivium.api import BadInput, WorkerProblem
from trivium_fhir.imaging.gathering import Gathered, gather_folder


class Mortal(Here):
    """A file whose bytes hold a mark kills its worker."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []

    def run(self, function: Any, /, *arguments: Any, where: str, seconds: float) -> Any:
        self.sizes += [len(content) for content, _ in arguments[0]]
        if any(b"KILLER" in content for content, _ in arguments[0]):
            raise BadInput(where=where, problem=WorkerProblem.CRASHED)
        return function(*arguments)


def gather(folder: Path, workers: Mortal | None = None) -> Gathered:
    return gather_folder(room(folder, workers=workers or Mortal()).desk, str(folder), Caller(), most=10_000, seconds=60)


def test_a_file_that_kills_its_worker_is_found_and_the_others_are_read(tmp_path: Path) -> None:
    for number in range(9):
        put(tmp_path, f"{number}.dcm", SOPInstanceUID=f"2.25.9.{number}")
    put(tmp_path, "5.dcm", PatientComments="KILLER")
    found = gather(tmp_path)
    assert len(found.rows) == 8
    assert dict(found.unreadable) == {WorkerProblem.CRASHED.value: 1}


def test_what_is_no_dicom_file_is_counted(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a letter")
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "noise").write_bytes(bytes(range(256)) * 40)
    put(tmp_path, "a.dcm")
    found = gather(tmp_path)
    assert (len(found.rows), found.not_dicom + sum(found.unreadable.values())) == (1, 3)


def test_only_the_beginning_of_a_file_with_much_behind_it_is_read(tmp_path: Path) -> None:
    path = put(tmp_path, "a.dcm")
    path.write_bytes(path.read_bytes() + bytes(3 << 20))
    workers = Mortal()
    found = gather(tmp_path, workers)
    assert len(found.rows) == 1
    assert workers.sizes == [64 << 10]


def test_more_is_read_where_what_is_asked_for_comes_late(tmp_path: Path) -> None:
    late = making.ct()
    late.add_new(0x00090010, "LO", "TRIVIUM")
    late.add_new(0x00091001, "OB", bytes(200_000))
    (tmp_path / "a.dcm").write_bytes(making.as_bytes(late))
    workers = Mortal()
    (row,) = gather(tmp_path, workers).rows
    assert row["StudyInstanceUID"] == [str(late.StudyInstanceUID)]
    assert workers.sizes[0] == 64 << 10
    assert workers.sizes[1] > 200_000
