"""SMART backend services: an access token for an assertion that is signed with our private key.

SMART App Launch, backend services: the assertion is a JWT of five minutes at most whose audience is the token endpoint,
so that nobody else can use it. A token is kept until shortly before it expires.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit

import anyio

from trivium.api import PeerFailed, PeerRejected, PeerUnavailable
from trivium_fhir.servers.answers import json_of, raise_status
from trivium_fhir.servers.net.exchange import Bounds, exchange
from trivium_fhir.servers.problems import TokenProblem
from trivium_fhir.servers.secrets import is_header_text, secret

if TYPE_CHECKING:
    import httpx2

    from trivium_fhir.servers.settings import Endpoint

_ASSERTION_SECONDS: Final = 240
_EARLY: Final = 30.0
"""Seconds before its end that a token is not used any more."""
_UNSAID_SECONDS: Final = 60.0
_LONGEST_KEPT: Final = 86_400.0
_MAX_BYTES: Final = 100_000
_ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(slots=True)
class Tokens:
    """The token of one endpoint."""

    endpoint: Endpoint
    where: str
    _token: str = field(default="", repr=False)
    _until: float = 0.0
    _turn: anyio.Lock = field(default_factory=anyio.Lock, repr=False)

    async def token(self, client: httpx2.AsyncClient) -> str:
        """Raises `PeerFailure`. The FHIR server itself is asked for its SMART configuration at most."""
        async with self._turn:
            if time.monotonic() >= self._until:
                await self._renew(client)
            return self._token

    def drop(self, token: str) -> None:
        """Forget a token that the server does not take any more, unless a newer one is there."""
        if token == self._token:
            self._until = 0.0

    async def _renew(self, client: httpx2.AsyncClient) -> None:
        url = self.endpoint.token_url or await self._discovered(client)
        assertion = await anyio.to_thread.run_sync(self._assertion, url)
        body = urlencode(
            {
                "grant_type": "client_credentials",
                "scope": self.endpoint.scopes,
                "client_assertion_type": _ASSERTION_TYPE,
                "client_assertion": assertion,
            }
        )
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        reply = await exchange(client, self._bounds(), "POST", url, headers, body.encode())
        if reply.status in (429, 503):
            raise_status(reply, f"{self.where}, token endpoint")
        if reply.status != 200:
            raise PeerRejected(where=self.where, problem=TokenProblem.REFUSED, status=reply.status)
        self._keep(json_of(reply, f"{self.where}, token endpoint"))

    def _keep(self, answer: Any) -> None:
        found = answer if isinstance(answer, dict) else {}
        token, kind, seconds = found.get("access_token"), found.get("token_type"), found.get("expires_in")
        if not isinstance(token, str) or not is_header_text(token) or str(kind).lower() != "bearer":
            raise PeerFailed(where=self.where, problem=TokenProblem.UNREADABLE)
        life = float(seconds) if isinstance(seconds, int) and not isinstance(seconds, bool) else _UNSAID_SECONDS
        life = min(max(life, 0.0), _LONGEST_KEPT)
        self._token = token
        self._until = time.monotonic() + max(life - _EARLY, life / 2)

    async def _discovered(self, client: httpx2.AsyncClient) -> str:
        base = self.endpoint.base_url
        url = f"{base}/.well-known/smart-configuration"
        reply = await exchange(client, self._bounds(), "GET", url, {"Accept": "application/json"})
        if reply.status != 200:
            raise PeerFailed(where=self.where, problem=TokenProblem.NO_CONFIGURATION)
        found = json_of(reply, self.where)
        token_url = found.get("token_endpoint") if isinstance(found, dict) else None
        if not isinstance(token_url, str) or len(token_url) > 1000:
            raise PeerFailed(where=self.where, problem=TokenProblem.NO_CONFIGURATION)
        if not _is_as_secure(token_url, base):
            raise PeerFailed(where=self.where, problem=TokenProblem.NOT_SECURE)
        return token_url

    def _assertion(self, audience: str) -> str:
        import jwt

        endpoint = self.endpoint
        key = secret(None, endpoint.private_key_file, self.where)
        now = int(time.time())
        claims = {
            "iss": endpoint.client_id,
            "sub": endpoint.client_id,
            "aud": audience,
            "iat": now,
            "exp": now + _ASSERTION_SECONDS,
            "jti": secrets.token_urlsafe(24),
        }
        headers = {"typ": "JWT"} | ({"kid": endpoint.key_id} if endpoint.key_id else {})
        try:
            return jwt.encode(claims, key, algorithm=endpoint.algorithm, headers=headers)
        except (ValueError, TypeError, jwt.PyJWTError):
            raise PeerUnavailable(where=self.where, problem=TokenProblem.KEY) from None

    def _bounds(self) -> Bounds:
        return Bounds(f"{self.where}, token endpoint", self.endpoint.timeout, _MAX_BYTES)


def _is_as_secure(url: str, base: str) -> bool:
    """https, or the plain http of a base URL on this computer."""
    try:
        parts, own = urlsplit(url), urlsplit(base)
        parts.port  # noqa: B018 - a port that is no number raises here
    except ValueError:
        return False
    if parts.username is not None or not parts.hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == own.scheme == "http" and parts.hostname == own.hostname)
