"""A bundle is checked, sent once, and accounted for entry by entry; where nothing certain came back, that is said."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.fhir.servers.kit import PATIENT, servers_at
from tests.fhir.servers.scripted import Answer, fhir, scripted

from trivium.api import (
    BadInput,
    PeerFailed,
    PeerRejected,
    PeerTimeout,
    PeerUnavailable,
    Problem,
    TooLarge,
    ToolFailure,
)
from trivium_fhir.servers.problems import BundleProblem, LinkProblem, StatusProblem, WriteProblem
from trivium_fhir.servers.results import WrittenBundle
from trivium_fhir.servers.words import Note, Outcome
from trivium_fhir.tools.fhir_write_bundle import fhir_write_bundle, what_would_be_written, write_gates
from trivium_fhir.validation.problems import ResourceProblem

pytestmark = pytest.mark.anyio
CREATE = {"method": "POST", "url": "Patient", "ifNoneExist": "identifier=urn:oid:1.2.3.4|MRN-4711"}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def entry(request: dict[str, Any], resource: dict[str, Any] = PATIENT) -> dict[str, Any]:
    return {"resource": resource, "request": request}


def bundle(*entries: Any, kind: str = "transaction") -> str:
    return json.dumps({"resourceType": "Bundle", "type": kind, "entry": list(entries)})


def response(*statuses: str, kind: str = "transaction-response") -> dict[str, Any]:
    entries = [
        {"response": {"status": status, "location": f"Patient/p-{number}/_history/1"}}
        for number, status in enumerate(statuses, 1)
    ]
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


async def written(answer: Answer, text: str, **arguments: Any) -> WrittenBundle:
    with scripted(lambda asked: answer) as server:
        async with servers_at(server.base, timeout=0.5) as servers:
            found = await fhir_write_bundle(servers=servers, endpoint="main", bundle=text, **arguments)
        assert [(asked.method, asked.path) for asked in server.asked] == [("POST", "/fhir")]
        assert server.asked[0].body == text.encode()
    assert isinstance(found, WrittenBundle)
    return found


async def failed(answer: Answer) -> ToolFailure:
    with scripted(lambda asked: answer) as server:
        async with servers_at(server.base, timeout=0.5) as servers:
            with pytest.raises(ToolFailure) as caught:
                await fhir_write_bundle(servers=servers, endpoint="main", bundle=bundle(entry(CREATE)))
        assert len(server.asked) == 1, "sent once and never again"
    return caught.value


@pytest.mark.parametrize(
    ("text", "where", "problem"),
    [
        ("{", "bundle", ResourceProblem.NOT_JSON),
        (bundle(entry(CREATE)).replace("{", '{"type": "batch",', 1), "bundle", ResourceProblem.DUPLICATE_KEY),
        ('"\ud800"', "bundle", BundleProblem.NOT_TEXT),
        (json.dumps(PATIENT), "bundle", BundleProblem.NOT_BUNDLE),
        (bundle(entry(CREATE), kind="message"), "bundle.type", BundleProblem.NOT_BUNDLE),
        (bundle(), "bundle", BundleProblem.NO_ENTRIES),
        (bundle({"resource": PATIENT}), "bundle.entry[1]", BundleProblem.NO_REQUEST),
        (bundle(7), "bundle.entry[1]", BundleProblem.NO_REQUEST),
        (bundle(entry({"method": "DELETE", "url": "Patient/p-17"})), "bundle.entry[1]", BundleProblem.METHOD),
        (bundle(entry({"method": "POST", "url": "Patient/p-17"})), "bundle.entry[1]", BundleProblem.URL),
        (bundle(entry({"method": "PUT", "url": "https://x.example/Patient/1"})), "bundle.entry[1]", BundleProblem.URL),
        (bundle(entry({"method": "PUT", "url": "Patient/p-18"})), "bundle.entry[1]", BundleProblem.RESOURCE),
        (bundle(entry({"method": "POST", "url": "Device"})), "bundle.entry[1]", BundleProblem.RESOURCE),
        (bundle(entry(CREATE | {"ifNoneExist": ""})), "bundle.entry[1]", BundleProblem.CONDITION),
        (
            bundle(entry(CREATE), entry(CREATE, PATIENT | {"gender": "[withheld: text]"})),
            "bundle.entry[2]",
            BundleProblem.WITHHELD,
        ),
        (
            bundle(*[entry(CREATE) | {"fullUrl": "urn:uuid:7d0c1a2e-0000-4000-8000-000000000001"}] * 2),
            "bundle.entry[2]",
            BundleProblem.DUPLICATE,
        ),
    ],
)
async def test_what_may_not_go_out_is_refused(text: str, where: str, problem: Problem) -> None:
    async with servers_at("http://127.0.0.1:9/fhir") as servers:
        with pytest.raises(BadInput) as caught:
            await fhir_write_bundle(servers=servers, endpoint="main", bundle=text)

    assert (caught.value.where, caught.value.problem) == (where, problem)


async def test_what_r4_does_not_allow_is_refused_with_its_place() -> None:
    wrong = PATIENT | {"gender": "Zorblax", "birthDate": "yesterday"}
    async with servers_at("http://127.0.0.1:9/fhir") as servers:
        with pytest.raises(BadInput) as caught:
            await fhir_write_bundle(servers=servers, endpoint="main", bundle=bundle(entry(CREATE, wrong)), dry_run=True)

    assert (caught.value.problem, caught.value.numbers) == (BundleProblem.INVALID, {"number": 2})
    assert caught.value.where == "bundle (first: form at Bundle.entry[0].resource.ofType(Patient).birthDate)"


async def test_a_bundle_nested_too_deep_is_refused() -> None:
    async with servers_at("http://127.0.0.1:9/fhir") as servers:
        with pytest.raises(TooLarge):
            await fhir_write_bundle(servers=servers, endpoint="main", bundle="[" * 100_000)


async def test_too_many_entries_are_refused() -> None:
    async with servers_at("http://127.0.0.1:9/fhir") as servers:
        with pytest.raises(TooLarge) as caught:
            await fhir_write_bundle(servers=servers, endpoint="main", bundle=bundle(*[entry(CREATE)] * 1_001))

    assert caught.value.problem is BundleProblem.TOO_MANY


async def test_a_rehearsal_sends_nothing() -> None:
    with scripted(lambda asked: fhir({})) as server:
        async with servers_at(server.base) as servers:
            found = await fhir_write_bundle(
                servers=servers, endpoint="main", bundle=bundle(entry(CREATE)), dry_run=True
            )

    assert server.asked == []
    assert (found.outcome, found.entries, found.types, found.repeat_safe) == (Outcome.PLANNED, 1, {"Patient": 1}, True)


async def test_the_approving_person_reads_what_it_is_about() -> None:
    async with servers_at("https://fhir.example/r4") as servers:
        found = what_would_be_written(servers, bundle(entry(CREATE)), "main")

    assert {fact.label: fact.value for fact in found.facts} == {
        "Kind": "transaction",
        "Connection": "TLS",
        "Resources": "1 Patient",
        "Patient": "Zorblax^Quentin",
        "Patient ID": "MRN-4711",
        "Sent twice": "changes nothing more",
    }
    assert found.counts["entries"] == 1


async def test_writing_is_off_until_it_is_switched_on() -> None:
    async with servers_at("https://fhir.example/r4") as servers:
        gates = write_gates(servers, allowed=False)

    assert (gates.enabled, gates.switch) == (False, "TRIVIUM_FHIR__ALLOW_WRITE=true")
    assert gates.destinations == {"main"}


async def test_every_entry_is_accounted_for() -> None:
    found = await written(fhir(response("201 Created", "200 OK")), bundle(entry(CREATE), entry(CREATE)))

    assert (found.outcome, found.created, found.found_or_updated, found.failed) == (Outcome.APPLIED, 1, 1, 0)
    assert [(one.entry, one.type, one.status, one.id, one.id_phi) for one in found.results] == [
        (1, "Patient", 201, "p-1", "patient_id"),
        (2, "Patient", 200, "p-2", "patient_id"),
    ]


async def test_a_batch_may_be_stored_in_part() -> None:
    answer = response("201", "422 Unprocessable", kind="batch-response")
    issue = {"severity": "error", "code": "required", "expression": ["Patient.name"], "diagnostics": "no Zorblax"}
    answer["entry"][1]["response"]["outcome"] = {"resourceType": "OperationOutcome", "issue": [issue]}
    found = await written(fhir(answer), bundle(entry(CREATE), entry(CREATE), kind="batch"), limit=1)

    assert (found.outcome, found.created, found.failed, found.results_left_out) == (Outcome.PARTLY, 1, 1, 1)
    assert [(one.entry, one.status) for one in found.results] == [(2, 422)]
    (told,) = found.issues
    assert (told.entry, told.code, told.places, told.text) == (2, "required", ("Patient.name",), "no Zorblax")
    assert found.notes == (Note.BATCH,)


async def test_a_create_without_a_condition_is_not_safe_to_repeat() -> None:
    found = await written(fhir(response("201")), bundle(entry({"method": "POST", "url": "Patient"})))

    assert (found.repeat_safe, found.notes) == (False, (Note.NOT_REPEATABLE,))


@pytest.mark.parametrize("status", [400, 409, 412, 422])
async def test_a_transaction_that_is_refused_stores_nothing(status: int) -> None:
    issue = {"severity": "error", "code": "invalid", "diagnostics": "Zorblax"}
    found = await written(fhir({"resourceType": "OperationOutcome", "issue": [issue]}, status), bundle(entry(CREATE)))

    assert (found.outcome, found.status) == (Outcome.REJECTED, status)
    assert [(one.code, one.text) for one in found.issues] == [("invalid", "Zorblax")]


@pytest.mark.parametrize(
    ("answer", "expected", "problem"),
    [
        (Answer(200, json.dumps(response("201")).encode(), cut=True), PeerFailed, WriteProblem.CUT),
        (Answer(hang_up=True), PeerFailed, WriteProblem.CUT),
        (Answer(stall=1.6), PeerTimeout, WriteProblem.TIMEOUT),
        (fhir({}, 500), PeerFailed, WriteProblem.SERVER_ERROR),
        (Answer(200, b"<html>", type="text/html"), PeerFailed, WriteProblem.UNREADABLE),
        (fhir(response("201", "201")), PeerFailed, WriteProblem.UNREADABLE),
        (fhir({"resourceType": "Patient"}), PeerFailed, WriteProblem.UNREADABLE),
        (Answer(307, headers={"Location": "/r4"}), PeerFailed, WriteProblem.REDIRECT),
    ],
)
async def test_what_is_not_certain_is_said_and_not_repeated(
    answer: Answer, expected: type[ToolFailure], problem: WriteProblem
) -> None:
    found = await failed(answer)

    assert (type(found), found.problem) == (expected, problem)
    assert "it is not known whether the bundle was applied" in str(found)


async def test_a_server_that_is_down_got_nothing() -> None:
    async with servers_at("http://127.0.0.1:9/fhir") as servers:
        with pytest.raises(PeerUnavailable) as caught:
            await fhir_write_bundle(servers=servers, endpoint="main", bundle=bundle(entry(CREATE)))

    assert caught.value.problem is LinkProblem.REFUSED


async def test_a_server_that_does_not_know_this_host_got_nothing() -> None:
    found = await failed(fhir({}, 401))

    assert (type(found), found.problem) == (PeerRejected, StatusProblem.UNAUTHORIZED)
