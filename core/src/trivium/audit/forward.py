"""Forwards the trail to a syslog receiver. Nothing waits in memory: the trail itself is the queue.

A small file in the home folder, the cursor, names the last record whose messages have arrived. What comes after it is
sent, and then the cursor moves on; a host that dies between the two sends those messages again. Of several hosts at
one home folder one forwards at a time.
"""

from __future__ import annotations

import json
import logging
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from trivium.audit.events import Reader
from trivium.audit.filelock import try_lock
from trivium.audit.files import Snapshot, open_private, snapshot
from trivium.audit.message import AuditMessage
from trivium.audit.syslog import SyslogFault, deliver, frame
from trivium.audit.tail import Found, Place, following, from_start
from trivium.files import replace_file
from trivium.settings import CoreSettings

log = logging.getLogger("trivium.audit")

_BATCH: Final = 500
"""Records after which a delivery is made and the cursor moves."""
_LONGEST_PAUSE: Final = 60.0
"""Seconds between tries while the receiver cannot be reached."""


def source_name(settings: CoreSettings) -> str:
    """How this host is called in exported messages."""
    return settings.audit.source or socket.gethostname() or "unknown"


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far the trail has been forwarded."""

    place: Place
    """Of the last record whose messages have arrived."""
    hash: str
    """That record's, so that a trail which was replaced is noticed."""
    unfinished: list[Mapping[str, Any]]
    """The records of calls that were open there: what their closing records mean stands in them."""

    def encode(self) -> bytes:
        first, offset = self.place
        return json.dumps({"first": first, "offset": offset, "hash": self.hash, "open": self.unfinished}).encode()

    @classmethod
    def decode(cls, content: bytes) -> Cursor:
        """Raises `ValueError`."""
        try:
            fields = json.loads(content)
            place = Place(int(fields["first"]), int(fields["offset"]))
            cursor = cls(place, str(fields["hash"]), [dict(record) for record in fields["open"]])
        except (KeyError, TypeError, RecursionError):
            raise ValueError("no cursor") from None
        if place.first < 0 or place.offset < 0:
            raise ValueError("no cursor")
        return cursor


class Forwarder:
    """Sends what is new, once by `send` or again and again in a thread."""

    def __init__(self, settings: CoreSettings, *, pause: float = 5.0) -> None:
        """`pause` is the time between looks at the trail, in seconds."""
        self._settings = settings
        self._pause = pause
        self._source = source_name(settings)
        self._cursor_path = settings.home / "audit.syslog.json"
        self._reported: set[str] = set()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def wanted(self) -> bool:
        """Whether a receiver is set."""
        return self._settings.audit.syslog.host is not None

    def send(self) -> int | None:
        """Send what has not been sent; how many messages that were, None while another process is at it.

        Raises `SyslogFault`.
        """
        try:
            with open_private(self._settings.home / "audit.syslog.lock") as lock:
                return self._send_new() if try_lock(lock) else None
        except OSError as error:
            raise SyslogFault(f"the trail cannot be forwarded ({type(error).__name__})") from None

    def start(self) -> None:
        """Forward from now on in a thread, if a receiver is set."""
        if self.wanted and self._thread is None:
            self._stopping.clear()
            self._thread = threading.Thread(target=self._work, name="trivium audit forwarder", daemon=True)
            self._thread.start()

    def stop(self, timeout: float = 2.0) -> None:
        """End the thread, after a delivery under way or `timeout` seconds. The next start goes on with what is left."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout)
            self._thread = None

    def _work(self) -> None:
        pause, failing = self._pause, False
        while True:
            try:
                self.send()
            except Exception as fault:  # whatever it is, it must not end the forwarding
                if not failing:
                    reason = fault if isinstance(fault, SyslogFault) else type(fault).__name__
                    log.error("audit messages wait: %s", reason)
                failing, pause = True, min(pause * 2, max(self._pause, _LONGEST_PAUSE))
            else:
                if failing:
                    log.warning("audit messages are forwarded again")
                failing, pause = False, self._pause
            if self._stopping.wait(pause):
                return

    def _send_new(self) -> int:
        sent = 0
        with snapshot(self._settings.audit_file) as trail:
            reader, lines = self._go_on(trail)
            while batch := list(islice(lines, _BATCH)):
                messages = [message for found in batch for message in self._messages_of(found, reader)]
                if messages:
                    self._deliver(messages)
                self._remember(batch, reader)
                sent += len(messages)
                if self._stopping.is_set():
                    break
        return sent

    def _go_on(self, trail: Snapshot) -> tuple[Reader, Iterator[Found]]:
        """What comes after the cursor; all of the trail when it is another than the one that was forwarded."""
        cursor = self._read_cursor()
        if cursor is not None:
            lines = following(trail, cursor.place, cursor.hash)
            if lines is not None:
                return Reader(cursor.unfinished), lines
            log.warning("the audit trail is not the one that was forwarded before: all of it is sent")
        return Reader(), from_start(trail)

    def _messages_of(self, found: Found, reader: Reader) -> list[AuditMessage]:
        if found.record is not None:
            return reader.take(found.record)
        if found.where not in self._reported:
            self._reported.add(found.where)
            log.error("%s: not a record, so it cannot be forwarded; see `trivium audit verify`", found.where)
        return []

    def _remember(self, batch: list[Found], reader: Reader) -> None:
        for found in reversed(batch):
            if found.record is not None:
                self._write_cursor(Cursor(found.place, found.record["hash"], reader.unfinished()))
                return

    def _deliver(self, batch: list[AuditMessage]) -> None:
        from trivium.audit.dicom import xml

        frames = (frame(xml(message, self._source), message.time, self._source) for message in batch)
        deliver(frames, self._settings.audit.syslog)

    def _read_cursor(self) -> Cursor | None:
        try:
            return Cursor.decode(self._cursor_path.read_bytes())
        except FileNotFoundError:
            return None
        except ValueError:
            name = self._cursor_path.name
            raise SyslogFault(f"{name} cannot be read; if it is taken away, the whole trail is sent again") from None

    def _write_cursor(self, cursor: Cursor) -> None:
        """The file changes as a whole or not at all."""
        replace_file(self._cursor_path, cursor.encode(), 0o600)
