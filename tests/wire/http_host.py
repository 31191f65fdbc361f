"""A `trivium serve --http` of an installation, and a browser without scripts that opens its approvals page."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import threading
from html import unescape
from types import TracebackType
from typing import Self

import httpx2
import uvicorn
from starlette.applications import Starlette

from tests.wire.conftest import Installation
from trivium import access
from trivium.access import People, Role
from trivium.pipeline import Ledger
from trivium.testing import Client, Era, Person, http_client
from trivium.transports.approvals_page import ApprovalsPage


class HttpHost:
    """A host of its own process, from `with` to its end."""

    def __init__(self, house: Installation, *options: str) -> None:
        self._house = house
        self._options = options
        self.url = ""
        """Without a path: `http://127.0.0.1:40123`."""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "trivium", "serve", "--http", "--port", "0", *self._options]
        self.process = subprocess.Popen(command, env=self._house.environ, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        line = self.process.stderr.readline()
        if not line.startswith("trivium: serving "):
            raise AssertionError(line + self.stop())
        self.url = line.removeprefix("trivium: serving ").partition("/mcp")[0]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self.process.stderr is not None
        if not self.process.stderr.closed:
            self.stop()

    def stop(self) -> str:
        """End the host as a service manager does; what it wrote to stderr."""
        self.process.terminate()
        _, complaints = self.process.communicate(timeout=30)
        return complaints

    def client(self, token: str | None, era: Era = "2026-07-28", person: Person | None = None) -> Client:
        return http_client(f"{self.url}/mcp", token, era=era, person=person)

    def browser(self) -> Browser:
        return Browser(self.url)


class PageHere:
    """The approvals page of an installation alone, served by a thread of this process: for tests that call nothing."""

    def __init__(self, house: Installation) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        name = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self.url = f"http://{name}"
        page = ApprovalsPage(
            Ledger(house.home / "approvals.sqlite3", seconds=600),
            People(house.home / access.FILE),
            scheme="http",
            hosts=frozenset({name}),
        )
        app = Starlette(routes=list(page.routes()))
        self._server = uvicorn.Server(
            uvicorn.Config(app, log_config=None, access_log=False, server_header=False, ws="none", lifespan="off")
        )
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()

    def browser(self) -> Browser:
        return Browser(self.url)


def grant(house: Installation, name: str, role: Role = Role.CALLER, *, days: float | None = None) -> str:
    """A secret for somebody, as `trivium access grant` makes it."""
    return access.grant(house.home / access.FILE, name, role, days=days)


class Browser:
    """Keeps cookies, follows redirects, and says where a form came from, as browsers do."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = httpx2.Client(base_url=url, follow_redirects=True)
        self.page: httpx2.Response

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()

    @property
    def text(self) -> str:
        """What a person reads: no tags, one space between words."""
        body = self.page.text.partition("<body>")[2]
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())

    def open(self, path: str = "/approvals") -> Self:
        self.page = self.client.get(path)
        return self

    def submit(self, path: str, fields: dict[str, str], headers: dict[str, str] | None = None) -> Self:
        """Send a form of the page. Under its referrer policy a browser's `Origin` is `null`."""
        from_here = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
        self.page = self.client.post(path, data=fields, headers=from_here if headers is None else headers)
        return self

    def log_in(self, secret: str) -> Self:
        return self.open().submit("/approvals/login", {"secret": secret})

    @property
    def codes(self) -> list[str]:
        """The questions on the list."""
        return re.findall(r'href="/approvals/question/([^"]+)"', self.page.text)

    @property
    def hidden(self) -> dict[str, str]:
        """The hidden fields of the page's last form."""
        form = self.page.text.rpartition("<form")[2]
        return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form))

    def decide(self, code: str, decision: str, *, looked: bool = True) -> Self:
        """Open a question and press one of its buttons."""
        self.open(f"/approvals/question/{code}")
        ticked = {"looked": "yes"} if looked else {}
        return self.submit("/approvals/decide", {**self.hidden, **ticked, "decision": decision})
