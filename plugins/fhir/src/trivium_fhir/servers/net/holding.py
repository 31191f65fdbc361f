"""A client that is held open for as long as its event loop runs, and closed with it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import TYPE_CHECKING

from anyio.lowlevel import RunVar

if TYPE_CHECKING:
    import httpx2


class Held:
    """One client for each event loop that asks for it.

    An event loop that ends closes the asynchronous generators that it ran, and so the connections: plugins are not told
    when a host stops.
    """

    def __init__(self, make: Callable[[], httpx2.AsyncClient]) -> None:
        self._make = make
        self._held: RunVar[tuple[AsyncGenerator[httpx2.AsyncClient, None], httpx2.AsyncClient] | None] = RunVar(
            "held", None
        )

    async def client(self) -> httpx2.AsyncClient:
        """Between asking and making nothing else runs, so that there is only ever one."""
        held = self._held.get(None)
        if held is None:
            holder = self._holder()
            held = holder, await anext(holder)
            self._held.set(held)
        return held[1]

    async def close(self) -> None:
        """Close that of this event loop."""
        held = self._held.get(None)
        if held is not None:
            self._held.set(None)
            await held[0].aclose()

    async def _holder(self) -> AsyncGenerator[httpx2.AsyncClient, None]:
        client = self._make()
        try:
            yield client
        finally:
            await client.aclose()
