"""The ledger's file: older ones go on, damaged and foreign ones are named and left alone, old rows go."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.core.bench import Clock
from trivium.pipeline import Ledger, LedgerFault
from trivium.pipeline.ledger import KEPT, State, Verdict
from trivium.policy import ApprovalLevel

ACTION: dict[str, Any] = {"caller": "http:alice", "tool": "move", "digest": "d1", "level": ApprovalLevel.ASK}
OLDER = """
CREATE TABLE approval (
    code TEXT PRIMARY KEY, caller TEXT NOT NULL, tool TEXT NOT NULL, digest TEXT NOT NULL, question TEXT NOT NULL,
    state TEXT NOT NULL, opened REAL NOT NULL, decided_by TEXT
)
"""


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "approvals.sqlite3"


@pytest.fixture
def ledger(file: Path, clock: Clock) -> Ledger:
    return Ledger(file, seconds=60, clock=clock)


def opened(ledger: Ledger, **changes: Any) -> str:
    return ledger.open(**{**ACTION, **changes}, question="Allow?").code


def rows(file: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(file)) as db:
        return db.execute(query).fetchall()


def change(file: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(file)) as db, db:
        db.execute(statement, values)


def test_a_ledger_from_before_levels_goes_on(file: Path, ledger: Ledger, clock: Clock) -> None:
    change(file, OLDER)
    for code, state, by in (("AAAA-AAAA", "open", None), ("BBBB-BBBB", "approved", "console:mary")):
        change(
            file,
            "INSERT INTO approval VALUES (?, 'http:alice', 'move', ?, 'Allow?', ?, ?, ?)",
            code,
            code,
            state,
            clock.now - 10,
            by,
        )
    assert [(approval.code, approval.level) for approval in ledger.waiting()] == [("AAAA-AAAA", ApprovalLevel.ASK)]
    assert ledger.decide("AAAA-AAAA", approve=True, by="console:mary") is Verdict.RECORDED
    assert ledger.spend("BBBB-BBBB", **{**ACTION, "digest": "BBBB-BBBB"})
    assert not ledger.spend("AAAA-AAAA", **{**ACTION, "digest": "AAAA-AAAA", "level": ApprovalLevel.OUTSIDE})
    assert rows(file, "PRAGMA user_version") == [(1,)]
    assert rows(file, "SELECT decided FROM approval WHERE code = 'AAAA-AAAA'") == [(clock.now,)]


def test_an_empty_file_becomes_a_ledger(file: Path, ledger: Ledger) -> None:
    file.touch()
    code = opened(ledger)
    assert [approval.code for approval in ledger.waiting()] == [code]


def of_something_else(file: Path) -> None:
    change(file, "CREATE TABLE patients (name TEXT)")
    change(file, "INSERT INTO patients VALUES ('ZZTEST')")


def with_other_columns(file: Path) -> None:
    change(file, "CREATE TABLE approval (code TEXT)")


def from_the_future(file: Path) -> None:
    change(file, "CREATE TABLE approval (code TEXT)")
    change(file, "PRAGMA user_version = 2")


def no_database(file: Path) -> None:
    file.write_text("ZZTEST " * 1000)


def half_written(file: Path) -> None:
    Ledger(file, seconds=60).open(**ACTION, question="x" * 200_000)
    with file.open("r+b") as half:
        half.truncate(file.stat().st_size // 2)


def garbled(file: Path) -> None:
    opened(Ledger(file, seconds=60, clock=Clock()))
    with file.open("r+b") as pages:
        pages.seek(100)
        pages.write(b"\xff" * 2000)


def with_strange_rows(file: Path) -> None:
    opened(Ledger(file, seconds=60, clock=Clock()), digest="strange")
    change(file, "UPDATE approval SET level = 'everybody'")


FAULTS = {
    of_something_else: "is not a ledger of approvals",
    with_other_columns: "is not a ledger of approvals",
    from_the_future: "was made by a newer version of this program",
    no_database: "is not a ledger of approvals",
    half_written: "is damaged",
    garbled: "is damaged",
    with_strange_rows: "is damaged",
    Path.mkdir: "cannot be opened",
}


@pytest.mark.parametrize("damage", FAULTS, ids=lambda damage: damage.__name__)
def test_a_file_that_is_no_good_ledger_is_named_and_left_as_it_is(file: Path, ledger: Ledger, damage: Any) -> None:
    damage(file)
    before = file.read_bytes() if file.is_file() else None
    with pytest.raises(LedgerFault) as caught:
        ledger.waiting()
    assert str(caught.value) == f"approvals.sqlite3 {FAULTS[damage]}"
    assert (file.read_bytes() if file.is_file() else None) == before


@pytest.mark.parametrize("damage", [of_something_else, no_database, garbled], ids=lambda damage: damage.__name__)
def test_no_step_of_an_approval_gets_round_a_damaged_file(file: Path, ledger: Ledger, damage: Any) -> None:
    damage(file)
    for step in (
        lambda: opened(ledger),
        lambda: ledger.decide("AAAA-AAAA", approve=True, by="console:mary"),
        lambda: ledger.spend("AAAA-AAAA", **ACTION),
        lambda: ledger.close("AAAA-AAAA"),
    ):
        with pytest.raises(LedgerFault):
            step()


def test_a_ledger_that_another_program_holds_is_waited_for(file: Path, ledger: Ledger) -> None:
    opened(ledger, digest="other")
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        release = threading.Timer(0.3, lambda: holder.execute("COMMIT"))
        release.start()
        code = opened(ledger)
        release.join()
    assert code in {approval.code for approval in ledger.waiting()}


def test_rows_go_after_thirty_days(file: Path, ledger: Ledger, clock: Clock) -> None:
    first = opened(ledger, digest="first")
    clock.now += KEPT
    second = opened(ledger, digest="second")
    assert rows(file, "SELECT code FROM approval ORDER BY opened") == [(first,), (second,)]
    clock.now += 1
    third = opened(ledger, digest="third")
    assert rows(file, "SELECT code FROM approval ORDER BY opened") == [(second,), (third,)]


def test_an_approval_from_before_the_clock_was_turned_back_is_no_good(ledger: Ledger, clock: Clock) -> None:
    code = opened(ledger)
    ledger.decide(code, approve=True, by="console:mary")
    clock.now -= 3600
    assert not ledger.spend(code, **ACTION)
    assert ledger.waiting() == []
    assert opened(ledger) != code


def test_a_spent_approval_stays_spent_whatever_comes(ledger: Ledger, file: Path) -> None:
    code = opened(ledger)
    ledger.decide(code, approve=True, by="console:mary")
    assert ledger.spend(code, **ACTION)
    ledger.close(code, by="client of http:alice")
    assert ledger.decide(code, approve=True, by="console:mary") is Verdict.NOT_WAITING
    assert not ledger.spend(code, **ACTION)
    assert rows(file, "SELECT state FROM approval") == [(State.SPENT.value,)]
