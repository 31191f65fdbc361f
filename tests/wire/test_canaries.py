"""No patient's value leaves: everything the server writes anywhere is searched for the names it has handled."""

from __future__ import annotations

import base64
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from tests.wire.conftest import DESTINATION, Installation
from trivium.testing import Era, Person
from trivium_pacs.embedded import Destination, EmbeddedArchive, Series, Study
from trivium_pacs.embedded import Person as Patient

pytestmark = pytest.mark.anyio

PEOPLE = [
    Patient("O'BRIEN^ORLAITH^ANNEMARIE^DOCTOR^THETHIRD", "MRN-7741-X", "19520317", "F"),
    Patient("MÜLLER^JÖRG", "MRN-7742-Y", "19681104", "M"),
    Patient("ZORBLAX^QUENTIN^^^", "MRN-7743-Z", "19910625", "O"),
]
STUDIES = [
    Study(
        person, "20250411", "091500", f"CHEST OF {person.name}", f"ACC-{number}", (Series("CT", "AXIAL", 2),), charset
    )
    for number, (person, charset) in enumerate(zip(PEOPLE, ("", "ISO_IR 192", "ISO_IR 100"), strict=True))
]
SECRETS = sorted(
    {part for person in PEOPLE for part in person.name.split("^") if part}
    | {person.id for person in PEOPLE}
    | {person.birth_date for person in PEOPLE}
    | {"12 HIDDEN LANE", "555-0199", "REMARKABLE"}
)
MESSAGE = "\r".join(
    (
        r"MSH|^~\&|LAB|NORTH|EHR|NORTH|20250411101500||ORU^R01^ORU_R01|MSG1|T|2.5.1|||||||8859/1",
        f"PID|1||{PEOPLE[0].id}^^^NORTH^MR~{PEOPLE[1].id}||{PEOPLE[0].name}~{PEOPLE[1].name}|{PEOPLE[2].name}"
        f"|{PEOPLE[0].birth_date}|F|||12 HIDDEN LANE^^TOWN||555-0199",
        f"NK1|1|{PEOPLE[2].name}|SPO|12 HIDDEN LANE|555-0199",
        "OBX|1|TX|8251-1^Comment^LN||REMARKABLE finding in MÜLLER||||||F",
        f"NTE|1||REMARKABLE {PEOPLE[2].name}",
        f"ZPD|{PEOPLE[0].name}|{PEOPLE[1].id}",
    )
)
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("parse_hl7_message", {"message": MESSAGE}),
    ("parse_hl7_message", {"message": MESSAGE.replace("MSH|", "MSX|")}),
    ("parse_hl7_message", {"message": MESSAGE.replace("PID|", "O'BRIEN|")}),
    ("parse_hl7_message", {"message": MESSAGE.replace("ORU^R01", "ZORBLAX^QUENTIN")}),
    ("lookup_dicom_tag", {"tag": PEOPLE[0].name}),
    ("map_hl7_to_fhir", {"field_ref": PEOPLE[1].name}),
    ("pacs_query", {}),
    ("pacs_query", {"patient_name": "O'BRIEN*"}),
    ("pacs_query", {"patient_name": "MÜLLER^JÖRG"}),
    ("pacs_query", {"patient_id": PEOPLE[2].id}),
    ("pacs_query", {"patient_name": "ZORBLAX\\QUENTIN"}),
    ("pacs_query", {"study_date": PEOPLE[0].name}),
    ("pacs_query", {"ZORBLAX": "QUENTIN", "patient_name": 5}),
    ("pacs_query", {"query_level": "SERIES", "study_instance_uid": STUDIES[1].uid}),
    ("pacs_retrieve", {"study_instance_uid": STUDIES[1].uid, "destination_ae_title": "MÜLLER"}),
    ("pacs_retrieve", {"study_instance_uid": STUDIES[1].uid, "destination_ae_title": DESTINATION, "dry_run": True}),
    ("pacs_retrieve", {"study_instance_uid": STUDIES[1].uid, "destination_ae_title": DESTINATION}),
    ("pacs_retrieve", {"study_instance_uid": "MÜLLER", "destination_ae_title": DESTINATION}),
    ("ZORBLAX", {"QUENTIN": "MÜLLER"}),
]


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with (
        Destination(tmp_path / "arrived", ae_title=DESTINATION) as destination,
        EmbeddedArchive(STUDIES, destinations={DESTINATION: (destination.host, destination.port)}) as archive,
        (tmp_path / "stderr.txt").open("a") as stderr,
    ):
        yield Installation(tmp_path / "home", archive, destination, stderr)


def found_in(blob: bytes) -> list[str]:
    """The secrets that stand in these bytes in any case, escaped as JSON or XML would, or in base64."""
    text = blob.decode("utf-8", "replace").casefold()
    hits = []
    for secret in SECRETS:
        forms = {secret, secret.encode("unicode_escape").decode(), secret.replace("'", "&#x27;")}
        forms |= {base64.b64encode(secret.encode(encoding)).decode().rstrip("=") for encoding in ("utf-8", "latin-1")}
        if any(form.casefold() in text for form in forms):
            hits.append(secret)
    return hits


async def visit(installation: Installation, era: Era, wire: Path) -> Person:
    """Make every call; what the server sends goes through `tee` into `wire`."""
    person = Person()
    parameters = StdioServerParameters(
        command="sh",
        args=["-c", '"$0" -m trivium serve | tee -a "$1"', sys.executable, os.fspath(wire)],
        env=installation.environ,
    )
    mode = "legacy" if era == "2025-11-25" else "auto"
    transport = stdio_client(parameters, errlog=installation.stderr)
    async with Client(transport, mode=mode, elicitation_callback=person) as client:
        for name, arguments in CALLS:
            await client.call_tool(name, arguments)
    return person


def files_below(folder: Path) -> list[Path]:
    """All but what the destination received, which is the patient's images."""
    return [path for path in folder.rglob("*") if path.is_file() and "arrived" not in path.parts]


async def test_no_name_number_or_text_of_a_patient_leaves(installation: Installation, era: Era, tmp_path: Path) -> None:
    installation.license()
    wire = tmp_path / "wire.jsonl"
    person = await visit(installation, era, wire)
    assert installation.destination.received == 2
    assert len(wire.read_bytes().splitlines()) > len(CALLS)
    assert found_in(wire.read_bytes()) == []
    assert found_in("\n".join(person.asked).encode()) == []
    written = files_below(tmp_path)
    assert {path.name for path in written} >= {"audit.jsonl", "stderr.txt", "approvals.sqlite3"}
    assert {path.name: found_in(path.read_bytes()) for path in written} == {path.name: [] for path in written}


async def test_the_same_search_finds_them_when_redaction_is_off(installation: Installation, tmp_path: Path) -> None:
    installation.license()
    installation.settings["TRIVIUM_PHI__MODE"] = "false"
    wire = tmp_path / "wire.jsonl"
    await visit(installation, "2026-07-28", wire)
    assert found_in(wire.read_bytes()) == SECRETS
    assert found_in((installation.home / "audit.jsonl").read_bytes()) == []
    assert found_in(installation.complaints().encode()) == []
