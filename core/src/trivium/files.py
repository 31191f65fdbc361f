"""Small files that the host trusts: read whole or not at all, replaced whole or not at all."""

from __future__ import annotations

import os
import secrets
import stat
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

_SETTLED: Final = 2_000_000_000
"""Nanoseconds. A file that was written to more recently can be written again within the same tick of its time stamp."""

Identity = tuple[int, ...]


def read_small(path: Path, limit: int) -> bytes:
    """Raises `OSError`, also for a pipe or a device, which could make the reader wait, and `ValueError` beyond
    `limit` bytes.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError("not a regular file")
    with path.open("rb") as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise ValueError(f"longer than {limit} bytes")
    return content


def write_new(path: Path, content: bytes, mode: int) -> Path:
    """A file that was not there before. Raises `OSError` and leaves no half of it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def replace_file(path: Path, content: bytes, mode: int) -> None:
    """At any moment the old file or the new one is there, and whole. Raises `OSError`."""
    place = Path(os.path.realpath(path))  # a link stays a link
    fresh = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    write_new(fresh, content, mode)
    try:
        os.replace(fresh, place)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def appear(path: Path, content: bytes) -> None:
    """A file for its owner that is made once, whole or not at all. Whoever else is making it, one wins.

    Raises `OSError`.
    """
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    write_new(fresh, content, 0o600)
    try:
        with suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        fresh.unlink()


def identity(status: os.stat_result) -> Identity:
    """Changes whenever a file is replaced, written, or given another mode or owner."""
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def identities(paths: Iterable[Path]) -> tuple[Identity | None, ...] | None:
    """What changes when one of the files does, or None while nobody can tell. Raises `OSError`."""
    found: list[Identity | None] = []
    newest = 0
    for path in paths:
        try:
            status = path.stat()
        except FileNotFoundError:
            found.append(None)
            continue
        newest = max(newest, status.st_mtime_ns, status.st_ctime_ns)
        found.append(identity(status))
    return tuple(found) if time.time_ns() - newest > _SETTLED else None
