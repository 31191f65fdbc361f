"""A trail of several files: the chain goes on, and no file can be taken away unseen."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from tests.core.trails import KEY, Shelf, assert_chained, forged
from trivium.audit import open_trail, read
from trivium.audit.findings import Fault
from trivium.settings import CoreSettings

FILES = ["audit-000000000000.jsonl", "audit-000000000005.jsonl", "audit-000000000010.jsonl", "audit.jsonl"]
HEADS = "audit.heads.jsonl"


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Eighteen records in four files."""
    shelf = Shelf(tmp_path)
    shelf.filled(18, rotate_bytes=1000)
    assert trail_files(shelf) == FILES
    return shelf


def trail_files(shelf: Shelf) -> list[str]:
    return [name for name in shelf.files() if name.startswith("audit") and name.endswith(".jsonl") and name != HEADS]


def test_a_file_that_is_large_enough_is_closed_under_the_number_of_its_first_record(shelf: Shelf) -> None:
    for name in FILES[:3]:
        first = json.loads((shelf.home / name).read_bytes().splitlines()[0])
        assert name == f"audit-{first['seq']:012d}.jsonl"
    records = shelf.records()
    assert [record["number"] for record in records] == list(range(18))
    assert_chained(records)
    found = shelf.check()
    assert (found.problems, found.remarks, found.files, found.records) == ([], [], 4, 18)


def test_the_settings_say_how_large_and_under_which_name(tmp_path: Path) -> None:
    given = {"home": tmp_path / "home", "audit": {"file": tmp_path / "log" / "calls.log", "rotate_megabytes": 0.001}}
    trail = open_trail(CoreSettings.model_validate(given), KEY)
    for number in range(8):
        trail.append({"event": "opened", "number": number}, flush=False)
    assert sorted(path.name for path in (tmp_path / "log").iterdir()) == [
        "calls-000000000000.log",
        "calls.log",
        "calls.log.tip",
    ]
    assert [record["number"] for record in read(tmp_path / "log" / "calls.log")] == list(range(8))


def test_a_process_goes_on_in_the_new_file_that_another_has_begun(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    one, other = shelf.trail(rotate_bytes=1000), shelf.trail(rotate_bytes=1000)
    for number in range(9):
        (other if number in (5, 6) else one).append({"event": "opened", "number": number}, flush=True)
    assert [record["number"] for record in shelf.records()] == list(range(9))
    assert_chained(shelf.records())
    assert shelf.problems() == []


def test_threads_that_rotate_at_once_keep_one_chain(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    trail = shelf.trail(rotate_bytes=1000)

    def write() -> None:
        for number in range(50):
            trail.append({"number": number}, flush=number % 10 == 0)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    trail.seal()
    assert_chained(shelf.records())
    found = shelf.check()
    assert (found.problems, found.remarks, found.records) == ([], [], 200)


def test_a_host_that_died_between_two_files_is_followed_by_one_that_goes_on(shelf: Shelf) -> None:
    shelf.path.rename(shelf.home / "audit-000000000015.jsonl")
    assert shelf.problems() == []
    shelf.filled(1)
    assert_chained(shelf.records())
    assert shelf.problems() == []


@pytest.mark.parametrize(
    ("name", "found"),
    [
        (FILES[0], [(FILES[1], 1, Fault.MISSING)]),
        (FILES[1], [(FILES[2], 1, Fault.MISSING)]),
        (FILES[2], [(FILES[3], 1, Fault.MISSING)]),
        (FILES[3], [(HEADS, 1, Fault.MISSING), ("audit.jsonl.tip", None, Fault.MISSING)]),
    ],
)
def test_a_file_that_is_gone_is_found_and_named(
    shelf: Shelf, name: str, found: list[tuple[str, int | None, Fault]]
) -> None:
    (shelf.home / name).unlink()
    assert shelf.problems() == found
    if name != FILES[3]:
        assert name in shelf.check().problems[0].text


def test_a_file_that_was_gone_while_the_host_went_on_is_found(shelf: Shelf) -> None:
    for name in FILES[2:]:
        (shelf.home / name).unlink()
    shelf.heads.unlink()
    shelf.filled(2)
    assert shelf.problems() == [("audit.jsonl", 1, Fault.MISSING)]
    assert shelf.records()[10]["what"] == "records missing"


def test_a_change_in_any_file_is_found_with_its_line(shelf: Shelf) -> None:
    path = shelf.home / FILES[1]
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], forged(lines[2], number=77), *lines[3:]]))
    assert shelf.problems() == [(FILES[1], 4, Fault.UNLINKED)]
    path.write_bytes(b"".join(lines[:-1]))
    assert shelf.problems() == [(FILES[2], 1, Fault.MISSING)]
    path.write_bytes(b"".join(lines)[:-5])
    assert shelf.problems() == [(FILES[1], 5, Fault.TORN)]


def test_files_that_changed_their_names_are_found(shelf: Shelf) -> None:
    one, other = shelf.home / FILES[0], shelf.home / FILES[1]
    one.rename(shelf.home / "aside")
    other.rename(one)
    (shelf.home / "aside").rename(other)
    found = shelf.problems()
    assert found[:2] == [(FILES[0], 1, Fault.OUT_OF_ORDER), (FILES[0], 1, Fault.MISSING)]
    assert (FILES[1], 1, Fault.OUT_OF_ORDER) in found


def test_a_file_that_cannot_be_closed_grows_and_no_record_is_lost(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shelf = Shelf(tmp_path)
    shelf.filled(3)
    (tmp_path / FILES[0]).mkdir()
    shelf.filled(5, rotate_bytes=1000)
    (tmp_path / FILES[0]).rmdir()
    assert "the audit trail cannot be rotated (FileExistsError)" in caplog.messages
    assert len(shelf.records()) == 8
    assert shelf.problems() == []


def test_other_files_in_the_folder_are_no_part_of_the_trail(shelf: Shelf) -> None:
    for name in ("audit-1.jsonl", "audit-000000000005.jsonl.bak", "other-000000000000.jsonl", "audit-latest.jsonl"):
        (shelf.home / name).write_text("words")
    assert shelf.problems() == []
    assert len(shelf.records()) == 18
