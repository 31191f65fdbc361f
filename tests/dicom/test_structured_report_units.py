"""Which texts pass for units of measurement: those of UCUM, and no word of a record."""

from __future__ import annotations

import pytest

from trivium_dicom.reports.units import is_unit


@pytest.mark.parametrize(
    "unit",
    ["mm", "cm2", "mGy", "mGy.cm", "Gy.m2", "dGy.cm2", "mA", "kV", "%", "1", "10*-3/s", "mm[Hg]", "g/ml{SUVbw}",
     "{ratio}", "/min", "ml/min", "m/s2", "mL/min/m2", "{counts}/s", "um", "deg", "[hnsf'U]", "ug/m2"],
)  # fmt: skip
def test_units_of_imaging_are_units(unit: str) -> None:
    assert is_unit(unit)


@pytest.mark.parametrize(
    "text",
    ["", "SMITH", "John", "{Smith}", "mm{Smith}", "12345", "10*1234567", "g1970.m12.d30", "Ann", "mm mm", "m.",
     "\u00b5m"],
)  # fmt: skip
def test_words_and_numbers_of_a_record_are_none(text: str) -> None:
    assert not is_unit(text)
