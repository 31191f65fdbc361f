"""What R4 requires and the message lacks is said to be absent; what its invariants forbid is taken out."""

from __future__ import annotations

from typing import Any

import pytest
from tests.fhir.bundle.drafts import completed

from trivium_fhir.convert.model import Reason

ABSENT = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]}
UNKNOWN = {"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "unknown"}


def test_unknown_is_given_where_the_required_list_has_it() -> None:
    made, ledger = completed("Observation")
    assert made == {"status": "unknown", "code": {"coding": [UNKNOWN]}}
    assert [one.path for one in ledger.defaults] == ["Observation.status", "Observation.code"]
    assert {one.reason for one in ledger.defaults} == {Reason.REQUIRED}


def test_a_code_whose_list_has_no_unknown_is_not_guessed() -> None:
    assert completed("EpisodeOfCare")[0] == {"_status": ABSENT, "patient": ABSENT}


def test_of_a_choice_one_member_says_that_it_is_absent() -> None:
    assert completed("Immunization", status="completed", vaccineCode={"text": "x"}, patient={"display": "y"})[0] == {
        "status": "completed",
        "vaccineCode": {"text": "x"},
        "patient": {"display": "y"},
        "_occurrenceDateTime": ABSENT,
    }


def test_a_part_that_is_required_is_completed_in_turn() -> None:
    assert completed("Provenance", target=[{"display": "x"}])[0] == {
        "target": [{"display": "x"}],
        "_recorded": ABSENT,
        "agent": [{"who": ABSENT}],
    }


def test_nothing_is_put_beside_a_value_or_its_absence() -> None:
    body = {"status": "final", "code": {"text": "x"}}
    assert completed("Observation", **body)[0] == body
    told = {"_status": ABSENT, "code": {"text": "x"}}
    assert completed("Observation", **told)[0] == told


def test_a_code_that_stands_beside_its_element_alone_has_the_reason_too() -> None:
    code = {"url": "http://hl7.org/fhir/StructureDefinition/alternate-codes", "valueCodeableConcept": {"text": "x"}}
    made, ledger = completed("EpisodeOfCare", _status={"extension": [code]}, patient={"display": "y"})
    assert made["_status"] == {"extension": [code, *ABSENT["extension"]]}
    assert [one.path for one in ledger.defaults] == ["EpisodeOfCare.status"]


PERIOD = {"start": "2024-01-02", "end": "2024-01-01"}
ERROR = {"coding": [{"code": "entered-in-error"}]}
OVER = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "inactive"}]}
QUANTITY = {"value": 1}


@pytest.mark.parametrize(
    ("rule", "type_", "body", "kept"),
    [
        ("per-1", "Account", {"status": "active", "servicePeriod": PERIOD}, {"servicePeriod": {"_start": ABSENT}}),
        ("cpt-2", "Patient", {"telecom": [{"value": "1"}]}, {"telecom": [{"value": "1", "_system": ABSENT}]}),
        ("pat-1", "Patient", {"contact": [{"gender": "male"}]}, {"contact": [{"gender": "male", "name": ABSENT}]}),
        ("org-1", "Organization", {"alias": ["x"]}, {"alias": ["x"], "_name": ABSENT}),
        (
            "org-2",
            "Organization",
            {"name": "x", "address": [{"use": "home", "city": "y"}]},
            {"address": [{"city": "y"}]},
        ),
        ("obs-6", "Observation", {"valueString": "x", "dataAbsentReason": {"text": "y"}}, {"dataAbsentReason": None}),
        (
            "obs-3",
            "Observation",
            {"referenceRange": [{"type": {"text": "x"}}]},
            {"referenceRange": [{"type": {"text": "x"}, "_text": ABSENT}]},
        ),
        ("qty-3", "Observation", {"valueQuantity": {"code": "g"}}, {"valueQuantity": {"code": "g", "_system": ABSENT}}),
        (
            "rat-1",
            "Observation",
            {"valueRatio": {"numerator": QUANTITY}},
            {"valueRatio": {"numerator": QUANTITY, "denominator": ABSENT}},
        ),
        (
            "value[x]",
            "Observation",
            {"valueString": "x", "valueInteger": 1},
            {"valueString": "x", "valueInteger": None},
        ),
        ("ait-1", "AllergyIntolerance", {}, {"clinicalStatus": ABSENT}),
        (
            "ait-2",
            "AllergyIntolerance",
            {"clinicalStatus": ERROR, "verificationStatus": ERROR},
            {"clinicalStatus": None},
        ),
        ("con-4", "Condition", {"abatementDateTime": "2024"}, {"clinicalStatus": OVER}),
        (
            "con-4",
            "Condition",
            {"abatementDateTime": "2024", "clinicalStatus": {"coding": [{"code": "active"}]}},
            {"abatementDateTime": None},
        ),
        ("con-5", "Condition", {"clinicalStatus": OVER, "verificationStatus": ERROR}, {"clinicalStatus": None}),
        (
            "app-1",
            "Appointment",
            {"participant": [{"status": "accepted"}]},
            {"participant": [{"status": "accepted", "actor": ABSENT}]},
        ),
        ("app-2", "Appointment", {"status": "proposed", "start": "2024-01-01T00:00:00Z"}, {"_end": ABSENT}),
        ("app-3", "Appointment", {"status": "proposed"}, {"_end": None, "_start": None}),
        ("app-4", "Appointment", {"status": "booked", "cancelationReason": {"text": "x"}}, {"cancelationReason": None}),
        ("prr-1", "ServiceRequest", {"orderDetail": [{"text": "x"}]}, {"code": {"coding": [UNKNOWN]}}),
        (
            "att-1",
            "DocumentReference",
            {"content": [{"attachment": {"data": "eA=="}}]},
            {"content": [{"attachment": {"data": "eA==", "_contentType": ABSENT}}]},
        ),
    ],
)
def test_an_invariant_holds(rule: str, type_: str, body: dict[str, Any], kept: dict[str, Any]) -> None:
    made, ledger = completed(type_, **body)
    assert {name: made.get(name) for name in kept} == kept, rule
    if rule != "app-3":
        assert ledger.defaults or ledger.dropped


@pytest.mark.parametrize(
    ("start", "end", "fits"),
    [
        ("2024-01-01", "2024-01-01", True),
        ("2024-01-01T10:00:00+02:00", "2024-01-01T09:00:00Z", True),
        ("2024-01-01T10:00:00Z", "2024-01-01T11:00:00+02:00", False),
        ("2024-01", "2024-01-15", True),
        ("2024-02", "2024-01-15", False),
    ],
)
def test_periods_are_compared_as_far_as_they_are_told(start: str, end: str, fits: bool) -> None:
    made, _ = completed("Account", status="active", servicePeriod={"start": start, "end": end})
    assert (made["servicePeriod"] == {"start": start, "end": end}) is fits
