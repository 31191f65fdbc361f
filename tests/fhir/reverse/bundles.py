"""Bundles of our own; nobody in them exists."""

from __future__ import annotations

import json
from typing import Any

WHEN = "2026-03-04T05:06:07+01:00"
PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "p1",
    "identifier": [
        {
            "system": "urn:oid:1.2.3.4",
            "value": "MRN-77",
            "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]},
        }
    ],
    "name": [{"use": "official", "family": "Probe", "given": ["Ada", "B", "C"]}],
    "telecom": [
        {"system": "phone", "value": "555-0100", "use": "home"},
        {"system": "phone", "value": "555-0199", "use": "work"},
    ],
    "gender": "female",
    "birthDate": "1970-02-03",
    "address": [
        {"use": "home", "line": ["1 Test & Co Street"], "city": "Nowhere", "postalCode": "00001", "country": "US"}
    ],
}
ENCOUNTER: dict[str, Any] = {
    "resourceType": "Encounter",
    "id": "e1",
    "status": "in-progress",
    "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
    "subject": {"reference": "Patient/p1"},
    "period": {"start": WHEN},
}
REPORT: dict[str, Any] = {
    "resourceType": "DiagnosticReport",
    "id": "r1",
    "status": "final",
    "identifier": [
        {
            "value": "F-1",
            "system": "urn:oid:1.2.3.9",
            "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "FILL"}]},
        }
    ],
    "code": {"coding": [{"system": "http://loinc.org", "code": "24323-8", "display": "Panel"}]},
    "subject": {"reference": "Patient/p1"},
    "effectiveDateTime": WHEN,
    "result": [{"reference": "Observation/o1"}, {"reference": "urn:uuid:0000-o2"}],
}
GLUCOSE: dict[str, Any] = {
    "resourceType": "Observation",
    "id": "o1",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "2345-7", "display": "Glucose"}]},
    "subject": {"reference": "Patient/p1"},
    "valueQuantity": {"value": 5.10, "unit": "mmol/L", "system": "http://unitsofmeasure.org", "code": "mmol/L"},
    "note": [{"text": "fasting | checked"}],
}
COLOR: dict[str, Any] = {
    "resourceType": "Observation",
    "status": "preliminary",
    "code": {"coding": [{"system": "http://loinc.org", "code": "5778-6", "display": "Color"}]},
    "subject": {"reference": "Patient/p1"},
    "valueString": "amber^dark",
}


def bundle(*resources: dict[str, Any], event: str = "", **own: Any) -> dict[str, Any]:
    """A bundle of these resources; the second Observation is known by its `fullUrl` alone."""
    header = [_header(event)] if event else []
    entries = [{"fullUrl": _url(one), "resource": one} for one in [*header, *resources]]
    return {"resourceType": "Bundle", "type": "collection", "timestamp": WHEN, "entry": entries, **own}


def _url(one: dict[str, Any]) -> str:
    return "urn:uuid:0000-O2" if one is COLOR else f"https://fhir.example/{one['resourceType']}/{one.get('id', 'x')}"


def _header(event: str) -> dict[str, Any]:
    return {
        "resourceType": "MessageHeader",
        "id": "m1",
        "eventCoding": {"system": "http://terminology.hl7.org/CodeSystem/v2-0003", "code": event},
        "source": {"name": "LAB", "endpoint": "urn:oid:1.2.3"},
        "meta": {"tag": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0103", "code": "T"}]},
    }


def text(made: dict[str, Any]) -> str:
    return json.dumps(made)
