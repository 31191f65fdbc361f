from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trivium.api import BadInput
from trivium_pacs.keys import SERIES_ATTRIBUTES, STUDY_ATTRIBUTES, checked_ae_title, series_keys, study_keys
from trivium_pacs.values import ae_title_problem, date_of, uid_problem

BAD = {
    "study_date: day not in the calendar": {"study_date": "20250230"},
    "study_date: thirteenth month": {"study_date": "20251301"},
    "study_date: dashes": {"study_date": "2025-01-31"},
    "study_date: only a dash": {"study_date": "-"},
    "study_date: three dates": {"study_date": "20250101-20250201-20250301"},
    "study_date: digits of another script": {"study_date": "\uff12\uff10\uff12\uff150101"},
    "study_date: reversed": {"study_date": "20250201-20250101"},
    "study_instance_uid: leading zero": {"study_instance_uid": "1.2.03"},
    "study_instance_uid: one number": {"study_instance_uid": "12"},
    "study_instance_uid: trailing dot": {"study_instance_uid": "1.2."},
    "study_instance_uid: wildcard": {"study_instance_uid": "1.2.*"},
    "study_instance_uid: too long": {"study_instance_uid": "1." + "2" * 63},
    "study_instance_uid: two of them": {"study_instance_uid": "1.2\\1.3"},
    "patient_id: too long": {"patient_id": "9" * 65},
    "patient_id: backslash": {"patient_id": "A\\B"},
    "patient_name: control": {"patient_name": "A\x1bB"},
    "patient_name: C1 control": {"patient_name": "A\x85B"},
    "accession_number: too long": {"accession_number": "A" * 17},
    "study_description: newline": {"study_description": "CT\nCHEST"},
    "modality: words": {"modality": "magnetic resonance"},
    "modality: wildcard": {"modality": "C*"},
}


@pytest.mark.parametrize("case", BAD)
def test_a_key_that_cannot_be_right_is_refused_by_name_and_not_quoted(case: str) -> None:
    arguments: dict[str, Any] = BAD[case]
    with pytest.raises(BadInput) as caught:
        study_keys(**arguments)
    ((name, value),) = arguments.items()
    assert caught.value.where == name
    assert value == "-" or value not in str(caught.value)


def test_given_keys_are_matched_and_the_rest_is_asked_for() -> None:
    keys = study_keys(
        patient_id=" TRI-1 ",
        patient_name="O'BRIEN^M*",
        accession_number="A?7",
        study_date="20250101-",
        modality="ct",
        study_description="*KNEE*",
        study_instance_uid="1.2.840.1",
    )
    assert set(keys) == set(STUDY_ATTRIBUTES)
    assert {keyword: value for keyword, value in keys.items() if value} == {
        "PatientID": "TRI-1",
        "PatientName": "O'BRIEN^M*",
        "AccessionNumber": "A?7",
        "StudyDate": "20250101-",
        "ModalitiesInStudy": "CT",
        "StudyDescription": "*KNEE*",
        "StudyInstanceUID": "1.2.840.1",
    }


@pytest.mark.parametrize("dates", ["20240229", "-20250101", "20250101-", "20250101-20250101", "20240101-20250101"])
def test_a_day_and_every_kind_of_range_are_taken(dates: str) -> None:
    assert study_keys(study_date=dates)["StudyDate"] == dates


def test_series_are_asked_for_within_one_study() -> None:
    keys = series_keys(study_instance_uid="1.2.3", modality="MR")
    assert set(keys) == set(SERIES_ATTRIBUTES)
    assert (keys["StudyInstanceUID"], keys["Modality"]) == ("1.2.3", "MR")


def test_spaces_around_an_ae_title_do_not_count() -> None:
    assert checked_ae_title(" READING WS ", "destination_ae_title") == "READING WS"


@pytest.mark.parametrize("title", ["", "   ", "A" * 17, "A\\B", "A\nB", "ÄTITLE"])
def test_what_is_no_ae_title_is_refused(title: str) -> None:
    with pytest.raises(BadInput) as caught:
        checked_ae_title(title, "destination_ae_title")
    assert caught.value.where == "destination_ae_title"


@given(st.lists(st.integers(0, 10**20), min_size=2, max_size=6))
def test_numbers_joined_by_dots_are_a_uid_up_to_64_characters(numbers: list[int]) -> None:
    uid = ".".join(map(str, numbers))
    assert (uid_problem(uid) is None) == (len(uid) <= 64)


@given(st.dates())
def test_every_date_of_the_calendar_is_a_date(day: datetime.date) -> None:
    assert date_of(f"{day:%Y}".rjust(4, "0") + f"{day:%m%d}") == day


@given(st.text(max_size=20))
def test_no_text_makes_the_checks_fail_in_another_way(text: str) -> None:
    uid_problem(text)
    date_of(text)
    problem = ae_title_problem(text)
    assert problem is not None or text.encode("ascii")
    try:
        keys = study_keys(patient_name=text, study_date=text, modality=text)
    except BadInput:
        return
    assert not any("\\" in value or "\x1b" in value for value in keys.values())
