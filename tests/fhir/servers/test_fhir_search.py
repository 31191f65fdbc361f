"""A search is checked before it is sent, and its pages have no address in them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from tests.fhir.servers.kit import PATIENT, kinds_of, servers_at, statement, text_of
from tests.fhir.servers.scripted import Answer, Asked, Scripted, fhir, scripted

from trivium.api import BadInput, NotFound, PeerUnavailable, ToolFailure
from trivium_fhir.servers.problems import SearchProblem
from trivium_fhir.servers.results import FoundResources
from trivium_fhir.servers.words import Note
from trivium_fhir.tools.fhir_capabilities import fhir_capabilities
from trivium_fhir.tools.fhir_search import fhir_search

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def page(server: Scripted, asked: Asked, *resources: dict[str, Any], following: str = "") -> Answer:
    links = [{"relation": "self", "url": f"http://127.0.0.1:{server.port}{asked.path}"}]
    if following:
        links.append({"relation": "next", "url": following})
    entries = [
        {"fullUrl": f"{server.base}/{one['resourceType']}/{one['id']}", "resource": one, "search": {"mode": "match"}}
        for one in resources
    ]
    return fhir({"resourceType": "Bundle", "type": "searchset", "total": 2, "link": links, "entry": entries})


async def refused(*parameters: str, **arguments: Any) -> ToolFailure:
    """Why a search of observations is not sent."""
    listed = statement("Observation", names=("code", "date", "subject", "patient", "value-quantity", "status"))
    with scripted(lambda asked: fhir(listed)) as server:
        async with servers_at(server.base) as servers:
            with pytest.raises(ToolFailure) as caught:
                await fhir_search(
                    servers=servers, endpoint="main", type="Observation", parameters=parameters, **arguments
                )
        assert [asked.path for asked in server.asked] in ([], ["/fhir/metadata"])
        return caught.value


@pytest.mark.parametrize(
    ("parameter", "problem"),
    [
        ("dat=2026", SearchProblem.UNKNOWN),
        ("code", SearchProblem.FORM),
        ("code=", SearchProblem.EMPTY),
        ("date=03/01/2026", SearchProblem.DATE),
        ("date=ge2026-02-30", SearchProblem.DATE),
        ("value-quantity=high", SearchProblem.NUMBER),
        ("subject=Patient/p 17", SearchProblem.REFERENCE),
        ("code:exact=1", SearchProblem.MODIFIER),
        ("subject:Patient.famly=a", SearchProblem.UNKNOWN),
        ("code.family=a", SearchProblem.CHAIN),
        ("_count=5", SearchProblem.CONTROL),
        ("_sort=-dat", SearchProblem.UNKNOWN),
        ("_has:Provenance:agent:when=2026", SearchProblem.CHAIN),
        ("category=vital-signs", SearchProblem.NOT_OFFERED),
        ("code=[withheld: text]", SearchProblem.WITHHELD),
    ],
)
async def test_what_a_server_might_ignore_is_not_sent(parameter: str, problem: SearchProblem) -> None:
    found = await refused(parameter)

    assert (type(found), found.problem) == (BadInput, problem)
    assert found.where.partition(" (near: ")[0] == "parameters[1]"


async def test_a_refusal_names_near_parameters_of_the_standard() -> None:
    found = await refused("stauts=final")

    assert str(found) == "parameters[1] (near: status) is no search parameter of this type in R4"


async def test_a_misspelled_type_is_told_the_near_ones() -> None:
    async with servers_at("https://fhir.example/r4") as servers:
        with pytest.raises(NotFound) as caught:
            await fhir_search(servers=servers, endpoint="main", type="Pateint")

    assert caught.value.where == "type (near: Patient)"


async def test_elements_and_includes_are_checked_too() -> None:
    assert (await refused(elements=("valu",))).where == "elements[1] (near: value)"
    assert (await refused(include=("Observation:subjct",))).problem is SearchProblem.INCLUDE


async def test_what_is_sent_is_what_was_asked_for() -> None:
    def script(asked: Asked) -> Answer:
        return fhir(statement("Patient")) if asked.path == "/fhir/metadata" else page(server, asked, PATIENT)

    with scripted(script) as server:
        async with servers_at(server.base, auth="bearer", token="t-1") as servers:
            found = await fhir_search(
                servers=servers,
                endpoint="main",
                type="Patient",
                parameters=("identifier=urn:oid:1.2.3.4|MRN-4711", "birthdate=ge1961-02-03T00:00:00+01:00"),
                elements=("name", "identifier"),
                include=("Patient:general-practitioner",),
                count=7,
            )

    asked = server.asked[-1]
    assert parse_qsl(urlsplit(asked.path).query) == [
        ("identifier", "urn:oid:1.2.3.4|MRN-4711"),
        ("birthdate", "ge1961-02-03T00:00:00+01:00"),
        ("_include", "Patient:general-practitioner"),
        ("_elements", "name,identifier"),
        ("_count", "7"),
    ]
    assert asked.headers["Authorization"] == "Bearer t-1"
    assert (found.matches, found.total, found.included, found.next_cursor, found.notes) == (1, 2, 0, None, ())
    assert json.loads(text_of(found.bundle))["entry"][0]["resource"] == PATIENT
    assert kinds_of(found.bundle) == {
        "p-17": "patient_id",
        "MRN-4711": "patient_id",
        "Zorblax": "name",
        "Quentin": "name",
        "1961-02-03": "birth_date",
    }


async def test_pages_are_followed_by_a_mark_that_holds_no_address() -> None:
    second = PATIENT | {"id": "p-18"}

    def script(asked: Asked) -> Answer:
        if asked.path == "/fhir/metadata":
            return fhir(statement("Patient"))
        if "page=2" in asked.path:
            return page(server, asked, second)
        return page(server, asked, PATIENT, following=f"{server.base}?page=2&secret=Zorblax")

    with scripted(script) as server:
        async with servers_at(server.base) as servers:
            first = await fhir_search(servers=servers, endpoint="main", type="Patient", parameters=("family=Z",))
            assert first.next_cursor is not None
            last = await fhir_search(servers=servers, endpoint="main", type="Patient", cursor=first.next_cursor)
            with pytest.raises(BadInput) as alone:
                await fhir_search(
                    servers=servers, endpoint="main", type="Patient", cursor=first.next_cursor, elements=("name",)
                )
            with pytest.raises(BadInput) as other:
                await fhir_search(servers=servers, endpoint="main", type="Device", cursor=first.next_cursor)

    assert str(server.port) not in first.next_cursor + text_of(first.bundle)
    assert [json.loads(text_of(one.bundle))["entry"][0]["resource"]["id"] for one in (first, last)] == ["p-17", "p-18"]
    assert last.next_cursor is None
    assert (alone.value.problem, other.value.problem) == (SearchProblem.CURSOR_ALONE, SearchProblem.CURSOR)


async def test_a_next_page_at_another_origin_is_not_followed() -> None:
    def script(asked: Asked) -> Answer:
        if asked.path == "/fhir/metadata":
            return fhir(statement("Patient"))
        return page(server, asked, PATIENT, following="http://127.0.0.1:1/fhir?page=2")

    with scripted(script) as server:
        found = await search(server, "family=Z")

    assert (found.next_cursor, found.notes) == (None, (Note.OTHER_PAGE,))


async def search(server: Scripted, *parameters: str, **arguments: Any) -> FoundResources:
    async with servers_at(server.base) as servers:
        found = await fhir_search(servers=servers, endpoint="main", type="Patient", parameters=parameters, **arguments)
    assert isinstance(found, FoundResources)
    return found


async def test_a_parameter_that_the_server_ignored_is_noted() -> None:
    def script(asked: Asked) -> Answer:
        if asked.path == "/fhir/metadata":
            return fhir(statement("Patient"))
        links = [{"relation": "self", "url": f"{server.base}/Patient?_count=20"}]
        return fhir({"resourceType": "Bundle", "type": "searchset", "link": links})

    with scripted(script) as server:
        found = await search(server, "family=Z")

    assert (found.matches, found.notes) == (0, (Note.IGNORED,))


async def test_a_server_without_a_statement_is_searched_with_a_note() -> None:
    def script(asked: Asked) -> Answer:
        return fhir({}, 404) if asked.path == "/fhir/metadata" else page(server, asked)

    with scripted(script) as server:
        found = await search(server, "family=Z")

    assert (found.matches, found.notes) == (0, (Note.NO_STATEMENT,))


async def test_a_server_that_is_busy_is_not_searched() -> None:
    with scripted(lambda asked: fhir({}, 503)) as server, pytest.raises(PeerUnavailable):
        await search(server, "family=Z")

    assert [asked.path for asked in server.asked] == ["/fhir/metadata"]


async def test_a_page_that_is_too_large_is_shown_in_part_and_says_so() -> None:
    long = PATIENT | {"text": {"status": "generated", "div": "x" * 60_000}}

    def script(asked: Asked) -> Answer:
        if asked.path == "/fhir/metadata":
            return fhir(statement("Patient"))
        return page(server, asked, *[long | {"id": f"p-{number}"} for number in range(5)])

    with scripted(script) as server:
        found = await search(server, "family=Z")

    assert (found.matches, found.left_out) == (3, 2)


async def test_the_statement_is_asked_for_once() -> None:
    def script(asked: Asked) -> Answer:
        return fhir(statement("Patient")) if asked.path == "/fhir/metadata" else page(server, asked)

    with scripted(script) as server:
        async with servers_at(server.base) as servers:
            for _ in range(3):
                await fhir_search(servers=servers, endpoint="main", type="Patient", parameters=("family=Z",))

    assert [asked.path for asked in server.asked].count("/fhir/metadata") == 1


async def test_capabilities_show_names_of_the_standard_alone() -> None:
    said = statement("Patient", "Observation", "Zorblax", names=("identifier", "zorblax-number"))
    said["software"] = {"name": "Quentin Zorblax's server", "version": "1.2"}
    said["rest"][0]["resource"][0]["operation"] = [{"name": "everything"}, {"name": "zorblax"}]
    with scripted(lambda asked: fhir(said)) as server:
        async with servers_at(server.base) as servers:
            found = await fhir_capabilities(servers=servers, endpoint="main", limit=1)
            named = await fhir_capabilities(servers=servers, endpoint="main", type="Patient")
            with pytest.raises(NotFound):
                await fhir_capabilities(servers=servers, endpoint="main", type="Device")

    assert (found.fhir_version, found.types_total, found.next_offset) == ("4.0.1", 2, 1)
    assert found.software_phi == "text"
    assert [one.type for one in found.types] == ["Observation"]
    offered = named.types[0]
    assert (offered.search_parameters, offered.own_search_parameters) == (("identifier",), 1)
    assert (offered.interactions, offered.operations) == (("read",), ("everything",))
