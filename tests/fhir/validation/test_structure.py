"""Structure: what each fault is called, and where it is said to be."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from trivium.api import TooLarge
from trivium_fhir.validation import Severity, report, validate

Found = list[tuple[str, str]]

WHY = {"id": "x", "extension": [{"url": "http://example.org/why", "valueCode": "unknown"}]}
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
BIRTH_PLACE = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace"


def faults(resource: dict[str, Any]) -> Found:
    return [(one.code.value, one.first) for one in validate(resource) if one.severity is Severity.ERROR]


def patient(**more: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", **more}


def observation(**more: Any) -> dict[str, Any]:
    return {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, **more}


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"name": []}, [("empty-array", "Patient.name")]),
        ({"name": [None]}, [("null", "Patient.name[0]")]),
        ({"name": ["Doe"]}, [("json-type", "Patient.name[0]")]),
        ({"gender": ["male"]}, [("array-unexpected", "Patient.gender")]),
        ({"active": "true"}, [("json-type", "Patient.active")]),
        ({"active": None}, [("null", "Patient.active")]),
        ({"multipleBirthInteger": Decimal("1.0")}, [("form", "Patient.multipleBirthInteger")]),
        ({"multipleBirthInteger": 2**31}, [("form", "Patient.multipleBirthInteger")]),
        ({"multipleBirthString": "x"}, [("choice-type", "Patient.multipleBirth[x]")]),
        ({"deceasedBoolean": True, "deceasedDateTime": "2020"}, [("two-choices", "Patient.deceased[x]")]),
        ({"birthDate": "1980-02-30"}, [("no-such-date", "Patient.birthDate")]),
        ({"birthDate": "1980-1-1"}, [("form", "Patient.birthDate")]),
        ({"deceasedDateTime": "2020-01-01T10:00:00"}, [("form", "Patient.deceasedDateTime")]),
        ({"language": "a  b"}, [("form", "Patient.language")]),
        ({"photo": [{"contentType": "image/png", "data": "AAA"}]}, [("form", "Patient.photo[0].data")]),
        ({"identifier": [{"system": "urn:oid:1.2.x"}]}, [("form", "Patient.identifier[0].system")]),
        ({"identifier": [{"system": "urn:uuid:1"}]}, [("form", "Patient.identifier[0].system")]),
        ({"name": [{"family": "a\x00b"}]}, [("form", "Patient.name[0].family")]),
        ({"name": [{"id": "a b", "family": "x"}]}, [("form", "Patient.name[0].id")]),
        ({"name": [{"id": "a"}]}, [("empty-object", "Patient.name[0]")]),
        ({"telecom": [{"value": "1"}]}, [("invariant", "Patient.telecom[0]")]),
    ],
)
def test_a_fault_has_a_name_and_a_place(members: dict[str, Any], expected: Found) -> None:
    assert faults(patient(**members)) == expected


@pytest.mark.parametrize(
    "members",
    [
        {"birthDate": "1980"},
        {"birthDate": "2020-02-29"},
        {"deceasedDateTime": "2020-01-01T23:59:60.123+02:00"},
        {"_birthDate": {"extension": [{"url": "http://example.org/why", "valueCode": "unknown"}]}},
        {
            "name": [
                {"given": ["A", None], "_given": [None, {"id": "x", "extension": [{"url": "u:x", "valueCode": "x"}]}]}
            ]
        },
        {"photo": [{"contentType": "image/png", "data": "AA AA\nAAAA"}]},
        {"maritalStatus": {"text": "free"}},
        {"multipleBirthInteger": -1},
    ],
)
def test_what_r4_allows_is_no_fault(members: dict[str, Any]) -> None:
    assert faults(patient(**members)) == []


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"_birthDate": [{"id": "x"}]}, [("sibling", "Patient._birthDate")]),
        ({"_birthDate": {}}, [("empty-object", "Patient._birthDate")]),
        ({"_birthDate": "x"}, [("sibling", "Patient._birthDate")]),
        ({"_name": [{"id": "x"}]}, [("unknown-element", "Patient")]),
        (
            {"name": [{"given": ["A"], "_given": [{"id": "x"}, {"id": "y"}]}]},
            [("sibling", "Patient.name[0]._given"), ("empty-object", "Patient.name[0]._given[1]")],
        ),
    ],
)
def test_what_stands_beside_a_primitive_is_checked(members: dict[str, Any], expected: Found) -> None:
    assert sorted(faults(patient(**members))) == sorted(expected)


@pytest.mark.parametrize(
    ("extension", "expected"),
    [
        ({"url": "http://example.org/x", "valueString": "a"}, []),
        ({"url": "http://example.org/x"}, ["extension-value"]),
        ({"url": "http://example.org/x", "valueString": "a", **WHY}, ["extension-value"]),
        ({"valueString": "a"}, ["missing-element"]),
        ({"url": BIRTH_PLACE, "valueString": "a"}, ["extension-type"]),
        ({"url": BIRTH_PLACE, "valueAddress": {"city": "a"}}, []),
    ],
)
def test_extensions_have_a_value_of_their_type_or_parts(extension: dict[str, Any], expected: list[str]) -> None:
    assert [code for code, _ in faults(patient(extension=[extension]))] == expected


@pytest.mark.parametrize(
    ("coding", "expected"),
    [
        ({"system": CLINICAL, "code": "active"}, []),
        ({"system": CLINICAL, "code": "x"}, ["code-not-in-required-value-set"]),
        ({"system": "http://example.org/other", "code": "active"}, ["code-not-in-required-value-set"]),
        ({"display": "Active"}, ["no-code-for-required-value-set"]),
    ],
)
def test_a_required_binding_holds_for_codeable_concepts(coding: dict[str, str], expected: list[str]) -> None:
    condition = {
        "resourceType": "Condition",
        "subject": {"reference": "Patient/1"},
        "clinicalStatus": {"coding": [coding]},
    }
    assert [code for code, _ in faults(condition)] == expected


def test_a_code_outside_an_extensible_value_set_is_a_warning_and_one_that_cannot_be_looked_up_is_nothing() -> None:
    strange = patient(maritalStatus={"coding": [{"system": "http://example.org/s", "code": "x"}]})
    assert [(one.severity, one.code.value, one.rule) for one in validate(strange)][:1] == [
        (Severity.WARNING, "code-not-in-extensible-value-set", "http://hl7.org/fhir/ValueSet/marital-status")
    ]
    snomed = observation(bodySite={"coding": [{"system": "http://snomed.info/sct", "code": "1"}]})
    assert faults(snomed) == []


def test_a_simple_quantity_has_no_comparator() -> None:
    ranged = [{"low": {"value": 1, "comparator": "<"}}]
    assert faults(observation(referenceRange=ranged)) == [("comparator", "Observation.referenceRange[0].low")]
    assert faults(observation(valueQuantity={"value": 1, "comparator": "<"})) == []


def test_equal_findings_are_one_with_a_count_and_the_first_place() -> None:
    entries = [{"fullUrl": f"urn:x:{number}", "resource": patient(gender="M")} for number in range(119)]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    found = [one for one in validate(bundle) if one.severity is Severity.ERROR]
    assert [(one.path, one.first, one.count) for one in found] == [
        (
            "Bundle.entry[*].resource.ofType(Patient).gender",
            "Bundle.entry[0].resource.ofType(Patient).gender",
            119,
        )
    ]


def test_no_value_of_the_resource_stands_in_a_finding() -> None:
    secret = "Zaphod-4711"
    resource = patient(
        id=secret + "!",
        gender=secret,
        birthDate=secret,
        active=secret,
        maritalStatus=secret,
        name=[{"family": [secret], "use": secret}],
        managingOrganization={"reference": "#" + secret},
        meta={"profile": [secret]},
        text={"status": secret, "div": secret},
    )
    found = validate(resource)
    assert len(found) >= 8
    assert not [one for one in found if secret in repr(one)]


def test_the_name_of_an_unknown_element_is_kept_apart() -> None:
    (found, *_) = validate(patient(**{"x" * 100: 1}))
    assert (found.path, found.name) == ("Patient", "x" * 64)
    assert "xx" not in found.path + found.first + found.message + found.rule


def test_a_claimed_profile_is_noted_as_not_checked() -> None:
    notes = {one.code.value: one.first for one in validate(patient(meta={"profile": ["http://example.org/p"]}))}
    assert notes["profile-not-checked"] == "Patient.meta.profile"


@pytest.mark.parametrize(
    "resource", [{}, {"resourceType": "Nothing"}, {"resourceType": 1}, {"resourceType": "Resource"}]
)
def test_what_is_no_resource_of_r4_is_said_to_be_none(resource: dict[str, Any]) -> None:
    found = report(resource)
    assert ([one.code.value for one in found.findings], found.type) == (["unknown-resource-type"], None)


def test_a_resource_that_holds_itself_is_refused() -> None:
    endless = patient()
    endless["contained"] = [endless]
    with pytest.raises(TooLarge):
        validate(endless)


def test_kinds_beyond_the_limit_are_counted_and_do_not_count_as_valid() -> None:
    found = report(patient(**{f"x{number}": 1 for number in range(2500)}))
    assert (len(found.findings), found.left_out, found.valid) == (2000, 501, False)
