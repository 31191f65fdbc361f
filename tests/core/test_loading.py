"""Each plugin is loaded alone: a broken one is left out with a reason, and everything else works."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import anyio
import pytest
from pydantic import BaseModel

from tests.core.bench import Nobody, Plugin, call, report_of
from tests.core.widgets import Facts, Widgets, lookup_widget
from trivium.api import AfterCall, Command, Effect, PluginInfo, PublicKey, Refused, ToolSpec, hookimpl, tool
from trivium.host import Candidate, CannotStart, Host, PluginReport, Status, installed_plugins
from trivium.host.discover import GROUP
from trivium.pipeline.call import UnknownTool
from trivium.testing import connect, memory_host

pytestmark = pytest.mark.anyio


@tool(effect=Effect.LOCAL)
def spare_tool() -> Facts:
    """Do something else."""
    return Facts(code="W-9", weight=9)


class Named:
    """A plugin that is called `broken`; what is wrong with it, the children say."""

    @hookimpl
    def trivium_plugin(self) -> PluginInfo:
        return PluginInfo("broken", "Does not work")


class WrongArgument(Named):
    @hookimpl
    def trivium_tools(self, setting: Any) -> list[ToolSpec]:
        return [spare_tool]


class Misspelt(Named):
    @hookimpl
    def trivium_toolz(self) -> list[ToolSpec]:
        return [spare_tool]


class RaisesInTools(Named):
    @hookimpl
    def trivium_tools(self) -> list[ToolSpec]:
        raise OSError("no such library")


class ExitsInTools(Named):
    @hookimpl
    def trivium_tools(self) -> list[ToolSpec]:
        sys.exit("no such library")


class RaisesInSettings(Named):
    @hookimpl
    def trivium_settings(self) -> type[BaseModel]:
        raise RuntimeError("no model")


class NoModel(Named):
    @hookimpl
    def trivium_settings(self) -> Any:
        return {"url": "http://localhost"}


class NoTools(Named):
    @hookimpl
    def trivium_tools(self) -> Any:
        return 7


class NoToolValues(Named):
    @hookimpl
    def trivium_tools(self) -> Any:
        return [spare_tool.function]


class Twice(Named):
    @hookimpl
    def trivium_tools(self) -> list[ToolSpec]:
        return [spare_tool, spare_tool]


class RaisesInKeys(Named):
    @hookimpl
    def trivium_license_keys(self) -> list[PublicKey]:
        raise ValueError("no keys")


class NoKeys(Named):
    @hookimpl
    def trivium_license_keys(self) -> Any:
        return ["site-1"]


class RaisesInName:
    @hookimpl
    def trivium_plugin(self) -> PluginInfo:
        raise LookupError("no name")


class NoName:
    @hookimpl
    def trivium_plugin(self) -> Any:
        return "broken"


class Silent:
    """Implements no hook at all."""


class OtherName:
    @hookimpl
    def trivium_plugin(self) -> PluginInfo:
        return PluginInfo("pacs", "Pretends")


class NewerContract:
    @hookimpl
    def trivium_plugin(self) -> PluginInfo:
        return PluginInfo("broken", "From tomorrow", api_version=2)


class HiddenSummary:
    @hookimpl
    def trivium_plugin(self) -> PluginInfo:
        return PluginInfo("broken", "Works\x1b[8m, or does it")


def at_import(error: BaseException) -> Callable[[], object]:
    def load() -> object:
        raise error

    return load


async def test_the_good_ones_work_beside_a_broken_one(environ: dict[str, str]) -> None:
    host = memory_host(environ, broken=RaisesInTools(), widgets=Widgets())
    async with connect(host) as client:
        names = [found.name for found in (await client.list_tools()).tools]
        result = await client.call_tool("lookup_widget", {"code": "W-1"})
    assert names == ["lookup_widget", "list_owners", "break_widget", "wait_for_widget", "move_widget"]
    assert result.structured_content == {"code": "W-1", "weight": 1.5}


@pytest.mark.parametrize(
    ("load", "reason"),
    [
        (at_import(ImportError("no module named gdcm")), "ImportError: no module named gdcm"),
        (at_import(SyntaxError("bad")), "SyntaxError: bad"),
        (at_import(RuntimeError("one line\n  another line")), "RuntimeError: one line another line"),
        (at_import(RuntimeError()), "RuntimeError"),
        (at_import(SystemExit("no license server")), "SystemExit: no license server"),
        (WrongArgument, "Argument(s) {'setting'} are declared in the hookimpl"),
        (Misspelt, "unknown hook 'trivium_toolz'"),
        (RaisesInTools, "OSError: no such library"),
        (ExitsInTools, "SystemExit: no such library"),
        (RaisesInSettings, "RuntimeError: no model"),
        (NoModel, "trivium_settings returns a pydantic model"),
        (NoTools, "TypeError: 'int' object is not iterable"),
        (NoToolValues, "trivium_tools returns values made by @tool"),
        (Twice, "it offers a name twice: spare_tool"),
        (RaisesInKeys, "ValueError: no keys"),
        (NoKeys, ""),
        (RaisesInName, "LookupError: no name"),
        (NoName, "it does not say who it is (trivium_plugin returns a PluginInfo)"),
        (Silent, "it does not say who it is (trivium_plugin returns a PluginInfo)"),
        (OtherName, "it calls itself pacs and is installed as broken"),
        (HiddenSummary, "its summary has the hidden character U+001B"),
        (NewerContract, "it was written for version 2 of the contract; this host has 1"),
    ],
)
async def test_a_broken_plugin_is_left_out_with_the_reason(
    environ: dict[str, str], caplog: pytest.LogCaptureFixture, load: Callable[[], object], reason: str
) -> None:
    with caplog.at_level(logging.WARNING):
        host = Host.start(environ, [Candidate("broken", load), Candidate("widgets", Widgets)])
    report = report_of(host, "broken")
    assert report.status is Status.LEFT_OUT
    assert report.reason
    assert reason in report.reason
    assert f"plugin broken is left out: {report.reason}" in caplog.text
    assert report.tools == ()
    assert "spare_tool" not in host.tools
    assert report_of(host, "widgets").status is Status.LOADED
    assert await call(host, "lookup_widget", {"code": "W-1"}) == {"code": "W-1", "weight": 1.5}


@pytest.mark.parametrize("name", ["phi", "plugins", "home", "log_level"])
def test_a_plugin_cannot_take_the_name_of_a_section_of_the_host(environ: dict[str, str], name: str) -> None:
    host = memory_host(environ, **{name: Plugin(name, spare_tool)})
    assert report_of(host, name).reason == "its name is that of one of the host's own settings sections"
    assert not host.tools


def test_a_tool_that_two_plugins_claim_is_served_by_neither_and_both_are_told(environ: dict[str, str]) -> None:
    host = memory_host(environ, widgets=Widgets(), thief=Plugin("thief", lookup_widget, spare_tool))
    assert "lookup_widget" not in host.tools
    assert host.tools["spare_tool"].plugin == "thief"
    assert host.tools["list_owners"].plugin == "widgets"
    reason = {"lookup_widget": "claimed by widgets and thief"}
    assert report_of(host, "widgets").withheld == reason
    assert report_of(host, "thief").withheld == reason
    assert report_of(host, "thief").tools == ("spare_tool",)


def test_two_distributions_of_one_plugin_are_both_left_out(environ: dict[str, str]) -> None:
    host = Host.start(
        environ,
        [
            Candidate("double", lambda: Plugin("double", spare_tool), "one", "1.0"),
            Candidate("double", lambda: Plugin("double", spare_tool), "two", "2.0"),
            Candidate("widgets", Widgets),
        ],
    )
    doubles = [report for report in host.reports if report.name == "double"]
    assert [(r.distribution, r.version, r.status, r.reason) for r in doubles] == [
        ("one", "1.0", Status.LEFT_OUT, "its name is claimed by one and two"),
        ("two", "2.0", Status.LEFT_OUT, "its name is claimed by one and two"),
    ]
    assert "spare_tool" not in host.tools
    assert "lookup_widget" in host.tools


def test_a_disabled_plugin_is_not_even_imported(environ: dict[str, str]) -> None:
    environ["TRIVIUM_PLUGINS__DISABLED"] = "broken"
    imported: list[str] = []
    host = Host.start(environ, [Candidate("broken", lambda: imported.append("broken")), Candidate("widgets", Widgets)])
    assert not imported
    assert report_of(host, "broken").status is Status.DISABLED
    assert report_of(host, "broken").reason == "disabled by plugins.disabled"


def test_only_enabled_plugins_are_imported(environ: dict[str, str]) -> None:
    environ["TRIVIUM_PLUGINS__ENABLED"] = "widgets"
    imported: list[str] = []
    host = Host.start(environ, [Candidate("other", lambda: imported.append("other")), Candidate("widgets", Widgets)])
    assert not imported
    assert report_of(host, "other").reason == "not in plugins.enabled"
    assert report_of(host, "widgets").status is Status.LOADED


def test_an_empty_list_of_enabled_plugins_means_none(environ: dict[str, str]) -> None:
    environ["TRIVIUM_PLUGINS__ENABLED"] = ""
    assert not memory_host(environ, widgets=Widgets()).tools


@pytest.mark.parametrize(
    "candidates",
    [
        [],
        [Candidate("guard", at_import(ImportError()))],
        [Candidate("guard", lambda: Plugin("guard"), "one"), Candidate("guard", lambda: Plugin("guard"), "two")],
    ],
    ids=["absent", "broken", "double"],
)
def test_the_host_does_not_start_without_a_required_plugin(
    environ: dict[str, str], candidates: list[Candidate]
) -> None:
    environ["TRIVIUM_PLUGINS__REQUIRED"] = "guard"
    with pytest.raises(CannotStart, match=r"^plugins\.required names guard, which is not loaded"):
        Host.start(environ, [*candidates, Candidate("widgets", Widgets)])


def test_the_host_does_not_start_when_a_required_plugin_is_disabled(environ: dict[str, str]) -> None:
    environ |= {"TRIVIUM_PLUGINS__REQUIRED": "widgets", "TRIVIUM_PLUGINS__DISABLED": "widgets"}
    with pytest.raises(CannotStart, match="widgets"):
        memory_host(environ, widgets=Widgets())


def test_the_host_starts_with_a_required_plugin(environ: dict[str, str]) -> None:
    environ["TRIVIUM_PLUGINS__REQUIRED"] = "widgets"
    assert "lookup_widget" in memory_host(environ, widgets=Widgets()).tools


async def test_tools_can_be_selected_one_by_one(environ: dict[str, str]) -> None:
    environ |= {
        "TRIVIUM_TOOLS__ENABLED": "lookup_widget, list_owners,break_widget",
        "TRIVIUM_TOOLS__DISABLED": "break_widget",
    }
    host = memory_host(environ, widgets=Widgets())
    assert list(host.tools) == ["lookup_widget", "list_owners"]
    assert report_of(host, "widgets").withheld == {
        "break_widget": "disabled by tools.disabled",
        "wait_for_widget": "not in tools.enabled",
        "move_widget": "not in tools.enabled",
    }
    with pytest.raises(UnknownTool):
        await call(host, "break_widget")


def test_the_report_says_what_became_of_a_plugin(environ: dict[str, str]) -> None:
    (report,) = Host.start(environ, [Candidate("widgets", Widgets, "acme-widgets", "3.1")]).reports
    assert report == PluginReport(
        name="widgets",
        status=Status.LOADED,
        distribution="acme-widgets",
        version="3.1",
        summary="Looks up and moves widgets",
        tools=("lookup_widget", "list_owners", "break_widget", "wait_for_widget", "move_widget"),
    )
    assert report.as_json()["status"] == "loaded"


class Secrets(BaseModel):
    port: int = 1
    hosts: tuple[str, ...] = ()


class Secretive(Named):
    @hookimpl
    def trivium_settings(self) -> type[BaseModel]:
        return Secrets

    @hookimpl
    def trivium_tools(self, settings: Secrets) -> list[ToolSpec]:
        return [spare_tool]


@pytest.mark.parametrize("name", ["PORT", "HOSTS"])
def test_settings_that_do_not_fit_leave_out_that_plugin_and_show_no_value(
    environ: dict[str, str], caplog: pytest.LogCaptureFixture, name: str
) -> None:
    environ["TRIVIUM_BROKEN__" + name] = "hunter2"
    with caplog.at_level(logging.DEBUG):
        host = memory_host(environ, broken=Secretive(), widgets=Widgets())
    report = report_of(host, "broken")
    assert report.status is Status.LEFT_OUT
    assert name.lower() in report.reason
    assert "hunter2" not in repr(host.reports) + caplog.text
    assert "lookup_widget" in host.tools


def test_a_section_of_the_settings_file_that_is_no_table_leaves_out_that_plugin(
    environ: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "trivium.toml"
    file.write_text('broken = "hunter2"\n')
    environ["TRIVIUM_CONFIG"] = str(file)
    host = memory_host(environ, broken=Secretive(), widgets=Widgets())
    report = report_of(host, "broken")
    assert report.status is Status.LEFT_OUT
    assert "hunter2" not in report.reason
    assert "lookup_widget" in host.tools


def test_a_plugin_gets_its_own_section(environ: dict[str, str]) -> None:
    environ["TRIVIUM_WIDGETS__MOST"] = "2"
    safety = memory_host(environ, widgets=Widgets()).tools["move_widget"].spec.safety
    assert safety is not None
    assert safety.limits == {"widgets": 2}


class Lock:
    """A type that no schema can be made of."""


@tool(effect=Effect.LOCAL)
def unlistable_tool(lock: Lock | None = None) -> Facts:
    """Take what no client can send."""
    raise NotImplementedError


async def test_a_tool_without_a_schema_takes_no_other_tool_down(environ: dict[str, str]) -> None:
    host = memory_host(environ, broken=Plugin("broken", unlistable_tool), widgets=Widgets())
    async with connect(host) as client:
        names = [found.name for found in (await client.list_tools()).tools]
    assert "lookup_widget" in names
    assert "unlistable_tool" not in names


async def test_the_plugins_that_are_installed_are_found_in_name_order() -> None:
    candidates = installed_plugins()
    names = [candidate.name for candidate in candidates]
    assert names == sorted(names)
    assert set(names) == {point.name for point in entry_points(group=GROUP)}
    assert {"dicom", "hl7", "fhir", "pacs"} <= set(names)
    assert {c.name: c.distribution for c in candidates}["dicom"] == "trivium-dicom"
    assert all(candidate.version for candidate in candidates)
    assert {c.name for c in candidates} == {c.entry_point.name for c in candidates if c.entry_point}


def test_an_entry_point_on_the_path_is_found_and_loaded(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "acme_gadgets-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-gadgets\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\ngadgets = acme_gadgets\naaa = acme_absent\n")
    (tmp_path / "acme_gadgets.py").write_text(
        "from trivium.api import PluginInfo, hookimpl\n"
        "@hookimpl\n"
        "def trivium_plugin():\n"
        "    return PluginInfo('gadgets', 'Looks up gadgets')\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    environ["TRIVIUM_PLUGINS__ENABLED"] = "aaa,gadgets"
    host = Host.start(environ)
    assert [report.name for report in host.reports] == sorted(report.name for report in host.reports)
    gadgets = report_of(host, "gadgets")
    assert (gadgets.status, gadgets.distribution, gadgets.version) == (Status.LOADED, "acme-gadgets", "1.2")
    assert report_of(host, "aaa").reason == "ModuleNotFoundError: No module named 'acme_absent'"


class Watcher:
    """A plugin that takes notice of calls."""

    def __init__(self, error: Exception | None = None, name: str = "watcher") -> None:
        self.error = error
        self.name = name
        self.seen: list[AfterCall] = []

    @hookimpl
    def trivium_plugin(self) -> PluginInfo:
        return PluginInfo(self.name, "Watches")

    @hookimpl
    def trivium_after_call(self, event: AfterCall) -> None:
        self.seen.append(event)
        if self.error is not None:
            raise self.error


async def test_an_observer_sees_how_a_call_ended_and_only_what_the_caller_sees(environ: dict[str, str]) -> None:
    watcher = Watcher()
    host = memory_host(environ, widgets=Widgets(), watcher=watcher)
    shown = await call(host, "list_owners", caller="ward")
    with pytest.raises(Refused, match="needs a license"):
        await call(host, "move_widget", {"code": "W-1", "destination": "WS1"})
    assert [(e.tool, e.plugin, e.caller, e.outcome) for e in watcher.seen] == [
        ("list_owners", "widgets", "ward", "ok"),
        ("move_widget", "widgets", "test", "license_required"),
    ]
    assert watcher.seen[0].result == shown
    assert watcher.seen[1].result is None
    assert "BRIEN" not in repr(watcher.seen)


async def test_every_observer_is_told_of_a_call_whose_caller_has_gone(environ: dict[str, str]) -> None:
    first, second = Watcher(), Watcher(name="another")
    host = memory_host(environ, widgets=Widgets(), watcher=first, another=second)

    async def go(done: float, total: float | None) -> None:
        group.cancel_scope.cancel()

    async def wait() -> None:
        await host.call("wait_for_widget", {}, caller="ward", person=Nobody(), progress=go)

    async with anyio.create_task_group() as group:
        group.start_soon(wait)
    for watcher in (first, second):
        assert [(event.tool, event.outcome) for event in watcher.seen] == [("wait_for_widget", "canceled")]


async def test_an_observer_that_raises_is_logged_by_type_and_ignored(
    environ: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    host = memory_host(environ, widgets=Widgets(), watcher=Watcher(RuntimeError("O'BRIEN")))
    assert await call(host, "lookup_widget", {"code": "W-1"}) == {"code": "W-1", "weight": 1.5}
    assert "plugin watcher failed to take notice of a call (RuntimeError)" in caplog.text
    assert "BRIEN" not in caplog.text


class Commanding(Named):
    def __init__(self, commands: Any) -> None:
        self._commands = commands

    @hookimpl
    def trivium_commands(self) -> Any:
        if isinstance(self._commands, Exception):
            raise self._commands
        return self._commands


def test_a_plugin_adds_commands(environ: dict[str, str]) -> None:
    command = Command("weigh", lambda: None)
    assert memory_host(environ, broken=Commanding([command])).commands() == [command]


@pytest.mark.parametrize("commands", [RuntimeError("no"), 7, ["weigh"]], ids=["raises", "a number", "no command"])
def test_a_plugin_whose_commands_are_none_adds_none(environ: dict[str, str], commands: Any) -> None:
    assert memory_host(environ, broken=Commanding(commands), widgets=Widgets()).commands() == []


async def test_hosts_do_not_know_of_one_another(tmp_path: Path) -> None:
    one, two = Widgets(), Widgets()
    first = memory_host({"TRIVIUM_HOME": str(tmp_path / "1")}, widgets=one)
    second = memory_host({"TRIVIUM_HOME": str(tmp_path / "2"), "TRIVIUM_TOOLS__ENABLED": ""}, widgets=two)
    assert len(first.tools) == 5
    assert not second.tools
    assert first.house.audit is not second.house.audit
    assert first.house.workers is not second.house.workers


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PLUGINS__DISABLED", "widgts", "plugins.disabled names widgts, which is not there; did you mean widgets?"),
        ("PLUGINS__ENABLED", "other", "plugins.enabled names other, which is not there"),
        (
            "TOOLS__DISABLED",
            "move_wigdet",
            "tools.disabled names move_wigdet, which is not there; did you mean move_widget?",
        ),
        ("TOOLS__ENABLED", "other", "tools.enabled names other, which is not there"),
    ],
)
def test_a_selection_that_selects_nothing_stops_the_host(
    environ: dict[str, str], name: str, value: str, sentence: str
) -> None:
    with pytest.raises(CannotStart) as caught:
        memory_host({**environ, f"TRIVIUM_{name}": value}, widgets=Widgets())
    assert str(caught.value) == sentence


def test_while_a_plugin_is_not_loaded_any_name_of_a_tool_may_be_right(environ: dict[str, str]) -> None:
    host = memory_host({**environ, "TRIVIUM_TOOLS__DISABLED": "spare_tool"}, widgets=Widgets(), broken=RaisesInTools())
    assert "lookup_widget" in host.tools


def test_a_license_key_that_two_plugins_claim_is_trusted_for_neither(
    environ: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    class Keyed(Plugin):
        @hookimpl
        def trivium_license_keys(self) -> list[PublicKey]:
            return [PublicKey("shared", b"PEM"), PublicKey(f"of {self._name}", b"PEM")]

    host = memory_host(environ, one=Keyed("one"), two=Keyed("two"))
    assert sorted(host.house.licenses.built_in) == ["of one", "of two"]
    assert "the license key shared is claimed by more than one plugin" in caplog.text
