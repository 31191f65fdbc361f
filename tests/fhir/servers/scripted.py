"""An HTTP server on loopback that answers, or fails, as a test says; it keeps what it was asked."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

FHIR: Final = "application/fhir+json; charset=utf-8"


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    type: str = FHIR
    stall: float = 0.0
    """Seconds before anything is answered."""
    cut: bool = False
    """Close in the middle of the body."""
    hang_up: bool = False
    """Close without an answer."""
    drip: float = 0.0
    """Seconds before each single byte of the body."""
    endless: bool = False
    """The body again and again, in chunks, for as long as somebody listens."""


Script = Callable[[Asked], Answer]


def fhir(resource: Any, status: int = 200, **headers: str) -> Answer:
    return Answer(status, json.dumps(resource).encode(), headers)


@dataclass
class Scripted:
    port: int
    script: Script
    asked: list[Asked] = field(default_factory=list)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}/fhir"


@contextmanager
def scripted(script: Script, tls: ssl.SSLContext | None = None) -> Iterator[Scripted]:
    """Run one until the block ends."""
    found = Scripted(0, script)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def log_message(self, *_: Any) -> None:
            """Nothing."""

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked = Asked(self.command, self.path, dict(self.headers.items()), body)
            found.asked.append(asked)
            answer = found.script(asked)
            time.sleep(answer.stall)
            if answer.hang_up:
                self.close_connection = True
                return
            self._send(answer)

        def _send(self, answer: Answer) -> None:
            self.send_response(answer.status)
            for name, value in {"Content-Type": answer.type, **answer.headers}.items():
                self.send_header(name.replace("_", "-"), value)
            if answer.endless:
                self.send_header("Transfer-Encoding", "chunked")
            else:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            while answer.endless:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(answer.body), answer.body))
            for byte in answer.body if answer.drip else b"":
                time.sleep(answer.drip)
                self.wfile.write(bytes([byte]))
            if not answer.drip:
                self.wfile.write(answer.body[: len(answer.body) // 2] if answer.cut else answer.body)
            self.close_connection = answer.cut

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """A client that goes before its answer is whole is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    found.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
