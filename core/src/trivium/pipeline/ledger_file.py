"""The SQLite file behind the ledger: made and brought up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from trivium.pipeline import sqlite_file

if TYPE_CHECKING:
    import sqlite3

VERSION: Final = 1
"""`PRAGMA user_version` of the file. 0 is an empty file, or one from before levels and times of decision were kept."""

_TABLE: Final = """
CREATE TABLE approval (
    code TEXT PRIMARY KEY, caller TEXT NOT NULL, tool TEXT NOT NULL, digest TEXT NOT NULL, question TEXT NOT NULL,
    state TEXT NOT NULL, opened REAL NOT NULL, decided_by TEXT, level TEXT NOT NULL DEFAULT 'ask', decided REAL
)
"""
_ADDED: Final = ("level TEXT NOT NULL DEFAULT 'ask'", "decided REAL")

_WORDS: Final = {
    "SQLITE_NOTADB": "is not a ledger of approvals",
    "SQLITE_ERROR": "is not a ledger of approvals",
}


class LedgerFault(Exception):
    """The ledger cannot be read or written. The text names the file and says what kind of fault it is."""


@contextmanager
def transaction(path: Path) -> Iterator[sqlite3.Connection]:
    """One transaction on a ledger that is up to date. Raises `LedgerFault`."""
    with sqlite_file.transaction(path, LedgerFault, _WORDS) as db:
        _bring_up_to_date(db, path)
        yield db


def _bring_up_to_date(db: sqlite3.Connection, path: Path) -> None:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version == VERSION:
        return
    if version > VERSION:
        raise LedgerFault(f"{path.name} was made by a newer version of this program")
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "approval" in tables:
        for column in _ADDED:
            db.execute(f"ALTER TABLE approval ADD COLUMN {column}")
    elif tables:
        raise LedgerFault(f"{path.name} is not a ledger of approvals")
    else:
        db.execute(_TABLE)
    db.execute(f"PRAGMA user_version = {VERSION}")
