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
    "active": True,
    "identifier": [{"system": "urn:oid:1.2", "value": "12"}],
    "managingOrganization": {"identifier": {"value": "99"}},
    "extension": [{"url": "http://example.org/x", "valueCode": "abc"}, {"url": "http://example.org/y"}],
    "multipleBirthInteger": 2,
}
MRN = "4711081512"


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
        ("name.where(use = 'official').family", "Miller", Kind.NAME),
        ("name.given.combine(name.family)", "Miller", Kind.NAME),
        ("name.use & '!'", "official!", Kind.TEXT),
        ("name.use.length() + multipleBirth", "10", None),
        ("birthDate.hasValue() and active", "true", None),
        ("name.type().name", "HumanName", None),
        ("descendants().ofType(HumanName).family", "Miller", Kind.NAME),
    ],
)
def test_an_element_that_is_only_reached_says_its_kind(expression: str, value: str, kind: Kind | None) -> None:
    told = ask(expression)
    assert [(leaf.value, leaf.phi) for leaf in told.values] == [(value, kind)]
    assert told.derived is None


TESTING = [
    "birthDate < @1980-06-01",
    "iif(birthDate < @1980-06-01, name.use, name)",
    "name.where(family = 'Miller').use",
    "name.exists(family ~ 'miller')",
    "name.all(family.startsWith('M'))",
    "name.family.contains('ill')",
    "name.family.matches('^M')",
    "name.family.length()",
    "name.family.indexOf('M')",
    "name.family in ('Miller' | 'Smith')",
    "('Miller' | 'Smith') contains name.family",
    "(name.family | 'Miller').count()",
    "(name.family | name.family).count()",
    "name.family.distinct().count()",
    "name.family.combine('Miller').isDistinct()",
    "name.family.intersect('Miller').exists()",
    "name.family.exclude('Miller').empty()",
    "name.family.subsetOf('Miller')",
    "name.family.supersetOf('Miller')",
    "name.repeat(family).count()",
    "name.family.union('Miller').count()",
    "name.family.select($this = 'Miller')",
    "name.aggregate($total or $this.family = 'Miller', false)",
    "name[birthDate.toString().substring(0, 4).toInteger() - 1980].exists()",
    "name.skip(birthDate.toString().substring(0, 4).toInteger() - 1980).exists()",
    "birthDate.toString().substring(0, 4).toInteger()",
    "birthDate + 1 year",
    "identifier.value.convertsToInteger()",
    "identifier.value.toInteger() > 5",
    "identifier.value.getValue().count()",
    "identifier.value.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender')",
    "identifier.value.toChars().count()",
    "identifier.value.split('1').count()",
    "(identifier.value & 'x').exists()",
    "(name.family and true).exists()",
    "name = name",
    "name ~ contact.name",
    "('Patient/' & id).resolve().exists()",
    "'Patient/p1'.resolve().exists()",
    "extension('http://example.org/x').exists()",
    "extension.where(url = 'http://example.org/x').exists()",
    "Miller.exists()",
    "`Miller`.Jane.empty()",
    "Smith.exists()",
    "%resource.descendants().where($this = 'Miller').exists()",
    "name.trace(family).where(family.upper() = 'MILLER').count()",
    # what fails, or grows without end, tells as much
    "iif(birthDate < @1980-06-01, (1 | 2).single(), 1)",
    "iif(birthDate > @1980-06-01, (1 | 2).single(), 1)",
    "iif(name.family = 'Miller', ('x').repeat($this & 'x'), 1)",
    "name.family + 1",
    "name.family.matches('(')",
]


@pytest.mark.parametrize("expression", TESTING)
def test_what_is_made_of_a_patients_value_is_one_text(expression: str) -> None:
    told = ask(expression)
    assert told == Evaluation(derived=told.derived)
    assert told.derived


def test_the_text_is_the_answer() -> None:
    told = json.loads(ask("name.where(family = 'Miller').family").derived or "")
    assert told["count"] == 1
    assert [(one["value"], one["phi"]) for one in told["values"]] == [("Miller", "name")]
    assert json.loads(ask("birthDate < @1970-01-01").derived or "")["truth"] is False
    assert ask("name.family.matches('(')").derived == (
        "expression has a regular expression at character 13 that cannot be read"
    )


PLANTED = [
    ("identifier.value = '{}'", {"identifier": [{"value": MRN}]}),
    ("identifier.value.isDistinct()", {"identifier": [{"value": MRN}, {"value": "{}"}]}),
    ("`{}`.exists()", {MRN: 1}),
    ("extension('{}').exists()", {"extension": [{"url": MRN}]}),
    ("is(`{}`)", {"resourceType": MRN}),
    ("type().name = '{}'", {"resourceType": MRN}),
    ("managingOrganization.resolve().exists()", {"id": MRN, "managingOrganization": {"reference": "Patient/{}"}}),
    ("managingOrganization.resolve().exists()", {"id": MRN, "managingOrganization": {"reference": "#{}"}}),
    ("name.use = '{}'", {"name": [{"use": MRN}]}),
    ("name.where(use = '{}').exists()", {"name": [{"use": MRN}]}),
    ("gender.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender')", {"gender": "{}"}),
    ("maritalStatus.coding.code.startsWith('{}')", {"maritalStatus": {"coding": [{"code": MRN}]}}),
    ("text.children().htmlChecks()", {"text": {"div": "{}"}}),
    ("contained.where(id = '{}').exists()", {"contained": [{"resourceType": "Patient", "id": MRN}]}),
]


@pytest.mark.parametrize(("expression", "resource"), PLANTED)
def test_guessing_right_looks_like_guessing_wrong(expression: str, resource: dict[str, Any]) -> None:
    """Who plants a value that is put back for a stand-in, wherever it is, learns nothing by asking for it."""

    def shown(guess: str) -> dict[str, Any]:
        text = json.dumps({"resourceType": "Patient", **resource}).replace("{}", guess)
        told = evaluate(text, expression.replace("{}", guess), 50, 0)
        return told.model_dump() | {"derived": told.derived is not None}

    assert shown(MRN) == shown("4711081513")


def test_names_that_r4_does_not_have_are_not_repeated() -> None:
    told = ask("Patient")
    public = [(one.path, one.type) for one in told.values]
    assert ("(unknown).(unknown)", "(unknown)") in public
    assert "Miller" not in str(public)
    assert "Jane" not in str(public)


def test_empty_is_not_false() -> None:
    assert (ask("deceased").count, ask("deceased").truth) == (0, None)
    assert ask("name.empty()").truth is False


def test_a_reference_within_the_bundle_is_followed() -> None:
    url = "urn:uuid:3f0e6a1c-5b1d-4c8e-9a52-0f6d0e6c7b11"
    entries = [
        {"resource": {"resourceType": "Observation", "subject": {"reference": url}}},
        {"fullUrl": url, "resource": PATIENT},
    ]
    bundle = json.dumps({"resourceType": "Bundle", "entry": entries})
    told = evaluate(bundle, "Bundle.entry.resource.ofType(Observation).subject.resolve().gender.empty()", 50, 0)
    assert (told.truth, told.derived) == (True, None)


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
        evaluate_fhirpath.function(workers, json.dumps(PATIENT), "name.use.repeat($this & 'x')")
    with pytest.raises(BadInput):
        evaluate_fhirpath.function(workers, "{", "name")
