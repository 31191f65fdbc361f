"""One connection to a receiver of MLLP, and words for every way it can fail. The only sockets of this plugin."""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Final

import anyio
from anyio.abc import ByteStream
from anyio.streams.tls import TLSStream

from trivium.api import PeerFailed, PeerFailure, PeerTimeout, PeerUnavailable
from trivium_hl7.net.frames import CARRIAGE_RETURN, END, Blocks, Noise, framed
from trivium_hl7.net.tls import client_context, handshake_problem
from trivium_hl7.sending.problems import AnswerProblem, LinkProblem

if TYPE_CHECKING:
    from trivium_hl7.settings import Endpoint

MOST: Final = 4_000_000
"""Bytes of one answer. Most have some hundred; one to a query may be large."""
_AT_ONCE: Final = 8_192
"""Bytes of a message that goes out in one piece, for receivers that expect to read it in one."""
_GRACE: Final = 0.25
"""Seconds for the last byte of a block, and for the rest of what does not look like one."""
_NOISES: Final = {
    Noise.HTTP: AnswerProblem.HTTP,
    Noise.TLS: AnswerProblem.TLS_EXPECTED,
    Noise.UNFRAMED: AnswerProblem.UNFRAMED,
    Noise.UNKNOWN: AnswerProblem.GARBAGE,
}


class Line:
    """An open connection."""

    def __init__(self, stream: ByteStream, patience: float, where: str) -> None:
        self._stream = stream
        self._patience = patience
        self._where = where
        self._blocks = Blocks(MOST)
        self._broke = False
        self._closed = False

    async def send(self, message: bytes) -> None:
        """Send one message, framed.

        A peer that hangs up meanwhile may have said why, which is found out when its answer is read. Raises
        `PeerTimeout`.
        """
        data = framed(message)
        end = len(data) - (len(END) + len(CARRIAGE_RETURN))
        try:
            if len(data) > _AT_ONCE:  # the end goes by itself, so that a message that stalls is certain to have none
                await self._write(data[:end], AnswerProblem.STALLED)
                data = data[end:]
            await self._write(data, AnswerProblem.NO_ANSWER)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError, ssl.SSLError):
            self._broke = True

    async def _write(self, data: bytes, problem: AnswerProblem) -> None:
        try:
            with anyio.fail_after(self._patience):
                await self._stream.send(data)
        except TimeoutError:
            raise PeerTimeout(where=self._where, problem=problem, seconds=self._patience) from None

    async def block(self, seconds: float) -> bytes:
        """The content of the next block, which has to be whole within `seconds`.

        Raises `PeerTimeout` or `PeerFailed`.
        """
        deadline = anyio.current_time() + seconds
        while (block := self._taken()) is None:
            if not await self._more(deadline):
                break
        if block is None and (block := self._taken(last=True)) is None:
            raise self._silence()
        return block

    def rest(self) -> Iterator[bytes]:
        """Whole blocks that are here already."""
        while (block := self._blocks.take(closed=True)) is not None:
            yield block

    @property
    def unended(self) -> bool:
        """Whether a block came whose end has no carriage return."""
        return self._blocks.unended > 0

    @property
    def surplus(self) -> bool:
        """Whether bytes are here that belong to no whole block."""
        return self._blocks.held

    def _taken(self, *, last: bool = False) -> bytes | None:
        """The next block, if it is here; `last`: as far as that can be said when no more will come."""
        block = self._blocks.take(closed=last)
        if block is not None:
            return block
        if noise := self._blocks.noise(closed=last):
            raise PeerFailed(where=self._where, problem=_NOISES[noise])
        if self._blocks.too_long:
            raise PeerFailed(where=self._where, problem=AnswerProblem.OVERSIZED, limit=MOST)
        return None

    async def _more(self, deadline: float) -> bool:
        """Whether more came: not once the peer has closed, and not when time is up."""
        now = anyio.current_time()
        seconds = min(deadline - now, _GRACE) if self._blocks.unsettled else deadline - now
        try:
            with anyio.fail_after(seconds):
                self._blocks.feed(await self._stream.receive())
        except TimeoutError:
            return False
        except ssl.SSLError:
            raise PeerFailed(where=self._where, problem=AnswerProblem.TLS_ALERT) from None
        except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
            self._closed = True
            return False
        return True

    def _silence(self) -> PeerFailure:
        half = self._blocks.begun
        if not self._closed:
            problem = AnswerProblem.HALF_ANSWER if half else AnswerProblem.NO_ANSWER
            return PeerTimeout(where=self._where, problem=problem, seconds=self._patience)
        if half:
            return PeerFailed(where=self._where, problem=AnswerProblem.CLOSED_HALFWAY)
        problem = AnswerProblem.SENDING_BROKE if self._broke else AnswerProblem.CLOSED
        return PeerFailed(where=self._where, problem=problem)


@asynccontextmanager
async def connected(endpoint: Endpoint, where: str) -> AsyncIterator[Line]:
    """A connection of its own for one message, closed at the end and when the caller goes.

    Raises `PeerUnavailable` or `PeerTimeout`.
    """
    context = None
    if endpoint.tls:
        context = await anyio.to_thread.run_sync(partial(client_context, endpoint, where))
    stream: ByteStream = await _connect(endpoint, where)
    try:
        if context is not None:
            stream = await _secured(stream, context, endpoint, where)
        yield Line(stream, endpoint.timeout, where)
    finally:
        await anyio.aclose_forcefully(stream)


async def _connect(endpoint: Endpoint, where: str) -> ByteStream:
    try:
        with anyio.fail_after(endpoint.timeout):
            return await anyio.connect_tcp(endpoint.host, endpoint.port)
    except TimeoutError:
        raise PeerTimeout(where=where, problem=LinkProblem.CONNECT_TIMEOUT, seconds=endpoint.timeout) from None
    except (socket.gaierror, UnicodeError):
        raise PeerUnavailable(where=where, problem=LinkProblem.NAME_UNKNOWN) from None
    except OSError as error:
        problem = LinkProblem.REFUSED if _refused(error) else LinkProblem.UNREACHABLE
        raise PeerUnavailable(where=where, problem=problem) from None


def _refused(error: BaseException | None) -> bool:
    """Whether one of the addresses of a host refused: something answers there."""
    if isinstance(error, BaseExceptionGroup):
        return any(map(_refused, error.exceptions))
    return isinstance(error, ConnectionRefusedError) or (error is not None and _refused(error.__cause__))


async def _secured(stream: ByteStream, context: ssl.SSLContext, endpoint: Endpoint, where: str) -> ByteStream:
    try:
        with anyio.fail_after(endpoint.timeout):
            return await TLSStream.wrap(stream, hostname=endpoint.host, ssl_context=context, standard_compatible=False)
    except TimeoutError:
        raise PeerTimeout(where=where, problem=LinkProblem.TLS_TIMEOUT, seconds=endpoint.timeout) from None
    except ssl.SSLError as error:
        raise PeerUnavailable(where=where, problem=handshake_problem(error)) from None
    except UnicodeError:
        raise PeerUnavailable(where=where, problem=LinkProblem.NAME_UNKNOWN) from None
    except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
        raise PeerUnavailable(where=where, problem=LinkProblem.TLS_CLOSED) from None
