"""`trivium serve` with all its options."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from trivium.cli.common import fail, start_host
from trivium.cli.logs import set_up_logging
from trivium.host import Host
from trivium.settings.model import HttpSettings


def serve(
    http: Annotated[bool, typer.Option("--http", help="Serve over HTTP instead of standard input and output.")] = False,
    host: Annotated[str | None, typer.Option(help="With --http: address to listen on.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="With --http: port to listen on; 0 takes a free one.")
    ] = None,
) -> None:
    """Serve the tools of all loaded plugins, over stdio as an MCP client starts it, or over HTTP."""
    if http:
        _serve_http(host, port)
    elif host is not None or port is not None:
        fail("--host and --port go with --http")
    else:
        from trivium.cli.stdio import serve_stdio

        serve_stdio()


def _serve_http(address: str | None, port: int | None) -> None:
    import anyio

    from trivium.transports import http
    from trivium.transports.http_rules import CannotServe

    set_up_logging("warning")
    host = start_host()
    set_up_logging(host.settings.log_level)
    try:
        listener = http.listen(host, _with(host, address, port))
        anyio.run(http.serve, host, listener, _say)
    except CannotServe as error:
        fail(str(error))


def _with(host: Host, address: str | None, port: int | None) -> HttpSettings:
    given = {"host": address, "port": port}
    return host.settings.http.model_copy(update={name: value for name, value in given.items() if value is not None})


def _say(url: str) -> None:
    """On stderr, as everything that is not an answer."""
    print(f"trivium: serving {url}/mcp, approvals at {url}/approvals", file=sys.stderr, flush=True)
