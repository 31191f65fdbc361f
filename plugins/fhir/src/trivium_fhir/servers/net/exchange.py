"""One HTTP request and its whole answer, bounded in time and size."""

from __future__ import annotations

import logging
import ssl
import zlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import anyio

from trivium.api import PeerFailed, PeerTimeout, PeerUnavailable, TooLarge
from trivium_fhir.servers.problems import AnswerProblem, EndpointProblem, LinkProblem

if TYPE_CHECKING:
    from pathlib import Path

    import httpx2

_AGENT: Final = "trivium-fhir"
_CONNECTIONS: Final = 8
_CHUNK: Final = 65_536
_GRACE: Final = 0.5
"""Seconds longer than a connection may take, so that what was never sent is known as such."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, unpacked."""

    status: int
    headers: Mapping[str, str]
    """By lower case name."""
    body: bytes


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long one answer may take and how large it may be; `where` names the server in errors."""

    where: str
    seconds: float
    max_bytes: int


def open_client(where: str, ca_file: Path | None, seconds: float, *, reuse: bool) -> httpx2.AsyncClient:
    """A client that goes nowhere by itself: no redirects, no proxies or credentials of the environment, no cookies.

    Without `reuse` each request has a connection of its own, so that one that was idle too long cannot eat it. Raises
    `PeerUnavailable` for a `ca_file` that cannot be used.
    """
    import httpx2

    for library in ("httpx2", "httpcore2"):  # they log URLs, which hold what is searched for
        logging.getLogger(library).setLevel(logging.CRITICAL)
    try:
        context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    except (OSError, ssl.SSLError):
        raise PeerUnavailable(where=where, problem=EndpointProblem.CA_FILE) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return httpx2.AsyncClient(
        verify=context,
        follow_redirects=False,
        trust_env=False,
        timeout=httpx2.Timeout(seconds),
        limits=httpx2.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS if reuse else 0),
        headers={"User-Agent": _AGENT, "Accept-Encoding": "gzip"},
    )


async def exchange(
    client: httpx2.AsyncClient, bounds: Bounds, method: str, url: str, headers: Mapping[str, str], body: bytes = b""
) -> Reply:
    """Send one request once. Raises `PeerUnavailable` where nothing was sent, else `PeerTimeout`, `PeerFailed` or
    `TooLarge`: then it may have arrived."""
    import httpx2

    try:
        with anyio.fail_after(bounds.seconds + _GRACE):
            async with client.stream(method, url, headers=dict(headers), content=body or None) as response:
                client.cookies.clear()
                content = await _read(response, bounds)
    except (httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
        slow = isinstance(error, httpx2.ConnectTimeout)
        problem = LinkProblem.CONNECT_TIMEOUT if slow else LinkProblem.BUSY
        raise PeerUnavailable(where=bounds.where, problem=problem, seconds=bounds.seconds) from None
    except httpx2.ConnectError as error:
        problem = LinkProblem.TLS if _is_tls(error) else LinkProblem.REFUSED
        raise PeerUnavailable(where=bounds.where, problem=problem) from None
    except (TimeoutError, httpx2.TimeoutException):
        raise PeerTimeout(where=bounds.where, problem=AnswerProblem.TIMEOUT, seconds=bounds.seconds) from None
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError):
        raise PeerFailed(where=bounds.where, problem=AnswerProblem.CUT) from None
    return Reply(response.status_code, {name.lower(): value for name, value in response.headers.items()}, content)


def _is_tls(error: BaseException | None) -> bool:
    """Whether TLS is somewhere among the causes."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, ssl.SSLError):
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


async def _read(response: httpx2.Response, bounds: Bounds) -> bytes:
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("gzip", "identity", ""):
        raise PeerFailed(where=bounds.where, problem=AnswerProblem.ENCODING)
    chunks = response.aiter_raw(_CHUNK)
    if encoding == "gzip":
        return await _unpacked(chunks, bounds)
    found = bytearray()
    async for chunk in chunks:
        found += chunk
        _check_size(found, bounds)
    return bytes(found)


async def _unpacked(chunks: AsyncIterator[bytes], bounds: Bounds) -> bytes:
    """Unpacks no more than may come, however small the packed answer is."""
    packed, found = zlib.decompressobj(wbits=31), bytearray()
    try:
        async for chunk in chunks:
            found += packed.decompress(chunk, bounds.max_bytes + 1 - len(found))
            _check_size(found, bounds)
    except zlib.error:
        raise PeerFailed(where=bounds.where, problem=AnswerProblem.ENCODING) from None
    if not packed.eof:
        raise PeerFailed(where=bounds.where, problem=AnswerProblem.ENCODING)
    return bytes(found)


def _check_size(found: bytearray, bounds: Bounds) -> None:
    if len(found) > bounds.max_bytes:
        raise TooLarge(where=bounds.where, problem=AnswerProblem.TOO_LARGE, limit=bounds.max_bytes)
