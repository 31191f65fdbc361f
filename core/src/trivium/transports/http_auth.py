"""Who calls over HTTP: the holder of a bearer token (RFC 6750) out of the host's own register."""

from __future__ import annotations

import logging
from typing import Any, Final

from anyio import to_thread
from mcp.server.auth.middleware.auth_context import AuthContextMiddleware
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser, BearerAuthBackend, RequireAuthMiddleware
from mcp.server.auth.provider import AccessToken
from mcp.server.context import ServerRequestContext
from starlette.authentication import AuthCredentials
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp

from trivium.access import AccessFault, People, Role

log = logging.getLogger("trivium.http")

ANONYMOUS: Final = "http:anonymous"


def require_caller(app: ASGIApp, people: People, *, anonymous: bool) -> ASGIApp:
    """The same application for callers alone: 401 without a good token, 403 for one of another role.

    The SDK binds sessions and the state of paused calls to the principal that this puts into the request.
    """
    inner = AuthContextMiddleware(RequireAuthMiddleware(app, [Role.CALLER.value]))
    return AuthenticationMiddleware(inner, backend=_Register(people, anonymous=anonymous))


def caller_of(context: ServerRequestContext[Any, Any]) -> str:
    """As records and approvals name the caller of this request. Raises `PermissionError` when there is none."""
    user = context.request.scope.get("user") if context.request is not None else None
    if not isinstance(user, AuthenticatedUser):
        raise PermissionError
    return user.access_token.client_id


class _Register(BearerAuthBackend):
    """Callers by their token; where the operator allows it, also those who show none."""

    def __init__(self, people: People, *, anonymous: bool) -> None:
        super().__init__(_Verifier(people))
        self._anonymous = anonymous

    async def authenticate(self, conn: HTTPConnection) -> tuple[AuthCredentials, AuthenticatedUser] | None:
        if self._anonymous and "authorization" not in conn.headers:
            return AuthCredentials([Role.CALLER]), AuthenticatedUser(_principal(ANONYMOUS, Role.CALLER, ""))
        found: tuple[AuthCredentials, AuthenticatedUser] | None = await super().authenticate(conn)
        return found


class _Verifier:
    def __init__(self, people: People) -> None:
        self._people = people

    async def verify_token(self, token: str) -> AccessToken | None:
        try:
            entry = await to_thread.run_sync(self._people.who, token)
        except AccessFault as fault:
            log.error("nobody can call: %s", fault)
            return None
        return None if entry is None else _principal(f"http:{entry.name}", entry.role, entry.sha256)


def _principal(name: str, role: Role, credential: str) -> AccessToken:
    """Bound to the credential as well as the name, and without the token itself, which nobody needs from here on."""
    return AccessToken(token="", client_id=name, scopes=[role.value], subject=credential)
