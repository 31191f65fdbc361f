"""The served process as any client sees it, in both eras of the protocol."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.wire.conftest import Installation
from tests.wire.dicom_canaries import NAMES, fill_dicom_folder
from tests.wire.fhir_canaries import records
from trivium.testing import Era, error_code, text_of

pytestmark = pytest.mark.anyio

TOOLS = [
    "build_hl7_ack",
    "compare_dicom_files",
    "compare_hl7_messages",
    "convert_dicom_to_imaging_study",
    "convert_fhir_to_hl7",
    "convert_hl7_to_fhir",
    "convert_order_to_worklist",
    "convert_study_to_order",
    "decode_private_tags",
    "deidentify_dicom",
    "evaluate_fhirpath",
    "explain_dicom_iod",
    "explain_dicom_tag",
    "explain_fhir_element",
    "explain_fhir_resource",
    "explain_hl7_field",
    "explain_hl7_message_type",
    "explain_hl7_segment",
    "explain_integration_pattern",
    "extract_encapsulated_document",
    "fhir_capabilities",
    "fhir_read",
    "fhir_search",
    "fhir_write_bundle",
    "generate_mirth_channel",
    "generate_sample_message",
    "lookup_dicom_tag",
    "lookup_dicom_uid",
    "lookup_fhir_code",
    "lookup_hl7_table",
    "map_dicom_to_hl7",
    "map_fhir_to_hl7",
    "map_hl7_to_dicom",
    "map_hl7_to_fhir",
    "pacs_echo",
    "pacs_query",
    "pacs_retrieve",
    "parse_hl7_message",
    "plot_dicom_waveform",
    "profile_hl7_messages",
    "read_dicom_file",
    "read_structured_report",
    "render_dicom_image",
    "send_hl7_message",
    "summarize_dicom_folder",
    "validate_dicom_file",
    "validate_fhir_resource",
    "validate_hl7_message",
]

MESSAGE = "\r".join(
    (
        r"MSH|^~\&|LAB|NORTH|EHR|NORTH|20250411101500||ORU^R01^ORU_R01|MSG0001|T|2.5.1",
        "PID|1||TRI-0001^^^NORTH^MR||O'BRIEN^MARY^ANN^DR^III||19520317|F",
        "OBX|1|NM|718-7^Hemoglobin^LN||13.2|g/dL^^UCUM|12.0-16.0|N|||F",
    )
)
ORDER = "\r".join(
    (
        MESSAGE.partition("\r")[0].replace("ORU^R01^ORU_R01", "ORM^O01^ORM_O01"),
        MESSAGE.split("\r")[1],
        "ORC|NW|PL-1|FI-1",
        "OBR|1|PL-1|FI-1|CTHEAD^CT head^L||||||||||||||ACC-1||||||CT",
    )
)
_PATIENT = {"resourceType": "Patient", "name": [{"family": "O'BRIEN"}], "birthDate": "1952-03-17"}
PATIENT = json.dumps(_PATIENT)
_REQUEST = {"method": "PUT", "url": "Patient?identifier=http://example.org/numbers|TRI-0001"}
_NUMBERED = {**_PATIENT, "identifier": [{"system": "http://example.org/numbers", "value": "TRI-0001"}]}
TRANSACTION = json.dumps(
    {"resourceType": "Bundle", "type": "transaction", "entry": [{"resource": _NUMBERED, "request": _REQUEST}]}
)


@pytest.fixture
def fhir_server() -> Iterator[str]:
    with records() as base_url:
        yield base_url


async def test_the_era_is_the_one_that_was_asked_for(installation: Installation, era: Era) -> None:
    async with installation.client(era) as client:
        assert client.protocol_version == era


async def test_every_tool_is_listed_with_annotations_and_schemas(installation: Installation, era: Era) -> None:
    async with installation.client(era) as client:
        tools = (await client.list_tools()).tools
    assert sorted(tool.name for tool in tools) == TOOLS
    for tool in tools:
        assert tool.annotations is not None
        assert tool.description
        assert tool.output_schema is not None
        assert tool.input_schema["additionalProperties"] is False
        undescribed = [name for name, field in tool.input_schema["properties"].items() if "description" not in field]
        assert undescribed == []
    changing = sorted(tool.name for tool in tools if tool.annotations and not tool.annotations.read_only_hint)
    assert changing == ["deidentify_dicom", "fhir_write_bundle", "pacs_retrieve", "send_hl7_message"]
    remote = sorted(tool.name for tool in tools if tool.annotations and tool.annotations.open_world_hint)
    reading = ["fhir_capabilities", "fhir_read", "fhir_search"]
    assert remote == [*reading, "fhir_write_bundle", "pacs_echo", "pacs_query", "pacs_retrieve", "send_hl7_message"]


async def test_each_tool_answers_with_structured_content_and_a_text(
    installation: Installation, era: Era, tmp_path: Path, fhir_server: str
) -> None:
    calls: dict[str, dict[str, Any]] = {
        "lookup_dicom_tag": {"tag": "(0010,0010)"},
        "explain_dicom_tag": {"tag": "AccessionNumber"},
        "lookup_dicom_uid": {"uid": "1.2.840.10008.1.2.4.90"},
        "explain_dicom_iod": {"iod": "CT Image"},
        "decode_private_tags": {"tag": "(0029,1010)", "creator": "SIEMENS CSA HEADER"},
        "parse_hl7_message": {"message": MESSAGE},
        "explain_hl7_segment": {"segment_name": "PID"},
        "explain_hl7_field": {"field_ref": "PID-3.4.2"},
        "lookup_hl7_table": {"table_number": "1"},
        "explain_hl7_message_type": {"message_type": "ADT^A40"},
        "validate_hl7_message": {"message": MESSAGE},
        "generate_sample_message": {"message_type": "ADT^A01", "scenario": "emergency CT"},
        "compare_hl7_messages": {"left": MESSAGE, "right": MESSAGE.replace("13.2", "9.9")},
        "profile_hl7_messages": {"messages": MESSAGE},
        "build_hl7_ack": {"message": MESSAGE, "code": "AA"},
        "map_dicom_to_hl7": {"tag": "AccessionNumber"},
        "map_hl7_to_dicom": {"field_ref": "OBR-18"},
        "explain_integration_pattern": {"pattern_name": "patient merge"},
        "generate_mirth_channel": {"source_type": "HL7v2", "destination_type": "FHIR", "use_case": "ADT to Patient"},
        "map_hl7_to_fhir": {"field_ref": "PID-3"},
        "map_fhir_to_hl7": {"path": "Patient.address.city"},
        "convert_hl7_to_fhir": {"message": MESSAGE},
        "convert_fhir_to_hl7": {"bundle": PATIENT, "message_type": "ADT^A08"},
        "convert_dicom_to_imaging_study": {"path": NAMES["ct"]},
        "convert_order_to_worklist": {"message": ORDER},
        "convert_study_to_order": {"path": NAMES["ct"]},
        "validate_fhir_resource": {"resource": PATIENT},
        "evaluate_fhirpath": {"resource": PATIENT, "expression": "Patient.identifier.exists()"},
        "explain_fhir_element": {"path": "Patient.name"},
        "explain_fhir_resource": {"name": "Patient"},
        "lookup_fhir_code": {"code": "male"},
        "fhir_capabilities": {"endpoint": "records"},
        "fhir_read": {"endpoint": "records", "type": "Patient", "id": "p-17"},
        "fhir_search": {"endpoint": "records", "type": "Patient", "parameters": ["family=Smith"]},
        "fhir_write_bundle": {"endpoint": "records", "bundle": TRANSACTION, "dry_run": True},
        "pacs_echo": {},
        "pacs_query": {"modality": "CT"},
        "pacs_retrieve": {**installation.retrieve, "dry_run": True},
        "read_dicom_file": {"path": NAMES["ct"]},
        "summarize_dicom_folder": {"folder": "."},
        "validate_dicom_file": {"path": NAMES["ct"]},
        "compare_dicom_files": {"left": NAMES["ct"], "right": NAMES["implicit"]},
        "read_structured_report": {"path": NAMES["report"], "form": "rows"},
        "extract_encapsulated_document": {"path": NAMES["document"]},
        "render_dicom_image": {"path": NAMES["ct"]},
        "plot_dicom_waveform": {"path": NAMES["ecg"]},
        "deidentify_dicom": {"path": NAMES["ct"], "project": "lung-study", "dry_run": True},
    }
    installation.license()
    installation.settings |= {
        "TRIVIUM_DICOM__FOLDERS": str(fill_dicom_folder(tmp_path / "incoming")),
        "TRIVIUM_FHIR__FOLDERS": str(tmp_path / "incoming"),
        "TRIVIUM_FHIR__ALLOW_WRITE": "true",
        "TRIVIUM_FHIR__ENDPOINTS": json.dumps({"records": {"base_url": fhir_server}}),
        "TRIVIUM_DICOM__OUTPUT_FOLDER": str(tmp_path / "output"),
        "TRIVIUM_DICOM__ALLOW_DEIDENTIFY": "true",
        "TRIVIUM_DICOM__DEIDENTIFY_KEYS": json.dumps({"lung-study": "a secret of some length"}),
    }
    (tmp_path / "output").mkdir()
    async with installation.client(era) as client:
        await client.list_tools()  # the SDK's client then holds each result against the tool's output schema
        for name, arguments in calls.items():
            result = await client.call_tool(name, arguments)
            assert error_code(result) == "", f"{name}: {text_of(result)}"
            assert isinstance(result.structured_content, dict)
            assert text_of(result)
    outcomes = [record["outcome"] for record in installation.audit() if record["event"] == "closed"]
    assert outcomes == ["ok"] * len(calls)
    assert {*calls, "send_hl7_message"} == set(TOOLS)  # the last is in tests/hl7/test_send_gates.py
    assert installation.destination.received == 0


@pytest.mark.parametrize(
    ("name", "arguments", "code", "place"),
    [
        ("lookup_dicom_tag", {}, "bad_input", "argument tag"),
        ("lookup_dicom_tag", {"tag": "PatientName", "mode": "x"}, "bad_input", "argument mode"),
        ("lookup_dicom_tag", {"tag": 17}, "bad_input", "argument tag"),
        ("lookup_dicom_tag", {"tag": "O'BRIEN"}, "not_found", "tag"),
        ("parse_hl7_message", {"message": "O'BRIEN"}, "bad_input", "message"),
        ("parse_hl7_message", {"message": ""}, "bad_input", "message"),
        ("map_hl7_to_fhir", {"field_ref": "O'BRIEN"}, "bad_input", "field_ref"),
        ("pacs_query", {"study_date": "20250230"}, "bad_input", "study_date"),
        ("pacs_query", {"study_date": "O'BRIEN"}, "bad_input", "study_date"),
        ("pacs_query", {"study_instance_uid": "1.02.O'BRIEN"}, "bad_input", "study_instance_uid"),
        ("pacs_query", {"query_level": "O'BRIEN"}, "bad_input", "argument query_level"),
        ("pacs_query", {"limit": 51}, "bad_input", "argument limit"),
        ("O'BRIEN", {}, "unknown_tool", "no such tool"),
    ],
)
async def test_bad_input_gets_a_code_and_a_place_and_never_the_value(
    installation: Installation, name: str, arguments: dict[str, object], code: str, place: str
) -> None:
    async with installation.client("2026-07-28") as client:
        result = await client.call_tool(name, arguments)
        assert error_code(result) == code
        assert place in text_of(result)
        assert "BRIEN" not in result.model_dump_json()
        assert error_code(await client.call_tool("lookup_dicom_tag", {"tag": "PatientName"})) == ""
    assert "BRIEN" not in (installation.home / "audit.jsonl").read_text()
    assert installation.complaints() == ""
