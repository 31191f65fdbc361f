"""Serves a host over the process's standard streams, in both protocol eras."""

from __future__ import annotations

import asyncio
import atexit
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Final, NoReturn

import anyio
from mcp.server.stdio import stdio_server

from trivium.host import Host
from trivium.host.account import account_name
from trivium.pipeline.run import GRACE
from trivium.transports.server import build_server

PATIENCE: Final = GRACE + 5.0
"""Seconds after a signal in which running calls have to end. Those that have not by then are left behind."""


async def serve(host: Host) -> None:
    """Until the client closes the stream. Over stdio the caller is whoever started the process.

    SIGINT and SIGTERM end the calls that run, then the service, and then the whole process.
    """
    server = build_server(host, f"stdio:{account_name()}")
    loop, calls, service = asyncio.get_running_loop(), anyio.CancelScope(), ExitStack()

    def stop() -> None:
        calls.cancel()
        loop.call_later(PATIENCE, give_up)

    def give_up() -> None:
        service.close()
        _leave()

    with _on_signal(stop):
        async with stdio_server() as (incoming, outgoing):
            with service, calls:
                service.enter_context(host.serving())
                await server.run(incoming, outgoing, server.create_initialization_options())
            if calls.cancel_called:
                _leave()


@contextmanager
def _on_signal(stop: Callable[[], None]) -> Iterator[None]:
    """Has the event loop call `stop`. Unlike the loop's own handlers of signals, this works on Windows too.

    A second signal changes nothing: a terminal and the program between it and this one may both send the first.
    """
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop)) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave() -> NoReturn:
    """End the process with everything that an exit does but one: it waits for no thread.

    A thread of the SDK reads standard input until the client closes it, another may write what the client does not
    take. Nothing can interrupt them, and as they are no daemons, the interpreter would wait for them.
    """
    try:
        atexit._run_exitfuncs()
    finally:
        os._exit(0)
