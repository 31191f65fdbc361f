"""The systems that messages may be sent to, and the sending of one message: out, and listening for what comes back."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import anyio

from trivium.api import NotFound, PeerFailure, PeerUnavailable
from trivium_hl7.reader import Limits
from trivium_hl7.sending.problems import LinkProblem, OutgoingProblem, SendingNote

if TYPE_CHECKING:
    from trivium_hl7.net.mllp import Line
    from trivium_hl7.sending.hearing import Hearing
    from trivium_hl7.settings import Endpoint


@dataclass(frozen=True)
class Outbox:
    """The endpoints by name. One message at a time goes to each: receivers rely on the order."""

    endpoints: Mapping[str, Endpoint]
    limits: Limits
    _turns: dict[str, anyio.Lock] = field(default_factory=dict, repr=False)

    def endpoint(self, name: str) -> Endpoint:
        """Raises `NotFound`."""
        if name not in self.endpoints:
            raise NotFound(where="endpoint", problem=OutgoingProblem.NO_ENDPOINT)
        return self.endpoints[name]

    async def deliver(self, name: str, payload: bytes, hearing: Hearing, *, application_wait: float) -> float:
        """Send one message once, and let `hearing` take what comes back. Milliseconds that the connection took.

        Raises `NotFound` and `PeerFailure`.
        """
        from trivium_hl7.net.mllp import connected

        endpoint, where = self.endpoint(name), place(name)
        async with self._turn(name, endpoint.timeout):
            began = time.monotonic()
            async with connected(endpoint, where) as line:
                started = time.monotonic()
                await line.send(payload)
                await _listen(line, hearing, started, endpoint.timeout, application_wait)
        return 1000 * (started - began)

    @asynccontextmanager
    async def _turn(self, name: str, seconds: float) -> AsyncIterator[None]:
        turn = self._turns.setdefault(name, anyio.Lock())
        try:
            with anyio.fail_after(seconds):
                await turn.acquire()
        except TimeoutError:
            raise PeerUnavailable(where=place(name), problem=LinkProblem.BUSY, seconds=seconds) from None
        try:
            yield
        finally:
            turn.release()


def place(name: str) -> str:
    """How errors call an endpoint."""
    return f"endpoint {name}"


async def _listen(line: Line, hearing: Hearing, started: float, timeout: float, application_wait: float) -> None:
    """Until nothing more is to come. What has to come has `timeout` seconds, anything else `application_wait`."""
    deadline = time.monotonic() + (timeout if hearing.required else application_wait)
    required = hearing.required
    while not hearing.done:
        try:
            block = await line.block(max(0.0, deadline - time.monotonic()))
            hearing.take(block, _since(started))
        except PeerFailure as failure:
            hearing.end(failure)
            break
        if required and not hearing.required:
            required, deadline = False, time.monotonic() + application_wait
    for block in line.rest():
        hearing.also(block, _since(started))
    if line.unended:
        hearing.note(SendingNote.NO_CARRIAGE_RETURN)
    if line.surplus:
        hearing.note(SendingNote.SURPLUS)


def _since(started: float) -> float:
    return 1000 * (time.monotonic() - started)
