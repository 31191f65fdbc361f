"""The gates of pacs_retrieve, each closed alone, against an archive that would really send: one cell sends images."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

import mcp_types as types
import pytest

from tests.wire.conftest import Installation
from trivium.testing import Era, Person, error_code, serve_here, text_of

pytestmark = pytest.mark.anyio

YES = types.ElicitResult(action="accept", content={"approve": True})


@dataclass
class Cell:
    prepare: Callable[[Installation], object]
    person: Callable[[], Person | None] = Person
    destination: str = "WORKSTATION"
    code: str = ""


def nothing(_: Installation) -> None: ...


def forged(house: Installation) -> None:
    token = house.license()
    head, body, signature = token.split(".")
    (house.home / "license.jwt").write_text(f"{head}.{body[:-4]}AAAA.{signature}")


def with_setting(**settings: str) -> Callable[[Installation], None]:
    def prepare(house: Installation) -> None:
        house.license()
        house.settings.update(settings)

    return prepare


def licensed(house: Installation) -> None:
    house.license()


CELLS = {
    "no license": Cell(nothing, code="license_required"),
    "forged license": Cell(forged, code="license_invalid"),
    "expired license": Cell(lambda house: house.license(days=1, now=1_700_000_000), code="license_expired"),
    "license by a key that is not trusted": Cell(lambda house: house.license(trusted=False), code="license_invalid"),
    "license without the entitlement": Cell(
        lambda house: house.license(entitlements=["pacs.query"]), code="entitlement_missing"
    ),
    "switch off": Cell(with_setting(TRIVIUM_PACS__ALLOW_RETRIEVE="false"), code="retrieve_disabled"),
    "destination not allowed": Cell(licensed, destination="ELSEWHERE", code="destination_not_allowed"),
    "over the limit": Cell(with_setting(TRIVIUM_PACS__MAX_INSTANCES="19"), code="limit_exceeded"),
    "client without elicitation": Cell(licensed, person=lambda: None, code="approval_required"),
    "declined": Cell(licensed, person=lambda: Person("decline"), code="approval_declined"),
    "canceled": Cell(licensed, person=lambda: Person("cancel"), code="approval_declined"),
    "accepted without the tick": Cell(licensed, person=lambda: Person(tick=False), code="approval_declined"),
    "accepted with an empty form": Cell(licensed, person=lambda: Person(tick=None), code="approval_declined"),
    "all right": Cell(licensed),
}


@pytest.mark.parametrize("name", CELLS)
async def test_exactly_one_cell_of_the_gate_matrix_sends_images(
    installation: Installation, era: Era, name: str
) -> None:
    cell = CELLS[name]
    cell.prepare(installation)
    person = cell.person()
    async with installation.client(era, person) as client:
        result = await client.call_tool(
            "pacs_retrieve", {**installation.retrieve, "destination_ae_title": cell.destination}
        )
    assert error_code(result) == cell.code, text_of(result)
    sends = name == "all right"
    assert installation.destination.received == (20 if sends else 0)
    assert len(installation.destination.files) == (20 if sends else 0)
    outcomes = [record["outcome"] for record in installation.audit() if record["event"] == "closed"]
    assert outcomes[-1] == (cell.code or "ok")
    asked = person.asked if person else []
    assert len(asked) == (1 if sends or cell.code == "approval_declined" else 0)


async def test_the_older_name_of_the_switch_is_honored(installation: Installation, era: Era) -> None:
    installation.license()
    installation.settings["DICOM_HL7_PACS_ALLOW_RETRIEVE"] = "true"
    environ = installation.environ
    del environ["TRIVIUM_PACS__ALLOW_RETRIEVE"]
    async with serve_here(environ, era=era, person=Person()) as client:
        assert error_code(await client.call_tool("pacs_retrieve", installation.retrieve)) == ""
    assert installation.destination.received == 20


async def test_a_replayed_approval_sends_nothing_more(installation: Installation) -> None:
    installation.license()
    async with installation.client("2026-07-28", Person("decline")) as client:
        asked = await client.session.call_tool("pacs_retrieve", installation.retrieve, allow_input_required=True)
        assert isinstance(asked, types.InputRequiredResult)
        for sent in (20, 20, 20):
            result = await client.session.call_tool(
                "pacs_retrieve",
                installation.retrieve,
                input_responses={"approval": YES},
                request_state=asked.request_state,
                allow_input_required=True,
            )
            assert installation.destination.received == sent
        assert isinstance(result, types.InputRequiredResult)  # a new question, not another run


async def test_an_approval_for_other_arguments_is_refused(installation: Installation) -> None:
    installation.license()
    other = next(study for study in installation.archive.studies if study.count != 20)
    async with installation.client("2026-07-28", Person("decline")) as client:
        asked = await client.session.call_tool(
            "pacs_retrieve", {**installation.retrieve, "study_instance_uid": other.uid}, allow_input_required=True
        )
        assert isinstance(asked, types.InputRequiredResult)
        with pytest.raises(Exception, match="requestState"):
            await client.session.call_tool(
                "pacs_retrieve",
                installation.retrieve,
                input_responses={"approval": YES},
                request_state=asked.request_state,
                allow_input_required=True,
            )
    assert installation.destination.received == 0


async def test_an_answer_nobody_asked_for_is_no_approval(installation: Installation) -> None:
    installation.license()
    async with installation.client("2026-07-28", Person("decline")) as client:
        result = await client.session.call_tool(
            "pacs_retrieve", installation.retrieve, input_responses={"approval": YES}, allow_input_required=True
        )
        assert isinstance(result, types.InputRequiredResult)
    assert installation.destination.received == 0


async def test_the_person_reads_what_would_move_where(installation: Installation, era: Era) -> None:
    installation.license()
    person = Person("decline")
    async with installation.client(era, person) as client:
        await client.call_tool("pacs_retrieve", installation.retrieve)
    (question,) = person.asked
    for fact in (installation.study.uid, "WORKSTATION", "CT", installation.study.date, "instances: 20", "series: 1"):
        assert fact in question
    assert "BRIEN" not in question


async def test_a_person_outside_the_client_approves_one_run(installation: Installation, era: Era) -> None:
    installation.license()

    def trivium(*arguments: str) -> str:
        command = [sys.executable, "-m", "trivium", *arguments]
        return subprocess.run(command, env=installation.environ, capture_output=True, text=True, check=True).stdout

    async with installation.client(era) as client:
        refusal = text_of(await client.call_tool("pacs_retrieve", installation.retrieve))
        code = refusal.partition("`trivium approvals approve ")[2].partition("`")[0]
        assert code in trivium("approvals", "list")
        assert "approved" in trivium("approvals", "approve", code)
        assert error_code(await client.call_tool("pacs_retrieve", installation.retrieve)) == ""
        assert installation.destination.received == 20
        assert error_code(await client.call_tool("pacs_retrieve", installation.retrieve)) == "approval_required"
    assert installation.destination.received == 20
