"""Against a FHIR server of others: Medplum's router with its repository in memory, over HTTP."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from tests.fhir.servers.kit import PATIENT, servers_at, text_of

from trivium.api import NotFound
from trivium_fhir.servers.problems import StatusProblem
from trivium_fhir.servers.words import Outcome
from trivium_fhir.tools.fhir_capabilities import fhir_capabilities
from trivium_fhir.tools.fhir_read import fhir_read
from trivium_fhir.tools.fhir_search import fhir_search
from trivium_fhir.tools.fhir_write_bundle import fhir_write_bundle

pytestmark = pytest.mark.anyio
_PATIENT_URL: Final = "urn:uuid:7d0c1a2e-0000-4000-8000-000000000001"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def bundle(number: str, observations: int = 3) -> str:
    """A patient and some observations about him, each created unless it is there."""
    patient = {key: value for key, value in PATIENT.items() if key != "id"}
    patient["identifier"] = [{"system": "urn:oid:1.2.3.4", "value": number}]
    entries = [_entry(patient, f"urn:oid:1.2.3.4|{number}") | {"fullUrl": _PATIENT_URL}]
    entries += [
        _entry(
            {
                "resourceType": "Observation",
                "identifier": [{"system": "urn:oid:1.2.3.5", "value": f"{number}-{one}"}],
                "status": "final",
                "code": {"coding": [{"system": "http://loinc.org", "code": "718-7"}]},
                "subject": {"reference": _PATIENT_URL},
                "valueQuantity": {"value": one, "unit": "g/dL", "system": "http://unitsofmeasure.org", "code": "g/dL"},
            },
            f"urn:oid:1.2.3.5|{number}-{one}",
        )
        for one in range(1, observations + 1)
    ]
    return json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries})


def _entry(resource: dict[str, Any], condition: str) -> dict[str, Any]:
    request = {"method": "POST", "url": resource["resourceType"], "ifNoneExist": f"identifier={condition}"}
    return {"resource": resource, "request": request}


async def test_a_transaction_is_stored_and_a_repeat_makes_nothing_twice(peer: str) -> None:
    async with servers_at(peer) as servers:
        first = await fhir_write_bundle(servers=servers, endpoint="main", bundle=bundle("MRN-1"))
        again = await fhir_write_bundle(servers=servers, endpoint="main", bundle=bundle("MRN-1"))
        found = await fhir_search(
            servers=servers, endpoint="main", type="Patient", parameters=("identifier=urn:oid:1.2.3.4|MRN-1",)
        )

    assert (first.outcome, first.created, first.found_or_updated, first.failed) == (Outcome.APPLIED, 4, 0, 0)
    assert (again.outcome, again.created, again.found_or_updated, again.failed) == (Outcome.APPLIED, 0, 4, 0)
    assert [one.id for one in first.results] == [one.id for one in again.results]
    assert (found.matches, found.total) == (1, 1)


async def test_what_was_stored_is_read_again(peer: str) -> None:
    async with servers_at(peer) as servers:
        stored = await fhir_write_bundle(servers=servers, endpoint="main", bundle=bundle("MRN-2", 0))
        logical_id = stored.results[0].id
        found = await fhir_read(servers=servers, endpoint="main", type="Patient", id=logical_id)

    resource = json.loads(text_of(found.resource))
    assert (resource["id"], resource["name"]) == (logical_id, PATIENT["name"])
    assert found.notes == ()


async def test_what_is_not_there_is_not_found(peer: str) -> None:
    async with servers_at(peer) as servers:
        with pytest.raises(NotFound) as caught:
            await fhir_read(servers=servers, endpoint="main", type="Patient", id="00000000-0000-4000-8000-000000000000")

    assert caught.value.problem is StatusProblem.NOT_FOUND
    assert caught.value.where == "endpoint main (issue not-found)"


async def test_pages_together_hold_every_match_once(peer: str) -> None:
    async with servers_at(peer) as servers:
        stored = await fhir_write_bundle(servers=servers, endpoint="main", bundle=bundle("MRN-3", 5))
        patient = stored.results[0].id
        page = await fhir_search(
            servers=servers,
            endpoint="main",
            type="Observation",
            parameters=(f"subject=Patient/{patient}", "code=http://loinc.org|718-7"),
            count=2,
        )
        pages = [page]
        while page.next_cursor:
            page = await fhir_search(servers=servers, endpoint="main", type="Observation", cursor=page.next_cursor)
            pages.append(page)

    entries = [entry for one in pages for entry in json.loads(text_of(one.bundle))["entry"]]
    assert [one.matches for one in pages] == [2, 2, 1]
    assert sorted(entry["resource"]["valueQuantity"]["value"] for entry in entries) == [1, 2, 3, 4, 5]


async def test_its_statement_is_read(peer: str) -> None:
    async with servers_at(peer) as servers:
        found = await fhir_capabilities(servers=servers, endpoint="main", type="Patient")

    assert found.system_interactions == ("transaction", "batch")
    assert found.types[0].conditional_create is True
    assert {"identifier", "family", "birthdate"} <= set(found.types[0].search_parameters)


async def test_an_entry_that_it_refuses_is_accounted_for(peer: str) -> None:
    twice = json.loads(bundle("MRN-4", 0))
    twice["entry"] = [{"resource": twice["entry"][0]["resource"], "request": {"method": "POST", "url": "Patient"}}] * 2
    batch = json.loads(bundle("MRN-4", 0))
    batch["type"] = "batch"
    batch["entry"] += json.loads(bundle("MRN-5", 0))["entry"]
    del batch["entry"][1]["fullUrl"]
    async with servers_at(peer) as servers:
        stored = await fhir_write_bundle(servers=servers, endpoint="main", bundle=json.dumps(twice))
        found = await fhir_write_bundle(servers=servers, endpoint="main", bundle=json.dumps(batch))

    assert (stored.created, stored.repeat_safe) == (2, False)
    assert (found.outcome, found.created, found.failed) == (Outcome.PARTLY, 1, 1)
    assert [(one.entry, one.status) for one in found.results] == [(1, 412), (2, 201)]
    assert [(issue.entry, issue.code) for issue in found.issues] == [(1, "multiple-matches")]
