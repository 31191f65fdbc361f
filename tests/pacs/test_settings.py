from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from trivium.api import RefusalCode, Safety
from trivium_pacs.plugin import trivium_tools
from trivium_pacs.settings import PacsSettings


def test_without_settings_there_is_no_archive_and_no_retrieve() -> None:
    settings = PacsSettings()
    assert (settings.host, settings.allow_retrieve, settings.allowed_destinations) == (None, False, ())


def test_an_empty_host_counts_as_unset() -> None:
    assert PacsSettings(host="  ").host is None


def test_destinations_come_from_one_environment_variable_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    class Filled(PacsSettings, BaseSettings):
        model_config = SettingsConfigDict(env_prefix="TRIVIUM_PACS__", extra="forbid", frozen=True)

    monkeypatch.setenv("TRIVIUM_PACS__ALLOWED_DESTINATIONS", " WS_READING, RESEARCH ,")
    monkeypatch.setenv("TRIVIUM_PACS__ALLOW_RETRIEVE", "true")
    assert Filled().allowed_destinations == ("WS_READING", "RESEARCH")
    assert Filled().allow_retrieve is True


@pytest.mark.parametrize(
    "wrong",
    [
        {"port": 0},
        {"port": 65536},
        {"ae_title": ""},
        {"ae_title": "SEVENTEEN LETTERS"},
        {"ae_title": "BACK\\SLASH"},
        {"local_ae_title": "TAB\tTAB"},
        {"local_ae_title": "MÜNCHEN"},
        {"timeout": 0},
        {"max_instances": 0},
        {"allowed_destinations": "GOOD,NOT SO GOOD AT ALL"},
        {"hots": "archive"},
    ],
)
def test_a_setting_that_cannot_be_right_is_refused_without_being_quoted(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        PacsSettings(**wrong)
    (value,) = wrong.values()
    assert not (isinstance(value, str) and value and value in str(caught.value))


def test_older_environment_names_lead_to_fields_that_exist() -> None:
    assert set(PacsSettings.legacy_environment.values()) <= set(PacsSettings.model_fields)
    assert all(name.startswith("DICOM_HL7_") for name in PacsSettings.legacy_environment)


def test_every_setting_is_described() -> None:
    assert [name for name, info in PacsSettings.model_fields.items() if not info.description] == []


def test_the_gates_of_a_retrieve_follow_the_settings() -> None:
    settings = PacsSettings(allow_retrieve=True, allowed_destinations=("WS",), max_instances=7)
    retrieve = {spec.name: spec for spec in trivium_tools(settings=settings)}["pacs_retrieve"]
    assert retrieve.safety == Safety(
        enabled=True,
        switch="TRIVIUM_PACS__ALLOW_RETRIEVE=true",
        switch_code=RefusalCode.RETRIEVE_DISABLED,
        destination="destination_ae_title",
        destinations=frozenset({"WS"}),
        destinations_setting="TRIVIUM_PACS__ALLOWED_DESTINATIONS",
        limits={"instances": 7},
        limits_setting="TRIVIUM_PACS__MAX_INSTANCES",
    )
    assert retrieve.requires == frozenset({"pacs.retrieve"})
    assert (retrieve.approval, retrieve.rehearsal) == (True, "dry_run")
