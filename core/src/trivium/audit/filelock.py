"""One writer at a time for files that several processes write."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from typing import Final

if sys.platform == "win32":
    import msvcrt

    _FAR: Final = 1 << 30
    """Windows keeps others from reading a locked byte, so it is one that no file here is long enough to have."""

    @contextmanager
    def locked(file: FileIO) -> Iterator[None]:
        """Hold the file's lock; others wait."""
        file.seek(_FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        try:
            yield
        finally:
            file.seek(_FAR)
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

    def try_lock(file: FileIO) -> bool:
        """Take the file's lock until the file is closed, unless somebody holds it."""
        file.seek(_FAR)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    @contextmanager
    def locked(file: FileIO) -> Iterator[None]:
        """Hold the file's lock; others wait."""
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)

    def try_lock(file: FileIO) -> bool:
        """Take the file's lock until the file is closed, unless somebody holds it."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
