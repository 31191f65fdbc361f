"""The HL7 v2 messages that generated channels build: valid under our own validator, whatever the record holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from tests.conftest import Say
from tests.hl7.test_mirth_engine import hl7_text, run, run_all
from tests.hl7.test_mirth_scripts import INPUTS, channel_of

from trivium_hl7.mirth.request import Destination, Source
from trivium_hl7.reader import Message, parse_message
from trivium_hl7.validation.checking import validate

BUILT: Final = ("ADT^A01", "ADT^A04", "ADT^A08", "ADT^A31", "ORM^O01", "ORU^R01")
"""One of each shape that can be built."""
SOURCES: Final = (Source.DICOM, Source.DATABASE, Source.HTTP, Source.FHIR)
"""What has to be built into HL7 v2; HL7 v2 itself is handed on."""
HARD: Final[dict[str, Any]] = {
    "patient_id": "47|11^~\\&",
    "patient_id_authority": "N&L",
    "patient_id_system": "http://example.org/ids",
    "family_name": "A\nPID|2",
    "birth_date": "1980-02-03",
    "sex": "female",
    "patient_class": "inpatient",
    "location": "a place with a name of more than twenty letters",
    "order_control": "ca",
    "placer_order_number": "P1",
    "filler_order_number": "F1",
    "accession_number": "A-1",
    "procedure_code": "C",
    "procedure_coding_system": "urn:oid:2.999.3",
    "observation_time": "2026-01-02T03:04:05.6+01:00",
    "result_status": "final",
    "modality": "PT",
    "study_instance_uid": "2.999.4",
    "document": "QUJD",
    "observations": [
        {"type": "NM", "code": "1", "text": "t", "system": "http://loinc.org", "value": "<5", "status": "amended"},
        {"type": "NM", "text": "t", "value": 5.5, "units": "mg/dL", "flag": "H", "reference_range": "1-5"},
        {"type": "CWE", "value": "x", "value_text": "y", "value_system": "http://snomed.info/sct", "status": "F"},
        {"type": "TX", "value": "one\ntwo"},
        {"type": "DT", "code": "d", "value": "2026-01-02"},
        {"type": "ST", "text": "no value", "status": "X"},
        {},
    ],
}
ODD: Final = {
    "patient_id": "1",
    "birth_date": "3 February",
    "observation_time": "2026-13-45",
    "sex": "W",
    "modality": "Z",
}
ROW_OF_DATES: Final = (
    "<result><patient_id>1</patient_id><birth_date>1980-02-03</birth_date>"
    "<observation_time>2026-01-02 03:04:05.0</observation_time><result_status>P</result_status></result>"
)
RECORDS: Final = {
    "hard": (Source.HTTP, json.dumps(HARD)),
    "odd": (Source.HTTP, json.dumps(ODD)),
    "sparse": (Source.HTTP, '{"patient_id": 1}'),
    "dates": (Source.DATABASE, ROW_OF_DATES),
    "object": (Source.DICOM, "<dicom><tag00100020>1</tag00100020><tag00100030>1980.02.03</tag00100030></dicom>"),
    "resource": (Source.FHIR, '{"resourceType": "Patient", "identifier": [{"value": "1", "system": "urn:x:y"}]}'),
}


def _cases() -> Iterator[tuple[str, str, str]]:
    """A name, a channel and a message."""
    for built in BUILT:
        for source in SOURCES:
            channel = channel_of(source, Destination.HL7V2, outbound_message=built)
            yield f"{built} usual {source.value}", channel, INPUTS[source]
            yield from ((f"{built} {name}", channel, text) for name, (of, text) in RECORDS.items() if of is source)


def test_every_message_that_a_channel_builds_is_valid(tmp_path: Path, say: Say) -> None:
    cases = list(_cases())
    ran = run_all(tmp_path, [(channel, message) for _, channel, message in cases])
    errors = [
        (name, finding.rule.id, str(finding.path))
        for (name, _, _), one in zip(cases, ran, strict=True)
        for finding in validate(parse_message(hl7_text(one.message))).findings
        if finding.severity == "error"
    ]
    assert errors == []
    say(f"Mirth: {len(cases)} messages that channels build in Rhino have no error")


def _built(folder: Path, record: dict[str, Any], message: str = "ORU^R01") -> Message:
    channel = channel_of(Source.HTTP, Destination.HL7V2, outbound_message=message)
    return parse_message(hl7_text(run(folder, channel, json.dumps(record)).message))


def test_words_dates_and_modalities_are_written_as_hl7_does(tmp_path: Path) -> None:
    made = _built(tmp_path, HARD)
    patient, visit, order, *results = made.segments[1:]
    assert (patient.value(3), patient.value(7), patient.value(8)) == ("47|11^~\\&", "19800203", "F")
    assert patient.value(3, component=4, subcomponent=3) == "URI"
    assert visit.value(2) == "I"
    assert (order.value(7), order.value(24), order.value(25)) == ("20260102030405+0100", "NMS", "F")
    assert [seg.value(11) for seg in results] == ["O", "C", "F", "F", "F", "F", "X", "F", "F"]


def test_a_name_that_nobody_knows_is_said_to_be_unspecified(tmp_path: Path) -> None:
    assert _built(tmp_path, {"patient_id": "1"}).segments[1].value(5, component=7) == "U"


@pytest.mark.parametrize(
    ("message", "record", "says"),
    [
        ("ADT^A08", {}, "no patient_id"),
        ("ORM^O01", {"patient_id": "1", "order_control": "??"}, "order_control is no code of HL7 table 0119"),
        ("ORU^R01", {"patient_id": "1", "result_status": "unknown"}, "result_status is no code of HL7 table 0123"),
    ],
)
def test_what_would_be_misread_is_an_error_and_not_sent(
    tmp_path: Path, message: str, record: dict[str, str], says: str
) -> None:
    with pytest.raises(AssertionError, match=says):
        _built(tmp_path, record, message)


def test_a_report_entered_in_error_never_becomes_a_final_one(tmp_path: Path) -> None:
    report = json.dumps(
        {
            "resourceType": "Bundle",
            "entry": [
                {"resource": {"resourceType": "Patient", "identifier": [{"value": "1"}]}},
                {"resource": {"resourceType": "DiagnosticReport", "status": "entered-in-error"}},
            ],
        }
    )
    channel = channel_of(Source.FHIR, Destination.HL7V2, outbound_message="ORU^R01")
    with pytest.raises(AssertionError, match="result_status is no code"):
        run(tmp_path, channel, report)
