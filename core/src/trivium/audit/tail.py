"""Reads a trail from a place in it, so that a reader who comes again need not read all of it again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader, FileIO
from pathlib import Path
from typing import Any, NamedTuple

from trivium.audit.chain import LONGEST, record_of
from trivium.audit.files import Snapshot


class Place(NamedTuple):
    """Where a record stands. It stays good when the growing file is closed by rotation and gets another name."""

    first: int
    """The number of the first record of its file."""
    offset: int
    """Bytes before it in that file."""


@dataclass(frozen=True, slots=True)
class Found:
    place: Place
    record: dict[str, Any] | None
    """None for a line that is no record."""
    where: str
    """For people: the file's name and the place in it."""


def from_start(trail: Snapshot) -> Iterator[Found]:
    """All lines. Raises `OSError`."""
    yield from _after(trail, Place(-1, 0))


def following(trail: Snapshot, place: Place, record_hash: str) -> Iterator[Found] | None:
    """The lines after the record at `place`; None where no such record stands there. Raises `OSError`."""
    lines = _after(trail, place)
    first = next(lines, None)
    if first is None or first.place != place or first.record is None or first.record.get("hash") != record_hash:
        return None
    return lines


def _after(trail: Snapshot, place: Place) -> Iterator[Found]:
    """The lines from `place` on, or from the first file that begins after it."""
    for first, path in trail.closed:
        if first >= place.first:
            with FileIO(path) as file:
                size = os.fstat(file.fileno()).st_size
                yield from _lines(file, path, size, first, place)
    if trail.growing is not None:
        first = _first_number(trail.growing)
        if first >= place.first:
            yield from _lines(trail.growing, trail.path, trail.size, first, place)


def _lines(file: FileIO, path: Path, size: int, first: int, place: Place) -> Iterator[Found]:
    with _reader(file) as reader:
        offset = reader.seek(place.offset if first == place.first else 0)
        while offset < size:
            line = reader.readline(min(LONGEST, size - offset))
            if not line:
                return
            if not line.endswith(b"\n") and offset + len(line) >= size:
                return  # torn: whoever writes next takes it away
            yield Found(Place(first, offset), record_of(line), f"{path.name}, byte {offset}")
            offset += len(line)


def _first_number(file: FileIO) -> int:
    with _reader(file) as reader:
        reader.seek(0)
        record = record_of(reader.readline(LONGEST))
    return record["seq"] if record else 0


@contextmanager
def _reader(file: FileIO) -> Iterator[BufferedReader]:
    """A buffer over a file that stays open."""
    reader = open(file.fileno(), "rb", closefd=False)  # noqa: SIM115
    try:
        yield reader
    finally:
        reader.close()
