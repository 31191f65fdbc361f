"""A receiver of MLLP that does what a test tells it, faults included, and hosts that may send to it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from trivium.api import PluginInfo, ToolSpec, hookimpl
from trivium.host import Host
from trivium.testing import memory_host
from trivium_hl7.net.outbox import Outbox
from trivium_hl7.settings import Hl7Settings
from trivium_hl7.tools.parse_message import parse_hl7_message
from trivium_hl7.tools.send_message import send_gates, send_hl7_message

ADT = "\r".join(
    [
        r"MSH|^~\&|TRI|NORTH|RIS|SOUTH|20260102030405||ADT^A01^ADT_A01|CTL-0001|T|2.5.1",
        "EVN||20260102030405",
        "PID|1||77418899^^^NCL^MR||Testperson^Zoe||19700203|F",
        "PV1|1|I",
    ]
)
ENHANCED = ADT.replace("|T|2.5.1", "|T|2.5.1|||AL|AL")


def framed(content: bytes) -> bytes:
    return b"\x0b" + content + b"\x1c\r"


def acknowledgment(
    code: str,
    *segments: str,
    to: str = "CTL-0001",
    text: str = "",
    version: str = "2.5.1",
    charset: str = "",
    encoding: str = "utf-8",
) -> bytes:
    """The content of a block."""
    header = rf"MSH|^~\&|RIS|SOUTH|TRI|NORTH|20260102030406||ACK^A01^ACK|A1|T|{version}||||||{charset}"
    lines = [header.rstrip("|"), f"MSA|{code}|{to}|{text}".rstrip("|"), *segments]
    return "".join(f"{line}\r" for line in lines).encode(encoding)


@dataclass
class Visit:
    """One connection to the peer, as its script sees it."""

    peer: Peer
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def message(self) -> bytes:
        """The content of the next block; empty when the sender has gone."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            block = await self.reader.readuntil(b"\x1c\r")
            self.peer.blocks.append(block)
            return block[1:-2]
        return b""

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        with suppress(ConnectionError):
            await self.writer.drain()

    async def gone(self) -> None:
        """Until the sender closes."""
        with suppress(ConnectionError, ssl.SSLError):
            while await self.reader.read(4096):
                pass
        self.peer.left += 1

    def reset(self) -> None:
        self.writer.transport.abort()


Script = Callable[[Visit], Awaitable[None]]


@dataclass
class Peer:
    """What a receiver got."""

    port: int = 0
    visits: int = 0
    left: int = 0
    """Senders that closed while the script waited for it."""
    blocks: list[bytes] = field(default_factory=list)
    """Whole blocks, with framing."""

    @property
    def endpoint(self) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": self.port, "timeout": 2.0}


@asynccontextmanager
async def peer(script: Script, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Peer]:
    """A receiver that plays the script to each connection."""
    found = Peer()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found.visits += 1
        try:
            await script(Visit(found, reader, writer))
        finally:
            writer.close()
            with suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls, limit=2**24)
    found.port = server.sockets[0].getsockname()[1]
    async with server:
        yield found


def says(*answers: bytes, together: bool = False) -> Script:
    """Reads one message and sends these bytes, each by itself or all at once; then waits until the sender closes."""

    async def script(visit: Visit) -> None:
        await visit.message()
        for data in [b"".join(answers)] if together else answers:
            await visit.say(data)
        await visit.gone()

    return script


async def says_nothing(visit: Visit) -> None:
    await visit.message()
    await visit.gone()


@dataclass
class Sender:
    """The plugin, with just the tools that these tests call."""

    endpoints: Mapping[str, Mapping[str, Any]]
    allow_send: bool = True

    @hookimpl
    def trivium_plugin(self) -> PluginInfo:
        return PluginInfo("hl7", "Sends")

    @hookimpl
    def trivium_settings(self) -> type[BaseModel]:
        return Hl7Settings

    @hookimpl
    def trivium_tools(self, settings: Hl7Settings) -> list[ToolSpec]:
        given = {**settings.model_dump(), "endpoints": self.endpoints, "allow_send": self.allow_send}
        return tools(Hl7Settings.model_validate(given))


def tools(settings: Hl7Settings) -> list[ToolSpec]:
    outbox = Outbox(settings.endpoints, settings.limits())
    return [
        parse_hl7_message.given(limits=settings.limits()),
        send_hl7_message.given(outbox=outbox).guarded(send_gates(settings)),
    ]


def sending_host(
    home: Path, /, *, environ: Mapping[str, str] | None = None, allow_send: bool = True, **to: Any
) -> Host:
    """A host that may send to these endpoints: peers, or settings of endpoints, by name."""
    endpoints = {name: one.endpoint if isinstance(one, Peer) else one for name, one in to.items()}
    sender = Sender(endpoints, allow_send=allow_send)
    return memory_host({"TRIVIUM_HOME": str(home), **(environ or {})}, hl7=sender)


def tool_for(**to: Any) -> Callable[..., Awaitable[Any]]:
    """The tool's function itself, without a host around it."""
    endpoints = {name: one.endpoint if isinstance(one, Peer) else one for name, one in to.items()}
    spec = tools(Hl7Settings.model_validate({"endpoints": endpoints}))[1]
    return partial(_called, spec)


async def _called(spec: ToolSpec, message: str = ADT, endpoint: str = "ris", **arguments: Any) -> Any:
    """With every argument as the host would fill it in."""
    return await spec(**spec.input(message=message, endpoint=endpoint, **arguments).__dict__)
