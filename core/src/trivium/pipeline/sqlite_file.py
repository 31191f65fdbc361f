"""The SQLite files of a home: opened for one transaction, and their faults told in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import sqlite3

_WORDS: Final = {
    "SQLITE_NOTADB": "is not a database",
    "SQLITE_CORRUPT": "is damaged",
    "SQLITE_FULL": "cannot grow: the disk is full",
    "SQLITE_READONLY": "cannot be written",
    "SQLITE_CANTOPEN": "cannot be opened",
    "SQLITE_BUSY": "is locked by another program",
}
"""By the name of SQLite's result code (https://www.sqlite.org/rescode.html), or what it begins with."""


@contextmanager
def transaction(path: Path, fault: type[Exception], own_words: Mapping[str, str]) -> Iterator[sqlite3.Connection]:
    """One transaction of the only writer at this time: all of it happens, or nothing.

    Raises `fault` with words that name the file; `own_words` are what a result code means for this file alone.
    """
    import sqlite3  # most sessions neither approve nor move anything

    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                if db.in_transaction:  # some faults end it themselves
                    db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "") or type(error).__name__
        raise fault(f"{path.name} {_words(name, {**_WORDS, **own_words})}") from None
    except OSError as error:
        raise fault(unopened(path, error)) from None


def unopened(path: Path, error: OSError) -> str:
    return f"{path.name} cannot be opened ({type(error).__name__})"


def _words(name: str, words: Mapping[str, str]) -> str:
    known = next((said for prefix, said in words.items() if name == prefix or name.startswith(f"{prefix}_")), None)
    return known or f"cannot be used ({name})"
