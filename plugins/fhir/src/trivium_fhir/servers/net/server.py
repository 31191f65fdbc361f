"""One FHIR server: a client that is held open, credentials for it alone, and what it can do, remembered."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin, urlsplit

import anyio
from anyio import to_thread

from trivium.api import PeerFailed, PeerTimeout, TooLarge
from trivium_fhir.servers.answers import resource_of
from trivium_fhir.servers.net.exchange import Bounds, Reply, exchange, open_client
from trivium_fhir.servers.net.holding import Held
from trivium_fhir.servers.net.tokens import Tokens
from trivium_fhir.servers.problems import AnswerProblem, WriteProblem
from trivium_fhir.servers.secrets import header_secret, secret
from trivium_fhir.servers.settings import Auth

if TYPE_CHECKING:
    import httpx2

    from trivium_fhir.servers.settings import Endpoint

_FHIR: Final = "application/fhir+json"
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS: Final = 3
_KEPT_SECONDS: Final = 600.0
"""How long a capability statement counts."""


@dataclass(slots=True)
class Server:
    """A server under its name."""

    name: str
    endpoint: Endpoint
    _reader: Held = field(init=False, repr=False)
    _writer: Held = field(init=False, repr=False)
    _tokens: Tokens | None = field(default=None, repr=False)
    _statement: dict[str, Any] | None = field(default=None, repr=False)
    _statement_until: float = 0.0
    _asking: anyio.Lock = field(default_factory=anyio.Lock, repr=False)

    def __post_init__(self) -> None:
        self._reader = Held(partial(self._client, reuse=True))
        self._writer = Held(partial(self._client, reuse=False))

    @property
    def where(self) -> str:
        """How errors call it."""
        return f"endpoint {self.name}"

    async def read(self, path: str, *types: str) -> dict[str, Any]:
        """GET `path` (below the base URL, or a whole URL of the same origin): a resource of one of these types.

        Raises `ToolFailure`.
        """
        reply = await self._get(self._url(path))
        return await to_thread.run_sync(partial(resource_of, reply, self.where, *types))

    async def capabilities(self) -> dict[str, Any]:
        """Its CapabilityStatement, asked for once in a while. Raises `ToolFailure`."""
        async with self._asking:
            if self._statement is None or time.monotonic() >= self._statement_until:
                self._statement = await self.read("metadata", "CapabilityStatement")
                self._statement_until = time.monotonic() + _KEPT_SECONDS
            return self._statement

    async def write(self, body: bytes) -> Reply:
        """POST a bundle to the base URL, once, never again. Raises `PeerFailure`, which says whether it was sent."""
        client = await self._writer.client()
        headers = {**await self._headers(client), "Content-Type": f"{_FHIR}; charset=utf-8"}
        try:
            reply = await exchange(client, self._bounds(), "POST", self.endpoint.base_url, headers, body)
        except PeerTimeout:
            raise PeerTimeout(where=self.where, problem=WriteProblem.TIMEOUT, seconds=self.endpoint.timeout) from None
        except PeerFailed:
            raise PeerFailed(where=self.where, problem=WriteProblem.CUT) from None
        except TooLarge:
            raise PeerFailed(where=self.where, problem=WriteProblem.UNREADABLE) from None
        if reply.status == 401 and self._tokens:
            self._tokens.drop(headers["Authorization"].removeprefix("Bearer "))
        return reply

    async def close(self) -> None:
        await self._reader.close()
        await self._writer.close()

    def same_origin(self, url: str) -> bool:
        """Whether credentials of this server may go to `url`."""
        return _origin(url) == _origin(self.endpoint.base_url)

    async def _get(self, url: str) -> Reply:
        """Follows a redirect within the origin; asks a second time with a new token where the old one has ended."""
        client = await self._reader.client()
        renewed = False
        for _ in range(_MOST_REDIRECTS + 2):
            headers = await self._headers(client)
            reply = await exchange(client, self._bounds(), "GET", url, headers)
            if reply.status == 401 and self._tokens and not renewed:
                self._tokens.drop(headers["Authorization"].removeprefix("Bearer "))
                renewed = True
            elif reply.status in _REDIRECTS and "location" in reply.headers:
                url = self._url(urljoin(url, reply.headers["location"]), AnswerProblem.REDIRECT)
            else:
                return reply
        raise PeerFailed(where=self.where, problem=AnswerProblem.REDIRECT)

    def _url(self, path: str, problem: AnswerProblem = AnswerProblem.OTHER_ORIGIN) -> str:
        url = path if "://" in path.partition("?")[0] else f"{self.endpoint.base_url}/{path}"
        if not self.same_origin(url):
            raise PeerFailed(where=self.where, problem=problem)
        return url

    async def _headers(self, client: httpx2.AsyncClient) -> Mapping[str, str]:
        headers = {"Accept": _FHIR, "Prefer": "handling=strict"}
        match self.endpoint.auth:
            case Auth.BEARER:
                given = partial(header_secret, self.endpoint.token, self.endpoint.token_file, self.where)
                headers["Authorization"] = f"Bearer {await to_thread.run_sync(given)}"
            case Auth.BASIC:
                given = partial(secret, self.endpoint.password, self.endpoint.password_file, self.where)
                pair = f"{self.endpoint.user}:{await to_thread.run_sync(given)}"
                headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
            case Auth.SMART:
                self._tokens = self._tokens or Tokens(self.endpoint, self.where)
                headers["Authorization"] = f"Bearer {await self._tokens.token(client)}"
        return headers

    def _client(self, *, reuse: bool) -> httpx2.AsyncClient:
        return open_client(self.where, self.endpoint.ca_file, self.endpoint.timeout, reuse=reuse)

    def _bounds(self) -> Bounds:
        return Bounds(self.where, self.endpoint.timeout, self.endpoint.max_bytes)


def _origin(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port (RFC 6454); None: no URL, or one with a user in it."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return None
    if not parts.hostname or parts.username is not None or "\\" in url:
        return None
    return parts.scheme, parts.hostname.lower(), port
