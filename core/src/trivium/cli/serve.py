"""`trivium serve`: the host on standard input and output."""

from __future__ import annotations

import gc
import os
import sys


def serve() -> None:
    """Serve the tools of all loaded plugins over stdio, as an MCP client starts it."""
    # A client waits for the first answer. Two things make the imports a third shorter: no garbage collection while
    # everything that is made stays, and no search for pydantic plugins among the installed distributions.
    gc.disable()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    import anyio

    from trivium.cli.logs import set_up_logging
    from trivium.host import CannotStart, Host
    from trivium.transports import stdio

    set_up_logging("warning")
    try:
        host = Host.start()
    except CannotStart as error:
        sys.exit(f"trivium: {error}")
    set_up_logging(host.settings.log_level)
    gc.freeze()
    gc.enable()
    anyio.run(stdio.serve, host)
