"""Codes looked up, and outside terminologies checked by form alone."""

from __future__ import annotations

import pytest

from trivium.api import BadInput, NotFound
from trivium_fhir.explain.code_model import CodeAnswer
from trivium_fhir.explain.terminologies import luhn, verhoeff
from trivium_fhir.tools.lookup_fhir_code import lookup_fhir_code


def ask(**asked: str) -> CodeAnswer:
    told: CodeAnswer = lookup_fhir_code.function(**asked)
    return told


def test_a_code_is_found_with_its_value_sets() -> None:
    told = ask(code="male").matches[0]
    assert (told.system, told.display) == ("http://hl7.org/fhir/administrative-gender", "Male")
    assert "http://hl7.org/fhir/ValueSet/administrative-gender" in (told.value_sets or ())


@pytest.mark.parametrize(
    "named",
    [
        "0001",
        "v2-0001",
        "HL70001",
        "urn:oid:2.16.840.1.113883.12.1",
        "2.16.840.1.113883.12.1",
        "http://terminology.hl7.org/CodeSystem/v2-0001",
    ],
)
def test_a_v2_table_is_a_system_by_any_name(named: str) -> None:
    told = ask(system=named, code="F")
    assert told.system is not None
    assert (told.system.url, told.system.v2_table) == ("http://terminology.hl7.org/CodeSystem/v2-0001", "0001")
    assert [one.display for one in told.matches] == ["Female"]


def test_a_value_set_says_what_it_has_and_who_binds_it() -> None:
    told = ask(value_set="administrative-gender")
    assert [one.code for one in told.matches] == ["male", "female", "other", "unknown"]
    assert told.value_set is not None
    assert "Patient.gender (required)" in (told.value_set.bound_by or ())
    assert told.value_set.contains is None


@pytest.mark.parametrize(("code", "within"), [("male", True), ("M", False)])
def test_a_code_is_in_a_value_set_or_not(code: str, within: bool) -> None:
    told = ask(value_set="http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1", code=code)
    assert told.value_set is not None
    assert told.value_set.contains is within


@pytest.mark.parametrize(
    ("system", "code", "digit"),
    [
        ("loinc", "2951-2", "right (mod 10)"),
        ("http://loinc.org", "2951-3", "wrong (mod 10)"),
        ("snomed", "22298006", "right (Verhoeff)"),
        ("http://snomed.info/sct", "22298007", "wrong (Verhoeff)"),
    ],
)
def test_a_licensed_code_is_checked_by_its_digit_and_not_looked_up(system: str, code: str, digit: str) -> None:
    told = ask(system=system, code=code)
    assert told.system is not None
    assert (told.matches, told.system.check_digit, told.system.codes_here) == ([], digit, 0)
    assert told.system.need is not None


def test_check_digits_find_every_single_wrong_digit() -> None:
    for check, good, places in ((luhn, "718-7", (0, 1, 2, 4)), (verhoeff, "73211009", range(8))):
        assert check(good)
        for place in places:
            wrong = [f"{good[:place]}{digit}{good[place + 1 :]}" for digit in "0123456789" if digit != good[place]]
            assert not any(map(check, wrong))


def test_words_find_displays() -> None:
    told = ask(words="living will")
    assert all("living will" in (one.display or "").lower() for one in told.matches)
    assert told.total == len(told.matches) > 0


def test_what_is_not_there() -> None:
    assert ask(system="administrativ-gender").near == ["http://hl7.org/fhir/ValueSet/administrative-gender"]
    with pytest.raises(NotFound):
        ask(code="no such code")
    with pytest.raises(BadInput):
        ask()
