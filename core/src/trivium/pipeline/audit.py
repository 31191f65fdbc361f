"""The audit trail: one JSON line when a call opens, one when it closes, each chained to the line before it by its hash.

No patient's value is written. Unique identifiers, numbers and closed choices stand as they are; every other argument
is a keyed token, so that two calls with the same value can be recognized and the value cannot be read.
"""

from __future__ import annotations

import enum
import hashlib
import hmac
import json
import logging
import os
import re
import secrets
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin

import anyio
from anyio import to_thread

from trivium.api import RefusalCode, Refused, ToolFailure, TriviumError
from trivium.pipeline.approve import AnswerNeeded
from trivium.pipeline.call import Request
from trivium.pipeline.filelock import locked

log = logging.getLogger("trivium.audit")

FIRST: Final = "0" * 64
"""What the first line names as the hash of the line before it."""
_UID: Final = re.compile(r"[0-2](\.(0|[1-9][0-9]*)){3,}")


def canonical(record: Mapping[str, Any]) -> bytes:
    return json.dumps(record, sort_keys=True, separators=(",", ":")).encode()


@dataclass
class AuditLog:
    """A file of lines that only grows. Several processes may write it."""

    path: Path
    key: bytes = field(repr=False)
    """Makes tokens of values."""
    _known: tuple[int, int, str] = field(default=(-1, -1, FIRST), init=False, repr=False)
    """The file's size after the last line seen here, with that line's number and hash."""

    def append(self, record: Mapping[str, Any], *, flush: bool) -> None:
        """Add a line; `flush` waits until it is on the disk. Raises `OSError` and `ValueError`."""
        descriptor = self._open()
        with open(descriptor, "r+b", buffering=0) as file:
            with locked(file):
                self._write_line(file, record)
            if flush:  # without the lock: no other call waits for the disk
                os.fsync(descriptor)

    def _write_line(self, file: FileIO, record: Mapping[str, Any]) -> None:
        size = file.seek(0, os.SEEK_END)
        if size != self._known[0]:  # somebody else has written, or this is the first line
            self._known = (size, *_last(file, size))
        _, seq, previous = self._known
        body = {**record, "seq": seq + 1, "prev": previous, "time": round(time.time(), 3)}
        body["hash"] = hashlib.sha256(canonical(body)).hexdigest()
        line = canonical(body) + b"\n"
        if file.write(line) != len(line):
            raise OSError("the line was not written whole")
        self._known = (size + len(line), seq + 1, body["hash"])

    def _open(self) -> int:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
        try:
            return os.open(self.path, flags, 0o600)
        except FileNotFoundError:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            return os.open(self.path, flags, 0o600)

    def token(self, value: Any) -> str:
        """A keyed stand-in for a value."""
        return "token:" + hmac.new(self.key, str(value).encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:16]

    def rendered(self, value: Any, declared: Any) -> Any:
        """A value as it may stand in the trail: by what the tool declares it to be, not by what a caller claims."""
        if value is None or isinstance(value, bool):
            return value
        types = _alternatives(declared)
        if isinstance(value, int | float) and types & {int, float}:
            return value
        if isinstance(value, str) and (value in types or (len(value) <= 64 and _UID.fullmatch(value))):
            return value
        return self.token(value)

    @asynccontextmanager
    async def entry(self, request: Request) -> AsyncIterator[Entry]:
        """Opens a call's entry before anything is decided, and closes it whatever happens.

        Raises `Refused` when the opening of an effectful call cannot be written.
        """
        served = request.served
        effectful = served is not None and served.spec.effect.effectful
        entry = Entry(secrets.token_hex(8))
        opened = {
            "event": "opened",
            "call": entry.call,
            "tool": served.spec.name if served else self.token(request.name),
            "plugin": served.plugin if served else None,
            "effect": served.spec.effect.value if served else None,
            "caller": request.caller,
            "arguments": self._arguments(request),
        }
        await self._write(opened, flush=effectful, required=effectful)
        started = time.monotonic()
        try:
            yield entry
        except BaseException as error:
            entry.outcome = outcome_of(error)
            raise
        finally:
            closed = {
                "event": "closed",
                "call": entry.call,
                "outcome": entry.outcome,
                "seconds": round(time.monotonic() - started, 3),
                **entry.facts,
            }
            with anyio.CancelScope(shield=True):
                await self._write(closed, flush=effectful, required=False)

    async def _write(self, record: Mapping[str, Any], *, flush: bool, required: bool) -> None:
        try:
            if flush:
                await to_thread.run_sync(lambda: self.append(record, flush=True))
            else:
                self.append(record, flush=False)
        except (OSError, ValueError) as error:
            log.error("the audit trail cannot be written (%s)", type(error).__name__)
            if required:
                raise Refused(
                    RefusalCode.AUDIT_UNAVAILABLE, "the audit trail cannot be written, so nothing that needs it is done"
                ) from None

    def _arguments(self, request: Request) -> dict[str, Any]:
        """Known arguments by name; of others only how many there were."""
        if not (request.served and isinstance(request.arguments, Mapping)):
            return {}
        known = request.served.spec.input.model_fields
        given = {
            name: self.rendered(value, known[name].annotation)
            for name, value in request.arguments.items()
            if name in known
        }
        others = len(request.arguments) - len(given)
        return {**given, "(unknown)": others} if others else given


@dataclass
class Entry:
    """The entry of one call, still open."""

    call: str
    outcome: str = "ok"
    facts: dict[str, Any] = field(default_factory=dict)

    def note(self, **facts: Any) -> None:
        """Add facts to the closing line; names, codes and numbers only."""
        self.facts.update({name: value for name, value in facts.items() if value is not None})


def _alternatives(declared: Any) -> set[Any]:
    """The types of an annotation and the strings of its closed choices."""
    if isinstance(declared, type) and issubclass(declared, enum.Enum):
        return {member.value for member in declared}
    if get_origin(declared) is Literal:
        return set(get_args(declared))
    if get_args(declared):
        return set().union(*(_alternatives(part) for part in get_args(declared)))
    return {declared}


def outcome_of(error: BaseException) -> str:
    if isinstance(error, Refused):
        return error.reason.value
    if isinstance(error, TriviumError):
        return error.code
    if isinstance(error, AnswerNeeded):
        return "asked"
    if isinstance(error, Exception):
        return ToolFailure.code
    return "canceled"


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a trail, oldest first. Raises `OSError`; a line that is no record raises `ValueError`."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                record = json.loads(line)
            except ValueError:
                raise ValueError(f"line {number} of the audit trail is not a record") from None
            if not isinstance(record, dict):
                raise ValueError(f"line {number} of the audit trail is not a record")
            yield record


def _last(file: FileIO, size: int) -> tuple[int, str]:
    """Sequence number and hash of the last line."""
    if not size:
        return -1, FIRST
    window = 4096
    while True:
        file.seek(max(0, size - window))
        tail = file.read(window)
        if not tail.endswith(b"\n"):
            raise ValueError("the last line of the audit trail is torn")
        lines = tail.splitlines()
        if len(lines) > 1 or window >= size:
            record = json.loads(lines[-1])
            if not (isinstance(record, dict) and isinstance(record.get("seq"), int) and "hash" in record):
                raise ValueError("the last line of the audit trail is no record")
            return record["seq"], str(record["hash"])
        window *= 4
