"""A stand-in that comes back as an argument becomes its value; anything that only resembles one is refused."""

from __future__ import annotations

from typing import Annotated, Any

import pytest

from tests.core.widgets import Facts
from trivium.api import BadInput, Effect, Kind, Phi, tool
from trivium.pipeline.put_back import put_back, refuse_shifted_dates
from trivium.privacy import StandIns


@tool(effect=Effect.READS_REMOTE)
def find_owner(
    patient_id: Annotated[str, Phi(Kind.PATIENT_ID)] = "",
    patient_name: Annotated[str | None, Phi(Kind.NAME)] = None,
    study_date: Annotated[str, Phi(Kind.DATE)] = "",
    code: str = "",
) -> Facts:
    """Find an owner."""
    raise NotImplementedError


@pytest.fixture
def known() -> StandIns:
    return StandIns(b"k" * 32)


def test_a_stand_in_becomes_its_value_and_the_rest_stays(known: StandIns) -> None:
    patient, name = known.of(Kind.PATIENT_ID, "MRN-1"), known.of(Kind.NAME, "ZORBLAX^QUENTIN")
    given: dict[str, Any] = {"patient_id": patient, "patient_name": f" {name.lower()}", "code": patient, "strange": [1]}
    assert put_back(find_owner, given, known) == {
        "patient_id": "MRN-1",
        "patient_name": "ZORBLAX^QUENTIN",
        "code": patient,
        "strange": [1],
    }
    assert given["patient_id"] == patient


@pytest.mark.parametrize(
    "arguments", [{}, {"patient_id": "MRN*"}, {"patient_id": None}, {"patient_id": 5}, {"patient_name": "NAME^*"}]
)
def test_arguments_without_a_stand_in_stay_as_they_are(known: StandIns, arguments: dict[str, Any]) -> None:
    assert put_back(find_owner, arguments, known) == arguments


def refusal(known: StandIns, **arguments: str) -> str:
    with pytest.raises(BadInput) as caught:
        put_back(find_owner, arguments, known)
    return str(caught.value)


def test_an_unknown_stand_in_is_refused(known: StandIns) -> None:
    forgotten = StandIns(b"k" * 32).of(Kind.PATIENT_ID, "MRN-1")
    assert refusal(known, patient_id=forgotten) == (
        "argument patient_id is a stand-in that this host does not know (any more): query again and use the new one"
    )


def test_a_stand_in_of_another_kind_is_refused(known: StandIns) -> None:
    assert refusal(known, patient_id=known.of(Kind.NAME, "ZORBLAX")) == (
        "argument patient_id is a stand-in for another kind of value: use one that stood in a field of this kind"
    )


@pytest.mark.parametrize("form", ["{}*", "*{}", "{} ZORBLAX", "{}\\{}", "x{}", "{}^"])
def test_a_stand_in_with_anything_beside_it_is_refused(known: StandIns, form: str) -> None:
    stand_in = known.of(Kind.PATIENT_ID, "MRN-1")
    assert refusal(known, patient_id=form.format(stand_in, stand_in)) == (
        "argument patient_id holds a stand-in that is cut short or has other characters beside it: "
        "give it whole and alone"
    )


@pytest.mark.parametrize("end", [12, 13, 17, 21])
def test_a_stand_in_that_is_cut_short_is_refused(known: StandIns, end: int) -> None:
    stand_in = known.of(Kind.PATIENT_ID, "MRN-1")
    assert "cut short" in refusal(known, patient_id=stand_in[:end])
    assert "cut short" in refusal(known, patient_id=stand_in[:end] + "*")


@pytest.mark.parametrize("value", ["*", "MRN-?", "A\\B"])
def test_a_value_that_would_match_others_is_not_put_back(known: StandIns, value: str) -> None:
    """An archive can hold a patient whose number is an asterisk."""
    assert refusal(known, patient_id=known.of(Kind.PATIENT_ID, value)) == (
        "argument patient_id is a stand-in for a value with a wildcard in it, which would find others too"
    )


def test_a_date_is_refused_only_while_dates_are_shifted() -> None:
    asked = {"study_date": "20250411"}
    refuse_shifted_dates(find_owner, asked, "keep")
    refuse_shifted_dates(find_owner, asked, "year")
    refuse_shifted_dates(find_owner, {"study_date": "", "patient_id": "MRN-1"}, "shift")
    with pytest.raises(BadInput, match="argument study_date cannot be used: this host shows dates shifted"):
        refuse_shifted_dates(find_owner, asked, "shift")
