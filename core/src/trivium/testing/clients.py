"""Real MCP clients: the SDK's own, to a host in memory, to a `trivium serve` of its own, or over HTTP."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Literal, TextIO

import httpx2
import mcp_types as types
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from trivium.host import Host
from trivium.testing.people import Person
from trivium.transports.server import build_server

__all__ = ["Client", "Era", "Result", "connect", "error_code", "http_client", "serve_here", "text_of"]

Era = Literal["2025-11-25", "2026-07-28"]
Result = types.CallToolResult

_MODES: Mapping[Era, str] = {"2025-11-25": "legacy", "2026-07-28": "auto"}


def connect(host: Host, *, era: Era = "2026-07-28", person: Person | None = None, caller: str = "test") -> Client:
    """A client of a host in this process; without a person it declares that it cannot ask one."""
    return Client(build_server(host, caller), mode=_MODES[era], elicitation_callback=person)


def serve_here(
    environ: Mapping[str, str],
    *,
    era: Era = "2026-07-28",
    person: Person | None = None,
    stderr: TextIO = sys.stderr,
) -> Client:
    """A client of a `trivium serve` that it starts itself, in this Python and with just this environment."""
    parameters = StdioServerParameters(command=sys.executable, args=["-m", "trivium", "serve"], env=dict(environ))
    return Client(stdio_client(parameters, errlog=stderr), mode=_MODES[era], elicitation_callback=person)


def http_client(url: str, token: str | None = None, *, era: Era = "2026-07-28", person: Person | None = None) -> Client:
    """A client of a `trivium serve --http` that runs already; `url` ends with `/mcp`."""
    return Client(_streams(url, token), mode=_MODES[era], elicitation_callback=person)


@asynccontextmanager
async def _streams(url: str, token: str | None) -> AsyncIterator[Any]:
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=httpx2.Timeout(30, read=300)) as client,
        streamable_http_client(url, http_client=client) as streams,
    ):
        yield streams


def text_of(result: Result) -> str:
    """The text that a model reads."""
    return "\n".join(part.text for part in result.content if isinstance(part, types.TextContent))


def error_code(result: Result) -> str:
    """The code of a refusal or failure; empty for a result."""
    if not result.is_error:
        return ""
    content: dict[str, Any] = result.structured_content
    return str(content["error"]["code"])
