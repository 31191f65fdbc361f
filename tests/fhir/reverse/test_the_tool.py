"""`convert_fhir_to_hl7` as a model calls it."""

from __future__ import annotations

from typing import Any

from tests.fhir.reverse.bundles import COLOR, GLUCOSE, PATIENT, REPORT, bundle, text

from trivium.api import Kind
from trivium_fhir.tools.convert_fhir_to_hl7 import WrittenMessage, convert_fhir_to_hl7


def call(**arguments: Any) -> WrittenMessage:
    made: WrittenMessage = convert_fhir_to_hl7.function(**arguments)
    return made


def result() -> str:
    return text(bundle(PATIENT, REPORT, GLUCOSE, COLOR, event="R01"))


def test_the_summary_adds_up_and_has_no_pages() -> None:
    made = call(bundle=result())
    assert (made.message_type, made.version, made.errors, made.next_offset) == ("ORU^R01", "2.5.1", 0, None)
    totals = made.totals
    assert totals.written + totals.implied + totals.not_used == totals.all
    assert sum(one.count for one in made.reasons or ()) == totals.not_used
    assert sum(one.written + one.implied + one.not_used for one in made.resources or ()) == totals.all
    assert made.values is None


def test_the_whole_account_is_paged_and_the_message_stands_on_the_first_page() -> None:
    first = call(bundle=result(), report="full", limit=30)
    second = call(bundle=result(), report="full", limit=1000, offset=first.next_offset or 0)
    assert first.next_offset == 30
    assert first.message is not None
    assert second.message is None
    assert len(first.values or ()) + len(second.values or ()) == first.totals.all
    assert second.next_offset is None


def test_values_of_the_patient_are_marked_in_the_message() -> None:
    made = call(bundle=result())
    assert made.message is not None
    marked = {part.text: part.phi for part in made.message.parts}
    assert marked["Probe"] is not None
    assert marked["19700203"] is not None
    assert "".join(part.text for part in made.message.parts).startswith("MSH|^~\\&|LAB^1.2.3^ISO|")


def test_a_text_that_is_withheld_in_fhir_stays_withheld_where_the_message_would_show_it() -> None:
    code = {"coding": [{"system": "http://loinc.org", "code": "2345-7"}], "text": "told by Ada Probe"}
    made = call(bundle=text(bundle(PATIENT, REPORT, {**GLUCOSE, "code": code}, event="R01")))
    assert made.message is not None
    marked = {part.text: part.phi for part in made.message.parts}
    assert "told by Ada Probe" in marked
    assert marked["told by Ada Probe"] is Kind.TEXT


def test_a_name_that_stands_as_a_key_is_not_told() -> None:
    odd = {**PATIENT, "Probe-Ada": "x", "extension": [{"url": "http://x", "Probe": 1}]}
    made = call(bundle=text(bundle(odd, REPORT, GLUCOSE, COLOR, event="R01")), report="full", limit=1000)
    paths = [one.path for one in made.values or ()]
    assert "Patient.?" in paths
    assert "Patient.extension[0].?" in paths
    assert not [path for path in paths if "Probe" in path]


def test_a_type_that_r4_does_not_have_is_not_told() -> None:
    odd = {"resourceType": "Probe", "id": "x"}
    made = call(bundle=text(bundle(odd, PATIENT, REPORT, GLUCOSE, COLOR, event="R01")))
    assert [one.type for one in made.resources or ()] == [
        "Bundle",
        "MessageHeader",
        "?",
        "Patient",
        "DiagnosticReport",
        "Observation",
    ]


def test_what_the_message_lacks_is_told_with_its_place() -> None:
    made = call(bundle=text(bundle(PATIENT)), message_type="ADT^A04", processing_id="T", report="none")
    assert [(one.path, one.rule) for one in made.missing] == [("PV1", "segment.missing")]
    assert made.resources is None
