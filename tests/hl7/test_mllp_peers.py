"""Other people's MLLP: python-hl7's server takes our messages, and its client talks to the peer of these tests."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.hl7.mllp_peer import ADT, Visit, acknowledgment, framed, peer, says, sending_host, tool_for

import hl7
from hl7 import mllp
from trivium.testing import Person, connect
from trivium_hl7.sending.codes import Outcome

pytestmark = pytest.mark.anyio

UMLAUT = ADT.replace("|T|2.5.1", "|T|2.5.1||||||8859/1").replace("Testperson", "Müller")


@asynccontextmanager
async def python_hl7_server(
    answer: Callable[[Any], Any], *, encoding: str = "utf-8"
) -> AsyncIterator[tuple[dict[str, Any], list[str]]]:
    """An endpoint that python-hl7 serves, and the messages it reads."""
    read: list[str] = []

    async def serve(reader: Any, writer: Any) -> None:
        message = await reader.readmessage()
        read.append(str(message))
        writer.writemessage(answer(message))
        await writer.drain()
        await reader.read()
        writer.close()

    server = await mllp.start_hl7_server(serve, host="127.0.0.1", port=0, encoding=encoding)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield {"host": "127.0.0.1", "port": port, "timeout": 5.0}, read


@pytest.mark.parametrize(
    ("code", "outcome"), [("AA", Outcome.ACCEPTED), ("AE", Outcome.ERROR), ("AR", Outcome.REJECTED)]
)
async def test_python_hl7s_server_takes_our_message_and_we_its_acknowledgment(code: str, outcome: Outcome) -> None:
    async with python_hl7_server(lambda message: message.create_ack(code)) as (endpoint, read):
        result = await tool_for(ris=endpoint)()
    assert read == [ADT + "\r"]
    assert (result.outcome, result.acknowledgments[0].code) == (outcome, code)
    assert result.notes == ()


async def test_python_hl7s_server_reads_our_characters_in_the_set_we_name() -> None:
    async with python_hl7_server(lambda message: message.create_ack("AA"), encoding="latin-1") as (endpoint, read):
        result = await tool_for(ris=endpoint)(UMLAUT)
    assert read == [UMLAUT + "\r"]
    assert (result.outcome, result.encoding) == (Outcome.ACCEPTED, "iso8859_1")


async def test_python_hl7s_server_is_sent_to_through_the_host(tmp_path: Path) -> None:
    async with python_hl7_server(lambda message: message.create_ack("AA")) as (endpoint, read):
        host = sending_host(tmp_path, ris=endpoint)
        async with connect(host, person=Person()) as client:
            result = await client.call_tool("send_hl7_message", {"message": ADT, "endpoint": "ris"})
    assert result.structured_content["outcome"] == "accepted"
    assert len(read) == 1


async def test_python_hl7s_sender_and_ours_put_the_same_bytes_on_the_wire(tmp_path: Path) -> None:
    """Its `mllp_send` repeats the framing of the file; the connection of both is closed by the sender."""
    file = tmp_path / "adt.hl7"
    file.write_bytes(framed(ADT.encode() + b"\r"))

    async def script(visit: Visit) -> None:
        await visit.message()
        await visit.say(framed(acknowledgment("AA")))
        await visit.gone()

    async with peer(script) as receiver:
        program = "import sys; from hl7.client import mllp_send; sys.exit(mllp_send())"
        arguments = ["--port", str(receiver.port), "--file", str(file), "127.0.0.1"]
        theirs = await asyncio.to_thread(
            subprocess.run, [sys.executable, "-c", program, *arguments], capture_output=True, timeout=30, check=False
        )
        assert (theirs.returncode, theirs.stderr) == (0, b"")
        assert framed(acknowledgment("AA")) in theirs.stdout
        await tool_for(ris=receiver)()
    assert len(receiver.blocks) == 2
    their_block, our_block = (block.strip(b"\x0b\x1c\r") for block in receiver.blocks)
    assert their_block == our_block


async def test_python_hl7s_client_reads_what_the_peer_of_these_tests_says() -> None:
    async with peer(says(framed(acknowledgment("AA")))) as receiver:
        reader, writer = await mllp.open_hl7_connection("127.0.0.1", receiver.port, encoding="utf-8")
        writer.writemessage(hl7.parse(ADT + "\r"))
        await writer.drain()
        found = await reader.readmessage()
        writer.close()
    assert str(found.segment("MSA")) == "MSA|AA|CTL-0001"
    assert receiver.blocks == [framed(ADT.encode() + b"\r")]
