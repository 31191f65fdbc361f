"""Approvals as rows: each good for one run of one tool with one set of arguments, for a short while.

The row is the authority, whichever way the person was reached. SQLite makes it one authority for every process.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import sqlite3

_LETTERS: Final = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Without those that are taken for one another when read aloud."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS approval (
    code TEXT PRIMARY KEY, caller TEXT NOT NULL, tool TEXT NOT NULL, digest TEXT NOT NULL, question TEXT NOT NULL,
    state TEXT NOT NULL, opened REAL NOT NULL, decided_by TEXT
)
"""


class LedgerFault(Exception):
    """The ledger cannot be read or written. The text says what kind of fault it was."""


class State(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"
    SPENT = "spent"
    """Approved, and the one run has been taken."""
    CLOSED = "closed"
    """Refused, and the caller knows; asking again opens a new question."""


@dataclass(frozen=True, slots=True)
class Approval:
    code: str
    caller: str
    tool: str
    question: str
    state: State
    opened: float


class Ledger:
    """Every method is one transaction. Rows older than `seconds` are as good as absent. Raises `LedgerFault`."""

    def __init__(self, path: Path, *, seconds: float, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._seconds = seconds
        self._clock = clock

    def open(self, *, caller: str, tool: str, digest: str, question: str) -> Approval:
        """The live row for exactly this action, made when there is none."""
        with self._transaction() as db:
            row = db.execute(
                f"SELECT {_COLUMNS} FROM approval WHERE caller = ? AND tool = ? AND digest = ?"  # noqa: S608
                " AND state IN ('open', 'approved', 'refused') AND opened > ?",
                (caller, tool, digest, self._oldest),
            ).fetchone()
            if row is not None:
                return _approval(row)
            approval = Approval(_new_code(), caller, tool, question, State.OPEN, self._clock())
            db.execute(
                "INSERT INTO approval VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
                (approval.code, caller, tool, digest, question, approval.state, approval.opened),
            )
            return approval

    def decide(self, code: str, *, approve: bool, by: str) -> bool:
        """Record a person's answer; false when the code is unknown, expired or already answered."""
        state = State.APPROVED if approve else State.REFUSED
        with self._transaction() as db:
            return bool(
                db.execute(
                    "UPDATE approval SET state = ?, decided_by = ? WHERE code = ? AND state = 'open' AND opened > ?",
                    (state, by, code, self._oldest),
                ).rowcount
            )

    def spend(self, code: str, *, caller: str, tool: str, digest: str) -> bool:
        """Take the one run of an approval: true once, for the same caller, tool and arguments, while it is fresh."""
        with self._transaction() as db:
            return bool(
                db.execute(
                    "UPDATE approval SET state = 'spent' WHERE code = ? AND caller = ? AND tool = ? AND digest = ?"
                    " AND state = 'approved' AND opened > ?",
                    (code, caller, tool, digest, self._oldest),
                ).rowcount
            )

    def close(self, code: str) -> None:
        """End a question with a no, whatever was said elsewhere meanwhile."""
        with self._transaction() as db:
            db.execute(
                "UPDATE approval SET state = 'closed' WHERE code = ? AND state IN ('open', 'approved', 'refused')",
                (code,),
            )

    def waiting(self) -> list[Approval]:
        """Questions that wait for an answer, oldest first."""
        if not self._path.exists():
            return []
        with self._transaction() as db:
            rows = db.execute(
                f"SELECT {_COLUMNS} FROM approval WHERE state = 'open' AND opened > ? ORDER BY opened",  # noqa: S608
                (self._oldest,),
            ).fetchall()
        return [_approval(row) for row in rows]

    @property
    def _oldest(self) -> float:
        return self._clock() - self._seconds

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        import sqlite3  # most sessions approve nothing

        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._path.touch(mode=0o600)
            with closing(sqlite3.connect(self._path, timeout=10, isolation_level=None)) as db:
                db.execute("BEGIN IMMEDIATE")
                try:
                    db.execute(_SCHEMA)
                    yield db
                except BaseException:
                    db.execute("ROLLBACK")
                    raise
                db.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            raise LedgerFault(type(error).__name__) from None


_COLUMNS: Final = "code, caller, tool, question, state, opened"


def _approval(row: tuple[str, str, str, str, str, float]) -> Approval:
    code, caller, tool, question, state, opened = row
    return Approval(code, caller, tool, question, State(state), opened)


def _new_code() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"
