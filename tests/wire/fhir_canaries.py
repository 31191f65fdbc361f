"""Resources that are full of the people of `canaries`, a FHIR server that tells all about them, and calls."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.fhir.servers.kit import statement
from tests.fhir.servers.scripted import Answer, Asked, fhir, scripted
from tests.wire.canaries import BATCH, CARE_DATE, MESSAGE, ODD_MESSAGE, PEOPLE, SENT
from tests.wire.dicom_canaries import NAMES

NAME, _NUMBER = PEOPLE[2].name, PEOPLE[2].id
_WORDS = f"REMARKABLE {NAME} 555-0199"
PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": _NUMBER,
    "text": {"status": "additional", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{_WORDS}</div>'},
    "extension": [
        {"url": "http://example.org/REMARKABLE", "valueString": _WORDS},
        {"url": "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName", "valueString": "ZORBLAX"},
    ],
    "identifier": [
        {"system": "urn:oid:1.2.3.4", "value": _NUMBER, "assigner": {"display": NAME}},
        {"system": "http://example.org/QUENTIN", "value": PEOPLE[0].id},
    ],
    "name": [{"family": "Zorblax", "given": ["Quentin"], "text": NAME}, {"family": "MÜLLER", "given": ["JÖRG"]}],
    "telecom": [{"system": "phone", "value": "555-0199"}],
    "gender": "other",
    "birthDate": "1991-06-25",
    "address": [{"line": ["12 HIDDEN LANE"], "city": "REMARKABLE"}],
    "contact": [{"name": {"text": NAME}, "telecom": [{"system": "phone", "value": "555-0199"}]}],
    "generalPractitioner": [{"display": NAME}],
    "link": [{"other": {"identifier": {"value": PEOPLE[1].id}}, "type": "seealso"}],
}
_OBSERVATION: dict[str, Any] = {
    "resourceType": "Observation",
    "id": "ZORBLAX",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "8251-1"}, {"code": NAME}], "text": NAME},
    "subject": {"reference": f"Patient/{_NUMBER}", "display": NAME},
    "effectiveDateTime": "2025-04-11",
    "valueString": _WORDS,
    "note": [{"text": _WORDS}],
    "component": [{"code": {"text": "QUENTIN"}, "valueCodeableConcept": {"text": _WORDS}}],
}


def _bundle(kind: str, *resources: dict[str, Any]) -> dict[str, Any]:
    def entry(one: dict[str, Any]) -> dict[str, Any]:
        request = {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"}
        return {"resource": one, **({"request": request} if kind == "transaction" else {})}

    return {"resourceType": "Bundle", "type": kind, "entry": [entry(one) for one in resources]}


BUNDLE = json.dumps(_bundle("collection", PATIENT, _OBSERVATION))
TRANSACTION = json.dumps(_bundle("transaction", PATIENT, _OBSERVATION))
_ODD = json.dumps(
    {"resourceType": "Patient", "ZORBLAX": "QUENTIN", "gender": NAME, "birthDate": "19910625", "name": "MÜLLER"}
)
_XML = f'<Patient xmlns="http://hl7.org/fhir"><id value="{_NUMBER}"/><gender value="QUENTIN"/><ZORBLAX/></Patient>'
_ROWS = json.dumps(
    [
        {
            "0020000D": {"vr": "UI", "Value": ["1.2.3"]},
            "00080020": {"vr": "DA", "Value": [CARE_DATE]},
            "00080050": {"vr": "SH", "Value": ["ZORBLAX"]},
            "00081030": {"vr": "LO", "Value": [_WORDS]},
            "00080090": {"vr": "PN", "Value": [{"Alphabetic": PEOPLE[0].name}]},
            "00100010": {"vr": "PN", "Value": [{"Alphabetic": NAME}]},
            "00100020": {"vr": "LO", "Value": [_NUMBER]},
            "00100030": {"vr": "DA", "Value": [PEOPLE[2].birth_date]},
        }
    ]
)
_ORDER = SENT.replace("ADT^A31^ADT_A05", "ORM^O01^ORM_O01").replace("EVN||20250411101500\r", "") + "\r".join(
    ("", "ORC|NW|ZORBLAX^QUENTIN|ZORBLAX", f"OBR|1|MÜLLER^QUENTIN|ZORBLAX|8251-1^{_WORDS}^L|||||||||||||ZORBLAX")
)
_READ = {"endpoint": "records", "type": "Patient"}
_SEARCH = {**_READ, "parameters": []}


def _asked(tool: str, argument: str, **more: Any) -> list[tuple[str, dict[str, Any], str]]:
    """The same question about messages and batches, and about what is none."""
    good = [(tool, {argument: text, **more}, "") for text in (MESSAGE, ODD_MESSAGE)]
    return [*good, (tool, {argument: NAME, **more}, "bad_input"), (tool, {argument: "", **more}, "bad_input")]


FHIR_CALLS: list[tuple[str, dict[str, Any], str]] = [
    *_asked("convert_hl7_to_fhir", "message"),
    *_asked("convert_hl7_to_fhir", "message", report="full", limit=1000, bundle="message"),
    ("convert_hl7_to_fhir", {"message": BATCH, "message_number": 1, "bundle": "collection"}, ""),
    ("convert_hl7_to_fhir", {"message": MESSAGE, "time_zone": "ZORBLAX"}, "bad_input"),
    ("convert_hl7_to_fhir", {"message": MESSAGE, "bundle": "QUENTIN"}, "bad_input"),
    ("convert_fhir_to_hl7", {"bundle": BUNDLE, "message_type": "ADT^A08", "report": "full", "limit": 1000}, ""),
    ("convert_fhir_to_hl7", {"bundle": BUNDLE, "message_type": "ORU^R01", "report": "unused"}, ""),
    ("convert_fhir_to_hl7", {"bundle": _ODD, "message_type": "ADT^A08"}, ""),
    ("convert_fhir_to_hl7", {"bundle": BUNDLE, "message_type": "ZORBLAX"}, "bad_input"),
    ("convert_fhir_to_hl7", {"bundle": NAME, "message_type": "ADT^A08"}, "bad_input"),
    ("map_fhir_to_hl7", {"path": "Patient.name"}, ""),
    ("map_fhir_to_hl7", {"path": f"Patient.{NAME}"}, "bad_input"),
    ("convert_dicom_to_imaging_study", {"query_results": _ROWS}, ""),
    ("convert_dicom_to_imaging_study", {"path": NAMES["ct"]}, ""),
    ("convert_dicom_to_imaging_study", {"folder": "."}, ""),
    ("convert_dicom_to_imaging_study", {"path": "ZORBLAX^QUENTIN"}, "not_found"),
    ("convert_dicom_to_imaging_study", {"query_results": NAME}, "bad_input"),
    ("convert_dicom_to_imaging_study", {"query_results": _ROWS, "endpoint": "ZORBLAX"}, "bad_input"),
    ("convert_order_to_worklist", {"message": _ORDER}, ""),
    ("convert_order_to_worklist", {"message": _ORDER, "accession_number_field": NAME}, "bad_input"),
    ("convert_order_to_worklist", {"message": NAME}, "bad_input"),
    ("convert_study_to_order", {"query_results": _ROWS}, ""),
    ("convert_study_to_order", {"query_results": _ROWS, "message_type": "ORU^R01"}, ""),
    ("convert_study_to_order", {"query_results": _ROWS, "study_instance_uid": NAME}, "bad_input"),
    *(("validate_fhir_resource", {"resource": text}, "") for text in (BUNDLE, TRANSACTION, _ODD, _XML)),
    ("validate_fhir_resource", {"resource": NAME}, "bad_input"),
    ("validate_fhir_resource", {"resource": f'{{"resourceType": "{NAME}"}}'}, ""),
    ("evaluate_fhirpath", {"resource": BUNDLE, "expression": "Bundle.descendants()", "limit": 200}, ""),
    ("evaluate_fhirpath", {"resource": BUNDLE, "expression": "Bundle.entry.resource.name.given.first().upper()"}, ""),
    ("evaluate_fhirpath", {"resource": json.dumps(PATIENT), "expression": "Patient.birthDate < @1992-01-01"}, ""),
    ("evaluate_fhirpath", {"resource": BUNDLE, "expression": "'QUENTIN' & ' ' & 'ZORBLAX'"}, ""),
    ("evaluate_fhirpath", {"resource": BUNDLE, "expression": f"Patient.name = '{NAME}"}, "bad_input"),
    ("evaluate_fhirpath", {"resource": NAME, "expression": "Patient"}, "bad_input"),
    ("explain_fhir_element", {"path": "Patient.name"}, ""),
    ("explain_fhir_element", {"path": NAME}, "bad_input"),
    ("explain_fhir_resource", {"name": "Patient"}, ""),
    ("explain_fhir_resource", {"name": NAME}, "not_found"),
    ("lookup_fhir_code", {"code": "male"}, ""),
    ("lookup_fhir_code", {"code": NAME}, "not_found"),
    ("lookup_fhir_code", {"words": "ZORBLAX", "value_set": NAME}, "not_found"),
    ("fhir_capabilities", {"endpoint": "records"}, ""),
    ("fhir_capabilities", {"endpoint": NAME}, "not_found"),
    ("fhir_read", {**_READ, "id": "p-17"}, ""),
    ("fhir_read", {**_READ, "id": "gone"}, "not_found"),
    ("fhir_read", {**_READ, "id": "odd"}, "peer_failed"),
    ("fhir_read", {**_READ, "id": NAME}, "bad_input"),
    ("fhir_read", {**_READ, "type": "ZORBLAX", "id": "p-17"}, "not_found"),
    ("fhir_search", {**_SEARCH, "parameters": [f"family={NAME}"]}, ""),
    ("fhir_search", {**_SEARCH, "parameters": [f"{NAME}=QUENTIN"]}, "bad_input"),
    ("fhir_search", {**_SEARCH, "type": "Observation"}, ""),
    ("fhir_write_bundle", {"endpoint": "records", "bundle": TRANSACTION, "dry_run": True}, ""),
    ("fhir_write_bundle", {"endpoint": "ZORBLAX", "bundle": TRANSACTION}, "destination_not_allowed"),
    ("fhir_write_bundle", {"endpoint": "records", "bundle": NAME}, "bad_input"),
    ("fhir_write_bundle", {"endpoint": "records", "bundle": TRANSACTION}, ""),
]
"""Each FHIR tool, well and badly called, with the code that comes back."""

_OUTCOME = {
    "resourceType": "OperationOutcome",
    "text": {"status": "additional", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{_WORDS}</div>'},
    "issue": [{"severity": "error", "code": "processing", "diagnostics": _WORDS, "details": {"text": NAME}}],
}


def _told(asked: Asked) -> Answer:
    """What a server answers that keeps nothing to itself."""
    if asked.path.startswith("/fhir/metadata"):
        known = statement("Patient", "Observation")
        return fhir(
            {**known, "publisher": NAME, "description": _WORDS, "software": {"name": "Scripted", "version": NAME}}
        )
    if asked.method == "POST":
        response = {"status": "201 ZORBLAX", "location": f"Patient/{_NUMBER}", "outcome": _OUTCOME}
        return fhir({"resourceType": "Bundle", "type": "transaction-response", "entry": [{"response": response}] * 2})
    if "?" in asked.path:
        found = {"resourceType": "Bundle", "type": "searchset", "total": 3}
        return fhir({**found, "entry": [{"resource": one} for one in (PATIENT, _OBSERVATION, _OUTCOME)]})
    if asked.path.endswith("/gone"):
        return fhir(_OUTCOME, 404)
    return fhir({**PATIENT, "resourceType": NAME} if asked.path.endswith("/odd") else {**PATIENT, "id": "p-17"})


@contextmanager
def records() -> Iterator[str]:
    """A FHIR server; its base URL."""
    with scripted(_told) as server:
        yield server.base
