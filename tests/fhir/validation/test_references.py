"""References, contained resources, bundles and narrative."""

from __future__ import annotations

from typing import Any

import pytest

from trivium_fhir.validation import Severity, validate

PATIENT = "urn:uuid:11111111-1111-1111-1111-111111111111"
XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'


def faults(resource: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one.code.value, one.first) for one in validate(resource) if one.severity is Severity.ERROR]


def observation(reference: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "subject": reference, **more}


def bundle(*entries: dict[str, Any], type_: str = "collection") -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": type_, "entry": list(entries)}


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ({"reference": "Patient/1"}, []),
        ({"reference": "Patient/1/_history/2"}, []),
        ({"reference": "https://example.org/fhir/Patient/1"}, []),
        ({"reference": "Patient?identifier=http://example.org|1"}, []),
        ({"reference": "urn:uuid:99999999-9999-9999-9999-999999999999"}, []),  # outside any bundle
        ({"identifier": {"value": "1"}, "type": "Patient"}, []),
        ({"display": "x"}, []),
        ({"reference": "nonsense"}, [("reference-form", "Observation.subject.reference")]),
        ({"reference": "Nothing/1"}, [("reference-form", "Observation.subject.reference")]),
        ({"reference": "Practitioner/1"}, [("reference-target", "Observation.subject")]),
        ({"reference": "https://example.org/fhir/Practitioner/1"}, [("reference-target", "Observation.subject")]),
        ({"type": "Practitioner", "display": "x"}, [("reference-target", "Observation.subject")]),
        ({"reference": "Patient/1", "type": "Group"}, [("reference-type", "Observation.subject.type")]),
        ({"reference": "#gone"}, [("reference-unresolved", "Observation.subject.reference")]),
    ],
)
def test_a_reference_has_a_form_a_type_and_a_target(reference: dict[str, Any], expected: list[Any]) -> None:
    assert faults(observation(reference)) == expected


def test_contained_resources_are_referred_to_and_of_the_right_type() -> None:
    held = [{"resourceType": "Practitioner", "id": "p"}]
    assert faults(observation({"reference": "#p"}, contained=held)) == [("reference-target", "Observation.subject")]
    assert faults(observation({"reference": "Patient/1"}, contained=held, performer=[{"reference": "#p"}])) == []
    assert faults(observation({"reference": "Patient/1"}, contained=[{"resourceType": "Patient"}])) == [
        ("contained-without-id", "Observation.contained[0].ofType(Patient)")
    ]


def test_a_contained_resource_contains_none() -> None:
    inner = {"resourceType": "Patient", "id": "i"}
    outer = {"resourceType": "Patient", "id": "p", "contained": [inner], "link": []}
    found = faults(observation({"reference": "#p"}, contained=[outer]))
    assert ("contained-nested", "Observation.contained[0].ofType(Patient).contained[0].ofType(Patient)") in found


def test_references_resolve_in_the_bundle_by_full_url_and_by_the_base_of_their_own_entry() -> None:
    patient = {"resourceType": "Patient", "id": "1", "active": True}
    by_urn = bundle({"fullUrl": PATIENT, "resource": patient}, {"resource": observation({"reference": PATIENT})})
    assert faults(by_urn) == []
    on_server = bundle(
        {"fullUrl": "http://example.org/fhir/Practitioner/1", "resource": {"resourceType": "Practitioner", "id": "1"}},
        {"fullUrl": "http://example.org/fhir/Observation/2", "resource": observation({"reference": "Practitioner/1"})},
    )
    assert faults(on_server) == [("reference-target", "Bundle.entry[1].resource.ofType(Observation).subject")]


def test_a_urn_that_is_not_in_the_bundle_is_unresolved_in_it() -> None:
    assert faults(bundle({"resource": observation({"reference": PATIENT})})) == [
        ("reference-unresolved", "Bundle.entry[0].resource.ofType(Observation).subject.reference")
    ]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"fullUrl": "Patient/1"}, [("fullurl-form", "Bundle.entry[0].fullUrl")]),
        ({"fullUrl": "http://example.org/Patient/2"}, [("fullurl-id", "Bundle.entry[0].fullUrl")]),
        ({"fullUrl": "http://example.org/Group/1"}, [("fullurl-id", "Bundle.entry[0].fullUrl")]),
        ({"fullUrl": "http://example.org/Patient/1"}, []),
        ({"fullUrl": PATIENT}, []),
        ({"request": {"method": "GET", "url": "x"}}, [("invariant", "Bundle.entry[0].request")]),
        ({"search": {"mode": "match"}}, [("invariant", "Bundle.entry[0].search")]),
    ],
)
def test_an_entry_says_the_same_in_all_its_parts(entry: dict[str, Any], expected: list[Any]) -> None:
    resource = {"resourceType": "Patient", "id": "1", "active": True}
    assert faults(bundle({"resource": resource, **entry})) == expected


def test_a_request_names_the_type_of_its_resource() -> None:
    entry = {"resource": {"resourceType": "Patient"}, "request": {"method": "POST", "url": "Group"}}
    assert faults(bundle(entry, type_="transaction")) == [("request-url", "Bundle.entry[0].request.url")]


@pytest.mark.parametrize(
    ("div", "expected"),
    [
        (f"<div {XHTML}><p>one &nbsp; <b style='color: red'>two</b></p></div>", []),
        (f"<div {XHTML}><img src='#a'/></div>", []),
        (f"<div {XHTML}> </div>", ["narrative-form"]),
        ("<div>one</div>", ["narrative-form"]),
        ("one", ["narrative-form"]),
        (f"<div {XHTML}>one<br></div>", ["narrative-form"]),
        (f"<div {XHTML}><script>1</script></div>", ["narrative-unsafe"]),
        (f"<div {XHTML}><p onclick='x'>1</p></div>", ["narrative-unsafe"]),
        (f"<div {XHTML}><a href=' java&#10;script:x'>1</a></div>", ["narrative-unsafe"]),
        (f"<div {XHTML}><iframe src='x'>1</iframe></div>", ["narrative-unsafe"]),
        (f"<div {XHTML}><blink>1</blink></div>", ["narrative-form"]),
        (f'<!DOCTYPE d [<!ENTITY a "b">]><div {XHTML}>&a;</div>', ["narrative-form"]),
    ],
)
def test_a_narrative_is_harmless_xhtml(div: str, expected: list[str]) -> None:
    patient = {"resourceType": "Patient", "text": {"status": "generated", "div": div}}
    assert [code for code, _ in faults(patient)] == expected


@pytest.mark.parametrize(
    ("start", "end", "wrong"),
    [
        ("2021-02", "2021-01", True),
        ("2021", "2021-01-01", False),
        ("2021-01-01T10:00:00+02:00", "2021-01-01T09:00:00Z", False),
        ("2021-01-01T10:00:00Z", "2021-01-01T10:00:00+02:00", True),
        ("2021-01-01T10:00:00.2Z", "2021-01-01T10:00:00.12Z", True),
        ("2021-01-01", "2021-01-01", False),
    ],
)
def test_a_period_ends_after_it_starts(start: str, end: str, wrong: bool) -> None:
    name = {"family": "x", "period": {"start": start, "end": end}}
    assert bool(faults({"resourceType": "Patient", "name": [name]})) is wrong


@pytest.mark.parametrize(
    ("low", "high", "wrong"),
    [
        ({"value": 2}, {"value": 1}, True),
        ({"value": 1, "unit": "mg"}, {"value": 2, "unit": "mg"}, False),
        ({"value": 2, "unit": "mg"}, {"value": 1, "unit": "g"}, False),  # two units: nothing is known
        ({"value": 1, "unit": "mg"}, {"unit": "mg"}, False),
    ],
)
def test_a_range_ends_above_its_start(low: dict[str, Any], high: dict[str, Any], wrong: bool) -> None:
    ranged = observation({"reference": "Patient/1"}, valueRange={"low": low, "high": high})
    assert faults(ranged) == ([("invariant", "Observation.valueRange")] if wrong else [])
