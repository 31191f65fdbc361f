"""How much was moved and read in the last sixty minutes. SQLite makes it one account for every process.

What a call will take is charged before it runs, in the same transaction that looks at what is left, so that two calls
cannot both take the last of it. Afterwards the charge is settled with what really came.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from trivium.api import Effect
from trivium.pipeline import sqlite_file
from trivium.policy import Quota

if TYPE_CHECKING:
    import sqlite3

HOUR: Final = 3600.0
"""Seconds."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS used (
    charge INTEGER NOT NULL, at REAL NOT NULL, tool TEXT NOT NULL, effect TEXT NOT NULL,
    name TEXT NOT NULL, amount INTEGER NOT NULL CHECK (amount >= 0), PRIMARY KEY (charge, name)
)
"""
_SUMS: Final = {
    "tool": "SELECT COALESCE(SUM(amount), 0) FROM used WHERE tool = ? AND name = ? AND at > ?",
    "effect": "SELECT COALESCE(SUM(amount), 0) FROM used WHERE effect = ? AND name = ? AND at > ?",
}
_NO_COUNT: Final = "cannot hold a count that is out of range"
_WORDS: Final = {
    "SQLITE_ERROR": "is not an account of limits",
    "SQLITE_CONSTRAINT": _NO_COUNT,
}


class UsageFault(Exception):
    """The account cannot be read or written. The text names the file and says what kind of fault it is."""


class Usage:
    """Every method is one transaction and raises `UsageFault`."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.path = path
        self._clock = clock

    def left(self, quotas: Sequence[Quota]) -> dict[Quota, int]:
        """What may still be taken of each, now. Never less than nothing."""
        if not self._exists():
            return {quota: quota.most for quota in quotas}
        with self._transaction() as db:
            return {quota: max(0, self._left(db, quota)) for quota in quotas}

    def charge(self, tool: str, effect: Effect, counts: Mapping[str, int], quotas: Sequence[Quota]) -> int | None:
        """Take these counts, if each quota has room for its own; the charge's number, or None and nothing is taken.

        A quota whose count is absent has no room.
        """
        with self._transaction() as db:
            for quota in quotas:
                count = counts.get(quota.count)
                if count is None or count > self._left(db, quota):
                    return None
            number = secrets.randbits(62)
            db.executemany(
                "INSERT INTO used VALUES (?, ?, ?, ?, ?, ?)",
                [(number, self._clock(), tool, effect.value, name, count) for name, count in counts.items()],
            )
            return number

    def settle(self, charge: int, counts: Mapping[str, int]) -> None:
        """Put what really came in the place of what was charged. Other counts of the charge stay."""
        with self._transaction() as db:
            db.executemany(
                "UPDATE used SET amount = ? WHERE charge = ? AND name = ?",
                [(count, charge, name) for name, count in counts.items()],
            )

    def _exists(self) -> bool:
        try:
            return self.path.exists()
        except OSError as error:
            raise UsageFault(sqlite_file.unopened(self.path, error)) from None

    def _left(self, db: sqlite3.Connection, quota: Quota) -> int:
        """A clock that was turned back makes what was taken since count for longer, never for less."""
        (taken,) = db.execute(_SUMS[quota.scope], (quota.name, quota.count, self._clock() - HOUR)).fetchone()
        return quota.most - int(taken)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            with sqlite_file.transaction(self.path, UsageFault, _WORDS) as db:
                db.execute(_SCHEMA)
                db.execute("DELETE FROM used WHERE at <= ?", (self._clock() - HOUR,))
                yield db
        except OverflowError:
            raise UsageFault(f"{self.path.name} {_NO_COUNT}") from None
        except ValueError:
            raise UsageFault(f"{self.path.name} is damaged") from None
