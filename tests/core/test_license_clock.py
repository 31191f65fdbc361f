"""The clock: turning it back makes no license good."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.core.tokens import DAY, NOW
from trivium.licensing import Clock, LicenseFault


@dataclass
class Machine:
    """A machine whose clock a test sets."""

    file: Path
    time: float = NOW
    newest: float = 0

    def moment(self) -> float:
        """As a process would tell it that has just been started."""
        return Clock(self.file, lambda: self.newest, lambda: self.time).moment()

    def fault(self) -> str:
        with pytest.raises(LicenseFault) as caught:
            self.moment()
        assert caught.value.state == "invalid"
        return str(caught.value)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "home" / "clock")


def turned_back(day: str, where: str) -> str:
    remedy = {"clock": "remove the file clock", "the audit trail": "begin a new audit trail"}[where]
    return (
        f"the clock of this machine has been turned back: {where} knows of {day}; "
        f"set the clock right, or {remedy} if that day is wrong"
    )


def test_the_first_time_seen_is_kept(machine: Machine) -> None:
    assert machine.moment() == NOW
    assert machine.file.read_text() == "2027-01-15T08:00:00Z\n"
    assert stat.S_IMODE(machine.file.stat().st_mode) == 0o600
    assert [path.name for path in machine.file.parent.iterdir()] == ["clock"]


def test_the_mark_moves_on_with_the_clock_but_not_at_every_call(machine: Machine) -> None:
    machine.moment()
    machine.time = NOW + 59
    assert machine.moment() == NOW + 59
    assert machine.file.read_text() == "2027-01-15T08:00:00Z\n"
    machine.time = NOW + 60.5
    assert machine.moment() == NOW + 60.5
    assert machine.file.read_text() == "2027-01-15T08:01:00Z\n"


def test_a_clock_that_goes_back_a_day_gains_nothing_and_loses_nothing(machine: Machine) -> None:
    machine.moment()
    for machine.time in (NOW - DAY, NOW - 2 * DAY):
        assert machine.moment() == NOW
    assert machine.file.read_text() == "2027-01-15T08:00:00Z\n"


def test_a_clock_that_is_turned_back_further_is_a_fault_until_it_is_set_right(machine: Machine) -> None:
    machine.moment()
    for machine.time in (NOW - 2 * DAY - 1, NOW - 3 * DAY, NOW - 400 * DAY, 0):
        assert machine.fault() == turned_back("2027-01-15", "clock")
    machine.time = NOW + 1
    assert machine.moment() == NOW + 1


def test_a_time_known_from_elsewhere_counts_too(machine: Machine) -> None:
    machine.newest = NOW + DAY
    assert machine.moment() == NOW + DAY
    machine.newest = NOW + 3 * DAY
    assert machine.fault() == turned_back("2027-01-18", "the audit trail")


def test_a_time_known_from_elsewhere_does_not_move_the_mark(machine: Machine) -> None:
    machine.newest = NOW + DAY
    machine.moment()
    assert machine.file.read_text() == "2027-01-15T08:00:00Z\n"


def test_taking_the_mark_away_after_the_clock_was_wrong_helps(machine: Machine) -> None:
    machine.time = NOW + 4000 * DAY
    machine.moment()
    machine.time = NOW
    assert machine.fault() == turned_back("2037-12-28", "clock")
    machine.file.unlink()
    assert machine.moment() == NOW


NO_TIME = "clock, line 1: is not a time; if the clock of this machine is right, remove the file"


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"2027-01-15T08:00:00Z", b"2027-01-15T08:00:00Z ", b"2027-01-15T08:00",
     b"2027-01-15\n", b"1800000000\n", b"1e9\n", b"nan\n",
     b"inf\n", b"-1\n", b"99999-01-15T08:00:00Z\n", b"0000-01-15T08:00:00Z\n", b"1950-01-15T08:00:00Z\n",
     b"2027-02-30T08:00:00Z\n", b"2027-01-15T08:00:00+01:00\n", b"2027-01-15T08:00:00Z\n2027-01-15T08:00:00Z\n",
     b"\xff\xfe", bytes(21), b"9" * 100_000],
)  # fmt: skip
def test_a_mark_that_is_no_time_is_a_fault_and_stays_as_it_is(machine: Machine, content: bytes) -> None:
    machine.file.parent.mkdir()
    machine.file.write_bytes(content)
    assert machine.fault() == NO_TIME
    assert machine.file.read_bytes() == content


@pytest.mark.parametrize("length", range(21))
def test_a_half_written_mark_is_never_an_earlier_time(machine: Machine, length: int) -> None:
    machine.moment()
    machine.file.write_bytes(machine.file.read_bytes()[:length])
    assert machine.fault() == NO_TIME


@given(content=st.binary(max_size=80))
@example(content=b"2026-01-15T08:00:00Z\n")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_mark_makes_the_time_earlier_than_it_is(tmp_path: Path, content: bytes) -> None:
    machine = Machine(tmp_path / "clock")
    machine.file.write_bytes(content)
    try:
        assert machine.moment() >= NOW
    except LicenseFault:
        assert machine.file.read_bytes() == content


def a_folder(path: Path) -> None:
    path.mkdir()


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize("make", [a_folder, a_pipe])
def test_a_mark_that_cannot_be_read_is_a_fault(machine: Machine, make: Callable[[Path], None]) -> None:
    machine.file.parent.mkdir()
    make(machine.file)
    assert machine.fault() == "clock cannot be read (OSError); let this account read it"


@pytest.mark.parametrize("name", ["fsync", "replace", "open"])
def test_a_mark_that_cannot_be_written_is_a_fault_and_nothing_is_left(
    machine: Machine, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise PermissionError

    machine.moment()
    machine.time = NOW + DAY
    monkeypatch.setattr(os, name, fail)
    assert machine.fault() == "clock cannot be written (PermissionError); let this account write to its folder"
    assert [path.name for path in machine.file.parent.iterdir()] == ["clock"]
    assert machine.file.read_text() == "2027-01-15T08:00:00Z\n"


def test_a_home_that_is_a_file_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    said = Machine(tmp_path / "home" / "clock").fault()
    assert said == "clock cannot be read (NotADirectoryError); let this account read it"


def test_a_mark_behind_a_link_stays_behind_it(machine: Machine, tmp_path: Path) -> None:
    machine.file.parent.mkdir()
    machine.file.symlink_to(tmp_path / "elsewhere")
    assert machine.moment() == NOW
    assert machine.file.is_symlink()
    assert (tmp_path / "elsewhere").read_text() == "2027-01-15T08:00:00Z\n"


@pytest.mark.parametrize("time", [-1, float("nan"), float("inf"), float("-inf"), 1e18])
def test_a_clock_that_shows_no_time_is_a_fault(machine: Machine, time: float) -> None:
    machine.time = time
    assert machine.fault() == "the clock of this machine shows no time"
    assert not machine.file.exists()


@pytest.mark.parametrize("time", [-1, float("nan"), float("inf"), 1e18])
def test_an_audit_trail_that_knows_no_time_is_a_fault(machine: Machine, time: float) -> None:
    machine.newest = time
    assert machine.fault() == "the time of the newest audit record cannot be told"


def test_an_audit_trail_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    def broken() -> float:
        raise KeyError("time")

    with pytest.raises(LicenseFault) as caught:
        Clock(tmp_path / "clock", broken, lambda: NOW).moment()
    assert str(caught.value) == "the time of the newest audit record cannot be told (KeyError)"
