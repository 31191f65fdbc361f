"""No patient's value leaves: everything the server writes anywhere is searched for the people it has handled."""

from __future__ import annotations

import base64
import json
import os
import re
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mcp_types as types
import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from tests.pacs.faults import Fault, faulty
from tests.wire.canaries import (
    BATCH,
    BIRTH_DATES,
    CARE_DATE,
    MESSAGE,
    NAMES,
    NUMBERS,
    ODD_MESSAGE,
    PEOPLE,
    SECRETS,
    SENT,
    STUDIES,
    TEXTS,
    fill_folder,
    found_in,
    gossip,
    install_ward,
)
from tests.wire.conftest import DESTINATION, Installation
from tests.wire.dicom_canaries import ASCCONV, DICOM_FILES, NO_FILES, ORDINARY, fill_dicom_folder
from tests.wire.dicom_canaries import NAMES as NAMES_OF_FILES
from tests.wire.fhir_canaries import FHIR_CALLS, records
from trivium.testing import Era, Person, error_code, text_of
from trivium_pacs.embedded import Destination, EmbeddedArchive

pytestmark = pytest.mark.anyio

RETRIEVE = {"study_instance_uid": STUDIES[1].uid, "destination_ae_title": DESTINATION}
NAME = PEOPLE[2].name
_ERROR = {"code": "207", "location": "PID-5"}
HL7_CALLS: list[tuple[str, dict[str, Any], str]] = [
    *(("parse_hl7_message", {"message": text}, "") for text in (ODD_MESSAGE, BATCH)),
    ("parse_hl7_message", {"message": BATCH, "message_number": 2, "limit": 2000, "value_limit": 50_000}, ""),
    ("explain_hl7_segment", {"segment_name": "PID"}, ""),
    ("explain_hl7_segment", {"segment_name": NAME}, ""),
    ("explain_hl7_segment", {"segment_name": "PID", "version": "QUENTIN"}, "bad_input"),
    ("explain_hl7_field", {"field_ref": "PID-5"}, ""),
    ("explain_hl7_field", {"field_ref": NAME}, ""),
    ("lookup_hl7_table", {"table_number": "0001"}, ""),
    ("lookup_hl7_table", {"table_number": NAME}, ""),
    ("lookup_hl7_table", {"table_number": "0001", "code": "ZORBLAX"}, ""),
    ("explain_hl7_message_type", {"message_type": "ADT^A40"}, ""),
    ("explain_hl7_message_type", {"message_type": NAME}, ""),
    *(("validate_hl7_message", {"message": text, "limit": 500}, "") for text in (MESSAGE, ODD_MESSAGE)),
    ("validate_hl7_message", {"message": f"{MESSAGE}\r{ODD_MESSAGE}", "message_number": 2}, ""),
    ("validate_hl7_message", {"message": MESSAGE, "version": NAME}, "bad_input"),
    ("validate_hl7_message", {"message": MESSAGE, "profile": "ZORBLAX"}, "not_found"),
    ("validate_hl7_message", {"message": MESSAGE, "profile": "site"}, "bad_input"),
    ("validate_hl7_message", {"message": MESSAGE, "profile_toml": "ZORBLAX = QUENTIN"}, "bad_input"),
    ("validate_hl7_message", {"message": MESSAGE, "profile_toml": '[[ignore]]\nrule = "ZORBLAX"'}, "bad_input"),
    ("validate_hl7_message", {"message": MESSAGE, "profile_toml": '[segments."ZORBLAX"]\n'}, "bad_input"),
    ("generate_sample_message", {"message_type": "ADT^A01"}, ""),
    ("generate_sample_message", {"message_type": NAME}, "bad_input"),
    ("compare_hl7_messages", {"left": MESSAGE, "right": ODD_MESSAGE, "limit": 1000}, ""),
    ("compare_hl7_messages", {"left": ODD_MESSAGE, "right": MESSAGE.replace("ZORBLAX", "MÜLLER")}, ""),
    ("compare_hl7_messages", {"left": MESSAGE, "right": MESSAGE, "ignore": [NAME]}, "bad_input"),
    ("compare_hl7_messages", {"left": MESSAGE, "right": NAME}, "bad_input"),
    ("profile_hl7_messages", {"messages": BATCH, "draft_site_profile": True, "limit": 500, "code_limit": 200}, ""),
    ("profile_hl7_messages", {"folder": "", "draft_site_profile": True, "limit": 500}, ""),
    ("profile_hl7_messages", {"folder": "ZORBLAX"}, "not_found"),
    ("profile_hl7_messages", {"folder": "../QUENTIN"}, "bad_input"),
    ("profile_hl7_messages", {"folder": "MÜLLER MRN-7742-Y.hl7"}, "bad_input"),
    ("profile_hl7_messages", {"folder": "pipe.hl7"}, "bad_input"),
    ("profile_hl7_messages", {"messages": BATCH, "segments": [NAME]}, "bad_input"),
    *(("build_hl7_ack", {"message": text, "code": "AE", "errors": [_ERROR]}, "") for text in (MESSAGE, ODD_MESSAGE)),
    ("build_hl7_ack", {"message": f"{MESSAGE}\r{ODD_MESSAGE}", "message_number": 2}, ""),
    ("build_hl7_ack", {"message": MESSAGE, "errors": [{"code": "ZORBLAX"}], "code": "AE"}, "bad_input"),
    ("build_hl7_ack", {"message": MESSAGE, "errors": [{**_ERROR, "location": NAME}], "code": "AE"}, "bad_input"),
    ("build_hl7_ack", {"message": MESSAGE, "errors": [{**_ERROR, "ZORBLAX": "QUENTIN"}], "code": "AE"}, "bad_input"),
    ("build_hl7_ack", {"message": MESSAGE, "sent": NAME}, "bad_input"),
    ("send_hl7_message", {"message": SENT, "endpoint": "ZORBLAX"}, "destination_not_allowed"),
    ("send_hl7_message", {"message": ODD_MESSAGE, "endpoint": "gossip"}, "bad_input"),
    ("send_hl7_message", {"message": f"{SENT}\rNTE|1||\x1cQUENTIN", "endpoint": "gossip"}, "bad_input"),
    ("send_hl7_message", {"message": SENT.replace("MSG-1", "ZORBLAX"), "endpoint": "gossip", "dry_run": True}, ""),
    ("send_hl7_message", {"message": SENT, "endpoint": "gossip", "dry_run": True}, ""),
    ("map_dicom_to_hl7", {"tag": "PatientName"}, ""),
    ("map_dicom_to_hl7", {"tag": NAME}, ""),
    ("map_hl7_to_dicom", {"field_ref": "PID-5"}, ""),
    ("map_hl7_to_dicom", {"field_ref": NAME}, "bad_input"),
    ("explain_integration_pattern", {"pattern_name": "patient merge"}, ""),
    ("explain_integration_pattern", {"pattern_name": NAME}, ""),
    ("generate_mirth_channel", {"source_type": "HL7v2", "destination_type": "File", "use_case": "archive"}, ""),
    ("generate_mirth_channel", {"source_type": NAME, "destination_type": "File", "use_case": "archive"}, "bad_input"),
]
DUMP = "\n".join(
    (
        f"(0008,0070) LO [{NAME}]  # 10, 1 Manufacturer",
        f"(0029,0010) LO [{NAME}]  # 18, 1 PrivateCreator",
        f"(0029,1010) LO [{PEOPLE[0].name}]  # 18, 1 Unknown",
        f"(0029,1011) DA [{PEOPLE[0].birth_date}]  # 8, 1 ZORBLAX",
        f"(0029,1020) UT [{ASCCONV}]  # 90, 1 Unknown",
        "(0013,0010) LO [SIEMENS CM VA0  CMS]  # 19, 1 PrivateCreator",
        f"(0013,1030) DA [{PEOPLE[2].birth_date}]  # 8, 1 Unknown",
        "REMARKABLE 12 HIDDEN LANE",
    )
)
_JSON = json.dumps({"00290010": {"vr": "LO", "Value": [NAME]}, "00291010": {"vr": "PN", "Value": [{"ZORBLAX": NAME}]}})
_BY_PATH = ("read_dicom_file", "validate_dicom_file", "decode_private_tags")
_ALSO_BY_PATH = (
    "read_structured_report",
    "extract_encapsulated_document",
    "render_dicom_image",
    "plot_dicom_waveform",
)
_STUDY = {"project": "lung-study", "limit": 100}
DICOM_CALLS: list[tuple[str, dict[str, Any], str]] = [
    *((tool, {"path": name}, "") for name in DICOM_FILES for tool in _BY_PATH),
    *(("read_dicom_file", {"path": name, "limit": 1000, "value_limit": 10_000}, "") for name in DICOM_FILES),
    *(("validate_dicom_file", {"path": name, "limit": 500}, "") for name in DICOM_FILES),
    *(("decode_private_tags", {"path": name, "limit": 500, "words": "ZORBLAX"}, "not_found") for name in ORDINARY),
    *(("compare_dicom_files", {"left": "series/1.dcm", "right": name, "limit": 1000}, "") for name in DICOM_FILES),
    *((tool, {"path": path}, code) for tool in (*_BY_PATH, *_ALSO_BY_PATH) for path, code in NO_FILES.items()),
    *(("compare_dicom_files", {"left": path, "right": "series/1.dcm"}, code) for path, code in NO_FILES.items()),
    *(("compare_dicom_files", {"left": "series/1.dcm", "right": path}, code) for path, code in NO_FILES.items()),
    *(("summarize_dicom_folder", {"folder": ".", "level": level}, "") for level in ("patient", "study", "series")),
    ("summarize_dicom_folder", {"folder": "series"}, ""),
    ("summarize_dicom_folder", {"folder": "ZORBLAX^QUENTIN"}, "not_found"),
    ("summarize_dicom_folder", {"folder": "../QUENTIN"}, "bad_input"),
    ("summarize_dicom_folder", {"folder": "link.dcm"}, "bad_input"),
    ("summarize_dicom_folder", {"folder": NAMES_OF_FILES["ct"]}, "bad_input"),
    ("summarize_dicom_folder", {"folder": ".", "level": "ZORBLAX"}, "bad_input"),
    *(
        ("read_structured_report", {"path": NAMES_OF_FILES["report"], **more}, "")
        for more in ({}, {"form": "rows"}, {"codes": True}, {"under": "1.2", "depth": 0})
    ),
    ("read_structured_report", {"path": NAMES_OF_FILES["report"], "under": NAME}, "bad_input"),
    ("read_structured_report", {"path": NAMES_OF_FILES["ct"]}, "bad_input"),
    *(("extract_encapsulated_document", {"path": NAMES_OF_FILES[one]}, "") for one in ("document", "cda")),
    ("extract_encapsulated_document", {"path": NAMES_OF_FILES["document"], "offset": 77}, "not_found"),
    ("extract_encapsulated_document", {"path": NAMES_OF_FILES["report"]}, "bad_input"),
    *(("render_dicom_image", {"path": path}, "") for path in ("series/1.dcm", NAMES_OF_FILES["private"])),
    ("render_dicom_image", {"path": "series/1.dcm", "window": "ZORBLAX"}, "bad_input"),
    ("render_dicom_image", {"path": NAMES_OF_FILES["report"]}, "not_found"),
    ("plot_dicom_waveform", {"path": NAMES_OF_FILES["ecg"]}, ""),
    ("plot_dicom_waveform", {"path": NAMES_OF_FILES["ecg"], "channels": [7]}, "not_found"),
    ("plot_dicom_waveform", {"path": NAMES_OF_FILES["ecg"], "channels": ["ZORBLAX"]}, "bad_input"),
    ("read_dicom_file", {"path": "series/1.dcm", "select": ["PatientName", "private", "General Series"]}, ""),
    ("read_dicom_file", {"path": "series/1.dcm", "select": ["PatientName", NAME]}, "not_found"),
    ("read_dicom_file", {"path": "series/1.dcm", "select": [f"PatientName/{NAME}"]}, "not_found"),
    ("read_dicom_file", {"path": "series/1.dcm", "ZORBLAX": "QUENTIN"}, "bad_input"),
    ("read_dicom_file", {"path": "file-AAAA-BBBB-CCCC"}, "bad_input"),
    ("compare_dicom_files", {"left": "series/1.dcm", "right": "series/QUENTIN.dcm", "ignore": [NAME]}, "not_found"),
    ("validate_dicom_file", {"path": "series/1.dcm", "severity": "ZORBLAX"}, "bad_input"),
    *(("decode_private_tags", {"dump": text, "limit": 500}, "") for text in (DUMP, _JSON)),
    ("decode_private_tags", {"dump": DUMP, "tag": "(0029,1020)", "words": "ZORBLAX"}, ""),
    ("decode_private_tags", {"dump": DUMP, "creator": NAME}, ""),
    ("decode_private_tags", {"dump": NAME}, "bad_input"),
    ("decode_private_tags", {"dump": DUMP, "path": "series/1.dcm"}, "bad_input"),
    ("decode_private_tags", {"tag": NAME}, "bad_input"),
    ("decode_private_tags", {"creator": NAME}, "not_found"),
    ("decode_private_tags", {"words": NAME}, "not_found"),
    ("decode_private_tags", {"tag": "(0029,1010)", "creator": NAME}, ""),
    ("explain_dicom_tag", {"tag": "PatientName", "iod": "CT image"}, ""),
    ("explain_dicom_tag", {"tag": NAME}, "not_found"),
    ("explain_dicom_tag", {"tag": "PatientName", "iod": NAME}, "not_found"),
    ("explain_dicom_tag", {"tag": f"RequestAttributesSequence.{NAME}"}, "not_found"),
    ("explain_dicom_iod", {"iod": "CT image"}, ""),
    ("explain_dicom_iod", {"iod": NAME}, "not_found"),
    ("explain_dicom_iod", {"iod": "CT image", "module": NAME}, "not_found"),
    ("lookup_dicom_uid", {"uid": "CTImageStorage"}, ""),
    ("lookup_dicom_uid", {"uid": NAME}, "not_found"),
    ("lookup_dicom_uid", {"uid": f"1.2.840.10008.{NAME}"}, "not_found"),
    ("deidentify_dicom", {**_STUDY, "path": ".", "dry_run": True}, ""),
    (
        "deidentify_dicom",
        {**_STUDY, "path": "series", "options": ["retain_uids", "clean_graphics"], "dry_run": True},
        "",
    ),
    ("deidentify_dicom", {**_STUDY, "path": "series", "options": ["ZORBLAX"]}, "bad_input"),
    ("deidentify_dicom", {**_STUDY, "path": "ZORBLAX^QUENTIN"}, "not_found"),
    ("deidentify_dicom", {**_STUDY, "path": "series", "project": NAME}, "destination_not_allowed"),
    ("deidentify_dicom", {**_STUDY, "path": "."}, "approval_declined"),
    ("deidentify_dicom", {**_STUDY, "path": "."}, ""),
]
CALLS: list[tuple[str, dict[str, Any], str]] = [
    ("lookup_dicom_tag", {"tag": PEOPLE[0].name}, "not_found"),
    ("lookup_dicom_tag", {"tag": "PatientName"}, ""),
    ("map_hl7_to_fhir", {"field_ref": PEOPLE[1].name}, "bad_input"),
    ("map_hl7_to_fhir", {"field_ref": "PID-5"}, ""),
    ("parse_hl7_message", {"message": MESSAGE}, ""),
    ("parse_hl7_message", {"message": MESSAGE, "segments": ["PID-5"], "value_limit": 20}, ""),
    ("parse_hl7_message", {"message": MESSAGE, "segments": [PEOPLE[2].name]}, "bad_input"),
    ("parse_hl7_message", {"message": MESSAGE.replace("MSH|", "MSX|")}, "bad_input"),
    ("parse_hl7_message", {"message": MESSAGE.replace("PID|", "O'BRIEN|")}, "bad_input"),
    ("parse_hl7_message", {"message": MESSAGE.replace("ORU^R01", "ZORBLAX^QUENTIN")}, ""),
    *HL7_CALLS,
    ("pacs_echo", {}, ""),
    ("pacs_query", {}, ""),
    ("pacs_query", {"patient_name": "O'BRIEN*"}, ""),
    ("pacs_query", {"patient_name": "MÜLLER^JÖRG"}, ""),
    ("pacs_query", {"patient_id": PEOPLE[2].id}, ""),
    ("pacs_query", {"patient_name": "ZORBLAX\\QUENTIN"}, "bad_input"),
    ("pacs_query", {"study_date": PEOPLE[0].name}, "bad_input"),
    ("pacs_query", {"ZORBLAX": "QUENTIN", "patient_name": 5}, "bad_input"),
    ("pacs_query", {"patient_id": "patient-AAAA-BBBB-CCCC"}, "bad_input"),
    ("pacs_query", {"query_level": "SERIES", "study_instance_uid": STUDIES[1].uid}, ""),
    ("pacs_query", {"accession_number": "VETO-1"}, "vetoed"),
    ("pacs_query", {"accession_number": "VETO-2"}, "vetoed"),
    ("pacs_retrieve", {**RETRIEVE, "destination_ae_title": "MÜLLER"}, "destination_not_allowed"),
    ("pacs_retrieve", {**RETRIEVE, "destination_ae_title": "ZORBLAX"}, "destination_not_allowed"),
    ("pacs_retrieve", {**RETRIEVE, "study_instance_uid": "MÜLLER"}, "bad_input"),
    ("pacs_retrieve", {**RETRIEVE, "dry_run": True}, ""),
    ("pacs_retrieve", RETRIEVE, "approval_declined"),
    ("pacs_retrieve", RETRIEVE, "approval_declined"),
    ("pacs_retrieve", RETRIEVE, ""),
    ("send_hl7_message", {"message": SENT, "endpoint": "gossip"}, ""),
    *DICOM_CALLS,
    *FHIR_CALLS,
    ("ward_record", {}, ""),
    ("ward_crash", {}, "tool_failed"),
    ("ward_exit", {}, "tool_failed"),
    ("ward_smuggle", {}, "tool_failed"),
    ("ward_wait", {}, "timeout"),
    ("ZORBLAX", {"QUENTIN": "MÜLLER"}, "unknown_tool"),
]
"""Every tool, well and badly called, with the code that comes back."""
TOOLS = {name for name, _, _ in CALLS} - {"ZORBLAX"}


@dataclass
class Fickle(Person):
    """Says no, walks away, and then says yes; and no again, to a question of another sort."""

    moods: list[Any] = field(default_factory=lambda: ["decline", "cancel", "accept", "accept", "decline"])

    async def __call__(self, context: Any, params: types.ElicitRequestParams) -> types.ElicitResult:
        self.action = self.moods.pop(0) if self.moods else "accept"
        return await super().__call__(context, params)


def copies_of(tmp_path: Path) -> Path:
    """Where copies of DICOM files go, without the patient."""
    return tmp_path.parent / f"{tmp_path.name}-copies"


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    (tmp_path / "temp").mkdir()
    copies_of(tmp_path).mkdir()
    messages = fill_folder(tmp_path.parent / f"{tmp_path.name}-messages")
    images = fill_dicom_folder(tmp_path.parent / f"{tmp_path.name}-dicom")
    settings = {
        "TRIVIUM_HL7__ALLOW_SEND": "true",
        "TRIVIUM_HL7__FOLDERS": str(messages),
        "TRIVIUM_DICOM__FOLDERS": str(images),
        "TRIVIUM_FHIR__FOLDERS": str(images),
        "TRIVIUM_FHIR__ALLOW_WRITE": "true",
        "TRIVIUM_DICOM__OUTPUT_FOLDER": str(copies_of(tmp_path)),
        "TRIVIUM_DICOM__DEIDENTIFY_KEYS": json.dumps({"lung-study": "a secret of some length"}),
        "TRIVIUM_DICOM__ALLOW_DEIDENTIFY": "true",
        "TRIVIUM_HL7__PROFILES": json.dumps({"site": str(messages / "profile.toml")}),
        "PYTHONPATH": str(install_ward(tmp_path.parent / f"{tmp_path.name}-site")),
        "TMPDIR": str(tmp_path / "temp"),
        "TRIVIUM_LOG_LEVEL": "debug",
    }
    with (
        Destination(tmp_path / "arrived", ae_title=DESTINATION) as destination,
        EmbeddedArchive(STUDIES, destinations={DESTINATION: (destination.host, destination.port)}) as archive,
        gossip() as port,
        records() as base_url,
        (tmp_path / "stderr.txt").open("a") as stderr,
    ):
        settings["TRIVIUM_FHIR__ENDPOINTS"] = json.dumps({"records": {"base_url": base_url}})
        settings["TRIVIUM_HL7__ENDPOINTS"] = json.dumps({"gossip": {"host": "127.0.0.1", "port": port}})
        yield Installation(tmp_path / "home", archive, destination, stderr, settings)


@pytest.fixture(params=["redact", "tokens"])
def mode(request: pytest.FixtureRequest, installation: Installation) -> str:
    installation.settings["TRIVIUM_PHI__MODE"] = request.param
    return str(request.param)


def tapped(installation: Installation, era: Era, wire: Path, person: Person | None, *command: str) -> Client:
    """A client; what its server sends goes through `tee` into `wire`."""
    parameters = StdioServerParameters(
        command="sh",
        args=["-c", 'wire=$1; shift; "$@" | tee -a "$wire"', "sh", os.fspath(wire), sys.executable, *command],
        env=installation.environ,
    )
    transport = stdio_client(parameters, errlog=installation.stderr)
    return Client(transport, mode="legacy" if era == "2025-11-25" else "auto", elicitation_callback=person)


def trivium(installation: Installation, era: Era, wire: Path, person: Person | None = None) -> Client:
    return tapped(installation, era, wire, person, "-m", "trivium", "serve")


async def visit(
    installation: Installation, era: Era, wire: Path, calls: Sequence[tuple[str, dict[str, Any], str]]
) -> Person:
    """Make the calls; each has to end as it says."""
    person = Fickle()
    otherwise = []
    async with trivium(installation, era, wire, person) as client:
        for name, arguments, expected in calls:
            code = error_code(await client.call_tool(name, arguments))
            if code != expected:
                otherwise.append((name, arguments, code))
    assert otherwise == []
    return person


def files_below(folder: Path) -> list[Path]:
    """All but what the destination received, which is the patient's images."""
    return [path for path in folder.rglob("*") if path.is_file() and "arrived" not in path.parts]


def leaks(tmp_path: Path) -> dict[str, list[str]]:
    """The secrets in each file: the wire, stderr, and all that the host has written at home and for a while."""
    written = files_below(tmp_path)
    assert {path.name for path in written} >= {"audit.jsonl", "stderr.txt", "wire.jsonl"}
    return {path.name: hits for path in written if (hits := found_in(path.read_bytes() + path.name.encode()))}


async def test_no_name_number_or_text_of_a_patient_leaves(
    installation: Installation, era: Era, mode: str, tmp_path: Path
) -> None:
    installation.license()
    wire = tmp_path / "wire.jsonl"
    async with trivium(installation, era, wire) as client:
        assert {tool.name for tool in (await client.list_tools()).tools} == TOOLS
    person = await visit(installation, era, wire, CALLS)
    assert installation.destination.received == 2
    assert len(person.asked) == 7
    assert found_in("\n".join(person.asked).encode()) == []
    assert (installation.home / "approvals.sqlite3").exists()
    assert leaks(tmp_path) == {}
    copies = {path.relative_to(copies_of(tmp_path)): path.read_bytes() for path in files_below(copies_of(tmp_path))}
    assert len(copies) == 11
    assert [hits for path, copy in copies.items() if (hits := found_in(copy + os.fsencode(path)))] == []


@dataclass(frozen=True)
class Stage:
    """A way for a call to end early, and the codes of a query and a retrieve that do."""

    query: str = ""
    retrieve: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    licensed: bool = True
    around: Callable[[EmbeddedArchive], AbstractContextManager[int]] | None = None
    """What stands between host and archive, by its port."""


def _through(fault: Fault, *, after_pdus: int) -> Callable[[EmbeddedArchive], AbstractContextManager[int]]:
    return lambda archive: faulty((archive.host, archive.port), fault, after_pdus=after_pdus, and_bytes=40)


def _nobody(_: EmbeddedArchive) -> AbstractContextManager[int]:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        return nullcontext(closed.getsockname()[1])


STAGES = {
    "no license": Stage(retrieve="license_required", licensed=False),
    "switched off": Stage(retrieve="retrieve_disabled", settings={"TRIVIUM_PACS__ALLOW_RETRIEVE": "false"}),
    "over the limit": Stage(retrieve="limit_exceeded", settings={"TRIVIUM_PACS__MAX_INSTANCES": "1"}),
    "archive down": Stage("peer_unavailable", "peer_unavailable", around=_nobody),
    "archive dies while it answers": Stage("peer_failed", "peer_failed", around=_through("reset", after_pdus=2)),
    "archive falls silent": Stage(
        "peer_timeout", "peer_timeout", {"TRIVIUM_PACS__TIMEOUT": "0.5"}, around=_through("stall", after_pdus=2)
    ),
}


@pytest.mark.parametrize("name", STAGES)
async def test_none_leaves_at_whatever_stage_a_call_fails(
    installation: Installation, era: Era, mode: str, tmp_path: Path, name: str
) -> None:
    stage = STAGES[name]
    if stage.licensed:
        installation.license()
    installation.settings |= stage.settings
    calls = [
        ("pacs_query", {"patient_name": "MÜLLER*"}, stage.query),
        ("pacs_query", {"patient_id": PEOPLE[0].id}, stage.query),
        ("pacs_retrieve", RETRIEVE, stage.retrieve),
    ]
    with stage.around(installation.archive) if stage.around else nullcontext(installation.archive.port) as port:
        installation.settings["TRIVIUM_PACS__PORT"] = str(port)
        await visit(installation, era, tmp_path / "wire.jsonl", calls)
    assert installation.destination.received == 0
    assert leaks(tmp_path) == {}


async def test_the_same_search_finds_them_when_everything_is_open(installation: Installation, tmp_path: Path) -> None:
    installation.license()
    installation.settings["TRIVIUM_PHI__MODE"] = "open"
    await visit(installation, "2026-07-28", tmp_path / "wire.jsonl", CALLS)
    assert leaks(tmp_path) == {"wire.jsonl": SECRETS}


BARE = '''
import base64
from mcp.server.mcpserver import MCPServer
from pydantic import BaseModel

record = {record!r}
server = MCPServer("bare")

class Record(BaseModel):
    values: list[str]

@server.tool()
def show() -> Record:
    """Show a record."""
    return Record(values=record)

@server.tool()
def encode() -> Record:
    """Show a record in another form."""
    return Record(values=[base64.b64encode(b"PID|" + value.lower().encode()).decode() for value in record])

@server.tool()
def crash() -> Record:
    """Crash with a record in hand."""
    raise RuntimeError(str(record))

server.run("stdio")
'''


@pytest.mark.parametrize("tool", ["show", "encode", "crash"])
async def test_the_same_search_finds_them_in_what_a_bare_server_writes(
    installation: Installation, era: Era, tmp_path: Path, tool: str
) -> None:
    program, wire = tmp_path / "bare.py", tmp_path / "wire.jsonl"
    program.write_text(BARE.replace("{record!r}", repr(SECRETS)), encoding="utf-8")
    async with tapped(installation, era, wire, None, str(program)) as client:
        await client.call_tool(tool, {})
    assert found_in(wire.read_bytes() + installation.complaints().encode()) == SECRETS


@pytest.mark.parametrize(
    "text",
    ["Quentin Zorblax", "mrn-7741-x", "1991-06-25", "M\\u00fcller, J\\u00f6rg", "O&#x27;Brien", "J%C3%B6rg"],
)
def test_the_search_knows_a_value_in_other_clothes(text: str) -> None:
    assert found_in(f'{{"x": "{text}"}}'.encode())
    for before in ("", "a", "ab", "abc"):
        assert found_in(base64.b64encode(f"{before}QUENTIN{before}".encode())) == ["QUENTIN"]
        assert found_in(base64.b64encode(f"{before}Quentin{before}".encode())) == ["QUENTIN"]


# With stand-ins the work goes on.


def studies(result: types.CallToolResult) -> list[dict[str, Any]]:
    assert error_code(result) == "", text_of(result)
    rows: list[dict[str, Any]] = (result.structured_content or {})["studies"]
    return rows


async def test_a_stand_in_joins_results_and_finds_the_patients_studies(
    installation: Installation, era: Era, mode: str, tmp_path: Path
) -> None:
    wire = tmp_path / "wire.jsonl"
    async with trivium(installation, era, wire) as client:
        rows = studies(await client.call_tool("pacs_query", {}))
        numbers = {row["StudyInstanceUID"]: row["PatientID"] for row in rows}
        stand_in = numbers[STUDIES[2].uid]
        assert re.fullmatch(r"patient(-[A-Z2-9]{4}){3}", stand_in)
        assert [uid for uid, number in numbers.items() if number == stand_in] == sorted(
            [STUDIES[2].uid, STUDIES[3].uid], key=list(numbers).index
        )
        again = studies(await client.call_tool("pacs_query", {"patient_id": stand_in}))
        assert {row["StudyInstanceUID"] for row in again} == {STUDIES[2].uid, STUDIES[3].uid}
        assert {row["PatientID"] for row in again} == {stand_in}

        parsed = await client.call_tool("parse_hl7_message", {"message": MESSAGE, "segments": ["PID-18"]})
        (place,) = [p for part in (parsed.structured_content or {})["segments"] for p in part["values"]]
        assert place["value"] == stand_in
    assert leaks(tmp_path) == {}


async def test_with_tokens_names_and_birth_dates_join_too(installation: Installation, era: Era, tmp_path: Path) -> None:
    installation.settings["TRIVIUM_PHI__MODE"] = "tokens"
    async with trivium(installation, era, tmp_path / "wire.jsonl") as client:
        rows = {row["StudyInstanceUID"]: row for row in studies(await client.call_tool("pacs_query", {}))}
        one, other, stranger = (rows[STUDIES[number].uid] for number in (2, 3, 0))
        for keyword, prefix in (("PatientName", "name-"), ("PatientBirthDate", "born-"), ("PatientID", "patient-")):
            assert one[keyword] == other[keyword] != stranger[keyword]
            assert one[keyword].startswith(prefix)
        assert one["StudyDescription"] == "[withheld: text]"
        named = studies(await client.call_tool("pacs_query", {"patient_name": one["PatientName"]}))
        assert {row["StudyInstanceUID"] for row in named} == {STUDIES[2].uid, STUDIES[3].uid}
    assert leaks(tmp_path) == {}


async def test_a_stand_in_is_unknown_after_a_restart_until_its_value_is_read_again(
    installation: Installation, era: Era, tmp_path: Path
) -> None:
    wire = tmp_path / "wire.jsonl"
    async with trivium(installation, era, wire) as client:
        (row,) = studies(await client.call_tool("pacs_query", {"patient_id": PEOPLE[1].id}))
    async with trivium(installation, era, wire) as client:
        refused = await client.call_tool("pacs_query", {"patient_id": row["PatientID"]})
        assert text_of(refused) == (
            "bad_input: argument patient_id is a stand-in that this host does not know (any more): query again and use "
            "the new one"
        )
        partly = await client.call_tool("pacs_query", {"patient_id": f"{row['PatientID']}*"})
        assert error_code(partly) == "bad_input"
        await client.call_tool("pacs_query", {})
        assert studies(await client.call_tool("pacs_query", {"patient_id": row["PatientID"]})) == [row]
    assert leaks(tmp_path) == {}


@pytest.mark.parametrize("dates", ["shift", "year"])
async def test_no_true_day_leaves_when_dates_are_changed(
    installation: Installation, era: Era, tmp_path: Path, dates: str
) -> None:
    installation.settings["TRIVIUM_PHI__DATES"] = dates
    installation.license()
    wire = tmp_path / "wire.jsonl"
    async with trivium(installation, era, wire, Person()) as client:
        rows = {row["StudyInstanceUID"]: row for row in studies(await client.call_tool("pacs_query", {}))}
        await client.call_tool("parse_hl7_message", {"message": MESSAGE})
        assert error_code(await client.call_tool("pacs_retrieve", RETRIEVE)) == ""
        asked = await client.call_tool("pacs_query", {"study_date": CARE_DATE})
    one, other, stranger = (rows[STUDIES[number].uid]["StudyDate"] for number in (2, 3, 0))
    assert one == other
    assert (one == stranger == "2025") if dates == "year" else (one != stranger)
    assert error_code(asked) == ("bad_input" if dates == "shift" else "")
    assert found_in(wire.read_bytes(), [CARE_DATE, "Apr 11"]) == []
    assert leaks(tmp_path) == {}


def test_each_sort_of_value_is_among_the_secrets() -> None:
    assert sorted([*NAMES, *NUMBERS, *BIRTH_DATES, *TEXTS]) == SECRETS
    assert found_in(MESSAGE.encode()) == [secret for secret in SECRETS if secret not in ("19681104", "19910625")]
