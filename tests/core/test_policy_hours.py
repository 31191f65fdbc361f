"""Quiet hours: what can be written, and when it is quiet."""

from __future__ import annotations

from datetime import datetime

import pytest

from trivium.policy.hours import QuietHours, quiet_until

MONDAY, TUESDAY, FRIDAY, SATURDAY, SUNDAY = 23, 24, 27, 28, 29
"""Days of November 2026."""


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute)


def until(moment: datetime, *texts: str) -> datetime | None:
    return quiet_until([QuietHours.parse(text) for text in texts], moment)


@pytest.mark.parametrize(
    ("text", "moment", "end"),
    [
        ("22:00-06:00", at(MONDAY, 21, 59), None),
        ("22:00-06:00", at(MONDAY, 22), at(TUESDAY, 6)),
        ("22:00-06:00", at(MONDAY, 5, 59), at(MONDAY, 6)),
        ("22:00-06:00", at(MONDAY, 6), None),
        ("22:00-00:00", at(MONDAY, 23), at(TUESDAY, 0)),
        ("Sat-Sun 00:00-24:00", at(SATURDAY, 0), at(30, 0)),
        ("Sat-Sun 00:00-24:00", at(FRIDAY, 23, 59), None),
        ("Fri 22:00-06:00", at(SATURDAY, 5), at(SATURDAY, 6)),
        ("Fri 22:00-06:00", at(FRIDAY, 5), None),
        ("Sun-Mon 12:00-13:00", at(MONDAY, 12), at(MONDAY, 13)),
        ("Sun-Mon 12:00-13:00", at(TUESDAY, 12), None),
        ("mon,FRI 12:00-13:00", at(FRIDAY, 12, 30), at(FRIDAY, 13)),
    ],
)
def test_it_is_quiet_from_the_begin_to_just_before_the_end(text: str, moment: datetime, end: datetime | None) -> None:
    assert until(moment, text) == end


def test_stretches_that_meet_are_one() -> None:
    assert until(at(FRIDAY, 23), "22:00-06:00", "Sat-Sun 00:00-24:00") == at(30, 6)


def test_hours_without_an_end_are_always() -> None:
    assert until(at(MONDAY, 12), "00:00-24:00") == datetime.max


def test_no_hours_are_never_quiet() -> None:
    assert until(at(MONDAY, 12)) is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nightly", "quiet hours are written as '22:00-06:00' or 'Sat-Sun 00:00-24:00'"),
        ("9:00-10:00", "quiet hours are written as '22:00-06:00' or 'Sat-Sun 00:00-24:00'"),
        (2200, "quiet hours are written as '22:00-06:00' or 'Sat-Sun 00:00-24:00'"),
        ("24:00-06:00", "quiet hours begin before 24:00"),
        ("22:00-24:01", "quiet hours have a time of day that does not exist"),
        ("22:60-23:00", "quiet hours have a time of day that does not exist"),
        ("06:00-06:00", "quiet hours that begin and end at the same time; a whole day is 00:00-24:00"),
        ("Sat-Snu 06:00-07:00", "quiet hours name days as Mon, Tue, Wed, Thu, Fri, Sat and Sun"),
        ("Sat, 06:00-07:00", "quiet hours name days as Mon, Tue, Wed, Thu, Fri, Sat and Sun"),
    ],
)
def test_what_cannot_be_read_is_no_quiet_hours(text: object, problem: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        QuietHours.parse(text)
    assert str(caught.value) == problem
