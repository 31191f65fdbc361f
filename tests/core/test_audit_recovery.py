"""A process that dies in the middle of a call with an effect: the next one says so, once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.core.trails import KEY, Shelf, assert_chained, go, python
from trivium.audit.findings import Fault
from trivium.audit.recovery import Journal, OpenCall, open_calls

PROCESS = """
import sys, time
from pathlib import Path
from trivium.audit import Trail
trail = Trail(Path(sys.argv[1]) / "audit.jsonl", bytes.fromhex(sys.argv[2]))
begun, ended = int(sys.argv[3]), int(sys.argv[4])
print("ready", flush=True)
for number in range(ended + begun):
    call = f"{trail.run[:8]}{number}"
    trail.append({"event": "opened", "call": call}, flush=True)
    facts = {"destination": "WS1", "planned": {"instances": 20}, "patients": ["patient-K7QD-M2XW-9PBT"]}
    trail.begun(call, facts)
    if number < ended:
        trail.append({"event": "closed", "call": call, "outcome": "ok"}, flush=True)
        trail.ended(call)
    else:
        print(call, flush=True)
time.sleep(600)
"""


@contextmanager
def process(home: Path, *, begun: int = 1, ended: int = 0) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A host in the middle of so many calls, after so many others; it is killed at the end."""
    running = python(PROCESS, home, KEY.hex(), begun, ended)
    try:
        assert running.stdout
        yield running, [running.stdout.readline().strip() for _ in range(begun)]
    finally:
        running.kill()
        running.communicate(timeout=30)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "home")


def closed(shelf: Shelf) -> list[dict[str, Any]]:
    return [record for record in shelf.records() if record["event"] == "closed"]


def journals(shelf: Shelf) -> list[str]:
    return [name for name in shelf.files() if name.startswith("runs")]


def test_a_call_whose_process_was_killed_is_closed_as_interrupted(shelf: Shelf) -> None:
    with process(shelf.home, ended=2) as (_, (call,)):
        assert shelf.problems() == []
    found = shelf.check().problems
    assert [(p.file, p.fault) for p in found] == [(journals(shelf)[0], Fault.INTERRUPTED)]
    trail = shelf.trail()
    assert trail.recover() == 1
    *before, last = closed(shelf)
    assert [record["outcome"] for record in before] == ["ok", "ok"]
    facts = {k: v for k, v in last.items() if k not in ("seq", "prev", "hash", "time")}
    assert facts == {
        "event": "closed",
        "call": call,
        "outcome": "interrupted",
        "recovered": True,
        "destination": "WS1",
        "planned": {"instances": 20},
        "patients": ["patient-K7QD-M2XW-9PBT"],
    }
    assert journals(shelf) == []
    trail.seal()
    assert_chained(shelf.records())
    assert (shelf.problems(), shelf.check().unsigned) == ([], 0)


def test_a_call_is_closed_once_however_often_one_recovers(shelf: Shelf) -> None:
    with process(shelf.home):
        pass
    assert [shelf.trail().recover() for _ in range(3)] == [1, 0, 0]
    assert [record["outcome"] for record in closed(shelf)] == ["interrupted"]


def test_each_of_several_calls_is_closed(shelf: Shelf) -> None:
    with process(shelf.home, begun=2) as (_, calls):
        pass
    assert shelf.trail().recover() == 2
    assert [(record["call"], record["outcome"]) for record in closed(shelf)] == [(c, "interrupted") for c in calls]


def test_a_call_of_a_process_that_lives_is_left_alone(shelf: Shelf) -> None:
    with process(shelf.home):
        assert shelf.trail().recover() == 0
        assert closed(shelf) == []
        assert len(journals(shelf)) == 1
    assert shelf.trail().recover() == 1


def test_a_process_that_is_stopped_still_lives(shelf: Shelf) -> None:
    with process(shelf.home) as (running, _):
        running.send_signal(signal.SIGSTOP)
        assert shelf.trail().recover() == 0


RECOVERING = """
import sys
from pathlib import Path
from trivium.audit import Trail
trail = Trail(Path(sys.argv[1]) / "audit.jsonl", bytes.fromhex(sys.argv[2]))
print("ready", flush=True)
sys.stdin.readline()
print(trail.recover(), flush=True)
"""


def test_of_processes_that_recover_at_once_each_call_is_closed_by_one(shelf: Shelf) -> None:
    for _ in range(4):
        with process(shelf.home):
            pass
    said = go(*[python(RECOVERING, shelf.home, KEY.hex()) for _ in range(4)])
    assert sum(int(words) for words in said) == 4
    assert [record["outcome"] for record in closed(shelf)] == ["interrupted"] * 4
    assert len({record["call"] for record in closed(shelf)}) == 4
    assert journals(shelf) == []


def test_a_process_that_ends_in_order_leaves_no_journal(shelf: Shelf) -> None:
    trail = shelf.trail()
    trail.begun("a1", {})
    trail.append({"event": "closed", "call": "a1", "outcome": "ok"}, flush=True)
    trail.ended("a1")
    assert len(journals(shelf)) == 1
    trail.seal()
    assert journals(shelf) == []
    assert shelf.trail().recover() == 0


def test_a_process_that_stops_without_the_end_of_a_call_leaves_it_to_the_next(shelf: Shelf) -> None:
    trail = shelf.trail()
    trail.begun("a1", {})
    trail.seal()
    assert shelf.trail().recover() == 1
    assert [record["call"] for record in closed(shelf)] == ["a1"]


def test_a_process_that_only_reads_has_no_journal(shelf: Shelf) -> None:
    shelf.filled(3)
    assert journals(shelf) == []


def test_a_death_between_trail_and_journal_is_no_second_end(shelf: Shelf) -> None:
    """After a rotation as well, where the first record of the call stands in another file."""
    trail = shelf.trail(rotate_bytes=1000)
    trail.begun("a1", {})
    for number in range(20):
        trail.append({"event": "opened", "number": number}, flush=False)
    trail.append({"event": "closed", "call": "a1", "outcome": "ok"}, flush=True)
    trail.seal()
    assert len(journals(shelf)) == 1
    assert shelf.trail().recover() == 0
    assert [record["outcome"] for record in closed(shelf)] == ["ok"]
    assert journals(shelf) == []


def test_a_death_between_journal_and_trail_is_an_end_all_the_same(shelf: Shelf) -> None:
    shelf.filled(3)
    journal = Journal(shelf.home / "runs", "beef")
    journal.begun(OpenCall("a1", {"destination": "WS1"}, 2))
    journal.close()
    assert shelf.trail().recover() == 1
    assert [(record["call"], record["destination"]) for record in closed(shelf)] == [("a1", "WS1")]


def test_an_end_that_cannot_be_written_is_left_to_the_next_start(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    with process(shelf.home):
        pass
    content = shelf.path.read_bytes()
    shelf.path.write_bytes(content + b"words\n")
    assert shelf.trail().recover() == 0
    assert "calls of a process that died cannot be closed" in caplog.text
    shelf.path.write_bytes(content)
    assert shelf.trail().recover() == 1


def test_a_damaged_trail_does_not_keep_a_call_from_being_closed(shelf: Shelf) -> None:
    with process(shelf.home):
        pass
    shelf.put([b"words\n", *shelf.lines()])
    assert shelf.trail().recover() == 1


# A journal that is not as it was left.


def test_a_torn_entry_is_no_call(shelf: Shelf) -> None:
    """A call begins only when its entry is on the disk."""
    with process(shelf.home):
        pass
    (name,) = journals(shelf)
    with (shelf.home / name).open("ab") as file:
        file.write(b'{"begun":"a2","fac')
    assert shelf.trail().recover() == 1


@pytest.mark.parametrize(
    "content", [b"words\n", b"\n", b"[]\n", b"7\n", b'{"begun":"a1"}\n', b"\xff\n", b"[" * 100_000 + b"\n"], ids=len
)
def test_a_journal_that_cannot_be_read_is_said_and_harms_no_other(
    shelf: Shelf, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    with process(shelf.home):
        pass
    journal = shelf.home / "runs" / "0000.open"
    journal.write_bytes(content)
    assert shelf.trail().recover() == 1
    assert "calls of a process that died cannot be closed: runs/0000.open (ValueError)" in caplog.messages
    assert journal.read_bytes() == content
    (problem,) = shelf.check().problems
    assert str(problem) == "runs/0000.open: line 1 is no entry"


def test_a_folder_in_the_place_of_a_journal_is_said(shelf: Shelf, caplog: pytest.LogCaptureFixture) -> None:
    (shelf.home / "runs" / "0000.open").mkdir(parents=True)
    assert shelf.trail().recover() == 0
    assert "runs/0000.open (IsADirectoryError)" in caplog.text
    assert shelf.problems() == [("runs/0000.open", None, Fault.INTERRUPTED)]


def test_an_end_that_is_said_twice_is_one(shelf: Shelf) -> None:
    journal = Journal(shelf.home / "runs", "beef")
    journal.begun(OpenCall("a1", {}, -1))
    journal.ended("a1")
    journal.ended("a1")
    assert (shelf.home / "runs" / "beef.open").read_bytes() == b""
    journal.close()
    journal.close()
    assert journals(shelf) == []


def test_a_journal_does_not_grow_with_the_years(shelf: Shelf) -> None:
    journal = Journal(shelf.home / "runs", "beef")
    for number in range(50):
        journal.begun(OpenCall(f"a{number}", {}, -1))
        journal.ended(f"a{number}")
    journal.begun(OpenCall("open", {"planned": {"instances": 1}}, 7))
    content = (shelf.home / "runs" / "beef.open").read_bytes()
    assert json.loads(content) == {"begun": "open", "facts": {"planned": {"instances": 1}}, "since": 7}
    journal.begun(OpenCall("other", {}, 8))
    journal.ended("open")
    assert open_calls((shelf.home / "runs" / "beef.open").read_bytes()) == [OpenCall("other", {}, 8)]
    journal.close()


def test_a_host_that_is_killed_again_and_again_loses_no_end(shelf: Shelf) -> None:
    """Killed at any moment: each call that has begun has one end, and the trail is sound."""
    for wait in (0.0, 0.01, 0.03, 0.1, 0.2):
        running = python(BUSY, shelf.home, KEY.hex())
        assert running.stdin
        running.stdin.write("go\n")
        running.stdin.flush()
        time.sleep(wait)
        os.kill(running.pid, signal.SIGKILL)
        running.communicate(timeout=30)
        shelf.trail().recover()
    records = shelf.records()
    begun = [record["call"] for record in records if record["event"] == "begun"]
    ended = [record["call"] for record in closed(shelf)]
    assert len(ended) == len(set(ended))
    assert set(begun) <= set(ended)
    assert len(begun) > 5
    assert shelf.problems() == []


BUSY = """
import sys
from pathlib import Path
from trivium.audit import Trail
trail = Trail(Path(sys.argv[1]) / "audit.jsonl", bytes.fromhex(sys.argv[2]), rotate_bytes=4000)
print("ready", flush=True)
sys.stdin.readline()
for number in range(100_000):
    call = f"{trail.run[:8]}{number}"
    trail.append({"event": "opened", "call": call}, flush=True)
    trail.begun(call, {"destination": "WS1"})
    trail.append({"event": "closed", "call": call, "outcome": "ok"}, flush=True)
    trail.ended(call)
"""
