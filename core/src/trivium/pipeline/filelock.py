"""One writer at a time for a file that several processes append to."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

if sys.platform == "win32":
    import msvcrt

    @contextmanager
    def locked(file: Any) -> Iterator[None]:
        """Hold the file's lock; others wait."""
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        try:
            yield
        finally:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    @contextmanager
    def locked(file: Any) -> Iterator[None]:
        """Hold the file's lock; others wait."""
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)
