"""The SQLite file behind the ledger: made, brought up to date, and its faults told in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

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
    "SQLITE_CORRUPT": "is damaged",
    "SQLITE_FULL": "cannot grow: the disk is full",
    "SQLITE_READONLY": "cannot be written",
    "SQLITE_CANTOPEN": "cannot be opened",
    "SQLITE_BUSY": "is held by another program",
}


class LedgerFault(Exception):
    """The ledger cannot be read or written. The text names the file and says what kind of fault it is."""


@contextmanager
def transaction(path: Path) -> Iterator[sqlite3.Connection]:
    """One transaction of the only writer at this time: all of it happens, or nothing. Raises `LedgerFault`."""
    import sqlite3  # most sessions approve nothing

    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                _bring_up_to_date(db, path)
                yield db
            except BaseException:
                if db.in_transaction:  # some faults end it themselves
                    db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "") or type(error).__name__
        raise LedgerFault(f"{path.name} {_words(name)}") from None
    except OSError as error:
        raise LedgerFault(f"{path.name} cannot be opened ({type(error).__name__})") from None


def _words(name: str) -> str:
    known = next((words for prefix, words in _WORDS.items() if name == prefix or name.startswith(f"{prefix}_")), None)
    return known or f"cannot be used ({name})"


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
