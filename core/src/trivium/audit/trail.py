"""The audit trail: lines that only grow, each chained to the one before by its hash. Several processes may write it."""

from __future__ import annotations

import hmac
import logging
import os
import secrets
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from io import FileIO
from pathlib import Path
from typing import Any, Final, NamedTuple

from trivium.audit.chain import LONGEST, Link, line_after, record_of
from trivium.audit.filelock import locked
from trivium.audit.files import closed_path, flush_folder, open_private
from trivium.audit.heads import Heads
from trivium.audit.mend import Damaged, judge, keep_file, keep_torn, last_link, tail_of
from trivium.audit.recovery import Journal, OpenCall, recover
from trivium.audit.tip import TipSeal, read_tip, tip_path, write_tip
from trivium.settings import CoreSettings

log = logging.getLogger("trivium.audit")

_MEGABYTE: Final = 1_000_000
_BEGINNINGS: Final = frozenset({"started", "opened", "begun"})
"""Events that are followed by an end, which is soon enough to sign."""


class _End(NamedTuple):
    """Where the next line goes, and how to see that nobody else has written meanwhile."""

    file: int
    """Identity of the file: after a rotation the same path is another file."""
    size: int
    tip: bytes
    link: Link


def open_trail(settings: CoreSettings, key: bytes, *, fault: str = "") -> Trail:
    """The trail of a house. `key` is its secret; nothing is read or written yet.

    `fault` is why that secret cannot be gone by: then nothing is written, as another key's seal would look like a cut.
    """
    return Trail(
        settings.audit_file,
        key,
        heads=Heads(settings.place(settings.audit.heads, "audit.heads.jsonl"), settings.home / "audit.key"),
        runs=settings.home / "runs",
        head_every=settings.audit.head_every,
        rotate_bytes=int(settings.audit.rotate_megabytes * _MEGABYTE),
        fault=fault,
    )


class Trail:
    """A file of records, those that were closed by rotation, the tip, signed heads, and the journal of this process.

    What a line is: `chain`; the tip: `tip`; what happens to a trail that is not as it was left: `mend`.
    """

    def __init__(
        self,
        path: Path,
        key: bytes,
        *,
        heads: Heads | None = None,
        runs: Path | None = None,
        head_every: int = 100,
        rotate_bytes: int = 64 * _MEGABYTE,
        fault: str = "",
    ) -> None:
        self.path = path
        self._fault = fault
        self.run = secrets.token_hex(8)
        """This host process, as records name it."""
        self._key = key
        self._seal = TipSeal(key)
        self._heads = heads
        self._head_every = head_every
        self._rotate_bytes = rotate_bytes
        self._runs = runs or path.with_name("runs")
        self._journal = Journal(self._runs, self.run)
        self._end: _End | None = None
        self._signed: int | None = None
        """The newest record that a head is known or asked for."""
        self._unflushed: list[Path] = []
        """Files that were closed by rotation and a folder with new names, none of them surely on the disk."""

    def append(self, record: Mapping[str, Any], *, flush: bool) -> None:
        """Add a record; `flush` waits until it is on the disk.

        A record that cannot be written whole is taken back, so that a disk that is full for a minute spoils nothing.
        Raises `OSError`, and `ValueError` for a trail that ends in something that is no record.
        """
        if self._fault:
            raise Damaged(self._fault)
        with ExitStack() as files:
            tip = files.enter_context(open_private(tip_path(self.path)))
            with locked(tip):
                file, link = self._write(record, tip, files)
            if flush:  # without the lock: no other call waits for the disk
                self._flush(file)
        self._have_signed(link, ends=flush and record.get("event") not in _BEGINNINGS)

    def words(self, error: Exception) -> str:
        """Why the trail cannot be written, with the file. Holds nothing that stands in it."""
        if self._fault:
            return self._fault
        reason = str(error) if isinstance(error, Damaged) else ""
        if isinstance(error, OSError) and error.strerror:
            reason = error.strerror.lower()
        return f"{self.path.name}: {reason or type(error).__name__}"

    def token(self, value: Any) -> str:
        """A keyed stand-in for a value, whatever it is."""
        try:
            text = str(value)
        except (ValueError, RecursionError):  # more digits, or deeper, than Python writes out
            text = f"{type(value).__name__} that cannot be written"
        return "token:" + hmac.digest(self._key, text.encode("utf-8", "replace"), "sha256").hex()[:16]

    def begun(self, call: str, facts: Mapping[str, Any]) -> None:
        """Write and flush that an effectful call runs now, so that its end is recorded even if this process dies.

        First into the journal: a crash between the two leaves an end without a beginning, never the other way round.
        Raises `OSError` and `ValueError`; `ended` is due all the same.
        """
        self._journal.begun(OpenCall(call, facts, self._end.link.seq if self._end else self.last().seq))
        self.append({"event": "begun", "call": call, **facts}, flush=True)

    def ended(self, call: str) -> None:
        """The trail says how a call has ended: nobody has to do so at the next start."""
        try:
            self._journal.ended(call)
        except OSError as error:  # whoever recovers looks into the trail first
            log.warning("the journal of open calls cannot be written (%s)", type(error).__name__)

    def recover(self) -> int:
        """Close the effectful calls of processes that died, as `interrupted`; how many there were. Never raises."""
        try:
            return recover(self._runs, self.path, lambda record: self.append(record, flush=True))
        except OSError as error:
            log.error("the journals of open calls cannot be read (%s)", type(error).__name__)
            return 0

    def repair(self) -> bool:
        """Go on after a last line that is no record, which only an operator may decide.

        The damaged file is set aside whole and a new one goes on from what the tip vouches for; a record says so.
        False when the trail can be written as it is. Raises `OSError`.
        """
        with open_private(tip_path(self.path)) as tip, locked(tip):
            try:
                with open_private(self.path) as file:
                    tail_of(file)
            except Damaged:
                record = keep_file(self.path)
            else:
                return False
        self.append(record, flush=True)
        return True

    def last(self) -> Link:
        """Number and hash of the last record. Raises `OSError` and `ValueError`."""
        with open_private(tip_path(self.path)) as tip, locked(tip), open_private(self.path) as file:
            return last_link(tail_of(file), self.path)

    def newest_time(self) -> float:
        """The latest time that is known from the trail, epoch seconds; 0.0 when nothing can be read.

        Not just the last record's: after the clock has been turned back that one is early, and the heads remember.
        """
        newest = self._heads.newest_time() if self._heads else 0.0
        with suppress(OSError, ValueError), FileIO(self.path) as file:
            record = tail_of(file).record
            if record and isinstance(when := record.get("time"), int | float):
                newest = max(newest, float(when))
        return newest

    def seal(self) -> None:
        """Before the process ends: bring everything to the disk, sign the newest record, and wait for both."""
        if self._end:
            try:
                with open_private(self.path) as file:
                    self._flush(file)
            except OSError as error:
                log.error("the audit trail cannot be flushed (%s)", type(error).__name__)
            if self._heads:
                self._heads.wait()
                if self._heads.newest() < self._end.link.seq:
                    self._heads.ask(self._end.link)
                    self._heads.wait()
        self._journal.close()

    # Under the lock.

    def _write(self, record: Mapping[str, Any], tip: FileIO, files: ExitStack) -> tuple[FileIO, Link]:
        file = files.enter_context(open_private(self.path))
        end, repairs, torn = self._find_end(file, tip)
        if end.size >= self._rotate_bytes and self._rotate(file):
            file = files.enter_context(open_private(self.path))
            end = end._replace(file=os.fstat(file.fileno()).st_ino, size=0)
        if not end.size and self.path.parent not in self._unflushed:
            self._unflushed.append(self.path.parent)
        self._end = self._add(file, tip, end, [*repairs, record], torn)
        return file, self._end.link

    def _find_end(self, file: FileIO, tip: FileIO) -> tuple[_End, list[dict[str, Any]], bytes]:
        """Where the next line goes, what has to be said first, and the torn line that stands there."""
        state, content = os.fstat(file.fileno()), read_tip(tip)
        if self._end and (state.st_ino, state.st_size, content) == self._end[:3]:
            return self._end, [], b""
        tail = tail_of(file)
        last = last_link(tail, self.path)
        link, repairs = judge(last, self._seal.decode(content), content, self._end and self._end.link)
        if tail.torn:
            repairs.insert(0, keep_torn(self.path, last.seq + 1, tail.torn))
        return _End(state.st_ino, tail.size, content, link), repairs, tail.torn

    def _add(self, file: FileIO, tip: FileIO, end: _End, records: Sequence[Mapping[str, Any]], torn: bytes) -> _End:
        link, lines = end.link, []
        for record in records:
            line, link = line_after(link, record, time.time())
            lines.append(line)
        content = b"".join(lines)
        try:
            if torn:
                file.truncate(end.size)
            file.seek(end.size)
            if file.write(content) != len(content):
                raise OSError("the record was not written whole")
            write_tip(tip, new_tip := self._seal.encode(link))
        except BaseException:
            self._undo(file, tip, end, torn)
            raise
        return _End(end.file, end.size + len(content), new_tip, link)

    def _undo(self, file: FileIO, tip: FileIO, end: _End, torn: bytes) -> None:
        """Leave everything as it was found. What cannot be undone is found by whoever writes next."""
        with suppress(OSError):
            file.truncate(end.size)
            file.seek(end.size)
            file.write(torn)
        with suppress(OSError):
            write_tip(tip, end.tip)

    def _rotate(self, file: FileIO) -> bool:
        """Close the file under the number of its first record; whether that went well.

        A file that has grown too large is better than a record that is not written, so a fault is only logged, and it
        is tried again when the file has twice the size.
        """
        try:
            file.seek(0)
            first = record_of(file.read(LONGEST).partition(b"\n")[0] + b"\n")
            target = closed_path(self.path, first["seq"] if first else 0)
            if first is None or target.exists():
                raise FileExistsError
            if sys.platform == "win32":
                file.close()  # an open file cannot be renamed there
            self.path.rename(target)
        except OSError as error:
            log.error("the audit trail cannot be rotated (%s)", type(error).__name__)
            self._rotate_bytes *= 2
            return False
        self._unflushed.append(target)
        return True

    # Without the lock.

    def _flush(self, file: FileIO) -> None:
        """Raises `OSError`."""
        while self._unflushed:
            path = self._unflushed[0]
            if path.is_dir():
                flush_folder(path)
            else:
                with open_private(path) as closed:
                    os.fsync(closed.fileno())
            with suppress(ValueError):  # another thread was as fast
                self._unflushed.remove(path)
        os.fsync(file.fileno())

    def _have_signed(self, link: Link, *, ends: bool) -> None:
        """Have the newest record signed when something with an effect has ended, or when it is time again."""
        if self._heads is None:
            return
        if self._signed is None:
            self._signed = self._heads.newest()
        if ends or link.seq - self._signed >= self._head_every:
            self._signed = max(self._signed, link.seq)
            self._heads.ask(link)
