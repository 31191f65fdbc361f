"""Pages, completions and prompts."""

from __future__ import annotations

import pytest

from trivium.api import NotFound
from trivium_fhir import completions
from trivium_fhir.prompts import all_prompts, explain_invalid_resource, explain_missing_field
from trivium_fhir.resources import all_resources, fhir_element, fhir_resource


def test_two_kinds_of_pages_are_offered() -> None:
    assert [(one.uri, one.mime_type) for one in all_resources()] == [
        ("fhir://resource/{name}", "text/markdown"),
        ("fhir://element/{path}", "text/markdown"),
    ]


def test_a_resource_is_a_page() -> None:
    lines = fhir_resource(name="imagingstudy").splitlines()
    assert lines[:4] == ["# ImagingStudy", "", "- Kind: resource", "- Base: DomainResource"]
    assert "| ImagingStudy.series.uid | 1..1 | id | S |  |  |" in lines
    assert "- ImagingStudy.series.uid: (0020,000E)" in lines


def test_an_element_is_a_page() -> None:
    lines = fhir_element(path="patient.gender").splitlines()
    assert lines[:3] == ["# Patient.gender", "", "- Cardinality: 0..1"]
    assert "| female | Female |  |" in lines
    assert "| string | valueString |  | `[ \\r\\n\\t\\S]+` |" in fhir_element(path="Observation.value").splitlines()


@pytest.mark.parametrize("name", ["Qqq", "", "../Patient"])
def test_an_unknown_page_is_not_found(name: str) -> None:
    with pytest.raises(NotFound):
        fhir_resource(name=name)


def test_completions_follow_what_is_typed() -> None:
    assert list(completions.resource_names("imagings", {})) == ["ImagingStudy"]
    assert list(completions.element_paths("Patient.na", {})) == ["Patient.name"]
    assert list(completions.element_paths("patient.name.f", {})) == ["Patient.name.family"]
    assert list(completions.element_paths("Nobody.n", {})) == []
    assert "Observation.value[x]" in completions.element_paths("Observation.v", {})
    assert next(iter(completions.message_structures("oru", {}))) == "ORU_R01"


def test_prompts_name_what_was_given() -> None:
    assert [one.name for one in all_prompts()] == ["explain_missing_field", "explain_invalid_resource"]
    told = explain_missing_field(field="PID-11.3", element="Patient.address.city", message_type="ADT_A01")
    assert told.splitlines()[:3] == [
        "A value of ADT_A01 did not arrive in FHIR. Find out why.",
        "The field: PID-11.3",
        "The element: Patient.address.city",
    ]
    assert "Ask me first" in explain_missing_field()
    assert explain_invalid_resource(resource_type="Bundle").startswith("A FHIR Bundle is invalid")
