"""Serves a host over HTTP: `/mcp` in both protocol eras, `/approvals` for people who approve, `/health`."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import anyio
import uvicorn
from mcp.server.context import ServerRequestContext
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from trivium.access import FILE, People
from trivium.host import Host
from trivium.settings.model import HttpSettings
from trivium.transports import approvals_html
from trivium.transports.approvals_page import ApprovalsPage
from trivium.transports.http_auth import caller_of, require_caller
from trivium.transports.http_headers import EveryRequest, failed
from trivium.transports.http_rules import CannotServe, check, has_port, host_names, origins, scheme_of
from trivium.transports.server import build_server

PATH: Final = "/mcp"
_MCP_HEADERS: Final = ("Mcp-Session-Id", "Mcp-Protocol-Version", "Mcp-Method", "Mcp-Name", "Last-Event-ID")
PATIENCE: Final = 15
"""Seconds that running calls have to end once the host is told to stop."""


@dataclass(frozen=True)
class Listener:
    """Where the host listens."""

    socket: socket.socket
    http: HttpSettings

    @property
    def port(self) -> int:
        return int(self.socket.getsockname()[1])

    @property
    def url(self) -> str:
        """As a client on this machine, or by the first name that the operator gave, reaches it."""
        name = next(iter(self.http.allowed_hosts), _bracketed(self.http.host))
        own_port = not (has_port(name) or self.http.behind_proxy)
        return f"{scheme_of(self.http)}://{name}" + (f":{self.port}" if own_port else "")


def listen(host: Host, http: HttpSettings) -> Listener:
    """A socket that the host may serve. Raises `CannotServe`."""
    check(http, people_of(host))
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            http.host, http.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        if sys.platform != "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        raise CannotServe(f"{http.host} port {http.port} cannot be listened on ({error.strerror})") from None
    return Listener(listener, http)


def people_of(host: Host) -> People:
    return People(host.settings.home / FILE)


def build_app(host: Host, listener: Listener) -> Starlette:
    """One application for everything; who may see what is decided for each request."""
    http, port, people = listener.http, listener.port, people_of(host)
    server = build_server(host, caller_of, partial(_page_address, scheme_of(http)))
    manager = StreamableHTTPSessionManager(
        server,
        security_settings=TransportSecuritySettings(
            allowed_hosts=host_names(http, port), allowed_origins=origins(http, port)
        ),
    )
    page = ApprovalsPage(
        host.house.ledger,
        people,
        scheme="https" if scheme_of(http) == "https" else "http",
        hosts=frozenset(host_names(http, port)),
        proxied=http.behind_proxy,
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with manager.run():
            yield

    mcp = _for_pages_of(http, require_caller(StreamableHTTPASGIApp(manager), people, anonymous=http.anonymous))
    working = InFlight(mcp)
    app = Starlette(
        routes=[Route(PATH, working), Route("/health", _health, methods=["GET"]), *page.routes()],
        middleware=[Middleware(EveryRequest)],
        exception_handlers={Exception: failed},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    app.state.working = working
    return app


async def serve(host: Host, listener: Listener, ready: Callable[[str], None] = lambda _: None) -> None:
    """Until SIGTERM or SIGINT; calls that run have `PATIENCE` seconds to end. `ready` is told the address.

    Raises `CannotServe` when the certificate cannot be used.
    """
    app = build_app(host, listener)
    server = _Server(_config(app, listener.http), lambda: ready(listener.url))
    try:
        server.config.load()
    except (OSError, ValueError) as error:
        raise CannotServe(f"http.certificate and http.key cannot be used ({type(error).__name__})") from None
    with host.serving():
        async with anyio.create_task_group() as group:
            await group.start(_stop_on_signal, server, app.state.working)
            await server.serve(sockets=[listener.socket])
            group.cancel_scope.cancel()


def _config(app: ASGIApp, http: HttpSettings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,  # it would hold whatever a client writes into an address
        server_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="on",
        timeout_graceful_shutdown=PATIENCE + 2,
        ssl_certfile=http.certificate,
        ssl_keyfile=http.key,
    )


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Left to `_stop_on_signal`: the library would end the process by the same signal, before our clean-up."""
        yield


class InFlight:
    """Counts the requests that are being answered, but not the streams on which clients wait for news."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._count = 0
        self._idle = anyio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "GET":
            await self._app(scope, receive, send)
            return
        self._count += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._count -= 1
            if not self._count:
                self._idle.set()
                self._idle = anyio.Event()

    async def idle(self) -> None:
        """Until nothing is in flight."""
        if self._count:
            await self._idle.wait()


async def _stop_on_signal(
    server: uvicorn.Server, working: InFlight, *, task_status: anyio.abc.TaskStatus[None] = anyio.TASK_STATUS_IGNORED
) -> None:
    """The first signal ends the host once nothing is in flight, the second at once."""
    try:
        with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
            task_status.started()
            await anext(signals)
            server.should_exit = True  # no new connections from here on
            async with anyio.create_task_group() as group:
                group.start_soon(_end_streams, server, working)
                await anext(signals)
                server.force_exit = True
                group.cancel_scope.cancel()
    except (NotImplementedError, RuntimeError, ValueError):  # Windows, or not the main thread
        task_status.started()


async def _end_streams(server: uvicorn.Server, working: InFlight) -> None:
    with anyio.move_on_after(PATIENCE):
        await working.idle()
    server.handle_exit(signal.SIGTERM, None)  # the streams that are left listen to this


def _for_pages_of(http: HttpSettings, app: ASGIApp) -> ASGIApp:
    """Lets the web pages that the operator lists read answers (CORS); without any, browsers keep them from all."""
    if not http.allowed_origins:
        return app
    return CORSMiddleware(
        app,
        allow_origins=http.allowed_origins,
        allow_methods=["GET", "POST", "DELETE"],
        allow_headers=["Authorization", "Content-Type", *_MCP_HEADERS],
        expose_headers=["Mcp-Session-Id"],
    )


def _page_address(scheme: str, context: ServerRequestContext[Any, Any]) -> str | None:
    """Of the approvals page, by the name under which this client reached the host; it is one of ours by now."""
    request = context.request
    return f"{scheme}://{request.headers['host']}{approvals_html.PATH}" if isinstance(request, Request) else None


async def _health(_: Request) -> PlainTextResponse:
    return PlainTextResponse("ok\n")


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address
