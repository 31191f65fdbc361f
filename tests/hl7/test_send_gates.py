"""send_hl7_message as a client meets it: through every gate of the host, to a receiver on this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import anyio
import pytest
from tests.hl7.mllp_peer import ADT, acknowledgment, framed, peer, says, says_nothing, sending_host

from trivium.testing import Era, Person, connect, error_code, text_of

pytestmark = pytest.mark.anyio

SEND: dict[str, Any] = {"message": ADT, "endpoint": "ris"}
AA = framed(acknowledgment("AA"))
MERGE = "\r".join(
    [
        ADT.splitlines()[0].replace("ADT^A01^ADT_A01", "ADT^A40^ADT_A39").replace("|T|", "|P|"),
        "EVN||20260102030405",
        "PID|1||77418899^^^NCL^MR||Testperson^Zoe",
        "MRG|0815^^^NCL^MR",
    ]
)


@pytest.fixture(params=get_args(Era))
def era(request: pytest.FixtureRequest) -> Era:
    chosen: Era = request.param
    return chosen


def audit(home: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (home / "audit.jsonl").read_text().splitlines()]


async def test_a_message_that_a_person_approves_goes_out_once(tmp_path: Path, era: Era) -> None:
    person = Person()
    async with peer(says(AA)) as ris, connect(sending_host(tmp_path, ris=ris), era=era, person=person) as client:
        result = await client.call_tool("send_hl7_message", SEND)
    assert ris.blocks == [framed(ADT.encode() + b"\r")]
    content = result.structured_content
    assert (content["outcome"], content["accepted"], content["endpoint"]) == ("accepted", True, "ris")
    assert content["acknowledgments"][0]["code"] == "AA"
    assert len(person.asked) == 1


async def test_the_person_reads_what_goes_where_and_no_name(tmp_path: Path, era: Era) -> None:
    person = Person()
    async with peer(says(AA)) as ris, connect(sending_host(tmp_path, ris=ris), era=era, person=person) as client:
        await client.call_tool("send_hl7_message", {**SEND, "message": MERGE})
    (question,) = person.asked
    lines = dict(line.split(": ", 1) for line in question.splitlines() if ": " in line)
    stand_ins = [lines.pop("Patient ID"), lines.pop("Merged away")]
    assert [one.startswith("patient-") for one in stand_ins] == [True, True]
    assert stand_ins[0] != stand_ins[1]
    lines.pop("message")  # how the host shows a whole message is its own business
    assert lines == {
        "endpoint": "ris",
        "To": f"127.0.0.1:{ris.port}, not encrypted",
        "Message": "ADT^A40^ADT_A39",
        "Event": "Merge Patient - Patient Identifier List",
        "Version": "2.5.1",
        "Processing": "Production",
        "Control id": "CTL-0001",
        "Patient": "T. Z.",
        "messages": "1",
        "segments": "4",
        "bytes": str(len(MERGE) + 1),
    }


@pytest.mark.parametrize(
    ("person", "code"),
    [(Person(action="decline"), "approval_declined"), (Person(tick=False), "approval_declined")],
    ids=["declined", "not ticked"],
)
async def test_without_a_yes_nothing_goes_out(tmp_path: Path, era: Era, person: Person, code: str) -> None:
    async with peer(says(AA)) as ris, connect(sending_host(tmp_path, ris=ris), era=era, person=person) as client:
        result = await client.call_tool("send_hl7_message", SEND)
        assert (error_code(result), ris.visits) == (code, 0)


async def test_it_is_off_until_the_operator_switches_it_on(tmp_path: Path, era: Era) -> None:
    person = Person()
    async with peer(says(AA)) as ris:
        host = sending_host(tmp_path, ris=ris, allow_send=False)
        async with connect(host, era=era, person=person) as client:
            result = await client.call_tool("send_hl7_message", SEND)
        assert (error_code(result), ris.visits, person.asked) == ("switched_off", 0, [])
    assert "TRIVIUM_HL7__ALLOW_SEND=true" in text_of(result)


@pytest.mark.parametrize("endpoint", ["lab", "127.0.0.1:2575", "RIS", ""])
async def test_only_named_endpoints_are_sent_to(tmp_path: Path, endpoint: str) -> None:
    person = Person()
    async with peer(says(AA)) as ris, connect(sending_host(tmp_path, ris=ris), person=person) as client:
        result = await client.call_tool("send_hl7_message", {**SEND, "endpoint": endpoint})
        assert (error_code(result), ris.visits, person.asked) == ("destination_not_allowed", 0, [])
    assert "TRIVIUM_HL7__ENDPOINTS" in text_of(result)


async def test_a_rehearsal_asks_nobody_and_sends_nothing(tmp_path: Path, era: Era) -> None:
    person = Person()
    async with peer(says(AA)) as ris, connect(sending_host(tmp_path, ris=ris), era=era, person=person) as client:
        result = await client.call_tool("send_hl7_message", {**SEND, "dry_run": True})
        assert (result.structured_content["outcome"], ris.visits, person.asked) == ("planned", 0, [])


@pytest.mark.parametrize(
    "message",
    [
        ADT.replace("Testperson", "[withheld: name]"),
        ADT.replace("CTL-0001", ""),
        f"{ADT}\r{ADT}",
        ADT.replace("77418899", "patient-ABCD-EFGH-JKMN"),
    ],
    ids=["withheld", "no control id", "two messages", "unknown stand-in"],
)
async def test_what_may_not_go_out_is_refused_before_anybody_is_asked(tmp_path: Path, message: str) -> None:
    person = Person()
    async with peer(says(AA)) as ris, connect(sending_host(tmp_path, ris=ris), person=person) as client:
        for rehearsal in (False, True):
            result = await client.call_tool("send_hl7_message", {**SEND, "message": message, "dry_run": rehearsal})
            assert error_code(result) == "bad_input", text_of(result)
        assert (ris.visits, person.asked) == (0, [])


async def test_a_stand_in_goes_out_as_the_value_it_stands_for(tmp_path: Path, era: Era) -> None:
    async with peer(says(AA)) as ris, connect(sending_host(tmp_path, ris=ris), era=era, person=Person()) as client:
        parsed = await client.call_tool("parse_hl7_message", {"message": ADT})
        stand_in = parsed.structured_content["patient"]
        message = ADT.replace("77418899", stand_in)
        result = await client.call_tool("send_hl7_message", {**SEND, "message": message})
    assert "77418899" not in message
    assert ris.blocks == [framed(ADT.encode() + b"\r")]
    assert result.structured_content["patient"] == stand_in


async def test_what_a_receiver_writes_about_a_person_is_withheld_and_never_recorded(tmp_path: Path, era: Era) -> None:
    answer = acknowledgment(
        "AE",
        "ERR||PID^1^7|101^Required field missing^HL70357|E|||Zoe Testperson 77418899|Ask Zoe for her birthday",
        "PID|1||77418899||Testperson^Zoe",
        text="Zoe has no birthday",
    )
    async with (
        peer(says(framed(answer))) as ris,
        connect(sending_host(tmp_path, ris=ris), era=era, person=Person()) as client,
    ):
        result = await client.call_tool("send_hl7_message", SEND)
    content = result.structured_content
    assert (content["outcome"], content["accepted"]) == ("error", False)
    (error,) = content["acknowledgments"][0]["errors"]
    assert error["places"] == [{"path": "PID[1]-7", "name": "Patient Identification / Date/Time of Birth"}]
    assert (error["code"]["value"], error["code"]["meaning"]) == ("101", "Required field missing")
    told = text_of(result) + json.dumps(content)
    trail = (tmp_path / "audit.jsonl").read_text()
    for canary in ("Zoe", "Testperson", "77418899", "birthday", "19700203"):
        assert canary not in told
        assert canary not in trail
    closed = audit(tmp_path)[-1]
    assert (closed["event"], closed["outcome"], closed["destination"]) == ("closed", "ok", "ris")
    assert closed["planned"] == {"messages": 1, "segments": 4, "bytes": len(ADT) + 1}
    assert closed["result"]["accepted"] is False
    assert closed["patients"] == [content["patient"]]


async def test_silence_is_a_failure_that_warns_of_sending_again(tmp_path: Path, era: Era) -> None:
    async with peer(says_nothing) as ris:
        host = sending_host(tmp_path, ris={**ris.endpoint, "timeout": 0.4})
        async with connect(host, era=era, person=Person()) as client:
            result = await client.call_tool("send_hl7_message", SEND)
        assert (error_code(result), len(ris.blocks)) == ("peer_timeout", 1)
    assert "it is not known whether the message was taken" in text_of(result)
    assert audit(tmp_path)[-1]["outcome"] == "peer_timeout"


async def test_a_client_that_leaves_closes_the_connection_and_the_trail_says_what_had_begun(
    tmp_path: Path, era: Era
) -> None:
    async with peer(says_nothing) as ris:
        host = sending_host(tmp_path, ris={**ris.endpoint, "timeout": 60})
        async with connect(host, era=era, person=Person()) as client:
            async with anyio.create_task_group() as group:
                group.start_soon(client.call_tool, "send_hl7_message", SEND)
                with anyio.fail_after(10):
                    while not ris.blocks:
                        await anyio.sleep(0.01)
                group.cancel_scope.cancel()
            with anyio.fail_after(10):
                while not ris.left or audit(tmp_path)[-1]["event"] != "closed":
                    await anyio.sleep(0.01)
    closed = audit(tmp_path)[-1]
    assert (closed["outcome"], closed["planned"]["messages"]) == ("canceled", 1)


async def test_other_tools_answer_while_a_receiver_is_silent(tmp_path: Path) -> None:
    async with peer(says_nothing) as ris:
        host = sending_host(tmp_path, ris={**ris.endpoint, "timeout": 60})
        async with connect(host, person=Person()) as client, anyio.create_task_group() as group:
            group.start_soon(client.call_tool, "send_hl7_message", SEND)
            with anyio.fail_after(10):
                while not ris.blocks:
                    await anyio.sleep(0.01)
                result = await client.call_tool("parse_hl7_message", {"message": ADT})
            assert result.structured_content["total"] > 10
            group.cancel_scope.cancel()


# Endpoints in the settings.


def endpoints(tmp_path: Path, file: str = "", **environ: str) -> Any:
    from trivium.settings import Sources, fill
    from trivium_hl7.settings import Hl7Settings

    settings = tmp_path / "trivium.toml"
    settings.write_text(file)
    sources = Sources.of({"TRIVIUM_CONFIG": str(settings), **environ})
    filled = fill(Hl7Settings, sources, section="hl7").endpoints
    return {name: one.model_dump(exclude_defaults=True) for name, one in filled.items()}


def test_endpoints_stand_in_the_settings_file_a_table_each(tmp_path: Path) -> None:
    file = (
        '[hl7.endpoints.ris]\nhost = "ris"\nport = 2575\n[hl7.endpoints.lab]\nhost = "lab"\nport = 2576\ntls = true\n'
    )
    assert endpoints(tmp_path, file) == {
        "ris": {"host": "ris", "port": 2575},
        "lab": {"host": "lab", "port": 2576, "tls": True},
    }


def test_endpoints_stand_in_one_environment_variable_as_json_and_add_to_the_file(tmp_path: Path) -> None:
    file = '[hl7.endpoints.ris]\nhost = "ris"\nport = 2575\n'
    given = '{"lab": {"host": "lab", "port": 2576}, "ris": {"port": 6661}}'
    assert endpoints(tmp_path, file, TRIVIUM_HL7__ENDPOINTS=given) == {
        "ris": {"host": "ris", "port": 6661},
        "lab": {"host": "lab", "port": 2576},
    }
