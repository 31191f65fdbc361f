"""The rows of a file or of all files below a folder. Bytes are read here and understood in a worker, in batches."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from trivium.api import Call, ToolFailure, WorkerProblem
from trivium_dicom.files.desk import Desk
from trivium_fhir.imaging.heads import FileFacts, read_facts
from trivium_fhir.imaging.rows import Row

_STEPS: Final = (64 << 10, 1 << 20)
"""Bytes of a file that are read at first, and then; then all of it, as far as the limits go."""
_BATCH_FILES: Final = 100
_BATCH_BYTES: Final = 8 << 20
_MOST_FAILURES: Final = 60
"""Calls of the worker that may fail until a batch that fails is given up as a whole."""


@dataclass(slots=True)
class Gathered:
    """What the files said, and which said nothing."""

    rows: list[Row] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)
    """Attributes nobody asked for, by keyword, and in how many files."""
    private: int = 0
    files: int = 0
    not_dicom: int = 0
    unreadable: Counter[str] = field(default_factory=Counter)
    """By what is wrong."""
    not_looked_at: int = 0
    failures: int = 0
    where: str = "path"
    """What errors call the source."""


_Piece = tuple[Path | str, bytes, int]


def gather_file(desk: Desk, path: str) -> Gathered:
    """Of one file. Raises what `Folders.read` and `Workers.run` raise."""
    content = desk.folders.read(path, where="path", most=desk.limits.file_bytes)
    found = desk.workers.run(
        read_facts, [(content, len(content))], desk.limits, where="path", seconds=desk.limits.seconds
    )
    result = Gathered(files=1)
    _keep(found.facts[0], result)
    return result


def gather_folder(desk: Desk, folder: str, call: Call, *, most: int, seconds: float) -> Gathered:
    """Of every file below a folder, in order of path, until it is done, cancelled or out of time."""
    paths = desk.folders.files(folder, where="folder", most=most)
    result, deadline, looked_at = Gathered(files=len(paths), where="folder"), time.monotonic() + seconds, 0
    call.progress(0, len(paths))
    for batch, count in _batches(desk, paths, result):
        _take_in(desk, batch, result, step=0)
        looked_at += count
        call.progress(looked_at, len(paths))
        if call.cancelled() or time.monotonic() > deadline:
            break
    result.not_looked_at = len(paths) - looked_at
    return result


def _batches(desk: Desk, paths: Sequence[Path], result: Gathered) -> Iterator[tuple[list[_Piece], int]]:
    """Files that were opened, and how many were tried for it."""
    batch: list[_Piece] = []
    tried, room = 0, _BATCH_BYTES
    for path in paths:
        tried += 1
        if piece := _opened(desk, path, _STEPS[0], result):
            batch.append(piece)
            room -= len(piece[1])
        if room <= 0 or len(batch) == _BATCH_FILES:
            yield batch, tried
            batch, tried, room = [], 0, _BATCH_BYTES
    if tried:
        yield batch, tried


def _opened(desk: Desk, path: Path | str, most: int, result: Gathered) -> _Piece | None:
    try:
        content, size = desk.folders.head(path, where="folder", most=most)
    except ToolFailure as failure:
        _refuse(failure, result)
        return None
    return path, content, size


def _take_in(desk: Desk, batch: Sequence[_Piece], result: Gathered, *, step: int) -> None:
    for piece, facts in zip(batch, _understood(desk, batch, result), strict=True):
        if isinstance(facts, ToolFailure):
            _refuse(facts, result)
        elif facts.more and step < len(_STEPS):
            again = _opened(desk, piece[0], [*_STEPS[1:], desk.limits.file_bytes][step], result)
            _take_in(desk, [again] if again else [], result, step=step + 1)
        else:
            _keep(facts, result)


def _understood(desk: Desk, batch: Sequence[_Piece], result: Gathered) -> list[FileFacts | ToolFailure]:
    """A file that kills the worker is found by halving the batch."""
    if not batch:
        return []
    contents = [(content, size) for _, content, size in batch]
    limits = desk.limits
    try:
        return list(desk.workers.run(read_facts, contents, limits, where="folder", seconds=limits.seconds).facts)
    except ToolFailure as failure:
        if failure.problem is WorkerProblem.UNSTARTED:
            raise
        result.failures += 1
        if len(batch) == 1 or result.failures > _MOST_FAILURES:
            return [failure] * len(batch)
        half = len(batch) // 2
        return [*_understood(desk, batch[:half], result), *_understood(desk, batch[half:], result)]


def _keep(facts: FileFacts, result: Gathered) -> None:
    if facts.problem is not None:
        result.unreadable[facts.problem] += 1
    elif facts.not_dicom:
        result.not_dicom += 1
    else:
        result.rows.append(facts.row)
        result.left.update(facts.left)
        result.private += facts.private


def _refuse(failure: ToolFailure, result: Gathered) -> None:
    result.unreadable[str(failure.problem.value.format(**failure.numbers))] += 1
