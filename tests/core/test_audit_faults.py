"""A disk that is full, a line that is torn, a file that is damaged: what a host does about it."""

from __future__ import annotations

import hashlib
import io
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.trails import Shelf, assert_chained
from trivium.audit import Trail
from trivium.audit.findings import Fault

TRAIL, TIP = "audit.jsonl", "audit.jsonl.tip"


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    shelf = Shelf(tmp_path / "home")
    shelf.filled(5)
    return shelf


# A disk that is full.


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 kB, where this account may make one."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(place)], capture_output=True)
    if made.returncode:
        pytest.skip("this account cannot mount a file system")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fill_up(place: Path) -> Path:
    path = place / "filler"
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 1000)
        except OSError:
            return path


def test_a_full_disk_keeps_records_from_being_written_and_spoils_nothing(small_disk: Path) -> None:
    shelf = Shelf(small_disk / "home")
    trail = shelf.filled(3, sealed=False)
    filler = fill_up(small_disk)
    written = 3
    refused = 0
    while refused < 3:
        try:
            trail.append({"event": "opened", "number": written}, flush=True)
            written += 1
        except OSError:
            refused += 1
    assert shelf.problems() == []
    assert len(shelf.records()) == written
    filler.unlink()
    trail.append({"event": "opened", "number": written}, flush=True)
    trail.seal()
    assert [record["number"] for record in shelf.records()] == list(range(written + 1))
    assert (shelf.problems(), shelf.remarks()) == ([], [])


LIMITED = """
import resource, sys
from pathlib import Path
from trivium.audit import Trail
trail = Trail(Path(sys.argv[1]), b"key")
trail.append({"number": 0}, flush=True)
size = trail.path.stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, resource.RLIM_INFINITY))
for flush in (True, False):
    try:
        trail.append({"number": 1}, flush=flush)
    except OSError:
        assert trail.path.stat().st_size == size
    else:
        raise AssertionError("written")
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
trail.append({"number": 2}, flush=True)
"""


def test_a_line_that_was_written_in_part_is_taken_back(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    subprocess.run([sys.executable, "-c", LIMITED, shelf.path], check=True, timeout=60)
    assert [record["number"] for record in shelf.records()] == [0, 2]
    assert_chained(shelf.records())
    assert shelf.check(key=b"key").problems == []
    assert not [name for name in shelf.files() if "torn" in name]


def test_a_tip_that_cannot_be_written_takes_the_record_back(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    trail = shelf.trail()

    def fail(file: io.FileIO, content: bytes) -> None:
        file.seek(0)
        file.write(b"?" * 20)
        raise OSError

    before = shelf.path.read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr("trivium.audit.trail.write_tip", fail)
        with pytest.raises(OSError, match=r"^$"):
            trail.append({}, flush=True)
    assert shelf.path.read_bytes() == before
    trail.append({}, flush=True)  # and that the tip was spoiled is on record
    assert [record.get("what") for record in shelf.records()[5:]] == ["tip unreadable", None]


@pytest.mark.parametrize("name", [TRAIL, TIP])
def test_a_folder_in_the_place_of_a_file_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    trail = Shelf(tmp_path).trail()
    with pytest.raises(IsADirectoryError):
        trail.append({}, flush=False)
    assert trail.recover() == 0
    assert trail.newest_time() == 0.0


# A process that died while it wrote.


def tear(shelf: Shelf, torn: bytes) -> None:
    with shelf.path.open("ab") as file:
        file.write(torn)


@pytest.mark.parametrize("torn", [b"{", b'{"event":"opened","hash', b"\0" * 5000, b"\xff\xfe", b"x" * 70_000], ids=len)
def test_a_torn_line_is_found_then_kept_beside_the_trail_and_on_record(shelf: Shelf, torn: bytes) -> None:
    tear(shelf, torn)
    assert shelf.problems() == [(TRAIL, 6, Fault.TORN)]
    shelf.trail().append({"event": "opened", "number": 5}, flush=False)
    repaired, went_on = shelf.records()[5:]
    said = {name: repaired[name] for name in ("event", "what", "file", "bytes", "sha256")}
    assert said == {
        "event": "repaired",
        "what": "torn line",
        "file": "audit.jsonl.torn-5",
        "bytes": len(torn),
        "sha256": hashlib.sha256(torn).hexdigest(),
    }
    assert (shelf.home / "audit.jsonl.torn-5").read_bytes() == torn
    assert went_on["number"] == 5
    assert shelf.problems() == []
    assert shelf.remarks() == [(TRAIL, 6, Fault.TORN)]


def test_a_trail_that_is_one_torn_line_goes_on(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.put([b'{"event"'])
    shelf.filled(2)
    assert [record["event"] for record in shelf.records()] == ["repaired", "opened", "opened"]
    assert shelf.problems() == []


def test_a_line_that_was_torn_by_hand_is_a_problem_for_good(shelf: Shelf) -> None:
    """The tip knows that the record was whole."""
    shelf.put([*shelf.lines()[:-1], shelf.lines()[-1][:50]])
    shelf.heads.unlink()
    shelf.filled(1)
    assert [record.get("what") for record in shelf.records()[4:]] == ["torn line", "records missing", None]
    assert shelf.problems() == [(TRAIL, 5, Fault.MISSING)]


def test_a_torn_line_that_cannot_be_kept_stays_where_it_is(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    tear(shelf, b'{"torn')
    before = shelf.path.read_bytes()

    def full(*arguments: object) -> None:
        raise OSError("no space")

    for name in ("keep_torn", "write_tip"):
        with monkeypatch.context() as patched:
            patched.setattr(f"trivium.audit.trail.{name}", full)
            with pytest.raises(OSError, match=r"^no space$"):
                shelf.trail().append({}, flush=False)
        assert shelf.path.read_bytes() == before
    shelf.filled(1)
    assert [name for name in shelf.files() if "torn" in name] == ["audit.jsonl.torn-5"]
    assert shelf.problems() == []


def test_what_was_set_aside_is_watched(shelf: Shelf) -> None:
    tear(shelf, b'{"torn')
    shelf.filled(1)
    kept = shelf.home / "audit.jsonl.torn-5"
    kept.write_bytes(b'{"other')
    assert shelf.problems() == [(kept.name, None, Fault.ALTERED)]
    kept.unlink()
    assert shelf.problems() == [(TRAIL, None, Fault.MISSING)]
    (shelf.home / "audit.jsonl.torn-77").write_bytes(b"")
    assert (("audit.jsonl.torn-77", None, Fault.MISSING)) in shelf.problems()


def test_a_second_torn_line_at_the_same_place_is_kept_too(shelf: Shelf) -> None:
    (shelf.home / "audit.jsonl.torn-5").write_bytes(b"first")
    tear(shelf, b"second")
    shelf.filled(1)
    assert (shelf.home / "audit.jsonl.torn-5-1").read_bytes() == b"second"


# A file that is damaged as no crash damages it.


@pytest.mark.parametrize("line", [b"\n", b"words\n", b"{}\n", b"[]\n", b"7\n", b'{"seq":"a","hash":1}\n'], ids=repr)
def test_nobody_goes_on_after_a_last_line_that_is_no_record_until_an_operator_says_so(
    shelf: Shelf, line: bytes
) -> None:
    tear(shelf, line)
    damaged = shelf.path.read_bytes()
    for _ in range(2):
        with pytest.raises(ValueError, match="has a last line that is no record"):
            shelf.trail().append({}, flush=False)
    assert shelf.path.read_bytes() == damaged
    assert shelf.problems() == [(TRAIL, 6, Fault.UNREADABLE)]

    trail = shelf.trail()
    assert trail.repair() is True
    assert (shelf.home / "audit.jsonl.damaged-0").read_bytes() == damaged
    trail.append({"number": 5}, flush=False)
    missing, repaired, went_on = shelf.records()
    assert (missing["what"], missing["first"], missing["last"]) == ("records missing", 0, 4)
    assert (repaired["what"], repaired["bytes"]) == ("file set aside", len(damaged))
    assert repaired["sha256"] == hashlib.sha256(damaged).hexdigest()
    assert (went_on["number"], went_on["seq"]) == (5, 7)
    found = {(p.file, p.fault) for p in shelf.check().problems}
    assert found == {(TRAIL, Fault.MISSING), (TRAIL, Fault.UNREADABLE), ("audit.heads.jsonl", Fault.MISSING)}


def test_a_trail_that_can_be_written_is_not_repaired(shelf: Shelf) -> None:
    before = shelf.path.read_bytes()
    assert shelf.trail().repair() is False
    assert shelf.path.read_bytes() == before
    assert Trail(shelf.home / "new.jsonl", b"k").repair() is False


def test_a_tear_of_many_megabytes_is_not_taken_for_a_crash(shelf: Shelf) -> None:
    tear(shelf, b"x" * 5_000_000)
    with pytest.raises(ValueError, match="ends in something that is no record"):
        shelf.trail().append({}, flush=False)
    assert shelf.problems() == [(TRAIL, 6, Fault.TORN)]


def test_what_is_wrong_with_ten_thousand_lines_is_counted(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.put([b"words\n"] * 10_000)
    found = shelf.check()
    assert (len(found.problems), found.unlisted, found.records) == (1000, 9000, 0)


def test_a_huge_line_is_not_read_whole(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.filled(2)
    with shelf.path.open("r+b") as file:
        file.seek(0, os.SEEK_END)
        file.truncate(file.tell() + 300_000_000)  # a hole: no disk is filled
        file.seek(0, os.SEEK_END)
        file.write(b"\n")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert shelf.problems() == [(TRAIL, 3, Fault.UNREADABLE)]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000
