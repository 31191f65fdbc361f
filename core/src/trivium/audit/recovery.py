"""What becomes of effectful calls whose process died: the next host closes them as `interrupted`.

While a host process lives it holds the lock of `runs/RUN.open`, a small journal of the effectful calls that have begun
and not ended. The file is made when the first one begins and goes when the process ends in order. A journal whose lock
can be taken belongs to a dead process; the calls still open in it are closed in the trail, each once, whoever recovers.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any, Final

from trivium.audit.chain import canonical, record_of
from trivium.audit.filelock import try_lock
from trivium.audit.files import flush_folder, private_descriptor, snapshot

log = logging.getLogger("trivium.audit")

_SUFFIX: Final = ".open"


@dataclass(frozen=True, slots=True)
class OpenCall:
    """An effectful call that has begun, and nobody has said how it ended."""

    call: str
    facts: Mapping[str, Any]
    since: int
    """The trail's last record before it began, so that nobody has to look further back for its end."""


class Journal:
    """The effectful calls of this process that have begun and not ended. May be used from several threads."""

    def __init__(self, folder: Path, run: str) -> None:
        self._path = folder / f"{run}{_SUFFIX}"
        self._file: FileIO | None = None
        self._closer: weakref.finalize[..., Journal] | None = None
        """Closes the file and so lets go of its lock, at the latest when nobody has this journal any more."""
        self._open: set[str] = set()
        self._one_at_a_time = threading.Lock()

    def begun(self, call: OpenCall) -> None:
        """Write down that a call begins, and wait until it is on the disk. Raises `OSError`."""
        with self._one_at_a_time:
            file = self._file or self._begin()
            _add(file, {"begun": call.call, "facts": call.facts, "since": call.since})
            self._open.add(call.call)
            os.fsync(file.fileno())

    def ended(self, call: str) -> None:
        """Write down that the trail says how a call has ended. Raises `OSError`."""
        with self._one_at_a_time:
            if self._file is None or call not in self._open:
                return
            self._open.remove(call)
            if self._open:
                _add(self._file, {"ended": call})
            else:
                self._file.truncate(0)  # the file does not grow with the years

    def close(self) -> None:
        """Take the file away, unless the end of a call is still unsaid."""
        with self._one_at_a_time:
            if self._closer is None:
                return
            if not self._open:
                _remove(self._path)
            self._closer()
            self._file = self._closer = None
            if not self._open:
                _remove(self._path)

    def _begin(self) -> FileIO:
        self._file = _locked_file(self._path)
        self._closer = weakref.finalize(self, os.close, self._file.fileno())
        return self._file


def recover(folder: Path, trail: Path, append: Callable[[Mapping[str, Any]], None]) -> int:
    """Close the calls of dead processes; how many there were. A journal that cannot be used is logged and left."""
    count = 0
    for path in journals(folder):
        try:
            with FileIO(path, "r+") as file:
                if not try_lock(file):
                    continue
                count += _close_calls(file, trail, append)
                file.truncate(0)  # before the lock goes: whoever waits for it finds nothing left to do
                _remove(path)
            _remove(path)
        except FileNotFoundError:
            continue  # somebody else has just recovered it
        except (OSError, ValueError) as error:
            log.error("calls of a process that died cannot be closed: runs/%s (%s)", path.name, type(error).__name__)
    return count


def journals(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{_SUFFIX}"))


def is_abandoned(path: Path) -> bool:
    """Whether the process of a journal is dead. Raises `OSError`."""
    with FileIO(path, "r+") as file:
        return try_lock(file)


def open_calls(content: bytes) -> list[OpenCall]:
    """The calls that a journal leaves open. Raises `ValueError` with the line that cannot be read.

    A torn last line is none: a call begins only after its line is on the disk.
    """
    found: dict[str, OpenCall] = {}
    *lines, _torn = content.split(b"\n")
    for number, line in enumerate(lines, 1):
        try:
            entry = json.loads(line)
            if "ended" in entry:
                found.pop(entry["ended"], None)
            else:
                call = OpenCall(entry["begun"], dict(entry["facts"]), int(entry["since"]))
                found[call.call] = call
        except (ValueError, TypeError, KeyError, RecursionError):
            raise ValueError(f"line {number} is no entry") from None
    return list(found.values())


def _close_calls(file: FileIO, trail: Path, append: Callable[[Mapping[str, Any]], None]) -> int:
    waiting = open_calls(file.readall())
    if not waiting:
        return 0
    said = set(_ended_calls(trail, min(call.since for call in waiting)))
    unsaid = [call for call in waiting if call.call not in said]
    for call in unsaid:
        append({"event": "closed", "call": call.call, "outcome": "interrupted", "recovered": True, **call.facts})
    return len(unsaid)


def _ended_calls(trail: Path, since: int) -> Iterator[str]:
    """Calls that the trail has closed already: a process can die between the trail and the journal."""
    with snapshot(trail) as now:
        for line in now.lines(since):
            if b'"closed"' in line.content and (record := record_of(line.content)) and record.get("event") == "closed":
                yield str(record.get("call"))


def _locked_file(path: Path) -> FileIO:
    """A new journal, locked. Whoever recovers may have taken it for abandoned just before: then another one.

    The caller closes its descriptor.
    """
    while True:
        descriptor = private_descriptor(path)
        try:
            file = FileIO(descriptor, "r+", closefd=False)
            if try_lock(file) and path.exists() and os.path.samestat(os.fstat(descriptor), path.stat()):
                flush_folder(path.parent)
                return file
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _add(file: FileIO, entry: Mapping[str, Any]) -> None:
    size = file.seek(0, os.SEEK_END)
    line = canonical(entry) + b"\n"
    try:
        if file.write(line) != len(line):
            raise OSError("an entry was not written whole")
    except OSError:
        file.truncate(size)
        raise


def _remove(path: Path) -> None:
    with suppress(OSError):  # where an open file cannot be removed, it is removed once closed
        path.unlink(missing_ok=True)
