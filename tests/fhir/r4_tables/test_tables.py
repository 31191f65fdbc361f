"""R4's terminology, search parameters, invariants, counterparts and extensions."""

from __future__ import annotations

import pytest

from trivium_fhir.r4 import counterparts, extensions, invariants, search, terminology
from trivium_fhir.r4.terminology import Coding, contains

GENDER = "http://hl7.org/fhir/ValueSet/administrative-gender"
ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
ENCOUNTER = "http://terminology.hl7.org/ValueSet/v3-ActEncounterCode"


@pytest.mark.parametrize(
    ("value_set", "system", "code", "answer"),
    [
        (GENDER, None, "male", True),
        (f"{GENDER}|4.0.1", None, "male", True),
        (GENDER, None, "M", False),
        (GENDER, "http://hl7.org/fhir/administrative-gender", "male", True),
        (GENDER, "http://example.org/other", "male", False),
        (ENCOUNTER, ACT, "AMB", True),  # below the concept that the filter names
        (ENCOUNTER, ACT, "_ActEncounterCode", False),  # excluded itself
        (ENCOUNTER, ACT, "CASH", False),  # of another branch
        ("http://hl7.org/fhir/ValueSet/mimetypes", None, "text/plain", None),
        ("http://hl7.org/fhir/ValueSet/body-site", "http://snomed.info/sct", "1", None),
        ("http://hl7.org/fhir/ValueSet/body-site", "http://example.org/other", "1", False),
        ("http://example.org/unknown", None, "x", None),
    ],
)
def test_whether_a_value_set_has_a_code(value_set: str, system: str | None, code: str, answer: bool | None) -> None:
    assert contains(value_set, system, code) is answer


def test_the_codes_of_a_value_set_have_their_displays() -> None:
    assert list(terminology.codes(GENDER)) == [
        Coding("http://hl7.org/fhir/administrative-gender", code, shown)
        for code, shown in (("male", "Male"), ("female", "Female"), ("other", "Other"), ("unknown", "Unknown"))
    ]
    assert terminology.display(ACT, "AMB") == "ambulatory"
    assert terminology.display("http://loinc.org", "1-8") is None


def test_nearly_every_required_value_set_can_be_decided_offline() -> None:
    required = [url for url in terminology.value_sets() if "r" in terminology.value_set(url).strengths]
    undecided = {url.rpartition("/")[2] for url in required if not terminology.value_set(url).decidable}
    assert (len(required), undecided) == (224, {"mimetypes", "currencies", "ucum-units"})


def test_search_parameters_come_with_those_of_all_resources() -> None:
    found = search.parameters("Observation")
    assert (found["code"].type, found["_id"].type, found["_text"].expression) == ("token", "token", None)
    assert found["code-value-quantity"].components == ("code", "value.as(Quantity)")
    assert search.parameters("Account")["patient"].targets == ("Patient",)
    with pytest.raises(KeyError):
        search.parameters("DomainResource")
    assert search.compartments()["Patient"]["Observation"] == ("subject", "performer")
    assert search.operations()["ValueSet$expand"].levels == ("type", "instance")


def test_a_key_that_r4_uses_for_three_invariants_is_found_by_place() -> None:
    expressions = {path: invariants.invariant("inv-1", path).expression for path in ("Task", "Parameters.parameter")}
    assert "lastModified" in expressions["Task"]
    assert "part.exists()" in expressions["Parameters.parameter"]
    assert invariants.invariant("obs-6").paths == ("Observation",)
    assert invariants.invariant("dom-6").severity == "warning"


def test_counterparts_and_extensions() -> None:
    assert counterparts.v2()["Patient.birthDate"] == ("PID-7",)
    assert counterparts.dicom()["AuditEvent.type"] == ("EventId",)
    own_name = extensions.extension("http://hl7.org/fhir/StructureDefinition/humanname-own-name")
    assert (own_name.contexts, own_name.types, own_name.maximum) == (("HumanName.family",), ("string",), 1)
    assert len(extensions.extensions()) == 393
