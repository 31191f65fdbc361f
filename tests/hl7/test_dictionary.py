"""What the dictionary knows."""

from __future__ import annotations

import pytest

from trivium_hl7 import dictionary
from trivium_hl7.dictionary import Definition


@pytest.mark.parametrize(
    ("declared", "used"),
    [
        ("2.5.1", "2.5.1"),
        ("2.1", "2.1"),
        ("2.9", "2.9.1"),
        ("2.6.1", "2.6"),
        ("2.3.2", "2.3.1"),
        ("2.10", None),
        ("3.0", None),
        ("2", None),
        ("", None),
        ("2.5.1PID", None),
        ("{version}", None),
        ("2.²", None),
    ],
)
def test_the_nearest_version_stands_in(declared: str, used: str | None) -> None:
    assert dictionary.nearest_version(declared) == used


def test_a_field_is_defined_by_its_version() -> None:
    assert dictionary.field("PID", 3, "2.2") == Definition("Patient ID", "CM_PAT_ID", "R", 0, 20, "")
    assert dictionary.field("PID", 3, "2.5.1") == Definition("Patient Identifier List", "CX", "R", 0, 250, "")


def test_fields_before_their_time_and_after_their_withdrawal_are_found() -> None:
    early = dictionary.field("SPM", 4, "2.3")
    late = dictionary.field("PID", 2, "2.9.1")
    assert early is not None
    assert (early.name, early.type) == ("Specimen Type", "CWE")
    assert late is not None
    assert (late.name, late.type) == ("Patient ID", "CX")


def test_components_have_types_and_tables() -> None:
    assert dictionary.component("CX", 5, "2.5.1") == Definition("Identifier Type Code", "ID", "O", None, 5, "0203")
    assert dictionary.component("ST", 1, "2.5.1") is None
    assert dictionary.is_composite("XPN", "2.8")
    assert not dictionary.is_composite("NM", "2.8")


def test_what_is_not_defined_is_none() -> None:
    assert dictionary.field("ZPI", 1, "2.5.1") is None
    assert dictionary.field("PID", 999, "2.5.1") is None
    assert dictionary.component("XX", 1, "2.5.1") is None
    assert dictionary.segment_name("ZPI") is None
    assert dictionary.table("9999") is None


def test_tables_hold_codes_with_displays() -> None:
    sex = dictionary.table("0001")
    assert sex is not None
    assert (sex.name, sex.type, sex.codes["F"]) == ("Administrative Sex", "User", "Female")
