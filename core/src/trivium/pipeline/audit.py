"""The recording of a call: a record when it opens, one when it really begins, one when it closes.

No patient's value is written. Unique identifiers, numbers and closed choices stand as they are, an argument that is
marked as patient data is the stand-in that results show too, and every other one is a keyed token: two calls with the
same value can be recognized and the value cannot be read.
"""

from __future__ import annotations

import enum
import logging
import re
import secrets
import time
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol, get_args, get_origin

import anyio
from anyio import to_thread
from pydantic.fields import FieldInfo

from trivium.api import Kind, Phi, PhiBy, RefusalCode, Refused, ToolFailure, TriviumError
from trivium.audit import Trail
from trivium.pipeline.approve import AnswerNeeded
from trivium.pipeline.call import Request
from trivium.pipeline.marks import is_plain_number, mark_of

log = logging.getLogger("trivium.audit")

_UID: Final = re.compile(r"[0-2](\.(0|[1-9][0-9]*)){3,}|2\.25\.[1-9][0-9]{0,38}")
"""Of four parts or more, or made from a UUID (PS3.5 B.2): what is shorter can be a date or a record number."""
_LONGEST: Final = 256
"""Characters of a value that gets a stand-in. Longer ones, which no check has seen yet, are no names or numbers."""
_MOST_OWED: Final = 1000


class StandIns(Protocol):
    """Makes what is shown in place of a patient's value."""

    def of(self, kind: Kind, value: str) -> str:
        """Raises `KeyError` for a kind that has no stand-ins."""

    def looks_like(self, text: str) -> bool: ...

    def known(self, text: str) -> str | None: ...


@dataclass
class Entry:
    """The entry of one call, still open."""

    call: str
    trail: Trail = field(repr=False)
    outcome: str = "ok"
    facts: dict[str, Any] = field(default_factory=dict)
    began: bool = False

    def note(self, **facts: Any) -> None:
        """Add facts to the closing record; names, codes and numbers only."""
        self.facts.update(_said(facts))

    async def begin(self, **facts: Any) -> None:
        """Record that an effectful call runs now, and wait until that is on the disk.

        Raises `Refused` when it cannot be written: then nothing may run. However this process ends from here on, a
        closing record follows.
        """
        self.began = True
        said = _said(facts)
        try:
            await to_thread.run_sync(lambda: self.trail.begun(self.call, said))
        except (OSError, ValueError) as error:
            raise _unavailable(_cannot_write(self.trail, error)) from None


class AuditLog:
    """Keeps the entries of calls in a trail. Without `stand_ins`, patient data in arguments becomes tokens."""

    def __init__(self, trail: Trail, stand_ins: StandIns | None = None) -> None:
        self.trail = trail
        self._stand_ins = stand_ins
        self._owed: deque[dict[str, Any]] = deque(maxlen=_MOST_OWED)
        """Closing records of calls with an effect that could not be written yet."""
        self._why = ""
        """Why the latest record could not be written."""

    @asynccontextmanager
    async def entry(
        self, request: Request, *, required: bool | None = None, opening: Sequence[str] | None = None
    ) -> AsyncIterator[Entry]:
        """Opens a call's entry before anything is decided, and closes it whatever happens.

        Raises `Refused` when the opening cannot be written and is `required`: for calls with an effect, if nobody
        says otherwise. `opening` has the kinds of patient data that the caller may be shown.
        """
        effectful = request.served is not None and request.served.spec.effect.effectful
        entry = Entry(secrets.token_hex(8), self.trail)
        await self._pay()
        if not await self._write(self._opened(entry, request, opening), flush=effectful) and (
            effectful if required is None else required
        ):
            raise _unavailable(self._why)
        started = time.monotonic()
        try:
            yield entry
        except BaseException as error:
            entry.outcome = outcome_of(error)
            raise
        finally:
            seconds = round(time.monotonic() - started, 3)
            with anyio.CancelScope(shield=True):
                await self._close(entry, seconds, flush=effectful)

    def _opened(self, entry: Entry, request: Request, opening: Sequence[str] | None) -> dict[str, Any]:
        served = request.served
        return {
            **_said({"opening": opening}),
            "event": "opened",
            "call": entry.call,
            "run": self.trail.run,
            "tool": served.spec.name if served else self.trail.token(request.name),
            "plugin": served.plugin if served else None,
            "effect": served.spec.effect.value if served else None,
            "caller": request.caller,
            "arguments": self._arguments(request),
        }

    async def _close(self, entry: Entry, seconds: float, *, flush: bool) -> None:
        closed = {
            "event": "closed",
            "call": entry.call,
            "outcome": entry.outcome,
            "seconds": seconds,
            **entry.facts,
        }
        written = await self._write(closed, flush=flush)
        if entry.began and written:
            await to_thread.run_sync(self.trail.ended, entry.call)
        elif entry.began:
            self._owed.append({**closed, "recovered": True})

    async def _pay(self) -> None:
        """Write what a full disk, say, has kept from being written. Until then the journal has the call as open."""
        while self._owed:
            closed = self._owed.popleft()  # at once, so that no other call writes it too
            if not await self._write(closed, flush=True):
                self._owed.appendleft(closed)
                return
            await to_thread.run_sync(self.trail.ended, closed["call"])

    async def _write(self, record: Mapping[str, Any], *, flush: bool) -> bool:
        """Whether the record could be written."""
        try:
            if flush:
                await to_thread.run_sync(lambda: self.trail.append(record, flush=True))
            else:
                self.trail.append(record, flush=False)
        except (OSError, ValueError) as error:
            self._why = _cannot_write(self.trail, error)
            return False
        return True

    def _arguments(self, request: Request) -> dict[str, Any]:
        """Known arguments by name; of others only how many there were."""
        if not (request.served and isinstance(request.arguments, Mapping)):
            return {}
        known = request.served.spec.input.model_fields
        given = {name: self._rendered(value, known[name]) for name, value in request.arguments.items() if name in known}
        others = len(request.arguments) - len(given)
        return {**given, "(unknown)": others} if others else given

    def _rendered(self, value: Any, declared: FieldInfo) -> Any:
        """A value as it may stand in the trail: by what the tool declares it to be, not by what a caller claims."""
        if value is None:
            return None
        try:
            mark = mark_of(declared)
        except ValueError:  # marks that contradict each other
            return self.trail.token(value)
        if isinstance(mark, PhiBy) or (isinstance(mark, Phi) and mark.kind is not Kind.UID):
            return self._stand_in(mark, value)
        types = _alternatives(declared.annotation)
        if isinstance(value, bool) or (types & {int, float} and is_plain_number(value)):
            return value
        if isinstance(value, str) and (value in types or (len(value) <= 64 and _UID.fullmatch(value))):
            return value
        return self.trail.token(value)

    def _stand_in(self, mark: Phi | PhiBy, value: Any) -> str:
        short = isinstance(value, str) and value.strip() and len(value) <= _LONGEST
        if self._stand_ins is None or isinstance(mark, PhiBy) or not short:
            return self.trail.token(value)
        if self._stand_ins.looks_like(value):
            return self._stand_ins.known(value) or self.trail.token(value)
        try:
            return self._stand_ins.of(mark.kind, value)
        except KeyError:  # no stand-ins for this kind
            return self.trail.token(value)


def outcome_of(error: BaseException) -> str:
    """How a call that ended with this error is recorded."""
    if isinstance(error, Refused):
        return error.reason.value
    if isinstance(error, TriviumError):
        return error.code
    if isinstance(error, AnswerNeeded):
        return "asked"
    if isinstance(error, Exception):
        return ToolFailure.code
    return "canceled"


def _said(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value is not None}


def _cannot_write(trail: Trail, error: Exception) -> str:
    """Why, in words that hold nothing but the names of files."""
    words = trail.words(error)
    log.error("the audit trail cannot be written (%s)", words)
    return words


def _unavailable(why: str) -> Refused:
    return Refused(
        RefusalCode.AUDIT_UNAVAILABLE, f"the audit trail cannot be written ({why}), so nothing that needs it is done"
    )


def _alternatives(declared: Any) -> set[Any]:
    """The types of an annotation and the strings of its closed choices."""
    if isinstance(declared, type) and issubclass(declared, enum.Enum):
        return {member.value for member in declared}
    if get_origin(declared) is Literal:
        return set(get_args(declared))
    if get_args(declared):
        return set().union(*(_alternatives(part) for part in get_args(declared)))
    return {declared}
