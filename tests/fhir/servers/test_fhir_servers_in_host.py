"""The tools of FHIR servers as a client meets them: through every gate of the host."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from tests.fhir.servers.kit import PATIENT, Tools, statement
from tests.fhir.servers.scripted import Answer, Asked, Scripted, fhir, scripted

from trivium.host import Host
from trivium.testing import Person, connect, error_code, memory_host

pytestmark = pytest.mark.anyio
CANARIES = ("Zorblax", "Quentin", "MRN-4711", "p-17", "1961-02-03", "secret-of-ours")
_STAND_IN = re.compile(r"patient(?:-[A-Z0-9]{4}){3}")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def host_for(server: Scripted, home: Path, **settings: str) -> Host:
    endpoint = {"base_url": server.base, "auth": "bearer", "token": "secret-of-ours"}
    environ = {"TRIVIUM_HOME": str(home), "TRIVIUM_FHIR__ENDPOINTS": json.dumps({"main": endpoint}), **settings}
    return memory_host(environ, fhir=Tools())


def answer(asked: Asked) -> Answer:
    if asked.path == "/fhir/metadata":
        return fhir(statement("Patient"))
    if asked.method == "POST":
        entries = [{"response": {"status": "201", "location": "Patient/p-17"}}]
        return fhir({"resourceType": "Bundle", "type": "transaction-response", "entry": entries})
    if "?" in asked.path:
        bundle = {"resourceType": "Bundle", "type": "searchset", "total": 1, "entry": [{"resource": PATIENT}]}
        return fhir(bundle)
    return fhir(PATIENT)


def shown(result: Any) -> str:
    text = json.dumps(result.structured_content) + str(result.content)
    assert [canary for canary in CANARIES if canary in text] == []
    return text


async def test_an_agent_works_on_with_what_it_has_never_seen(tmp_path: Path) -> None:
    with scripted(answer) as server:
        async with connect(host_for(server, tmp_path)) as client:
            search = {"endpoint": "main", "type": "Patient", "parameters": ["family=Smith"]}
            first = await client.call_tool("fhir_search", search)
            stand_ins = list(dict.fromkeys(_STAND_IN.findall(shown(first))))
            again = {**search, "parameters": [f"identifier=urn:oid:1.2.3.4|{stand_ins[1]}"]}
            second = await client.call_tool("fhir_search", again)
            read = await client.call_tool("fhir_read", {"endpoint": "main", "type": "Patient", "id": stand_ins[0]})

    assert len(stand_ins) == 2
    shown(second)
    shown(read)
    assert parse_qsl(urlsplit(server.asked[-2].path).query)[0] == ("identifier", "urn:oid:1.2.3.4|MRN-4711")
    assert server.asked[-1].path == "/fhir/Patient/p-17"
    resource = json.loads(read.structured_content["resource"])
    assert resource["id"] == stand_ins[0]
    assert resource["name"] == [{"family": "[withheld: name]", "given": ["[withheld: name]"]}]


async def test_an_error_of_the_server_reaches_the_client_without_its_words(tmp_path: Path) -> None:
    issue = {"severity": "error", "code": "not-found", "diagnostics": "Zorblax"}
    outcome = {"resourceType": "OperationOutcome", "issue": [issue]}
    with scripted(lambda asked: fhir(outcome, 404)) as server:
        async with connect(host_for(server, tmp_path)) as client:
            found = await client.call_tool("fhir_read", {"endpoint": "main", "type": "Patient", "id": "nobody"})

    assert error_code(found) == "not_found"
    shown(found)


def bundle() -> str:
    request = {"method": "PUT", "url": "Patient/p-17"}
    return json.dumps(
        {"resourceType": "Bundle", "type": "transaction", "entry": [{"resource": PATIENT, "request": request}]}
    )


async def test_nothing_is_written_where_writing_is_not_switched_on(tmp_path: Path) -> None:
    with scripted(answer) as server:
        async with connect(host_for(server, tmp_path), person=Person()) as client:
            found = await client.call_tool("fhir_write_bundle", {"endpoint": "main", "bundle": bundle()})

    assert error_code(found) == "switched_off"
    assert server.asked == []


async def test_a_bundle_that_a_person_approves_is_written_once(tmp_path: Path) -> None:
    person = Person()
    with scripted(answer) as server:
        host = host_for(server, tmp_path, TRIVIUM_FHIR__ALLOW_WRITE="true")
        async with connect(host, person=person) as client:
            rehearsal = await client.call_tool(
                "fhir_write_bundle", {"endpoint": "main", "bundle": bundle(), "dry_run": True}
            )
            assert (server.asked, person.asked) == ([], [])
            found = await client.call_tool("fhir_write_bundle", {"endpoint": "main", "bundle": bundle()})

    assert rehearsal.structured_content["outcome"] == "planned"
    assert (found.structured_content["outcome"], found.structured_content["created"]) == ("applied", 1)
    assert [asked.body for asked in server.asked] == [bundle().encode()]
    assert len(person.asked) == 1
    assert "Zorblax" not in person.asked[0]
    shown(found)


async def test_the_definitions_are_short_enough_to_be_read(tmp_path: Path) -> None:
    with scripted(answer) as server:
        async with connect(host_for(server, tmp_path)) as client:
            tools = (await client.list_tools()).tools

    sizes = {one.name: len(json.dumps(one.model_dump(mode="json", exclude_none=True))) for one in tools}
    fhir_tools = {name: size for name, size in sizes.items() if name.startswith("fhir_")}
    assert len(fhir_tools) == 4
    assert max(fhir_tools.values()) < 6_500, fhir_tools
