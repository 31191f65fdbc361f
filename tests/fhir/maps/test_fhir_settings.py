"""The plugin's settings: what is taken, and what is refused before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from trivium_fhir.settings import FhirSettings


def test_nothing_is_assumed_that_nobody_set() -> None:
    assert FhirSettings().model_dump() == {
        "maps": None,
        "time_zone": None,
        "endpoints": {},
        "allow_write": False,
        "dicomweb": {},
        "folders": (),
        "max_files": 20000,
    }


@pytest.mark.parametrize("zone", ["+01:00", "-11:30", "Z", "Europe/Berlin", "UTC"])
def test_a_zone_is_an_offset_or_a_name(zone: str) -> None:
    assert FhirSettings(time_zone=zone, maps=Path("maps.toml")).time_zone == zone


@pytest.mark.parametrize("zone", ["", "+1", "+15:00", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "a" * 5000])
def test_a_zone_that_is_none_is_refused_without_its_text(zone: str) -> None:
    with pytest.raises(ValidationError) as refused:
        FhirSettings(time_zone=zone)
    assert "known IANA time zone" in str(refused.value)
    assert not zone or zone not in str(refused.value).replace("+01:00", "")


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(ValidationError):
        FhirSettings.model_validate({"map": "x"})
