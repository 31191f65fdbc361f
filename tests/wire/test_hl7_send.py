"""A message on its way out of a `trivium serve`: behind a person's yes, once, and with nothing that was withheld."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import AsyncIterator
from typing import Any

import anyio
import pytest

from tests.hl7.mllp_peer import ADT, Peer, acknowledgment, framed, peer, says, says_nothing
from tests.wire.conftest import Installation
from trivium.testing import Client, Era, Person, error_code, text_of

pytestmark = pytest.mark.anyio

AA = framed(acknowledgment("AA"))
NUMBER = "77418899"
MESSAGE = ADT.replace("4711", NUMBER)
SEND: dict[str, Any] = {"message": MESSAGE, "endpoint": "ris"}


def allow(installation: Installation, receiver: Peer, **more: Any) -> None:
    endpoints = {"ris": {**receiver.endpoint, **more}}
    installation.settings["TRIVIUM_HL7__ALLOW_SEND"] = "true"
    installation.settings["TRIVIUM_HL7__ENDPOINTS"] = json.dumps(endpoints)


@pytest.fixture
async def ris(installation: Installation) -> AsyncIterator[Peer]:
    """A receiver that takes one message on each connection."""
    async with peer(says(AA)) as receiver:
        allow(installation, receiver)
        yield receiver


async def stand_in(client: Client) -> str:
    parsed = await client.call_tool("parse_hl7_message", {"message": MESSAGE})
    return str(parsed.structured_content["patient"])


async def test_it_goes_out_once_after_a_yes_with_the_true_number_in_place_of_the_stand_in(
    installation: Installation, ris: Peer, era: Era
) -> None:
    person = Person()
    async with installation.client(era, person) as client:
        known = await stand_in(client)
        sent = await client.call_tool("send_hl7_message", {**SEND, "message": MESSAGE.replace(NUMBER, known)})
    assert (error_code(sent), sent.structured_content["outcome"]) == ("", "accepted")
    assert ris.blocks == [framed(MESSAGE.encode() + b"\r")]
    assert sent.structured_content["patient"] == known
    (question,) = person.asked
    assert f"Patient ID: {known}" in question
    said = question + text_of(sent) + json.dumps(installation.audit()) + installation.complaints()
    assert [secret for secret in (NUMBER, "Testperson", "19700203") if secret in said] == []


async def test_a_yes_outside_the_client_is_for_this_message_and_good_once(
    installation: Installation, ris: Peer, era: Era
) -> None:
    async with installation.client(era) as client:
        asked = await client.call_tool("send_hl7_message", SEND)
        assert error_code(asked) == "approval_required"
        code = re.search(r"trivium approvals approve ([A-Z0-9-]+)", text_of(asked))
        assert code is not None
        await approve(installation, code[1])
        other = await client.call_tool("send_hl7_message", {**SEND, "message": MESSAGE.replace("Zoe", "Zoé")})
        assert (error_code(other), ris.visits) == ("approval_required", 0)
        sent = await client.call_tool("send_hl7_message", SEND)
        assert (error_code(sent), ris.visits) == ("", 1)
        again = await client.call_tool("send_hl7_message", SEND)
        assert (error_code(again), ris.visits) == ("approval_required", 1)
    assert NUMBER not in (installation.home / "approvals.sqlite3").read_bytes().decode("latin-1")


async def approve(installation: Installation, code: str) -> None:
    command = [sys.executable, "-m", "trivium", "approvals", "approve", code]
    await anyio.run_process(command, env=installation.environ)


async def test_a_number_made_a_control_id_is_not_told_to_anybody(
    installation: Installation, ris: Peer, era: Era
) -> None:
    """A rehearsal asks nobody, so a number must not come out of it in a place where the host shows numbers."""
    person = Person(action="decline")
    async with installation.client(era, person) as client:
        known = await stand_in(client)
        message = MESSAGE.replace("CTL-0001", known).replace("TRI|NORTH", f"{known}|NORTH")
        rehearsed = await client.call_tool("send_hl7_message", {**SEND, "message": message, "dry_run": True})
        assert rehearsed.structured_content["control_id"] == known
        declined = await client.call_tool("send_hl7_message", {**SEND, "message": message})
        assert error_code(declined) == "approval_declined"
        others = [
            await client.call_tool(name, arguments)
            for name, arguments in (
                ("parse_hl7_message", {"message": message}),
                ("build_hl7_ack", {"message": message}),
                ("compare_hl7_messages", {"left": message, "right": MESSAGE}),
                ("profile_hl7_messages", {"messages": message, "draft_site_profile": True}),
                ("validate_hl7_message", {"message": message.replace("PV1|1|I", f"PV1|1|{known}")}),
            )
        ]
    assert [error_code(one) for one in others] == [""] * 5
    said = "".join(map(text_of, [rehearsed, declined, *others])) + "".join(person.asked)
    said += json.dumps([one.structured_content for one in others]) + json.dumps(installation.audit())
    assert NUMBER not in said
    assert ris.visits == 0


@pytest.mark.parametrize(
    "mark", ["[withheld: name]", "[WITHHELD : name]", "\uff3brecord text: Zoe\uff3d", "Zo ... (300 characters)"]
)
async def test_what_the_host_withheld_is_never_sent(installation: Installation, ris: Peer, mark: str) -> None:
    person = Person()
    async with installation.client("2026-07-28", person) as client:
        for text in (mark, f"\\X{mark.encode().hex()}\\"):
            refused = await client.call_tool("send_hl7_message", {**SEND, "message": MESSAGE.replace("Zoe", text)})
            assert error_code(refused) == "bad_input"
            assert "a mark of this host" in text_of(refused)
    assert (person.asked, ris.visits) == ([], 0)


@pytest.mark.parametrize("dates", ["shift", "year"])
async def test_nothing_is_sent_while_dates_are_not_shown_as_they_are(
    installation: Installation, ris: Peer, dates: str
) -> None:
    installation.settings["TRIVIUM_PHI__DATES"] = dates
    person = Person()
    async with installation.client("2026-07-28", person) as client:
        for rehearsal in (True, False):
            refused = await client.call_tool("send_hl7_message", {**SEND, "dry_run": rehearsal})
            assert error_code(refused) == "bad_input"
    assert (person.asked, ris.visits) == ([], 0)


async def test_messages_sent_at_once_go_one_after_the_other_each_with_its_own_yes(
    installation: Installation, era: Era
) -> None:
    person = Person()
    answers = [framed(acknowledgment("AA", to=f"CTL-{number}")) for number in range(3)]

    async def script(visit: Any) -> None:
        heard = await visit.message()
        await visit.say(answers[int(re.search(rb"CTL-(\d)", heard)[1])])  # type: ignore[index]
        await visit.gone()

    async with peer(script) as receiver:
        allow(installation, receiver)
        async with installation.client(era, person) as client:
            found: dict[int, str] = {}

            async def send(number: int) -> None:
                message = MESSAGE.replace("CTL-0001", f"CTL-{number}")
                result = await client.call_tool("send_hl7_message", {**SEND, "message": message})
                found[number] = result.structured_content["outcome"]

            async with anyio.create_task_group() as group:
                for number in range(3):
                    group.start_soon(send, number)
    assert found == dict.fromkeys(range(3), "accepted")
    assert (len(person.asked), receiver.visits) == (3, 3)


async def test_a_silent_receiver_leaves_it_open_and_nothing_is_repeated(installation: Installation, era: Era) -> None:
    async with peer(says_nothing) as receiver:
        allow(installation, receiver, timeout=0.4)
        async with installation.client(era, Person()) as client:
            result = await client.call_tool("send_hl7_message", SEND)
        assert (error_code(result), len(receiver.blocks)) == ("peer_timeout", 1)
    assert "it is not known whether the message was taken" in text_of(result)
    closed = next(record for record in reversed(installation.audit()) if record["event"] == "closed")
    assert (closed["outcome"], closed["planned"]["messages"]) == ("peer_timeout", 1)
