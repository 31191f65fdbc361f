"""Serves a host over the process's standard streams, in both protocol eras."""

from __future__ import annotations

from mcp.server.stdio import stdio_server

from trivium.host import Host
from trivium.host.account import account_name
from trivium.transports.server import build_server


async def serve(host: Host) -> None:
    """Until the client closes the stream. Over stdio the caller is whoever started the process."""
    server = build_server(host, f"stdio:{account_name()}")
    with host.serving():
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())
