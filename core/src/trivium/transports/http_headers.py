"""What holds for every request and answer of the HTTP host, whichever part of it is meant."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SINGLE: Final = ("authorization", "mcp-session-id", "mcp-protocol-version", "origin")
"""Headers of which a second one could mean something else to a proxy in front than to this host."""
_USUAL: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
"""Of each answer that does not say otherwise."""


class EveryRequest:
    """Refuses what can be read in two ways, and lets no answer be kept or taken for something else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_usual(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _USUAL.items():
                    headers.setdefault(name, value)
            await send(message)

        headers = Headers(scope=scope)
        if any(len(headers.getlist(name)) > 1 for name in _SINGLE):
            await PlainTextResponse("a header is there twice\n", 400)(scope, receive, send_with_usual)
            return
        await self._app(scope, receive, send_with_usual)


async def failed(_: Request, __: Exception) -> PlainTextResponse:
    """The answer when a part of the host fails: its log says where, and the client not more than that."""
    return PlainTextResponse("this failed at the host\n", 500, headers=_USUAL)
