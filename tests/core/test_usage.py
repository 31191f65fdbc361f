"""The account of an hour: a sliding one, shared by processes, of which nobody can take more than there is."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.core.bench import Clock
from trivium.api import Effect
from trivium.pipeline.usage import Usage, UsageFault
from trivium.policy import Quota

MOVES, READS = Effect.MOVES_IMAGES, Effect.READS_REMOTE
BY_EFFECT = Quota("effect", "moves_images", "instances", 100)
BY_TOOL = Quota("tool", "move", "instances", 60)


@pytest.fixture
def clock() -> Clock:
    return Clock(1_000_000.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "usage.sqlite3"


@pytest.fixture
def usage(path: Path, clock: Clock) -> Usage:
    return Usage(path, clock=clock)


def left(usage: Usage, *quotas: Quota) -> list[int]:
    return list(usage.left(quotas or (BY_EFFECT, BY_TOOL)).values())


def test_what_is_taken_is_no_longer_left(usage: Usage) -> None:
    assert left(usage) == [100, 60]
    assert usage.charge("move", MOVES, {"instances": 20, "series": 1}, [BY_EFFECT, BY_TOOL]) is not None
    assert left(usage) == [80, 40]


def test_tools_of_an_effect_share_its_quota(usage: Usage) -> None:
    usage.charge("send", MOVES, {"instances": 50}, [])
    usage.charge("list", READS, {"instances": 9}, [])
    assert left(usage) == [50, 60]


def test_a_quota_can_be_taken_to_the_last_and_no_further(usage: Usage) -> None:
    assert usage.charge("move", MOVES, {"instances": 61}, [BY_EFFECT, BY_TOOL]) is None
    assert left(usage) == [100, 60]
    assert usage.charge("move", MOVES, {"instances": 60}, [BY_EFFECT, BY_TOOL]) is not None
    assert usage.charge("move", MOVES, {"instances": 1}, [BY_EFFECT, BY_TOOL]) is None
    assert usage.charge("move", MOVES, {"instances": 0}, [BY_EFFECT, BY_TOOL]) is not None
    assert left(usage) == [40, 0]


def test_a_quota_without_its_count_has_no_room(usage: Usage) -> None:
    assert usage.charge("move", MOVES, {"series": 1}, [BY_TOOL]) is None
    assert left(usage, Quota("tool", "move", "series", 5)) == [5]


def test_the_hour_slides(usage: Usage, clock: Clock) -> None:
    usage.charge("move", MOVES, {"instances": 10}, [])
    clock.now += 1800
    usage.charge("move", MOVES, {"instances": 20}, [])
    clock.now += 1799
    assert left(usage) == [70, 30]
    clock.now += 1
    assert left(usage) == [80, 40]
    clock.now += 1800
    assert left(usage) == [100, 60]


def test_a_clock_that_is_turned_back_gives_nothing_back(usage: Usage, clock: Clock) -> None:
    usage.charge("move", MOVES, {"instances": 10}, [])
    clock.now -= 86_400
    assert left(usage) == [90, 50]


def test_what_really_came_takes_the_place_of_what_was_charged(usage: Usage) -> None:
    rows, instances = Quota("tool", "list", "rows", 50), Quota("tool", "list", "instances", 50)
    charge = usage.charge("list", READS, {"rows": 40, "instances": 2}, [rows])
    other = usage.charge("list", READS, {"rows": 10}, [rows])
    assert charge is not None
    assert other is not None
    usage.settle(charge, {"rows": 3})
    assert left(usage, rows, instances) == [37, 48]
    usage.settle(other, {"rows": 100})
    assert left(usage, rows) == [0]


def test_the_account_does_not_grow_for_ever(usage: Usage, path: Path, clock: Clock) -> None:
    for _ in range(5):
        usage.charge("move", MOVES, {"instances": 1}, [])
        clock.now += 3600
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT COUNT(*) FROM used").fetchone() == (1,)


def test_looking_makes_no_file(usage: Usage, path: Path) -> None:
    assert left(usage) == [100, 60]
    assert not path.exists()


def test_the_account_is_for_its_owner_alone(usage: Usage, path: Path) -> None:
    usage.charge("move", MOVES, {"instances": 1}, [])
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def a_folder(path: Path) -> None:
    path.mkdir(parents=True)


def another_file(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database at all, but long enough" * 99)


def no_folder(path: Path) -> None:
    path.parent.write_text("a file where the folder should be")


def another_account(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE used (name TEXT)")


def half_written(path: Path) -> None:
    Usage(path).charge("move", MOVES, {f"count {number}": number for number in range(2000)}, [])
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (a_folder, "usage.sqlite3 cannot be opened"),
        (another_file, "usage.sqlite3 is not a database"),
        (no_folder, "usage.sqlite3 cannot be opened (FileExistsError)"),
        (another_account, "usage.sqlite3 is not an account of limits"),
        (half_written, "usage.sqlite3 is damaged"),
    ],
)
def test_an_account_that_cannot_be_used_is_a_fault(
    usage: Usage, path: Path, spoil: Callable[[Path], None], said: str
) -> None:
    spoil(path)
    steps: list[Callable[[], object]] = [
        lambda: usage.charge("move", MOVES, {"instances": 1}, []),
        lambda: usage.settle(1, {"instances": 1}),
    ]
    for step in steps:
        with pytest.raises(UsageFault) as caught:
            step()
        assert str(caught.value) == said


class Locked(sqlite3.Connection):
    """A connection that does not wait for others."""

    def __init__(self, path: Path, **others: Any) -> None:
        super().__init__(path, **{**others, "timeout": 0})


class Unwritable(sqlite3.Connection):
    """As to somebody who may only read."""

    def __init__(self, path: Path, **others: Any) -> None:
        super().__init__(f"{path.as_uri()}?mode=ro", uri=True, **others)


@pytest.mark.parametrize(
    ("kind", "said"),
    [(Locked, "usage.sqlite3 is locked by another program"), (Unwritable, "usage.sqlite3 cannot be written")],
)
def test_an_account_that_others_hold_or_own_is_a_fault(
    usage: Usage, path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[sqlite3.Connection], said: str
) -> None:
    usage.charge("move", MOVES, {"instances": 10}, [])
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        if kind is Locked:
            other.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr(sqlite3, "connect", kind)
        with pytest.raises(UsageFault) as caught:
            usage.charge("move", MOVES, {"instances": 1}, [])
    assert str(caught.value) == said


@pytest.mark.parametrize("count", [-1, 2**63])
def test_a_count_that_is_none_is_a_fault_and_takes_nothing(usage: Usage, count: int) -> None:
    usage.charge("move", MOVES, {"instances": 10}, [])
    with pytest.raises(UsageFault) as caught:
        usage.charge("move", MOVES, {"series": 1, "instances": count}, [])
    assert str(caught.value) == "usage.sqlite3 cannot hold a count that is out of range"
    assert left(usage, BY_TOOL, Quota("tool", "move", "series", 9)) == [50, 9]


RACER = """
import sys
from pathlib import Path
from trivium.api import Effect
from trivium.pipeline.usage import Usage
from trivium.policy import Quota

usage, quota = Usage(Path(sys.argv[1])), Quota("tool", "move", "instances", 101)
print(sum(usage.charge("move", Effect.MOVES_IMAGES, {"instances": 2}, [quota]) is not None for _ in range(60)))
"""


def test_processes_that_race_take_no_more_than_there_is(path: Path) -> None:
    racers = [
        subprocess.Popen([sys.executable, "-c", RACER, str(path)], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    taken = [int(racer.communicate()[0]) for racer in racers]
    assert sum(taken) == 50
    assert Usage(path).left([Quota("tool", "move", "instances", 101)]).popitem()[1] == 1
