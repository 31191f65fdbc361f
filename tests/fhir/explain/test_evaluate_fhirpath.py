"""`evaluate_fhirpath`: results marked by what they tell of a person; work done elsewhere, and bounded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from trivium.api import BadInput, Kind, TooLarge, Workers
from trivium_fhir.explain.evaluating import evaluate
from trivium_fhir.explain.evaluation_model import Evaluation
from trivium_fhir.tools.evaluate_fhirpath import evaluate_fhirpath

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "p1",
    "Miller": {"Jane": "v"},
    "name": [{"use": "official", "family": "Miller"}],
    "birthDate": "1980-01-02",
    "identifier": [{"system": "urn:oid:1.2", "value": "12"}],
    "managingOrganization": {"identifier": {"value": "99"}},
    "extension": [{"url": "http://example.org/x", "valueCode": "abc"}],
    "multipleBirthInteger": 2,
}


def ask(expression: str) -> Evaluation:
    return evaluate(json.dumps(PATIENT), expression, 50, 0)


@pytest.mark.parametrize(
    ("expression", "value", "kind"),
    [
        ("name.family", "Miller", Kind.NAME),
        ("name.use", "official", None),
        ("birthDate", "1980-01-02", Kind.BIRTH_DATE),
        ("identifier.value", "12", Kind.PATIENT_ID),
        ("managingOrganization.identifier.value", "99", Kind.TEXT),
        ("extension.value", "abc", Kind.TEXT),
        ("multipleBirth", "2", None),
        ("name.count()", "1", None),
        ("name.exists()", "true", None),
        ("name.family & '!'", "Miller!", Kind.TEXT),
        ("birthDate.toString().substring(0, 4).toInteger()", "1980", Kind.TEXT),
        ("Miller.Jane", "v", Kind.TEXT),
    ],
)
def test_a_value_says_its_kind(expression: str, value: str, kind: Kind | None) -> None:
    leaf = ask(expression).values[0]
    assert (leaf.value, leaf.phi) == (value, kind)


def test_names_that_r4_does_not_have_are_not_repeated() -> None:
    told = ask("Patient")
    public = [(one.path, one.type) for one in told.values]
    assert ("(unknown).(unknown)", "(unknown)") in public
    assert "Miller" not in str(public)
    assert "Jane" not in str(public)


def test_empty_is_not_false() -> None:
    assert (ask("deceased").count, ask("deceased").truth) == (0, None)
    assert ask("name.empty()").truth is False


def test_items_are_paged() -> None:
    first = evaluate(json.dumps(PATIENT), "(1 | 2 | 3)", 2, 0)
    assert ([one.value for one in first.values], first.count, first.next_offset) == (["1", "2"], 3, 2)
    assert [one.value for one in evaluate(json.dumps(PATIENT), "(1 | 2 | 3)", 2, 2).values] == ["3"]


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    made = Workers(memory=1 << 30)
    yield made
    made.close()


def test_the_tool_answers_from_a_worker(workers: Workers) -> None:
    told = evaluate_fhirpath.function(workers, json.dumps(PATIENT), "name.family")
    assert [(one.value, one.phi) for one in told.values] == [("Miller", Kind.NAME)]
    with pytest.raises(BadInput, match="cannot be read as FHIRPath from character 3 on"):
        evaluate_fhirpath.function(workers, json.dumps(PATIENT), "a b")
    with pytest.raises(TooLarge):
        evaluate_fhirpath.function(workers, json.dumps(PATIENT), "name.family.repeat($this & 'x')")
    with pytest.raises(BadInput):
        evaluate_fhirpath.function(workers, "{", "name")
