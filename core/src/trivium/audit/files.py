"""The files of a trail: those that were closed by rotation, oldest first, and the one that grows."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any, NamedTuple

from trivium.audit.chain import LONGEST, record_of
from trivium.audit.filelock import locked
from trivium.audit.tip import read_tip, tip_path


class Closed(NamedTuple):
    """A file that rotation has closed."""

    first: int
    """The number of its first record, by its name."""
    path: Path


def closed_path(trail: Path, first: int) -> Path:
    return trail.with_name(f"{trail.stem}-{first:012d}{trail.suffix}")


def closed_files(trail: Path) -> list[Closed]:
    """Oldest first. Raises `OSError`."""
    name = re.compile(rf"{re.escape(trail.stem)}-(\d{{12}}){re.escape(trail.suffix)}")
    if not trail.parent.is_dir():
        return []
    matches = ((name.fullmatch(path.name), path) for path in trail.parent.iterdir())
    return sorted(Closed(int(match[1]), path) for match, path in matches if match)


def open_private(path: Path) -> FileIO:
    """A file for its owner only, made with its folder when there is none. Raises `OSError`."""
    return FileIO(private_descriptor(path), "r+b")


def private_descriptor(path: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        return os.open(path, flags, 0o600)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return os.open(path, flags, 0o600)


def flush_folder(folder: Path) -> None:
    """Bring the names of new files to the disk, where the system has a way to. Raises `OSError`."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class Line:
    file: Path
    number: int
    content: bytes
    """With its line end, if it has one. Of a line longer than any record, only the beginning."""
    torn: bool
    """Whether the file ends before the line does."""

    def __str__(self) -> str:
        return f"{self.file.name}, line {self.number}"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A trail as it was at one moment, whoever goes on writing it."""

    path: Path
    closed: list[Closed]
    growing: FileIO | None
    size: int
    tip: bytes

    def lines(self, since: int = 0) -> Iterator[Line]:
        """The lines of all files, without files that end before record `since`. Raises `OSError`."""
        for number, (_, path) in enumerate(self.closed):
            following = self.closed[number + 1].first if number + 1 < len(self.closed) else None
            if following is None or following > since:
                with FileIO(path) as file:
                    yield from _lines(path, file, os.fstat(file.fileno()).st_size)
        if self.growing is not None:
            yield from _lines(self.path, self.growing, self.size)


@contextmanager
def snapshot(path: Path) -> Iterator[Snapshot]:
    """Raises `OSError`."""
    with ExitStack() as files:
        with ExitStack() as lock:
            tip = b""
            with suppress(FileNotFoundError):
                tip_file = lock.enter_context(FileIO(tip_path(path)))
                with suppress(OSError):  # a copy on a disk where nothing can be locked: nobody writes it either
                    lock.enter_context(locked(tip_file))
                tip = read_tip(tip_file)
            growing, size = None, 0
            with suppress(FileNotFoundError):
                growing = files.enter_context(FileIO(path))
                size = os.fstat(growing.fileno()).st_size
            closed = closed_files(path)
        yield Snapshot(path, closed, growing, size, tip)


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The records of all files of a trail, oldest first.

    Raises `OSError`; a line that is no record raises `ValueError` with its file and number.
    """
    with snapshot(path) as trail:
        for line in trail.lines():
            record = record_of(line.content)
            if record is None:
                raise ValueError(f"{line}: not a record")
            yield record


def _lines(path: Path, file: FileIO, size: int) -> Iterator[Line]:
    reader = open(file.fileno(), "rb", closefd=False)  # noqa: SIM115  # the descriptor is its owner's to close
    left, number = size, 0
    while left > 0 and (content := reader.readline(min(left, LONGEST))):
        number += 1
        left -= len(content)
        piece = content
        while left > 0 and len(piece) == LONGEST and not piece.endswith(b"\n"):
            piece = reader.readline(min(left, LONGEST))
            left -= len(piece)
        yield Line(path, number, content, torn=not piece.endswith(b"\n"))
