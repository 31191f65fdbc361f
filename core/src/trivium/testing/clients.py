"""Real MCP clients: the SDK's own, to a host in memory or to a `trivium serve` of its own."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, Literal, TextIO

import mcp_types as types
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from trivium.host import Host
from trivium.testing.people import Person
from trivium.transports.server import build_server

__all__ = ["Client", "Era", "Result", "connect", "error_code", "serve_here", "text_of"]

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


def text_of(result: Result) -> str:
    """The text that a model reads."""
    return "\n".join(part.text for part in result.content if isinstance(part, types.TextContent))


def error_code(result: Result) -> str:
    """The code of a refusal or failure; empty for a result."""
    if not result.is_error:
        return ""
    content: dict[str, Any] = result.structured_content
    return str(content["error"]["code"])
