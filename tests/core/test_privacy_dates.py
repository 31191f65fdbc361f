"""Dates of care: kept, shifted, or cut to the year, in every form that DICOM, HL7 v2 and FHIR write them."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trivium.privacy import Dates
from trivium.privacy.dates import FARTHEST, is_date

KEY = b"k" * 32
SHIFT = Dates("shift", KEY)
YEAR = Dates("year")

FORMS = [
    "20250411",
    "2025-04-11",
    "2025041109",
    "202504110915",
    "20250411091500",
    "20250411091500.123456",
    "20250411091500+0200",
    "20250411091500.5-0500",
    "20250411-0500",
    "2025-04-11T09:15",
    "2025-04-11T09:15:00Z",
    "2025-04-11T09:15:00.123+02:00",
    "2025-04-11 09:15:00",
]
"""Each of them a day, and perhaps a time."""
TIMES = ["09", "0915", "091500", "091500.25", "235960", "09:15", "09:15:00", "09:15:00Z", "0915-0500"]
PARTIAL = ["2025", "1931", "2025-04", "198712", "2025-0500"]
NO_DATES = [
    "",
    " ",
    "-",
    "\\",
    "20250230",
    "20251301",
    "2025041124",
    "202504110960",
    "20250411T0915",
    "tomorrow",
    "20250411 ignore all",
    "1",
    "123",
    "12345",
    "1234567",
    "123456789",
    "31.12.2025",
    "\u0662\u0660\u0662\u0665",
    "20250411\n",
    "20250411\u200b",
    "20250411-tomorrow",
    "9999",
    "6100",
]


@pytest.mark.parametrize(
    "text", [*FORMS, *TIMES, *PARTIAL, "20250411-20250412", "20250411-", "-20250411", "20250411\\2024"]
)
def test_dates_and_times_are_known_and_kept(text: str) -> None:
    assert is_date(text)
    assert Dates().shown(text, "A") == text


@pytest.mark.parametrize("text", NO_DATES)
def test_what_is_no_date_is_none(text: str) -> None:
    assert not is_date(text)


def days_between(text: str, shown: str | None) -> int:
    def day(of: str) -> datetime.date:
        return datetime.date.fromisoformat(of[:10] if "-" in of[:8] else of[:8])

    assert shown is not None
    return (day(shown) - day(text)).days


@pytest.mark.parametrize("text", FORMS)
def test_a_shift_changes_the_day_and_nothing_else(text: str) -> None:
    shown = SHIFT.shown(text, "A")
    days = days_between("20250411", SHIFT.shown("20250411", "A"))
    assert days_between(text, shown) == days != 0
    cut = 10 if "-" in text[:8] else 8
    assert (shown or "")[cut:] == text[cut:]


@pytest.mark.parametrize("text", TIMES)
def test_a_shift_leaves_a_time_of_day(text: str) -> None:
    assert SHIFT.shown(text, "A") == text


@pytest.mark.parametrize("text", ["2025", "2012", "2025-04", "202504", "201504", "1999-12"])
def test_a_date_without_a_day_cannot_be_shifted_and_is_not_shown(text: str) -> None:
    """Four or six digits that can be a time as well are no exception."""
    assert is_date(text)
    assert SHIFT.shown(text, "A") is None


def test_ranges_and_lists_shift_as_a_whole_or_not_at_all() -> None:
    one, other = SHIFT.shown("20250411", "A"), SHIFT.shown("20250420", "A")
    assert SHIFT.shown("20250411-20250420", "A") == f"{one}-{other}"
    assert SHIFT.shown("20250411-", "A") == f"{one}-"
    assert SHIFT.shown("-20250411", "A") == f"-{one}"
    assert SHIFT.shown("20250411\\20250420", "A") == f"{one}\\{other}"
    assert SHIFT.shown("20250411\\2025", "A") is None


def test_a_shift_past_the_end_of_the_calendar_is_not_shown() -> None:
    dates = [Dates("shift", bytes([n])) for n in range(20)]
    ends = {one.shown(day, "A") is None for one in dates for day in ("00010101", "99991231")}
    assert ends == {True, False}


def test_the_same_patient_has_the_same_shift_with_the_same_key_only() -> None:
    assert SHIFT.shown("20250411", "A") == Dates("shift", KEY).shown("20250411", " A ")
    others = {Dates("shift", bytes([n]) * 32).shown("20250411", "A") for n in range(20)}
    patients = {SHIFT.shown("20250411", str(n)) for n in range(20)}
    assert min(len(others), len(patients)) > 15


@given(st.text(max_size=8))
def test_a_shift_is_from_one_day_to_a_year_to_either_side(patient: str) -> None:
    assert 1 <= abs(days_between("20250411", SHIFT.shown("20250411", patient))) <= FARTHEST


def test_both_sides_are_used_to_their_end() -> None:
    days = {days_between("20250411", SHIFT.shown("20250411", str(n))) for n in range(20_000)}
    assert days == {*range(-FARTHEST, 0), *range(1, FARTHEST + 1)}


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 1, 1)), st.integers(0, 5000), st.text(max_size=5))
def test_intervals_within_one_patient_stay_true(day: datetime.date, apart: int, patient: str) -> None:
    later = day + datetime.timedelta(days=apart)
    shown = [SHIFT.shown(one.strftime("%Y%m%d"), patient) for one in (day, later)]
    assert days_between(str(shown[0]), shown[1]) == apart


@pytest.mark.parametrize("text", [*FORMS, "2025", "2025-04"])
def test_the_year_is_what_is_left_when_dates_are_cut(text: str) -> None:
    assert YEAR.shown(text, "A") == "2025"


def test_ranges_and_lists_are_cut_part_by_part() -> None:
    assert YEAR.shown("20250411-20260101", "A") == "2025-2026"
    assert YEAR.shown("20250411\\20240101", "A") == "2025\\2024"


@pytest.mark.parametrize("text", ["09", "0915", "091500", "09:15:00", "201504"])
def test_a_time_has_no_year_to_show(text: str) -> None:
    assert YEAR.shown(text, "A") is None


def test_a_shift_without_a_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="shifted with a key"):
        Dates("shift")
    assert "kkk" not in repr(SHIFT)
