"""The validators of others are awake: together they find faults that are planted, and pass what is good."""

from __future__ import annotations

import pytest
from tests.fhir.judges.asking import Judges

GOOD = {"resourceType": "Patient", "gender": "female", "birthDate": "1970-01-31", "name": [{"family": "Muster"}]}


def test_a_good_resource_has_four_verdicts_and_nothing_against_it(validators: Judges) -> None:
    assert validators.verdict(GOOD) == {"medplum": [], "asymmetrik": [], "lantana": [], "fhirkit": []}


@pytest.mark.parametrize(
    ("change", "judge", "place"),
    [
        ({"name": {"family": "Muster"}}, "medplum", "Patient.name"),
        ({"contact": [{"gender": "male"}]}, "medplum", "pat-1"),
        ({"gender": "F"}, "lantana", "Patient.gender"),
        ({"gender": "F"}, "asymmetrik", ".gender"),
        ({"birthDate": "1970-13-31"}, "fhirkit", "Patient.birthDate"),
    ],
)
def test_a_planted_fault_is_told_with_its_place(
    validators: Judges, change: dict[str, object], judge: str, place: str
) -> None:
    assert any(place in error for error in validators.against(GOOD | change)[judge])
