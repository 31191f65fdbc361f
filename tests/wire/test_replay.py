"""One yes is one run: replayed, raced and shared between processes, each approval sends images exactly once."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import mcp_types as types
import pytest

from tests.wire.conftest import Installation
from tests.wire.http_host import HttpHost, grant
from trivium.pipeline import Ledger
from trivium.policy import ApprovalLevel
from trivium.testing import Client, Era, Person, error_code

pytestmark = pytest.mark.anyio

YES = types.ElicitResult(action="accept", content={"approve": True})


@pytest.fixture
def alice(installation: Installation) -> str:
    installation.license()
    return grant(installation, "alice")


@pytest.fixture
def host(installation: Installation, alice: str) -> Iterator[HttpHost]:
    with HttpHost(installation) as running:
        yield running


def ledger(house: Installation) -> Ledger:
    return Ledger(house.home / "approvals.sqlite3", seconds=600)


# The newer era: the answer travels with the call, so a caller can send it again.


async def answered(client: Client, house: Installation, state: str | None) -> Any:
    """The call with a yes to the question of `state`."""
    return await client.session.call_tool(
        "pacs_retrieve",
        house.retrieve,
        input_responses={"approval": YES},
        request_state=state,
        allow_input_required=True,
    )


async def question(client: Client, house: Installation) -> str | None:
    asked = await client.session.call_tool("pacs_retrieve", house.retrieve, allow_input_required=True)
    assert isinstance(asked, types.InputRequiredResult)
    return asked.request_state


async def test_an_answer_that_is_sent_three_times_sends_once(
    installation: Installation, host: HttpHost, alice: str
) -> None:
    async with host.client(alice, "2026-07-28", Person()) as client:
        state = await question(client, installation)
        results = [await answered(client, installation, state) for _ in range(3)]
    assert [isinstance(result, types.InputRequiredResult) for result in results] == [False, True, True]
    assert installation.destination.received == 20


async def test_an_answer_that_is_sent_three_times_at_once_sends_once(
    installation: Installation, host: HttpHost, alice: str
) -> None:
    results: list[Any] = []
    async with host.client(alice, "2026-07-28", Person()) as client:
        state = await question(client, installation)

        async def send() -> None:
            results.append(await answered(client, installation, state))

        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(send)
    done = [one for one in results if not isinstance(one, types.InputRequiredResult) and not one.is_error]
    assert len(done) == 1
    assert installation.destination.received == 20


async def test_an_answer_is_of_no_use_to_another_caller(installation: Installation, host: HttpHost, alice: str) -> None:
    mallory = grant(installation, "mallory")
    async with host.client(alice, "2026-07-28", Person()) as client:
        state = await question(client, installation)
    async with host.client(mallory, "2026-07-28", Person()) as client:
        with pytest.raises(Exception, match="requestState"):
            await answered(client, installation, state)
    assert installation.destination.received == 0


# The older era: the answer is a message of its own, to a request that the host has sent.


class Wire:
    """A session of the older era, message by message."""

    def __init__(self, client: httpx2.AsyncClient, url: str) -> None:
        self.client = client
        self.url = f"{url}/mcp"

    async def begin(self) -> None:
        parameters = {
            "protocolVersion": "2025-11-25",
            "capabilities": {"elicitation": {}},
            "clientInfo": {"name": "test", "version": "1"},
        }
        async with self.call("initialize", parameters) as messages:
            await anext(messages)
        await self.send({"method": "notifications/initialized"})

    @asynccontextmanager
    async def call(self, method: str, parameters: dict[str, Any]) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        """Send a request, and read what comes back on its stream."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
        async with self.client.stream("POST", self.url, json=body) as response:
            assert response.status_code == 200
            if session := response.headers.get("mcp-session-id"):
                self.client.headers["Mcp-Session-Id"] = session
            yield _messages(response)

    async def send(self, message: dict[str, Any]) -> int:
        answer = await self.client.post(self.url, json={"jsonrpc": "2.0", **message})
        return answer.status_code


async def _messages(response: httpx2.Response) -> AsyncIterator[dict[str, Any]]:
    async for line in response.aiter_lines():
        if line.startswith("data: ") and line != "data: ":
            yield json.loads(line.removeprefix("data: "))


async def test_an_answer_to_an_older_question_is_no_answer_to_a_newer_one(
    installation: Installation, host: HttpHost, alice: str
) -> None:
    headers = {
        "Authorization": f"Bearer {alice}",
        "Accept": "application/json, text/event-stream",
        "Mcp-Protocol-Version": "2025-11-25",
    }
    retrieve = {"name": "pacs_retrieve", "arguments": installation.retrieve}
    async with httpx2.AsyncClient(headers=headers, timeout=30) as client:
        wire = Wire(client, host.url)
        await wire.begin()
        async with wire.call("tools/call", retrieve) as messages:
            first = await anext(messages)
            assert first["method"] == "elicitation/create"
            yes = {"id": first["id"], "result": YES.model_dump(mode="json", by_alias=True, exclude_none=True)}
            for _ in range(3):
                await wire.send(yes)
            result = await anext(messages)
            assert result["result"]["structuredContent"]["outcome"] == "complete"
        assert installation.destination.received == 20
        async with wire.call("tools/call", retrieve) as messages:
            second = await anext(messages)
            assert second["method"] == "elicitation/create"
            assert second["id"] != first["id"]
            assert second["params"]["message"] != first["params"]["message"]
            for _ in range(3):
                await wire.send(yes)
            assert [approval.code in second["params"]["message"] for approval in ledger(installation).waiting()] == [
                True
            ]
    assert installation.destination.received == 20


# Two processes, one ledger.


async def race(
    house: Installation, hosts: tuple[HttpHost, HttpHost], token: str, era: Era, person: type[Person] | None
) -> list[str]:
    """The codes with which the same call ends in two hosts that get it at the same time."""
    codes: list[str] = []
    ready = anyio.Event()
    waiting = []

    async def retrieve(host: HttpHost) -> None:
        async with host.client(token, era, person() if person else None) as client:
            await client.call_tool("lookup_dicom_tag", {"tag": "PatientName"})
            waiting.append(host)
            if len(waiting) == 2:
                ready.set()
            await ready.wait()
            codes.append(error_code(await client.call_tool("pacs_retrieve", house.retrieve)))

    async with anyio.create_task_group() as group:
        for host in hosts:
            group.start_soon(retrieve, host)
    return sorted(codes)


async def test_two_hosts_that_race_for_one_approval_send_once(
    installation: Installation, host: HttpHost, alice: str, era: Era
) -> None:
    with HttpHost(installation) as second:
        for number in (1, 2, 3):
            async with host.client(alice, era) as client:
                assert error_code(await client.call_tool("pacs_retrieve", installation.retrieve)) == "approval_required"
            (waiting,) = ledger(installation).waiting()
            ledger(installation).decide(waiting.code, approve=True, by="console:mary")
            won, lost = await race(installation, (host, second), alice, era, None)
            assert (won, lost in ("approval_required", "approval_declined")) == ("", True)
            assert installation.destination.received == 20 * number
            for left in ledger(installation).waiting():
                ledger(installation).close(left.code)


async def test_two_people_who_say_yes_to_one_question_send_at_least_once_and_never_more_than_they_said(
    installation: Installation, host: HttpHost, alice: str, era: Era
) -> None:
    with HttpHost(installation) as second:
        codes = await race(installation, (host, second), alice, era, Person)
    sends = codes.count("")
    assert sends in (1, 2)
    assert installation.destination.received == 20 * sends
    records = installation.audit()
    used = [record["approval"] for record in records if record["event"] == "closed" and record.get("approval")]
    assert len(used) == len(set(used)) == sends


def test_of_many_threads_with_ledgers_of_their_own_one_wins(tmp_path: Path) -> None:
    file = tmp_path / "approvals.sqlite3"
    action: dict[str, Any] = {"caller": "http:alice", "tool": "t", "digest": "d", "level": ApprovalLevel.OUTSIDE}
    code = Ledger(file, seconds=60).open(**action, question="Allow?").code
    Ledger(file, seconds=60).decide(code, approve=True, by="page:mary")
    barrier = threading.Barrier(8)
    won: list[bool] = []

    def spend() -> None:
        own = Ledger(file, seconds=60)
        barrier.wait()
        won.append(own.spend(code, **action))

    threads = [threading.Thread(target=spend) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]
