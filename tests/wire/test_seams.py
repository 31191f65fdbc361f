"""How a host ends: whatever ends it in order, the trail says so."""

from __future__ import annotations

import fcntl
import json
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.wire.conftest import DESTINATION, Installation
from tests.wire.test_retrieve import LARGE, large
from trivium_pacs.embedded import Destination, EmbeddedArchive

PATIENCE = 30
"""Seconds after which a test gives up on what has to happen; nothing is judged by how long it takes."""
HELLO: dict[str, Any] = {
    "protocolVersion": "2025-11-25",
    "capabilities": {"elicitation": {}},
    "clientInfo": {"name": "test", "version": "1"},
}


@dataclass
class Serving:
    """A `trivium serve` and a client that writes and reads its messages itself, and so keeps the stream open."""

    process: subprocess.Popen[str]

    def send(self, **message: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self.process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        message: dict[str, Any] = json.loads(self.process.stdout.readline())
        return message

    def shake_hands(self) -> None:
        self.send(id=1, method="initialize", params=HELLO)
        assert self.receive()["id"] == 1
        self.send(method="notifications/initialized")

    def call(self, name: str, arguments: dict[str, Any]) -> None:
        """Ask for a call, and for its progress."""
        self.send(
            id=2, method="tools/call", params={"name": name, "arguments": arguments, "_meta": {"progressToken": 7}}
        )

    def unread(self) -> int:
        """Bytes that wait for the client to read them."""
        assert self.process.stdout is not None
        (count,) = struct.unpack("i", fcntl.ioctl(self.process.stdout, termios.FIONREAD, b"\0" * 4))
        return int(count)

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()

    def ended(self) -> int:
        """The exit code, also of a process that has to be killed."""
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


@contextmanager
def serving(installation: Installation) -> Iterator[Serving]:
    with subprocess.Popen(
        [sys.executable, "-m", "trivium", "serve"],
        env=installation.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=installation.stderr,
        text=True,
    ) as process:
        try:
            yield Serving(process)
        finally:
            process.kill()


def signed_to_the_end(installation: Installation) -> bool:
    newest = json.loads((installation.home / "audit.heads.jsonl").read_text().splitlines()[-1])
    last = installation.audit()[-1]
    return bool((newest["seq"], newest["hash"]) == (last["seq"], last["hash"]))


SIGNALS: dict[str, Callable[[Serving], None]] = {
    "a terminal's interrupt": lambda host: host.process.send_signal(signal.SIGINT),
    "a service manager's stop": lambda host: host.process.send_signal(signal.SIGTERM),
}
ENDS: dict[str, Callable[[Serving], None]] = {"the client closes the stream": Serving.close, **SIGNALS}


@pytest.mark.parametrize("end", ENDS)
def test_a_host_that_is_ended_says_so_in_the_trail(installation: Installation, end: str) -> None:
    """While the client keeps the stream open, as a terminal does."""
    with serving(installation) as host:
        host.shake_hands()
        ENDS[end](host)
        assert host.ended() == 0
    assert [record["event"] for record in installation.audit()] == ["started", "stopped"]
    assert signed_to_the_end(installation)
    assert installation.complaints() == ""


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Installation]:
    """An archive with a study of a hundred instances, each of which takes a while to send."""
    with (
        Destination(tmp_path / "arrived", ae_title=DESTINATION) as destination,
        EmbeddedArchive(
            [LARGE], destinations={DESTINATION: (destination.host, destination.port)}, pace=0.05
        ) as archive,
        (tmp_path / "stderr.txt").open("a") as stderr,
    ):
        yield Installation(tmp_path / "home", archive, destination, stderr)


@pytest.mark.parametrize("end", ENDS)
def test_a_retrieve_is_stopped_and_accounted_for_before_the_host_ends(slow: Installation, end: str) -> None:
    slow.license()
    with serving(slow) as host:
        host.shake_hands()
        host.call("pacs_retrieve", large())
        question = host.receive()
        assert question["method"] == "elicitation/create"
        host.send(id=question["id"], result={"action": "accept", "content": {"approve": True}})
        while host.receive()["params"]["progress"] < 3:
            pass
        ENDS[end](host)
        assert host.ended() == 0
    assert [record["event"] for record in slow.audit()] == [
        "started",
        "opened",
        "decided",
        "begun",
        "closed",
        "stopped",
    ]
    closed = slow.audit()[-2]
    assert closed["outcome"] == "canceled"
    assert closed["result"]["completed"] == slow.destination.received < 100
    assert closed["result"]["completed"] + closed["result"]["remaining"] == 100
    assert slow.archive.cancels == 1
    assert signed_to_the_end(slow)
    assert slow.complaints() == ""


@pytest.mark.parametrize("end", SIGNALS)
def test_a_client_that_does_not_read_cannot_keep_the_host_from_ending(installation: Installation, end: str) -> None:
    with serving(installation) as host:
        host.shake_hands()
        for number in range(2, 60):
            host.send(id=number, method="tools/list")
        deadline = time.monotonic() + PATIENCE
        while host.unread() < 60_000:  # of the 65536 bytes that a pipe holds
            assert time.monotonic() < deadline
            time.sleep(0.01)
        SIGNALS[end](host)
        assert host.ended() == 0
    assert [record["event"] for record in installation.audit()] == ["started", "stopped"]
    assert installation.complaints() == ""


DEAF = """
import anyio, atexit, pathlib
from pydantic import BaseModel
from trivium.api import Call, Effect, PluginInfo, hookimpl, tool
from trivium.transports import stdio

stdio.PATIENCE = 0.1
atexit.register(pathlib.Path("{gone}").touch)

class Answer(BaseModel):
    answer: str

@hookimpl
def trivium_plugin():
    return PluginInfo(name="deaf", summary="for a test")

@tool(effect=Effect.LOCAL)
async def wait_on(call: Call) -> Answer:
    '''Wait, whoever says what.'''
    call.progress(1)
    with anyio.CancelScope(shield=True):
        await anyio.sleep_forever()

@hookimpl
def trivium_tools():
    return [wait_on]
"""


def add_plugin(installation: Installation, name: str, source: str) -> None:
    """As pip would leave it."""
    folder = installation.home.parent / "site"
    metadata = folder / f"trivium_{name}-1.0.dist-info"
    metadata.mkdir(parents=True)
    (folder / f"{name}_plugin.py").write_text(source)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: trivium-{name}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[trivium.plugins]\n{name} = {name}_plugin\n")
    installation.settings["PYTHONPATH"] = str(folder)


@pytest.mark.parametrize("end", SIGNALS)
def test_a_call_that_does_not_heed_its_end_is_left_behind(installation: Installation, tmp_path: Path, end: str) -> None:
    """And a plugin that has something to do at the exit of the program does it."""
    add_plugin(installation, "deaf", DEAF.format(gone=tmp_path / "gone"))
    with serving(installation) as host:
        host.shake_hands()
        host.call("wait_on", {})
        assert host.receive()["method"] == "notifications/progress"
        SIGNALS[end](host)
        SIGNALS[end](host)
        assert host.ended() == 0
    assert [record["event"] for record in installation.audit()] == ["started", "opened", "stopped"]
    assert signed_to_the_end(installation)
    assert (tmp_path / "gone").exists()
    assert installation.complaints() == ""


def test_a_host_that_is_interrupted_before_it_serves_ends_quietly(installation: Installation) -> None:
    add_plugin(installation, "late", "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    with serving(installation) as host:
        assert host.ended() == 130
    assert not (installation.home / "audit.jsonl").exists()
    assert installation.complaints() == ""
