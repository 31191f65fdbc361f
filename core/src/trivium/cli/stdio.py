"""`trivium serve` as an MCP client starts it: on standard input and output. Imports nothing that it does not need."""

from __future__ import annotations

import gc
import sys
from typing import Final

from trivium.cli.quick import quick_imports

STOPPED: Final = 128 + 2
"""The exit code of a program that SIGINT ends, as shells have it."""


def serve_stdio() -> None:
    """Serve the tools of all loaded plugins until the client closes the stream, or a signal ends the host."""
    try:
        _serve()
    except KeyboardInterrupt:  # before there was anything to end in order
        sys.exit(STOPPED)


def _serve() -> None:
    with quick_imports():
        import anyio

        from trivium.transports import stdio

    from trivium.cli.logs import set_up_logging
    from trivium.host import CannotStart, Host

    set_up_logging("warning")
    try:
        host = Host.start()
    except CannotStart as error:
        sys.exit(f"trivium: {error}")
    set_up_logging(host.settings.log_level)
    gc.freeze()
    gc.enable()
    anyio.run(stdio.serve, host)
