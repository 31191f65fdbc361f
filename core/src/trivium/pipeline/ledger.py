"""Approvals as rows: each good for one run of one tool with one set of arguments, for a short while.

The row is the authority, whichever way the person was reached. SQLite makes it one authority for every process.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from trivium.pipeline.ledger_file import LedgerFault as LedgerFault
from trivium.pipeline.ledger_file import transaction
from trivium.policy import ApprovalLevel
from trivium.privacy.stand_ins import LETTERS

if TYPE_CHECKING:
    import sqlite3

log = logging.getLogger("trivium.approvals")

KEPT: Final = 30 * 24 * 3600.0
"""Seconds after which a row is removed. What was decided stays in the audit trail."""
MOST_WAITING: Final = 50
"""Questions of one caller that may wait at a time: a person who has to look through hundreds looks at none."""
_SKEW: Final = 5.0
"""Seconds by which a row may be younger than now. One from further ahead was made before the clock was turned back."""
_NAMELESS: Final = frozenset({"", "unknown", "anonymous"})

# ruff: noqa: S608  # statements are put together from these constants only
_COLUMNS: Final = "code, caller, tool, question, level, state, opened"
_ACTION: Final = "caller = :caller AND tool = :tool AND digest = :digest"
_OPEN: Final = "state IN ('open', 'approved', 'refused')"
_LIVE: Final = "opened > :oldest AND opened <= :youngest"

OnDecision = Callable[[str, str, bool, str], None]
"""Takes note of a decision: code, tool, whether it was a yes, and who decided."""


class State(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"
    SPENT = "spent"
    """Approved, and the one run has been taken."""
    CLOSED = "closed"
    """Refused, and the caller knows; asking again opens a new question."""


class Verdict(StrEnum):
    """What became of a decision."""

    RECORDED = auto()
    NOT_WAITING = auto()
    """No question with this code waits: it is unknown, expired or already decided."""
    OWN_CALL = auto()
    """Somebody else than the caller has to approve, and this is the caller's own account, or one without a name."""


class TooManyWaiting(Exception):
    """This caller has as many questions waiting as a person can be asked to look at."""


@dataclass(frozen=True, slots=True)
class Approval:
    code: str
    caller: str
    tool: str
    question: str
    level: ApprovalLevel
    state: State
    opened: float
    expires: float

    def may_be_approved_by(self, who: str) -> bool:
        """Whether a yes of this account would count."""
        return self.level is not ApprovalLevel.OUTSIDE or somebody_else(who, self.caller)


def account_of(who: str) -> str:
    """The account behind a name of the records: `alice` for `http:alice`, `console:Alice`, `client of stdio:alice`."""
    way, colon, name = who.partition(":")
    return (name if colon else way).strip().casefold()


def nameless(who: str) -> bool:
    """Whether nobody can say who this is."""
    return account_of(who) in _NAMELESS


def somebody_else(who: str, caller: str) -> bool:
    """Whether these are surely two people. An account without a name could be anybody's."""
    return account_of(who) != account_of(caller) and not nameless(who) and not nameless(caller)


class Ledger:
    """Every method is one transaction. Rows older than `seconds` are as good as absent. Raises `LedgerFault`."""

    def __init__(
        self,
        path: Path,
        *,
        seconds: float,
        clock: Callable[[], float] = time.time,
        on_decision: OnDecision = lambda *_: None,
    ) -> None:
        self._path = path
        self._seconds = seconds
        self._clock = clock
        self.on_decision = on_decision
        """Told of every decision after it stands, in the thread that made it."""

    def open(self, *, caller: str, tool: str, digest: str, level: ApprovalLevel, question: str) -> Approval:
        """The live row for exactly this action at exactly this level, made when there is none.

        Once the level has changed, what was asked and answered under the old one is over. Raises `TooManyWaiting`.
        """
        action = {"caller": caller, "tool": tool, "digest": digest, "level": level}
        with self._transaction() as db:
            db.execute("DELETE FROM approval WHERE opened < ?", (self._clock() - KEPT,))
            db.execute(f"UPDATE approval SET state = 'closed' WHERE {_ACTION} AND level != :level AND {_OPEN}", action)
            row = db.execute(
                f"SELECT {_COLUMNS} FROM approval WHERE {_ACTION} AND {_OPEN} AND {_LIVE}", {**action, **self._window}
            ).fetchone()
            if row is not None:
                return self._approval(row)
            self._check_room(db, caller)
            code, now = _new_code(), self._clock()
            db.execute(
                "INSERT INTO approval (code, caller, tool, digest, level, question, state, opened)"
                " VALUES (:code, :caller, :tool, :digest, :level, :question, 'open', :now)",
                {**action, "code": code, "question": question, "now": now},
            )
            return self._approval((code, caller, tool, question, level, State.OPEN, now))

    def decide(self, code: str, *, approve: bool, by: str) -> Verdict:
        """Record a person's answer. A no is anybody's; a yes may have to be somebody else's than the caller's."""
        with self._transaction() as db:
            approval = self._open(db, code)
            if approval is None:
                return Verdict.NOT_WAITING
            if approve and not approval.may_be_approved_by(by):
                return Verdict.OWN_CALL
            self._settle(db, code, State.APPROVED if approve else State.REFUSED, by)
        self._tell(code, approval.tool, approve, by)
        return Verdict.RECORDED

    def spend(self, code: str, *, caller: str, tool: str, digest: str, level: ApprovalLevel) -> bool:
        """Take the one run of an approval: true once, for the same caller, tool, arguments and level, while fresh."""
        action = {"code": code, "caller": caller, "tool": tool, "digest": digest, "level": level}
        with self._transaction() as db:
            row = db.execute(
                f"SELECT decided_by FROM approval WHERE code = :code AND {_ACTION} AND level = :level"
                f" AND state = 'approved' AND {_LIVE}",
                {**action, **self._window},
            ).fetchone()
            if row is None or (level is ApprovalLevel.OUTSIDE and not somebody_else(row[0] or "", caller)):
                return False
            db.execute("UPDATE approval SET state = 'spent' WHERE code = ?", (code,))
            return True

    def close(self, code: str, *, by: str | None = None) -> None:
        """End a question with a no, whatever was said elsewhere meanwhile; `by` is who says so just now."""
        with self._transaction() as db:
            row = db.execute(f"SELECT tool FROM approval WHERE code = :code AND {_OPEN}", {"code": code}).fetchone()
            if row is None:
                return
            if by is None:
                db.execute("UPDATE approval SET state = 'closed' WHERE code = ?", (code,))
            else:
                self._settle(db, code, State.CLOSED, by)
        if by is not None:
            self._tell(code, row[0], False, by)

    def waiting(self) -> list[Approval]:
        """Questions that wait for an answer, oldest first."""
        if not self._path.exists():
            return []
        with self._transaction() as db:
            rows = db.execute(
                f"SELECT {_COLUMNS} FROM approval WHERE state = 'open' AND {_LIVE} ORDER BY opened, rowid",
                self._window,
            ).fetchall()
            return [self._approval(row) for row in rows]

    @property
    def _window(self) -> dict[str, float]:
        """Between these two times a row was opened that still counts."""
        now = self._clock()
        return {"oldest": now - self._seconds, "youngest": now + _SKEW}

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with transaction(self._path) as db:
            try:
                yield db
            except (TypeError, ValueError):  # a row that this program does not write
                raise LedgerFault(f"{self._path.name} is damaged") from None

    def _open(self, db: sqlite3.Connection, code: str) -> Approval | None:
        row = db.execute(
            f"SELECT {_COLUMNS} FROM approval WHERE code = :code AND state = 'open' AND {_LIVE}",
            {"code": code, **self._window},
        ).fetchone()
        return row and self._approval(row)

    def _settle(self, db: sqlite3.Connection, code: str, state: State, by: str) -> None:
        db.execute(
            "UPDATE approval SET state = ?, decided_by = ?, decided = ? WHERE code = ?",
            (state, by, self._clock(), code),
        )

    def _check_room(self, db: sqlite3.Connection, caller: str) -> None:
        (count,) = db.execute(
            f"SELECT count(*) FROM approval WHERE caller = :caller AND state = 'open' AND {_LIVE}",
            {"caller": caller, **self._window},
        ).fetchone()
        if count >= MOST_WAITING:
            raise TooManyWaiting

    def _approval(self, row: tuple[Any, ...]) -> Approval:
        code, caller, tool, question, level, state, opened = row
        return Approval(
            code=code,
            caller=caller,
            tool=tool,
            question=question,
            level=ApprovalLevel(level),
            state=State(state),
            opened=opened,
            expires=opened + self._seconds,
        )

    def _tell(self, code: str, tool: str, approve: bool, by: str) -> None:
        try:
            self.on_decision(code, tool, approve, by)
        except Exception as error:  # it stands already, and a run is recorded on its own
            log.error("a decision could not be recorded (%s)", type(error).__name__)


def _new_code() -> str:
    letters = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"
