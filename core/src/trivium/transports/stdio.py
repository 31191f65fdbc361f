"""Serves a host over the process's standard streams, in both protocol eras."""

from __future__ import annotations

import getpass

from mcp.server.stdio import stdio_server

from trivium.host import Host
from trivium.transports.server import build_server


async def serve(host: Host) -> None:
    """Until the client closes the stream."""
    server = build_server(host, caller_of_this_process())
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


def caller_of_this_process() -> str:
    """Over stdio the caller is whoever started the process."""
    try:
        return f"stdio:{getpass.getuser()}"
    except (OSError, KeyError):
        return "stdio"
