"""The `trivium` program: what each command prints and with which exit code it ends."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from tests.core.bench import MOVE, Bench, Plugin, call
from tests.core.test_loading import Commanding
from trivium.api import Command, RefusalCode, Refused
from trivium.cli.app import build
from trivium.host import Candidate
from trivium.host import app as host_app

Trivium = Callable[..., Result]


@pytest.fixture
def installed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> list[Candidate]:
    """The plugins that the program finds, in the place of those that are really installed."""
    candidates = [Candidate("widgets", lambda: bench.widgets, "acme-widgets", "3.1")]
    monkeypatch.setattr(host_app, "installed_plugins", lambda: candidates)
    return candidates


@pytest.fixture
def trivium(bench: Bench, installed: Sequence[Candidate], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Trivium:
    """Runs a command as if typed, with the bench's environment and in an empty folder."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in [name for name in os.environ if name.startswith(("TRIVIUM_", "DICOM_HL7_"))]:
        monkeypatch.delenv(name)

    def run(*words: str) -> Result:
        return CliRunner().invoke(build(), list(words), env=bench.environ)

    monkeypatch.setattr("trivium.cli.app.set_up_logging", lambda level: None)
    for name, value in bench.environ.items():
        monkeypatch.setenv(name, value)
    return run


async def ask_for_a_move(bench: Bench) -> str:
    """The code of a question that waits."""
    host = bench.host()
    with pytest.raises(Refused) as caught:
        await call(host, "move_widget", MOVE)
    assert caught.value.reason is RefusalCode.APPROVAL_REQUIRED
    (waiting,) = host.house.ledger.waiting()
    return waiting.code


# Licenses.


def test_a_site_issues_its_own_license(bench: Bench, trivium: Trivium) -> None:
    bench.license_file.unlink()
    made = trivium("license", "keygen", "ward-7", "--private", "mine")
    assert (made.exit_code, "mine/ward-7.private.pem" in made.stdout) == (0, True)
    assert stat.S_IMODE(Path("mine/ward-7.private.pem").stat().st_mode) == 0o600
    assert (bench.home / "keys" / "ward-7.pem").exists()
    issued = trivium(
        "license", "issue", "--key", "mine/ward-7.private.pem", "--holder", "Ward 7", "--days", "30",
        "--entitlement", "widgets.move", "--entitlement", "a",
    )  # fmt: skip
    assert issued.exit_code == 0
    assert issued.stdout == f"license: {bench.license_file}\n"
    shown = trivium("license", "show", "--json")
    assert shown.exit_code == 0
    license_ = json.loads(shown.stdout)
    assert {name: license_[name] for name in ("state", "holder", "issuer", "key_id", "entitlements")} == {
        "state": "valid",
        "holder": "Ward 7",
        "issuer": "site",
        "key_id": "ward-7",
        "entitlements": ["a", "widgets.move"],
    }
    assert "entitlements: a, widgets.move\n" in trivium("license", "show").stdout


def test_a_license_can_be_issued_to_a_file_or_to_stdout(bench: Bench, trivium: Trivium) -> None:
    before = bench.license_file.read_text()
    trivium("license", "keygen", "k")
    words = ("license", "issue", "--key", "k.private.pem", "--holder", "h", "--entitlement", "a")
    assert trivium(*words, "--output", "-").stdout.count(".") == 2
    assert trivium(*words, "--output", "deep/license.jwt").exit_code == 0
    assert Path("deep/license.jwt").read_text().count(".") == 2
    assert bench.license_file.read_text() == before


def test_a_key_is_not_overwritten(bench: Bench, trivium: Trivium) -> None:
    assert trivium("license", "keygen", "k").exit_code == 0
    before = Path("k.private.pem").read_bytes()
    again = trivium("license", "keygen", "k")
    assert again.exit_code == 1
    assert "exists, and a key is never overwritten" in again.stderr
    assert Path("k.private.pem").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("license", "keygen", "../k"), 1),
        (("license", "keygen"), 2),
        (("license", "issue", "--key", "absent.pem", "--holder", "h", "--entitlement", "a"), 1),
        (("license", "issue", "--key", "k.private.pem", "--holder", "h"), 2),
        (("license", "issue", "--key", "k.private.pem", "--holder", "h", "--entitlement", "a", "--days", "401"), 2),
        (("license", "issue", "--key", "k.private.pem", "--holder", "h", "--entitlement", "a", "--days", "0"), 2),
    ],
)
def test_what_cannot_be_issued_is_said(trivium: Trivium, words: tuple[str, ...], code: int) -> None:
    trivium("license", "keygen", "k")
    ended = trivium(*words)
    assert ended.exit_code == code
    assert ended.stdout == ""
    assert ended.stderr


@pytest.mark.parametrize(
    ("text", "state", "reason"),
    [
        (None, "missing", "there is no license"),
        ("words", "invalid", "the license cannot be read: it is no signed token"),
    ],
)
def test_a_license_that_does_not_count_is_said_to(
    bench: Bench, trivium: Trivium, text: str | None, state: str, reason: str
) -> None:
    bench.license_file.unlink()
    if text is not None:
        bench.license_file.write_text(text)
    shown = trivium("license", "show")
    assert (shown.exit_code, shown.stdout, shown.stderr) == (1, "", f"trivium: {reason}\n")
    as_json = trivium("license", "show", "--json")
    assert as_json.exit_code == 1
    assert json.loads(as_json.stdout) == {"state": state, "reason": reason, "unusable_keys": []}


# Approvals.


def test_when_nothing_waits_that_is_said(trivium: Trivium) -> None:
    assert trivium("approvals", "list").stdout == "nothing waits for approval\n"
    assert json.loads(trivium("approvals", "list", "--json").stdout) == []


@pytest.mark.anyio
async def test_what_waits_is_listed(bench: Bench, trivium: Trivium) -> None:
    code = await ask_for_a_move(bench)
    question = [
        "Allow move_widget, once?", "code: W-1", "destination: WS1", "Owner: O. M.", "widgets: 3"
    ]  # fmt: skip
    lines = trivium("approvals", "list").stdout.splitlines()
    assert lines[0].startswith(f"{code}  move_widget  asked ")
    assert lines[1:] == [f"  {line}" for line in question]
    assert json.loads(trivium("approvals", "list", "--json").stdout) == [
        {"code": code, "tool": "move_widget", "caller": "test", "level": "ask", "question": "\n".join(question)}
    ]


@pytest.mark.anyio
async def test_approving_lets_one_run_through(bench: Bench, trivium: Trivium) -> None:
    code = await ask_for_a_move(bench)
    done = trivium("approvals", "approve", f" {code.lower()} ")
    assert (done.exit_code, done.stdout) == (0, "approved: good for one run with the same arguments\n")
    assert await call(bench.host(), "move_widget", MOVE) == {"moved": 3}
    with pytest.raises(Refused):
        await call(bench.host(), "move_widget", MOVE)
    assert bench.sent == ["W-1"]


@pytest.mark.anyio
async def test_refusing_stops_it(bench: Bench, trivium: Trivium) -> None:
    code = await ask_for_a_move(bench)
    assert trivium("approvals", "refuse", code).stdout == "refused\n"
    with pytest.raises(Refused) as caught:
        await call(bench.host(), "move_widget", MOVE)
    assert caught.value.reason is RefusalCode.APPROVAL_DECLINED
    again = trivium("approvals", "approve", code)
    assert again.exit_code == 1
    assert again.stderr == (
        "trivium: no question with this code waits for an answer: it is unknown, expired or already decided\n"
    )


@pytest.mark.parametrize("words", [("list",), ("approve", "AAAA-AAAA"), ("refuse", "AAAA-AAAA")])
def test_a_ledger_that_cannot_be_used_is_said(bench: Bench, trivium: Trivium, words: tuple[str, ...]) -> None:
    (bench.home / "approvals.sqlite3").mkdir()
    ended = trivium("approvals", *words)
    assert ended.exit_code == 1
    assert ended.stderr.startswith("trivium: the approval ledger cannot be")


# Audit.


@pytest.mark.anyio
async def test_the_trail_is_shown(bench: Bench, trivium: Trivium) -> None:
    await call(bench.host(), "lookup_widget", {"code": "W-1"})
    await call(bench.host(), "list_owners", {"limit": 3})
    lines = trivium("audit", "show").stdout.splitlines()
    assert len(lines) == 4
    assert "lookup_widget" in lines[0]
    assert "code=token:" in lines[0]
    assert " closed " in lines[1]
    assert "list_owners" in lines[2]
    assert "limit=3" in lines[2]
    assert "owners=1" in lines[3]
    everything = bench.audit()
    assert json.loads(trivium("audit", "show", "--json").stdout) == everything
    looked = bench.audit()[-1]
    assert {name: looked[name] for name in ("event", "how")} == {"event": "read", "how": "show"}
    assert json.loads(trivium("audit", "show", "--json", "--last", "1").stdout) == [looked]


def test_an_absent_trail_is_an_empty_one(trivium: Trivium) -> None:
    shown = trivium("audit", "show")
    assert (shown.exit_code, shown.stdout) == (0, "")
    assert json.loads(trivium("audit", "show", "--json").stdout) == []


def test_a_torn_trail_is_said(bench: Bench, trivium: Trivium) -> None:
    bench.audit_file.write_text('{"seq"')
    shown = trivium("audit", "show")
    assert shown.exit_code == 1
    assert shown.stderr == ("trivium: the audit trail cannot be read to its end: audit.jsonl, line 1: not a record\n")


def test_a_trail_that_ends_in_no_record_goes_on_after_a_repair(bench: Bench, trivium: Trivium) -> None:
    bench.audit_file.write_text("words\n")
    assert trivium("audit", "repair").stdout == "the damaged file was set aside, and the trail goes on\n"
    (kept,) = bench.home.glob("audit.jsonl.*damaged*")
    assert kept.read_text() == "words\n"
    assert [record["event"] for record in bench.audit()] == ["repaired"]
    assert trivium("audit", "repair").stdout == "there is nothing to repair\n"


# Plugins.


def test_the_public_shape_of_what_loaded(trivium: Trivium) -> None:
    listed = trivium("plugins", "--json")
    assert listed.exit_code == 0
    assert json.loads(listed.stdout) == [
        {
            "name": "widgets",
            "status": "loaded",
            "distribution": "acme-widgets",
            "version": "3.1",
            "summary": "Looks up and moves widgets",
            "reason": "",
            "tools": ["lookup_widget", "list_owners", "break_widget", "wait_for_widget", "move_widget"],
            "resources": {},
            "prompts": [],
            "hooks": [],
            "answers": [],
            "withheld": {},
            "idle": {},
        }
    ]


def broken() -> object:
    raise ImportError("no module named gdcm")


def test_a_plugin_that_was_left_out_makes_the_exit_code_one(trivium: Trivium, installed: list[Candidate]) -> None:
    installed.append(Candidate("broken", broken, "acme-broken", "0.1"))
    listed = trivium("plugins", "--json")
    assert listed.exit_code == 1
    report: dict[str, Any] = json.loads(listed.stdout)[1]
    assert (report["name"], report["status"], report["reason"]) == (
        "broken",
        "left_out",
        "ImportError: no module named gdcm",
    )
    text = trivium("plugins").stdout
    assert "widgets (acme-widgets 3.1): loaded\n  Looks up and moves widgets\n  serves lookup_widget\n" in text
    assert "broken (acme-broken 0.1): left out\n  ImportError: no module named gdcm\n" in text


def test_a_disabled_plugin_is_no_fault(bench: Bench, trivium: Trivium) -> None:
    bench.environ["TRIVIUM_PLUGINS__DISABLED"] = "widgets"
    listed = trivium("plugins", "--json")
    assert listed.exit_code == 0
    assert json.loads(listed.stdout)[0]["status"] == "disabled"


@pytest.mark.parametrize(
    "words", [("plugins",), ("license", "show"), ("approvals", "list"), ("audit", "show"), ("license", "keygen", "k")]
)
def test_no_command_works_with_settings_that_do_not_fit(bench: Bench, trivium: Trivium, words: tuple[str, ...]) -> None:
    bench.environ["TRIVIUM_PHI__MODE"] = "hunter2"
    ended = trivium(*words)
    assert ended.exit_code == 1
    assert ended.stderr.startswith("trivium: settings: phi.mode: ")
    assert "hunter2" not in ended.output


# Commands of plugins.


def weigh(code: str) -> None:
    """Weigh a widget."""
    typer.echo(f"weighed {len(code)}")


def test_a_plugin_adds_a_command(trivium: Trivium, installed: list[Candidate]) -> None:
    installed.append(Candidate("broken", lambda: Commanding([Command("weigh", weigh)])))
    assert trivium("weigh", "W-1").stdout == "weighed 3\n"


@pytest.mark.parametrize("name", ["serve", "plugins", "license", "approvals", "audit"])
def test_a_plugin_cannot_replace_a_command_of_the_host(trivium: Trivium, installed: list[Candidate], name: str) -> None:
    installed.append(Candidate("broken", lambda: Commanding([Command(name, weigh)])))
    assert "weighed" not in trivium(name, "W-1").output


def unreadable(thing: Plugin) -> None:
    """Take what no command line can say."""


@pytest.mark.parametrize("commands", [["weigh"], [Command("x", unreadable)], [Command("y", 7)]])  # type: ignore[arg-type]
def test_a_command_that_is_none_takes_no_other_down(
    trivium: Trivium, installed: list[Candidate], commands: list[Any]
) -> None:
    installed.append(Candidate("broken", lambda: Commanding(commands)))
    assert trivium("audit", "show").exit_code == 0


# The program itself.


def program(bench: Bench, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRIVIUM_")}
    return subprocess.run(
        [sys.executable, "-m", "trivium", *words],
        env={**kept, "TRIVIUM_HOME": str(bench.home), **environ},
        input="",
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_serving_refuses_to_start_on_an_unknown_setting(bench: Bench) -> None:
    ended = program(bench, "serve", TRIVIUM_PHY__MODE="hunter2")
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr == "trivium: TRIVIUM_PHY__MODE: no such setting; did you mean TRIVIUM_PHI__MODE?\n"


def test_serving_ends_quietly_when_the_client_closes_the_stream(bench: Bench) -> None:
    ended = program(bench, "serve", TRIVIUM_PLUGINS__ENABLED="")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
