"""Exported events are FHIR R4 AuditEvents: by their values, by another implementation, by the definitions of R4."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest

from tests.conftest import ROOT, leave_out
from tests.core.audit_records import EVERYTHING, PATIENTS, RUN, STUDY, chained, closed, hostile, move, opened
from trivium.audit.events import messages
from trivium.audit.fhir import audit_event, bundle, ndjson

HOST: Final = "trivium.example.org"
DCM: Final = "http://dicom.nema.org/resources/ontology/DCM"
THO: Final = "http://terminology.hl7.org/CodeSystem/"
HERE: Final = {"identifier": {"value": HOST}}


def said(*bodies: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a reader of the JSON gets."""
    found = messages(chained(*bodies))
    return [json.loads(json.dumps(audit_event(message, HOST))) for message in found]


def coding(system: str, code: str, display: str) -> dict[str, str]:
    return {"system": system, "code": code, "display": display}


def kind(code: str, display: str, role: str, role_display: str) -> dict[str, Any]:
    return {
        "type": coding(f"{THO}audit-entity-type", code, display),
        "role": coding(f"{THO}object-role", role, role_display),
    }


def test_a_query_for_a_patient() -> None:
    asked = opened("c1" * 8, "pacs_query", "reads_remote", patient_id=PATIENTS[0])
    (event,) = said(asked, closed("c1" * 8, result={"rows": 2}, patients=PATIENTS[:1]))
    assert event == {
        "resourceType": "AuditEvent",
        "id": event["id"],
        "type": coding(DCM, "110112", "Query"),
        "action": "E",
        "recorded": "2026-03-31T12:00:01.000Z",
        "outcome": "0",
        "agent": [
            {
                "type": {"coding": [coding(DCM, "110153", "Source Role ID")]},
                "who": HERE,
                "altId": RUN,
                "name": "trivium",
                "requestor": False,
                "network": {"address": HOST, "type": "1"},
            },
            {
                "type": {"coding": [coding(DCM, "110152", "Destination Role ID")]},
                "who": {"identifier": {"value": "plugin:pacs"}},
                "requestor": False,
            },
            {
                "type": {"coding": [coding(f"{THO}v3-ParticipationType", "IRCP", "information recipient")]},
                "who": {"identifier": {"value": "stdio:alice"}},
                "requestor": True,
            },
        ],
        "source": {
            "site": HOST,
            "observer": HERE,
            "type": [coding(f"{THO}security-source-type", "4", "Application Server")],
        },
        "entity": [
            {"what": {"type": "Patient", "identifier": {"value": PATIENTS[0]}}, **kind("1", "Person", "1", "Patient")},
            {
                "query": base64.b64encode(b'{"patient_id":"patient-K7QD-M2XW-9PBT"}').decode(),
                **kind("2", "System Object", "24", "Query"),
            },
            {
                "what": {"identifier": {"value": "c1" * 8}},
                "name": "pacs_query",
                "detail": [{"type": "rows", "valueString": "2"}],
                **kind("4", "Other", "20", "Job"),
            },
        ],
    }


def test_a_transfer_names_its_study_and_counts_its_instances() -> None:
    _, ends = said(*move("c3" * 8, "peer_failed"))
    assert (ends["type"], ends["outcome"], ends["outcomeDesc"]) == (
        coding(DCM, "110104", "DICOM Instances Transferred"),
        "8",
        "peer_failed",
    )
    study = {"system": "urn:dicom:uid", "value": f"urn:oid:{STUDY}"}
    assert ends["entity"][1] == {
        "what": {"type": "ImagingStudy", "identifier": study},
        **kind("2", "System Object", "3", "Report"),
    }
    begins, _ = said(*move("c3" * 8))
    assert begins["entity"][2]["detail"] == [
        {"type": "instances", "valueString": "20"},
        {"type": "series", "valueString": "2"},
    ]


def test_an_export_is_a_disclosure_whose_source_is_the_observer() -> None:
    _, export = said(opened("c2" * 8, "read_report", "reads_files"), closed("c2" * 8, shown=["name"]))
    assert export["subtype"] == [coding(f"{THO}iso-21089-lifecycle", "disclose", "Disclose Record Lifecycle Event")]
    by_role = {agent["type"]["coding"][0]["code"]: agent for agent in export["agent"]}
    assert by_role["110153"]["who"] == export["source"]["observer"]
    assert by_role["110152"]["who"] == {"identifier": {"value": "stdio:alice"}}
    assert by_role["110154"]["media"] == coding(DCM, "110037", "URI")


def test_an_alert_says_what_it_is_about() -> None:
    (alert,) = said({"event": "decided", "approval": "K7QD-M2XW", "approve": False, "by": "page:eve"})
    assert alert["subtype"] == [coding(DCM, "110144", "Authorization Decision")]
    assert (alert["outcome"], alert["outcomeDesc"]) == ("4", "refused")
    assert alert["entity"] == [{"name": "approvals/K7QD-M2XW", **kind("2", "System Object", "13", "Security Resource")}]


def test_nothing_stands_there_empty() -> None:
    (event,) = said({"event": "started", "run": RUN, "version": "0.1.0"})
    assert event.keys() == {"resourceType", "id", "type", "subtype", "action", "recorded", "outcome", "agent", "source"}


def test_a_bundle_holds_every_event_under_its_id() -> None:
    found = list(messages(chained(*EVERYTHING)))
    whole = json.loads("".join(bundle(found, HOST)))
    entries = whole.pop("entry")
    assert whole == {"resourceType": "Bundle", "type": "collection"}
    assert [entry["fullUrl"] for entry in entries] == [f"urn:uuid:{message.id}" for message in found]
    assert [entry["resource"] for entry in entries] == said(*EVERYTHING)


def test_a_bundle_of_nothing_has_no_entry() -> None:
    assert json.loads("".join(bundle([], HOST))) == {"resourceType": "Bundle", "type": "collection"}


def test_a_bundle_that_breaks_off_is_no_document() -> None:
    pieces = list(bundle(messages(chained(*EVERYTHING)), HOST))
    with pytest.raises(ValueError, match="Expecting"):
        json.loads("".join(pieces[:-1]))


def test_ndjson_has_one_event_a_line() -> None:
    text = "".join(ndjson(messages(chained(*EVERYTHING)), HOST))
    assert [json.loads(line) for line in text.splitlines()] == said(*EVERYTHING)


ALL: Final = {
    "plain": said(*EVERYTHING),
    "hostile": said(*(hostile(record) for record in EVERYTHING)),
}


# Another implementation.


@pytest.mark.parametrize("records", ["plain", "hostile"])
def test_another_implementation_takes_every_event(records: str) -> None:
    """FHIR R4B's AuditEvent has the elements of R4's, each as often."""
    try:
        audit_events = import_module("fhir.resources.R4B.auditevent").AuditEvent
    except ImportError:
        leave_out("fhir.resources is not installed")
    for event in ALL[records]:
        read = json.loads(audit_events.model_validate(event).model_dump_json())
        assert read == {**event, "recorded": event["recorded"].replace(".000Z", "Z")}
        with pytest.raises(ValueError, match="agent"):
            audit_events.model_validate({name: value for name, value in event.items() if name != "agent"})


# The definitions of R4.


class Definitions:
    """Structure, cardinality and bindings, from HL7's definitions."""

    def __init__(self, folder: Path) -> None:
        def load(name: str) -> Any:
            return json.loads((folder / f"fhir_r4_{name}.json").read_text())

        self.types = {**load("types")["types"], **load("resources")["resources"]}
        terminology = load("terminology")
        self.value_sets, self.code_systems = terminology["valuesets"], terminology["codesystems"]

    def rows(self, name: str, path: str = "") -> dict[str, list[Any]]:
        """The elements right below a path, by their names; those of the base too."""
        found: dict[str, list[Any]] = {}
        if not path and (base := self.types[name].get("base")):
            found = self.rows(base)
        for row in self.types[name]["el"]:
            below = row[0][len(path) + 1 :] if path and row[0].startswith(f"{path}.") else row[0] if not path else ""
            if below and "." not in below:
                found[below] = row
        return found

    def faults(self, value: Mapping[str, Any], name: str, path: str = "") -> list[str]:
        rows, faults = self.rows(name, path), []
        choices = {row[:-3]: rows[row] for row in rows if row.endswith("[x]")}
        for key in value.keys() - {"resourceType"}:
            row = rows.get(key) or next((r for stem, r in choices.items() if key.startswith(stem)), None)
            if row is None:
                faults.append(f"{name}.{path}: no element {key}")
                continue
            each = value[key] if row[2] != 1 else [value[key]]
            if not isinstance(each, list) or not each:
                faults.append(f"{name}.{path}.{key}: {row[2] or '*'} expected")
                continue
            for one in each:
                faults += self._element(one, row, name, row[0])
        faults += [
            f"{name}.{path}: {key} is missing"
            for key, row in rows.items()
            if row[1] and not any(given.startswith(key.removesuffix("[x]")) for given in value)
        ]
        return faults

    def _element(self, value: Any, row: list[Any], name: str, path: str) -> list[str]:
        type_ = re.split(r"[,(]", row[3] if len(row) > 3 else "")[0]
        faults = self._binding(value, row)
        if type_ == "BackboneElement":
            return faults + self.faults(value, name, path)
        if isinstance(value, dict):
            return faults + self.faults(value, type_)
        if type_ == "boolean":
            return faults + ([] if isinstance(value, bool) else [f"{path}: {value} is no boolean"])
        pattern = self.types[type_].get("regex", r"[ \r\n\t\S]+")
        return faults + ([] if isinstance(value, str) and re.fullmatch(pattern, value) else [f"{path}: {value!r}"])

    def _binding(self, value: Any, row: list[Any]) -> list[str]:
        binding = row[5] if len(row) > 5 else None
        if not binding or binding[0] not in "re":
            return []
        if not isinstance(value, dict):
            return [] if self._member(binding[1], None, value) else [f"{row[0]}: {value} is not in {binding[1]}"]
        codings = [each for each in (value.get("coding", [value])) if "code" in each]
        if binding[0] == "e":  # extensible: a code of one of its systems is one of its codes, or none fits
            codings = [each for each in codings if self._system(binding[1], each["system"])]
        return [
            f"{row[0]}: {each['code']} is not in {binding[1]}"
            for each in codings
            if not self._member(binding[1], each["system"], each["code"]) and each["code"] != "110144"
        ]

    def _system(self, url: str, system: str) -> bool:
        return any(part.get("s") == system for part in self.value_sets[url]["inc"])

    def _member(self, url: str, system: str | None, code: str) -> bool:
        for part in self.value_sets[url]["inc"]:
            if system in (None, part.get("s")) and code in (
                part.get("c") or [row[0] for row in self.code_systems[part["s"]]]
            ):
                return True
        return False


@pytest.fixture(scope="module")
def r4() -> Definitions:
    folder = ROOT.parent / "shared" / "data"
    if not (folder / "fhir_r4_resources.json").exists():
        leave_out("HL7's definitions of R4 are not beside this working copy")
    return Definitions(folder)


@pytest.mark.corpus
@pytest.mark.parametrize("records", ["plain", "hostile"])
def test_every_event_is_as_r4_defines_it(r4: Definitions, records: str) -> None:
    assert [fault for event in ALL[records] for fault in r4.faults(event, "AuditEvent")] == []


@pytest.mark.corpus
def test_a_display_is_the_one_that_r4_gives(r4: Definitions) -> None:
    def codings(value: Any) -> list[dict[str, str]]:
        if isinstance(value, list):
            return [found for each in value for found in codings(each)]
        if not isinstance(value, dict):
            return []
        own = [value] if "code" in value else []
        return own + [found for each in value.values() for found in codings(each)]

    for found in codings(ALL["plain"]):
        terms = {row[0]: row[1] for row in r4.code_systems.get(found["system"], [])}
        # R4's copy of DCM is older than the authorization decision.
        assert terms.get(found["code"], found["display"]) == found["display"]


@pytest.mark.corpus
def test_name_and_query_never_stand_in_one_entity(r4: Definitions) -> None:
    """Invariant sev-1."""
    assert "sev-1" in next(row for row in r4.types["AuditEvent"]["el"] if row[0] == "entity")[6]
    entities = [entity for event in ALL["plain"] for entity in event.get("entity", [])]
    assert [entity for entity in entities if "name" in entity and "query" in entity] == []


@pytest.mark.corpus
@pytest.mark.parametrize(
    "change",
    [
        {"action": "X"},
        {"outcome": 0},
        {"recorded": "2026-03-31 12:00"},
        {"agent": []},
        {"agent": [{"who": HERE}]},
        {"source": {"site": HOST}},
        {"entity": [{"detail": [{"type": "rows"}]}]},
        {"type": coding(DCM, "110999", "Singing")},
        {"sung": True},
    ],
)
def test_what_r4_does_not_allow_is_noticed(r4: Definitions, change: dict[str, Any]) -> None:
    assert r4.faults({**ALL["plain"][0], **change}, "AuditEvent") != []
