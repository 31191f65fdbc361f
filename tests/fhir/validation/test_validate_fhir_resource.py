"""The tool, as a caller sees it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from trivium.api import Kind, TooLarge, Workers
from trivium_fhir.tools import validate_fhir_resource as the_tool
from trivium_fhir.tools.validate_fhir_resource import validate_fhir_resource
from trivium_fhir.validity import FhirFinding, FhirValidation

WORKERS = Workers(memory=2 << 30)
"""Processes that wait until something large comes."""

BAD = {
    "resourceType": "Patient",
    "gender": "M",
    "Mrs Smith": 1,
    "valueQuantity": 1,
    "maritalStatus": {"coding": [{"system": "http://example.org/s", "code": "x"}]},
}


def ask(resource: dict[str, Any] | str, **more: object) -> FhirValidation:
    text = resource if isinstance(resource, str) else json.dumps(resource)
    answer = validate_fhir_resource.function(WORKERS, resource=text, **more)
    assert isinstance(answer, FhirValidation)
    return answer


@pytest.fixture(scope="module", autouse=True)
def _no_process_is_left() -> Iterator[None]:
    yield
    WORKERS.close()


def test_a_large_bundle_is_checked_in_a_process_that_is_stopped_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    large = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": BAD}] * 4_000}
    assert ask(large).totals.error == 12_000
    monkeypatch.setattr(the_tool, "_SECONDS", 0.2)
    with pytest.raises(TooLarge, match=r"resource takes longer than 0\.2 seconds"):
        ask(large)


def test_a_good_resource_conforms() -> None:
    answer = ask({"resourceType": "Patient", "gender": "male"})
    assert (answer.type, answer.verdict, answer.resources) == ("Patient", "conforms", 1)
    assert answer.totals.model_dump() == {"error": 0, "warning": 0, "note": 1}
    assert [(one.code, one.rule) for one in answer.findings] == [("invariant", "dom-6")]


def test_findings_come_errors_first_with_rule_and_count() -> None:
    answer = ask(BAD, severity="warning")
    assert answer.verdict == "does not conform"
    assert [(one.severity, one.path, one.code) for one in answer.findings] == [
        ("error", "Patient", "unknown-element"),
        ("error", "Patient", "unknown-element"),
        ("error", "Patient.gender", "code-not-in-required-value-set"),
        ("warning", "Patient.maritalStatus", "code-not-in-extensible-value-set"),
    ]
    assert answer.totals.model_dump() == {"error": 3, "warning": 1, "note": 1}


def test_a_name_that_r4_does_not_know_may_be_a_patients() -> None:
    assert {one.name: one.phi for one in ask(BAD).findings if one.name} == {
        "Mrs Smith": Kind.TEXT,
        "valueQuantity": None,
    }


def test_pages_together_are_the_whole() -> None:
    whole = ask(BAD)
    paged: list[FhirFinding] = []
    offset = 0
    while True:
        answer = ask(BAD, limit=2, offset=offset)
        paged.extend(answer.findings)
        assert answer.total == whole.total
        if answer.next_offset is None:
            break
        offset = answer.next_offset
    assert tuple(paged) == whole.findings


def test_a_bundle_with_119_equal_findings_gives_one_line_with_a_count() -> None:
    entries = [{"resource": {"resourceType": "Patient", "gender": "M"}}] * 119
    answer = ask({"resourceType": "Bundle", "type": "collection", "entry": entries}, severity="error")
    assert (answer.total, answer.totals.error, answer.resources) == (1, 119, 120)
    (line,) = answer.findings
    assert (line.count, line.code, line.path, line.first) == (
        119,
        "code-not-in-required-value-set",
        "Bundle.entry[*].resource.ofType(Patient).gender",
        "Bundle.entry[0].resource.ofType(Patient).gender",
    )


def test_xml_is_read_too() -> None:
    answer = ask('<Patient xmlns="http://hl7.org/fhir"><gender value="x"/></Patient>', severity="error")
    assert [one.path for one in answer.findings] == ["Patient.gender"]
