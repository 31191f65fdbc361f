"""Look at every file of a folder: beginnings are read here, and understood in a worker, in batches."""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from trivium.api import Call, ToolFailure, WorkerProblem
from trivium_dicom.files.desk import Desk
from trivium_dicom.folders.heads import Head, read_heads

_WHERE: Final = "folder"
_STEPS: Final = (64 << 10, 1 << 20)
"""Bytes of a file that are read at first, and then; then all of it, as far as the limits go."""
_AT_ONCE: Final = 2
_BATCH_FILES: Final = 100
_BATCH_BYTES: Final = 8 << 20
_MOST_FAILURES: Final = 60
"""Calls of the worker that may fail until a batch that fails is given up as a whole."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A DICOM file."""

    path: Path
    size: int
    digest: bytes
    """Of what was read of it."""
    head: Head


@dataclass(slots=True)
class Scan:
    """What was found, and what was not looked at."""

    found: int = 0
    """Files in the folder."""
    seen: list[Seen] = field(default_factory=list)
    directories: list[Seen] = field(default_factory=list)
    not_dicom: int = 0
    unreadable: dict[str, list[Path]] = field(default_factory=dict)
    """Files by what is wrong with them."""
    left_out: int = 0
    failures: int = 0


@dataclass(slots=True)
class _File:
    path: Path
    content: bytes
    size: int


_Understood: TypeAlias = list[tuple[_File, Head | ToolFailure]]


def scan(desk: Desk, paths: Sequence[Path], call: Call, *, seconds: float) -> Scan:
    """Look at these files until it is done, cancelled, or out of time; what was left out is counted."""
    result = Scan(found=len(paths))
    deadline = time.monotonic() + seconds
    waiting: deque[Future[_Understood]] = deque()

    def take_in() -> None:
        _take_in(desk, waiting.popleft().result(), result, step=0)
        call.progress(_looked_at(result), len(paths))

    call.progress(0, len(paths))
    # One batch is read from disk while others are understood.
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for batch in _batches(desk, paths, result):
            waiting.append(pool.submit(_understood, desk, batch, result))
            if len(waiting) == _AT_ONCE:
                take_in()
                if call.cancelled() or time.monotonic() > deadline:
                    break
        while waiting:
            take_in()
    result.left_out = len(paths) - _looked_at(result)
    return result


def _looked_at(result: Scan) -> int:
    unreadable = sum(map(len, result.unreadable.values()))
    return len(result.seen) + len(result.directories) + result.not_dicom + unreadable


def _batches(desk: Desk, paths: Sequence[Path], result: Scan) -> Iterator[list[_File]]:
    batch: list[_File] = []
    room = _BATCH_BYTES
    for path in paths:
        file = _opened(desk, path, _STEPS[0], result)
        if file is None:
            continue
        batch.append(file)
        room -= len(file.content)
        if room <= 0 or len(batch) == _BATCH_FILES:
            yield batch
            batch, room = [], _BATCH_BYTES
    if batch:
        yield batch


def _opened(desk: Desk, path: Path, most: int, result: Scan) -> _File | None:
    try:
        content, size = desk.folders.head(path, where=_WHERE, most=most)
    except ToolFailure as failure:
        _refuse(result, path, failure)
        return None
    return _File(path, content, size)


def _take_in(desk: Desk, understood: _Understood, result: Scan, *, step: int) -> None:
    """Put each file where it belongs, and read more of those whose beginning was not enough."""
    longer = [file for file, head in understood if _sort(file, head, result, step)]
    most = [*_STEPS, desk.limits.file_bytes][min(step + 1, len(_STEPS))]
    for file in longer:
        again = _opened(desk, file.path, most, result)
        if again is not None:
            _take_in(desk, _understood(desk, [again], result), result, step=step + 1)


def _sort(file: _File, head: Head | ToolFailure, result: Scan, step: int) -> bool:
    """Yes where more of the file has to be read first."""
    if isinstance(head, ToolFailure):
        _refuse(result, file.path, head)
        return False
    if head.more and step < len(_STEPS):
        return True
    if head.problem is not None:
        result.unreadable.setdefault(head.problem, []).append(file.path)
    elif head.not_dicom:
        result.not_dicom += 1
    else:
        digest = hashlib.blake2b(file.content, digest_size=16).digest()
        seen = Seen(file.path, file.size, digest, head)
        (result.seen if head.directory is None else result.directories).append(seen)
    return False


def _understood(desk: Desk, batch: Sequence[_File], result: Scan) -> _Understood:
    """A file that kills the worker is found by halving the batch."""
    contents = [(file.content, file.size) for file in batch]
    try:
        heads = desk.workers.run(read_heads, contents, desk.limits, where=_WHERE, seconds=desk.limits.seconds).heads
    except ToolFailure as failure:
        if failure.problem is WorkerProblem.UNSTARTED:
            raise
        result.failures += 1
        if len(batch) == 1 or result.failures > _MOST_FAILURES:
            return [(file, failure) for file in batch]
        half = len(batch) // 2
        return [*_understood(desk, batch[:half], result), *_understood(desk, batch[half:], result)]
    return list(zip(batch, heads, strict=True))


def _refuse(result: Scan, path: Path, failure: ToolFailure) -> None:
    sentence = str(failure.problem.value.format(**failure.numbers))
    result.unreadable.setdefault(sentence, []).append(path)
