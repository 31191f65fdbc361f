"""Settings are one frozen tree, and a name that means nothing is an error."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, ClassVar

import pytest
from pydantic import BaseModel, ValidationError

from tests.core.bench import report_of
from tests.core.widgets import Widgets
from trivium.api import CommaSeparated, PluginInfo, hookimpl
from trivium.host import Candidate, CannotStart, Host, Status
from trivium.settings import CoreSettings, Sources, fill
from trivium.testing import memory_host


class Far(BaseModel):
    url: str = ""
    tries: int = 1


class GadgetSettings(BaseModel):
    legacy_environment: ClassVar[Mapping[str, str]] = {"GADGET_URL": "far.url", "GADGET_SPEED": "speed"}

    speed: int = 1
    colors: CommaSeparated[str] = ()
    far: Far = Far()


class Gadgets:
    @hookimpl
    def trivium_plugin(self) -> PluginInfo:
        return PluginInfo("gadgets", "Has settings")

    @hookimpl
    def trivium_settings(self) -> type[BaseModel]:
        return GadgetSettings


def core(**environ: str) -> CoreSettings:
    return fill(CoreSettings, Sources(environ), section=None)


def gadgets(environ: Mapping[str, str], file: Mapping[str, object] | None = None) -> GadgetSettings:
    return fill(GadgetSettings, Sources(environ, file or {}), section="gadgets")


def same(one: GadgetSettings, other: GadgetSettings) -> bool:
    return one.model_dump() == other.model_dump()


@pytest.fixture
def file(tmp_path: Path, environ: dict[str, str]) -> Path:
    """The settings file that the environment names."""
    path = tmp_path / "trivium.toml"
    environ["TRIVIUM_CONFIG"] = str(path)
    return path


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("TRIVIUM_PHI__MODES", "TRIVIUM_PHI__MODE"),
        ("TRIVIUM_PHY__MODE", "TRIVIUM_PHI__MODE"),
        ("TRIVIUM_PHI_MODE", "TRIVIUM_PHI__MODE"),
        ("TRIVIUM_LOGLEVEL", "TRIVIUM_LOG_LEVEL"),
        ("TRIVIUM_GADGETS__SPED", "TRIVIUM_GADGETS__SPEED"),
        ("TRIVIUM_GADGETS__FAR__URI", "TRIVIUM_GADGETS__FAR__URL"),
        ("TRIVIUM_GADGET__SPEED", "TRIVIUM_GADGETS__SPEED"),
        ("trivium_phi__modes", "TRIVIUM_PHI__MODE"),
    ],
)
def test_an_unknown_name_stops_the_host_and_the_nearest_is_named(
    environ: dict[str, str], name: str, nearest: str
) -> None:
    with pytest.raises(CannotStart) as caught:
        memory_host({**environ, name: "hunter2"}, gadgets=Gadgets())
    assert str(caught.value) == f"{name}: no such setting; did you mean {nearest}?"


def test_names_of_other_programs_are_none_of_our_business(environ: dict[str, str]) -> None:
    assert memory_host({**environ, "PATH": "/bin", "TRIVIUMX": "1", "DICOM_HOST": "x"}, gadgets=Gadgets()).plugins


def test_the_switch_of_the_projects_own_tests_is_no_setting(environ: dict[str, str]) -> None:
    assert memory_host({**environ, "TRIVIUM_REQUIRE_PEERS": "1"}, gadgets=Gadgets()).plugins


@pytest.mark.parametrize("state", ["broken", "disabled"])
def test_the_section_of_a_plugin_that_cannot_be_asked_passes(environ: dict[str, str], state: str) -> None:
    def load() -> object:
        raise ImportError

    environ["TRIVIUM_OTHER__WHATEVER"] = "1"
    if state == "disabled":
        environ["TRIVIUM_PLUGINS__DISABLED"] = "other"
    host = Host.start(environ, [Candidate("other", load)])
    assert report_of(host, "other").status is (Status.DISABLED if state == "disabled" else Status.LEFT_OUT)


def test_a_misspelt_table_of_the_settings_file_stops_the_host(environ: dict[str, str], file: Path) -> None:
    file.write_text("[gadgetz]\nspeed = 2\n")
    with pytest.raises(CannotStart) as caught:
        memory_host(environ, gadgets=Gadgets())
    assert str(caught.value) == "settings file, gadgetz: no such setting; did you mean gadgets?"


def test_a_misspelt_name_in_a_table_of_the_host_stops_it(environ: dict[str, str], file: Path) -> None:
    file.write_text("[phi]\nredacted = false\n")
    with pytest.raises(CannotStart, match=r"phi\.redacted"):
        memory_host(environ, gadgets=Gadgets())


def test_a_misspelt_name_in_a_plugins_table_leaves_out_that_plugin(environ: dict[str, str], file: Path) -> None:
    file.write_text("[gadgets]\nsped = 2\n")
    host = memory_host(environ, gadgets=Gadgets(), widgets=Widgets())
    assert report_of(host, "gadgets").reason == "its settings: sped: Extra inputs are not permitted"
    assert "lookup_widget" in host.tools


@pytest.mark.parametrize(
    ("text", "names"),
    [("a,b", ("a", "b")), (" a , b ,", ("a", "b")), ("a", ("a",)), ("", ()), (",", ()), ('["a"]', ('["a"]',))],
)
def test_a_list_is_written_with_commas(text: str, names: tuple[str, ...]) -> None:
    assert core(TRIVIUM_PLUGINS__DISABLED=text).plugins.disabled == names
    assert gadgets({"TRIVIUM_GADGETS__COLORS": text}).colors == names


def test_a_list_in_the_file_is_a_list(environ: dict[str, str], file: Path) -> None:
    file.write_text('[plugins]\ndisabled = ["gadgets"]\n')
    assert memory_host(environ, gadgets=Gadgets()).settings.plugins.disabled == ("gadgets",)


def test_the_defaults_are_the_safe_ones() -> None:
    settings = core()
    assert settings.phi.mode == "redact"
    assert settings.log_level == "warning"
    assert settings.approvals.minutes == 10
    assert settings.plugins.enabled is None
    assert settings.tools.enabled is None


def test_files_lie_in_the_home_folder_unless_they_are_set() -> None:
    settings = core(TRIVIUM_HOME="/srv/trivium", TRIVIUM_AUDIT__FILE="/var/log/audit.jsonl")
    assert settings.audit_file == Path("/var/log/audit.jsonl")
    assert settings.approvals_file == Path("/srv/trivium/approvals.sqlite3")
    assert settings.license_file == Path("/srv/trivium/license.jwt")
    assert settings.license_keys == Path("/srv/trivium/keys")


def test_a_tilde_is_the_home_in_every_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file that starts a host is read by no shell."""
    monkeypatch.setenv("HOME", "/home/mary")
    settings = core(
        TRIVIUM_AUDIT__FILE="~/a",
        TRIVIUM_APPROVALS__FILE="~/b",
        TRIVIUM_LICENSE__FILE="~/c",
        TRIVIUM_LICENSE__KEYS="~/d",
    )
    files = (settings.audit_file, settings.approvals_file, settings.license_file, settings.license_keys)
    assert [str(file) for file in files] == ["/home/mary/a", "/home/mary/b", "/home/mary/c", "/home/mary/d"]
    assert core().home == Path("/home/mary/.trivium")


def test_names_and_choices_are_read_in_any_case() -> None:
    assert core(trivium_phi__mode="no").phi.mode == "open"
    assert core(TRIVIUM_LOG_LEVEL="DEBUG").log_level == "debug"


def test_older_names_are_honored() -> None:
    settings = core(DICOM_HL7_PHI_REDACT="false", DICOM_HL7_LOG_LEVEL="INFO")
    assert settings.phi.mode == "open"
    assert settings.log_level == "info"


def test_an_older_name_yields_to_the_new_one() -> None:
    settings = core(DICOM_HL7_PHI_REDACT="false", TRIVIUM_PHI__MODE="true")
    assert settings.phi.mode == "redact"


def test_a_plugins_older_names_reach_into_its_sections() -> None:
    older = {"GADGET_URL": "http://old", "GADGET_SPEED": "3"}
    assert same(gadgets(older), GadgetSettings(speed=3, far=Far(url="http://old")))
    mixed = gadgets({**older, "TRIVIUM_GADGETS__FAR__TRIES": "5", "TRIVIUM_GADGETS__SPEED": "4"})
    assert same(mixed, GadgetSettings(speed=4, far=Far(url="http://old", tries=5)))


def test_the_environment_is_stronger_than_older_names_and_those_than_the_file() -> None:
    file = {"gadgets": {"speed": 1, "colors": ["red"], "far": {"url": "http://file", "tries": 7}}}
    environ = {"GADGET_SPEED": "2", "GADGET_URL": "http://old", "TRIVIUM_GADGETS__FAR__URL": "http://new"}
    expected = GadgetSettings(speed=2, colors=("red",), far=Far(url="http://new", tries=7))
    assert same(gadgets(environ, file), expected)


def test_the_file_is_read(environ: dict[str, str], file: Path) -> None:
    file.write_text('log_level = "error"\n[phi]\nmode = "open"\n[gadgets]\nspeed = 9\n')
    host = memory_host(environ, gadgets=Gadgets())
    assert host.settings.log_level == "error"
    assert host.settings.phi.mode == "open"
    assert report_of(host, "gadgets").status is Status.LOADED


def test_the_environment_is_stronger_than_the_file(environ: dict[str, str], file: Path) -> None:
    file.write_text('[phi]\nmode = "open"\n')
    environ["TRIVIUM_PHI__MODE"] = "true"
    assert memory_host(environ).settings.phi.mode == "redact"


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("a = 1\nhunter2\n", "(at line 2, column 8)"),
        ('token = "hunter2', "(at end of document)"),
        ("a = 1\na = 'hunter2'\n", "(at line 2, column 14)"),
    ],
)
def test_a_file_that_is_no_toml_stops_the_host_with_the_line_and_no_value(
    environ: dict[str, str], file: Path, content: str, place: str
) -> None:
    file.write_text(content)
    with pytest.raises(CannotStart) as caught:
        memory_host(environ)
    assert str(caught.value) == f"TRIVIUM_CONFIG: the settings file is not TOML {place}"


@pytest.mark.parametrize("name", ["absent.toml", ".", "binary.toml"])
def test_a_file_that_cannot_be_read_stops_the_host(environ: dict[str, str], tmp_path: Path, name: str) -> None:
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    environ["TRIVIUM_CONFIG"] = str(tmp_path / name)
    with pytest.raises(CannotStart, match=r"^TRIVIUM_CONFIG: the settings file cannot be read \(\w+\)$"):
        memory_host(environ)


@pytest.mark.parametrize("name", ["TRIVIUM_CONFIG", "TRIVIUM_HOME"])
def test_a_home_of_nobody_stops_the_host_with_a_sentence(environ: dict[str, str], name: str) -> None:
    environ[name] = "~nobody-of-this-name/x"
    with pytest.raises(CannotStart, match=name.removeprefix("TRIVIUM_").lower() + "|" + name):
        memory_host(environ)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRIVIUM_PHI__MODE", "hunter2"),
        ("TRIVIUM_LOG_LEVEL", "hunter2"),
        ("TRIVIUM_APPROVALS__MINUTES", "hunter2"),
        ("TRIVIUM_APPROVALS__MINUTES", "0"),
        ("TRIVIUM_APPROVALS__MINUTES", "inf"),
        ("DICOM_HL7_PHI_REDACT", "hunter2"),
        ("TRIVIUM_PHI", "hunter2"),
    ],
)
def test_a_value_that_does_not_fit_stops_the_host_and_is_not_shown(
    environ: dict[str, str], name: str, value: str
) -> None:
    with pytest.raises(CannotStart) as caught:
        memory_host({**environ, name: value})
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_fault_in_a_section_does_not_repeat_the_value() -> None:
    with pytest.raises(ValidationError) as caught:
        gadgets({"TRIVIUM_GADGETS__SPEED": "hunter2", "TRIVIUM_GADGETS__FAR__TRIES": "hunter2"})
    assert "far.tries" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_settings_are_frozen() -> None:
    settings = core()
    with pytest.raises(ValidationError):
        settings.log_level = "debug"  # type: ignore[misc]  # that is the point
    with pytest.raises(ValidationError):
        settings.phi.mode = "open"  # type: ignore[misc]  # that is the point
    with pytest.raises(ValidationError):
        gadgets({}).speed = 2


def test_a_plugins_settings_are_an_instance_of_its_model() -> None:
    assert isinstance(gadgets({}), GadgetSettings)


def test_a_host_reads_the_environment_it_is_given_and_no_other(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIVIUM_PHI__MODE", "false")
    monkeypatch.setenv("TRIVIUM_MISSPELT", "1")
    assert memory_host(environ).settings.phi.mode == "redact"


def sections(model: type[BaseModel]) -> list[tuple[str, type[BaseModel]]]:
    return [
        (name, info.annotation)
        for name, info in model.model_fields.items()
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel)
    ]


@pytest.mark.parametrize(("name", "model"), sections(CoreSettings))
def test_every_setting_of_the_host_is_described(name: str, model: Annotated[type[BaseModel], "a section"]) -> None:
    assert all(info.description for info in model.model_fields.values()), name
