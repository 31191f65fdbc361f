"""`trivium serve`: the host on standard input and output."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


def serve() -> None:
    """Serve the tools of all loaded plugins over stdio, as an MCP client starts it."""
    with _quick_imports():
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


@contextmanager
def _quick_imports() -> Iterator[None]:
    """A client waits for the first answer, and most of that time the SDK is being imported.

    Three things make it a third shorter: no garbage collection from here on, as everything that is made stays; no
    search for pydantic plugins among the installed distributions; and the SDK's five hundred models are finished when
    they are first used, which most never are.
    """
    gc.disable()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from pydantic import BaseModel

    BaseModel.model_config["defer_build"] = True
    try:
        yield
    finally:
        del BaseModel.model_config["defer_build"]
