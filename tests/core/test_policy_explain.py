"""`trivium policy`: which gates stand between a call and its run, and whether the policy can be used."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.core.bench import Bench
from tests.core.widgets import Widgets, WidgetSettings
from trivium.api import Effect, ToolSpec, hookimpl
from trivium.cli import policy as policy_command
from trivium.host import Candidate
from trivium.host import app as host_app
from trivium.pipeline.explain import Gate, explain

Trivium = Callable[..., Result]

POLICY = """\
time_zone = "UTC"
audit_required = "remote"

[effects.moves_images]
approval = "outside"
per_hour = { widgets = 20 }
destinations = ["WS1", "WS7"]
quiet_hours = ["Mon 03:00-03:01"]

[tools.move_widget]
per_call = { widgets = 4 }

[tools.list_owners]
archives = ["main"]

[[open]]
callers = ["stdio:alice"]
kinds = ["name", "birth_date"]

[[demand]]
tools = ["lookup_*"]
entitlements = ["plus"]
"""


class Archived(Widgets):
    """A plugin one of whose tools reads from the archive that an argument names."""

    @hookimpl
    def trivium_tools(self, settings: WidgetSettings) -> Sequence[ToolSpec]:
        specs = super().trivium_tools(settings)
        return [replace(spec, archive="limit") if spec.name == "list_owners" else spec for spec in specs]


@pytest.fixture
def bench(bench: Bench) -> Bench:
    bench.widgets = Archived()
    return bench


def gates(bench: Bench, tool: str, caller: str = "test") -> dict[str, Gate]:
    host = bench.host()
    found = explain(
        host.known[tool].spec,
        caller,
        host.house,
        mode=host.settings.phi.mode,
        audit_file=host.settings.audit_file,
    )
    assert len({gate.name for gate in found}) == len(found)
    return {gate.name: gate for gate in found}


def standing(bench: Bench, tool: str) -> dict[str, bool | None]:
    return {name: gate.open for name, gate in gates(bench, tool).items()}


def set_policy(bench: Bench, text: str) -> None:
    (bench.home / "policy.toml").write_text(text)


def test_a_tool_that_moves_things_stands_behind_every_gate(bench: Bench) -> None:
    set_policy(bench, POLICY)
    found = gates(bench, "move_widget", "stdio:alice")
    license_gate = found.pop("license")
    assert (license_gate.open, license_gate.how) == (True, "")
    assert license_gate.stands.startswith("one with widgets.move is needed; the present one carries it until 2")
    quiet = found.pop("quiet hours")
    assert quiet.stands == "it does not run during Mon 03:00-03:01"
    assert list(found.values()) == [
        Gate("audit", "each call is recorded before it runs, and refused when it cannot be", open=True),
        Gate("switch", "the plugin's switch is on", open=True),
        Gate("policy", "the policy has it on", open=True),
        Gate(
            "destinations",
            "things go to WS1 only",
            open=None,
            how="add others to TRIVIUM_WIDGETS__DESTINATIONS and to policy.toml [effects.moves_images]",
        ),
        Gate("limits per call", "at most 4 widgets (policy.toml [tools.move_widget])", open=None),
        Gate(
            "limits per hour",
            "at most 20 widgets together with other tools of its effect (policy.toml [effects.moves_images]), "
            "20 left now",
            open=None,
        ),
        Gate("vetoes", "these plugins are asked and can say no: widgets", open=None),
        Gate(
            "approval",
            "somebody outside the client, who is not the caller, approves each run; a rehearsal (dry_run) needs none",
            open=None,
            how="see `trivium approvals`",
        ),
        Gate(
            "patient data",
            "patient numbers become stand-ins and other patient data is withheld; "
            "stdio:alice is shown birth_date, name",
            open=True,
        ),
    ]


def test_a_tool_that_touches_nothing_stands_behind_few(bench: Bench) -> None:
    found = list(gates(bench, "lookup_widget").values())
    assert found == [
        Gate("audit", "each call is recorded before it runs", open=True),
        Gate("license", "none is needed", open=True),
        Gate("policy", "the policy has it on", open=True),
        Gate("vetoes", "these plugins are asked and can say no: widgets", open=None),
        Gate("approval", "nobody is asked", open=True),
        Gate("patient data", "patient numbers become stand-ins and other patient data is withheld", open=True),
    ]


def close_switch(bench: Bench) -> None:
    bench.environ["TRIVIUM_WIDGETS__ALLOW_MOVE"] = "false"


def close_destinations(bench: Bench) -> None:
    bench.environ["TRIVIUM_WIDGETS__DESTINATIONS"] = "[]"


def close_license(bench: Bench) -> None:
    bench.license_file.unlink()


def close_entitlement(bench: Bench) -> None:
    bench.license("else")


def close_audit(bench: Bench) -> None:
    bench.audit_file.mkdir()


def close_policy(bench: Bench) -> None:
    set_policy(bench, "[effects.moves_images]\nenabled = false")


def close_read_only(bench: Bench) -> None:
    set_policy(bench, "read_only = true")


def close_quiet_hours(bench: Bench) -> None:
    set_policy(bench, "[tools.move_widget]\nquiet_hours = ['00:00-24:00']")


def close_hour(bench: Bench) -> None:
    set_policy(bench, "[tools.move_widget]\nper_hour = { widgets = 6 }")
    bench.host().house.usage.charge("move_widget", Effect.MOVES_IMAGES, {"widgets": 6}, [])


def close_account(bench: Bench) -> None:
    set_policy(bench, "[tools.move_widget]\nper_hour = { widgets = 6 }")
    (bench.home / "usage.sqlite3").mkdir()


def close_file(bench: Bench) -> None:
    set_policy(bench, "[tools.move_widget]\nper_hour = {")


@pytest.mark.parametrize(
    ("close", "closed", "stands", "how"),
    [
        (close_switch, "switch", "the plugin's switch is off", "set TRIVIUM_WIDGETS__ALLOW_MOVE=true"),
        (close_destinations, "destinations", "things go to no destination: none is on the list",
         "add others to TRIVIUM_WIDGETS__DESTINATIONS"),
        (close_license, "license", "one with widgets.move is needed: there is no license", "see `trivium license`"),
        (close_entitlement, "license", "one with widgets.move is needed; the present one lacks widgets.move",
         "its issuer can add it"),
        (close_audit, "audit", "each call is recorded before it runs, and refused when it cannot be",
         "make {home}/audit.jsonl writable"),
        (close_policy, "policy", "it is switched off by policy.toml [effects.moves_images] enabled",
         "change policy.toml [effects.moves_images] enabled"),
        (close_read_only, "policy", "it is switched off by policy.toml read_only", "change policy.toml read_only"),
        (close_quiet_hours, "quiet hours", "it does not run during 00:00-24:00",
         "it is quiet at all times, by policy.toml [tools.move_widget]"),
        (close_hour, "limits per hour", "at most 6 widgets (policy.toml [tools.move_widget]), 0 left now", "wait"),
        (close_account, "limits per hour",
         "the account of this hour's limits cannot be used (usage.sqlite3 cannot be opened)",
         "mend or remove {home}/usage.sqlite3"),
    ],
)  # fmt: skip
def test_each_gate_that_is_closed_says_how_it_opens(
    bench: Bench, close: Callable[[Bench], None], closed: str, stands: str, how: str
) -> None:
    close(bench)
    found = gates(bench, "move_widget")
    assert [name for name, gate in found.items() if gate.open is False] == [closed]
    assert found[closed] == Gate(closed, stands, open=False, how=how.format(home=bench.home))


def test_a_policy_that_cannot_be_read_closes_all_but_what_touches_nothing(bench: Bench) -> None:
    close_file(bench)
    for tool in ("move_widget", "list_owners"):
        found = gates(bench, tool)["policy file"]
        assert (found.open, found.how) == (False, "see `trivium policy check`")
        assert "policy.toml, line 2: is not TOML" in found.stands
    assert False not in standing(bench, "lookup_widget").values()


def test_a_trail_that_nobody_can_write_closes_only_what_needs_it(bench: Bench) -> None:
    close_audit(bench)
    assert [standing(bench, name)["audit"] for name in ("move_widget", "list_owners")] == [False, True]
    set_policy(bench, "audit_required = 'remote'")
    assert standing(bench, "list_owners")["audit"] is False


def test_what_a_policy_demands_and_restricts_shows(bench: Bench) -> None:
    set_policy(bench, POLICY)
    assert gates(bench, "lookup_widget")["license"] == Gate(
        "license", "one with plus is needed; the present one lacks plus", open=False, how="its issuer can add it"
    )
    assert gates(bench, "list_owners")["archives"] == Gate(
        "archives", "it reads from main only", open=None, how="add others to policy.toml [tools.list_owners]"
    )


# The commands.


@pytest.fixture
def trivium(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Trivium:
    """Runs a command with the bench's plugin and environment."""
    monkeypatch.setattr(host_app, "installed_plugins", lambda: [Candidate("widgets", lambda: bench.widgets)])
    for name in [name for name in os.environ if name.startswith(("TRIVIUM_", "DICOM_HL7_"))]:
        monkeypatch.delenv(name)

    def run(*words: str) -> Result:
        return CliRunner().invoke(policy_command.app, list(words), env=bench.environ)

    return run


def test_explain_speaks_to_people(bench: Bench, trivium: Trivium) -> None:
    close_switch(bench)
    shown = trivium("explain", "move_widget", "--caller", "http:bob")
    lines = shown.stdout.splitlines()
    assert (shown.exit_code, lines[0]) == (0, "move_widget (plugin widgets, moves images) called by http:bob")
    assert lines[3:6] == [
        "  closed  switch: the plugin's switch is off",
        "          set TRIVIUM_WIDGETS__ALLOW_MOVE=true",
        "  open    policy: the policy has it on",
    ]
    assert "  depends vetoes: these plugins are asked and can say no: widgets" in lines


def test_explain_speaks_to_programs(trivium: Trivium) -> None:
    shown = trivium("explain", "lookup_widget", "--caller", "http:bob", "--json")
    answer = json.loads(shown.stdout)
    assert (shown.exit_code, answer["tool"], answer["plugin"], answer["caller"]) == (
        0, "lookup_widget", "widgets", "http:bob",
    )  # fmt: skip
    assert answer["gates"][1] == {"name": "license", "stands": "none is needed", "open": True, "how": ""}


def test_explain_without_a_tool_has_a_line_for_each(bench: Bench, trivium: Trivium) -> None:
    set_policy(
        bench, "read_only = true\n[tools.list_owners]\narchives = []\n[[demand]]\ntools=['break_*']\nentitlements=['a']"
    )
    assert trivium("explain").stdout.splitlines() == [
        "lookup_widget: depends on vetoes",
        "list_owners: closed by archives",
        "break_widget: closed by license",
        "wait_for_widget: depends on vetoes",
        "move_widget: closed by policy",
    ]  # fmt: skip
    assert set(json.loads(trivium("explain", "--json").stdout)) == set(bench.host().known)


def test_explain_says_that_a_tool_is_not_served(bench: Bench, trivium: Trivium) -> None:
    bench.environ["TRIVIUM_TOOLS__DISABLED"] = "list_owners"
    shown = trivium("explain", "list_owners", "--json")
    assert json.loads(shown.stdout)["gates"][0] == {
        "name": "served", "stands": "it is not served: disabled by tools.disabled", "open": False, "how": "",
    }  # fmt: skip


def test_explain_does_not_know_a_tool_that_nobody_offers(trivium: Trivium) -> None:
    shown = trivium("explain", "move_wigdet")
    assert (shown.exit_code, shown.stderr) == (
        1, "trivium: no tool of this name is known; did you mean move_widget?\n",
    )  # fmt: skip


def test_check_says_that_all_is_well(bench: Bench, trivium: Trivium) -> None:
    set_policy(bench, "[tools.move_widget]\nenabled = true")
    assert trivium("check").stdout == "nothing is wrong with policy.toml\n"
    assert json.loads(trivium("check", "--json").stdout) == {"usable": True, "problems": []}


def test_check_says_that_there_is_no_policy(bench: Bench, trivium: Trivium) -> None:
    assert trivium("check").stdout == "there is no policy.toml: each tool goes by its own rules\n"


def test_check_names_file_and_line(bench: Bench, trivium: Trivium) -> None:
    set_policy(bench, "read_only = false\n[tools.move_widget]\nenabled = 1")
    shown = trivium("check")
    said = "policy.toml, line 3: tools.move_widget.enabled: input should be a valid boolean"
    assert (shown.exit_code, shown.stderr) == (1, f"trivium: {said}\n")
    shown = trivium("check", "--json")
    problem = {"file": str(bench.home / "policy.toml"), "line": 3, "problem": said.partition(": ")[2]}
    assert (shown.exit_code, json.loads(shown.stdout)) == (1, {"usable": False, "problems": [problem]})


def test_check_finds_an_edition_that_is_not_there(bench: Bench, trivium: Trivium, tmp_path: Path) -> None:
    bench.environ["TRIVIUM_POLICY__EDITION"] = str(tmp_path / "plus.toml")
    shown = trivium("check")
    assert (shown.exit_code, shown.stderr) == (1, "trivium: plus.toml: is not there\n")


def test_check_finds_rules_that_fit_nothing(bench: Bench, trivium: Trivium) -> None:
    set_policy(bench, "[tools.move_wigdet]\nenabled = false")
    said = "policy.toml [tools.move_wigdet] names move_wigdet, which nobody serves; did you mean move_widget?"
    shown = trivium("check")
    assert (shown.exit_code, said in shown.stderr) == (1, True)
    shown = trivium("check", "--json")
    (problem,) = json.loads(shown.stdout)["problems"]
    assert (shown.exit_code, said in problem["problem"]) == (1, True)
