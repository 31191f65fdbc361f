"""`trivium license`: what each command prints and leaves behind, and with which exit code it ends."""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.core.bench import KEY_ID, Bench, Plugin, public_key
from tests.core.tokens import STRANGER, signed
from trivium.api import PublicKey, hookimpl
from trivium.cli import licenses
from trivium.host import Candidate
from trivium.host import app as host_app
from trivium.licensing import issue, load_keys, read, read_revoked

Trivium = Callable[..., Result]
DAY = 86_400


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was recorded as changed."""
    changes: list[str] = []
    monkeypatch.setattr(licenses, "note_change", changes.append)
    return changes


@pytest.fixture
def trivium(bench: Bench, noted: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Trivium:
    """Runs `trivium license` as if typed, with the bench's environment and in an empty folder."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    candidates = [Candidate("widgets", lambda: bench.widgets, "acme-widgets", "3.1")]
    monkeypatch.setattr(host_app, "installed_plugins", lambda: candidates)
    for name in [name for name in os.environ if name.startswith(("TRIVIUM_", "DICOM_HL7_"))]:
        monkeypatch.delenv(name)

    def run(*words: str, stdin: str | bytes | None = None) -> Result:
        for name, value in bench.environ.items():
            monkeypatch.setenv(name, value)
        return CliRunner().invoke(licenses.app, list(words), input=stdin)

    return run


def ended(result: Result) -> tuple[int, str, str]:
    return result.exit_code, result.stdout, result.stderr


def token_of(bench: Bench, **terms: Any) -> str:
    usual = {"key_id": KEY_ID, "issuer": "site", "holder": "Ward 7", "entitlements": ["widgets.move"], "days": 30}
    return issue(bench.key, **{**usual, **terms})


def id_of(bench: Bench, token: str) -> str:
    return read(token, load_keys(bench.home / "keys")).id


@pytest.fixture
def issuer(trivium: Trivium, noted: list[str]) -> Trivium:
    """Issues with a key of its own, `k`."""
    assert trivium("keygen", "k").exit_code == 0
    noted.clear()
    return lambda *words: trivium("issue", "--key", "k.private.pem", "--holder", "Ward 7", "--entitlement", "a", *words)


# keygen.


def test_a_key_is_made_and_trusted(bench: Bench, trivium: Trivium, noted: list[str]) -> None:
    public = bench.home / "keys" / "ward.pem"
    assert ended(trivium("keygen", "ward", "--private", "mine")) == (
        0,
        "private key: mine/ward.private.pem (keep it away from the host; whoever has it can issue licenses)\n"
        f"public key:  {public} (this host now trusts it)\n",
        "",
    )
    assert stat.S_IMODE(Path("mine/ward.private.pem").stat().st_mode) == 0o600
    assert sorted(load_keys(bench.home / "keys")) == [KEY_ID, "ward"]
    assert noted == ["key made"]


def test_a_key_is_made_as_json_and_never_printed(bench: Bench, trivium: Trivium) -> None:
    made = trivium("keygen", "ward", "--json")
    assert json.loads(made.stdout) == {
        "key": "ward",
        "private": "ward.private.pem",
        "public": str(bench.home / "keys" / "ward.pem"),
        "retired": None,
    }
    lines = Path("ward.private.pem").read_text().splitlines()
    assert len(lines) == 3
    assert lines[1] not in made.output


def test_a_key_can_have_its_times(bench: Bench, trivium: Trivium) -> None:
    trivium("keygen", "ward", "--since", "2026-01-01T00:00:00Z", "--until", "2027-01-01T00:00:00Z")
    text = (bench.home / "keys" / "ward.pem").read_text()
    assert text.startswith("since: 2026-01-01T00:00:00Z\nuntil: 2027-01-01T00:00:00Z\n-----BEGIN PUBLIC KEY-----\n")


@pytest.mark.parametrize("time", ["2026-01-01", "tomorrow", "2026-01-01T00:00:00+01:00", "2026-02-30T00:00:00Z", ""])
def test_a_time_of_another_form_is_refused(bench: Bench, trivium: Trivium, noted: list[str], time: str) -> None:
    assert trivium("keygen", "ward", "--until", time).exit_code == 2
    assert sorted(load_keys(bench.home / "keys")) == [KEY_ID]
    assert noted == []


def test_a_new_key_follows_an_old_one(bench: Bench, trivium: Trivium, noted: list[str]) -> None:
    before = token_of(bench)
    made = trivium("keygen", "ward", "--retire", KEY_ID, "--json")
    assert made.exit_code == 0
    until = json.loads(made.stdout)["retired"]
    assert until["key"] == KEY_ID
    assert noted == ["key made", "key retired"]
    bench.license_file.write_text(before)
    assert trivium("show").exit_code == 0
    bench.license_file.write_text(token_of(bench, now=datetime.fromisoformat(until["until"]).timestamp()))
    assert ended(trivium("show")) == (1, "", "trivium: the license was issued after its key was retired\n")


def test_a_retired_key_is_said(bench: Bench, trivium: Trivium) -> None:
    last = trivium("keygen", "ward", "--retire", KEY_ID).stdout.splitlines()[-1]
    assert last.startswith(f"retired:     {KEY_ID}, for licenses from {datetime.now(UTC):%Y}-")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("ward", "--retire", "ward"), "a key cannot follow itself; give the new one another name"),
        (("../ward",), "a key's id is letters, digits, dots, dashes and underscores, at most 64"),
        ((KEY_ID,), "{home}/keys/site-1.pem exists, and a key is never overwritten"),
    ],
)
def test_a_key_that_cannot_be_made_is_said(
    bench: Bench, trivium: Trivium, noted: list[str], words: tuple[str, ...], reason: str
) -> None:
    assert ended(trivium("keygen", *words)) == (1, "", f"trivium: {reason.format(home=bench.home)}\n")
    assert list(Path().iterdir()) == []
    assert noted == []


@pytest.mark.parametrize(
    ("old", "reason"),
    [
        ("gone", "gone.pem: cannot be read (FileNotFoundError)"),
        ("../site-1", "the key to retire has no id"),
        ("bad", "bad.pem, line 1: is neither since, until nor the beginning of a public key"),
    ],
)
def test_a_key_that_cannot_be_retired_is_said(
    bench: Bench, trivium: Trivium, noted: list[str], old: str, reason: str
) -> None:
    (bench.home / "keys" / "bad.pem").write_text("words")
    made = trivium("keygen", "ward", "--retire", old)
    assert (made.exit_code, made.stderr) == (
        1, f"trivium: the new key was made, but the old one is not retired: {reason}\n"
    )  # fmt: skip
    assert noted == ["key made"]


# issue.


def test_a_license_is_issued_with_its_terms(bench: Bench, issuer: Trivium, trivium: Trivium, noted: list[str]) -> None:
    bench.license_file.unlink()
    bench.environ["TRIVIUM_LICENSE__SITE"] = "North"
    made = issuer(
        "--entitlement", "b", "--days", "10", "--grace-days", "3", "--site", "North", "--issuer", "The Ward",
        "--limit", "instances=500", "--limit", "rows=0",
    )  # fmt: skip
    assert ended(made) == (0, f"license: {bench.license_file}\n", "")
    assert noted == ["license issued"]
    shown = json.loads(trivium("show", "--json").stdout)
    begins = datetime.fromisoformat(shown["issued"])
    assert shown == {
        "state": "valid",
        "id": shown["id"],
        "holder": "Ward 7",
        "issuer": "The Ward",
        "key_id": "k",
        "site": "North",
        "entitlements": ["a", "b"],
        "limits": {"instances": 500, "rows": 0},
        "issued": begins.isoformat(),
        "not_before": begins.isoformat(),
        "expires": (begins + timedelta(days=10)).isoformat(),
        "grace_ends": (begins + timedelta(days=13)).isoformat(),
        "days_left": 9,
        "notice": None,
        "unusable_keys": [],
    }


def test_a_renewal_takes_the_place_of_the_license_and_keeps_it(bench: Bench, issuer: Trivium) -> None:
    first = bench.license_file.read_text()
    assert ended(issuer()) == (
        0, f"license: {bench.license_file}\nthe one before: {bench.license_file}.1\n", ""
    )  # fmt: skip
    second = bench.license_file.read_text()
    made = json.loads(issuer("--json").stdout)
    assert made == {"license": str(bench.license_file), "kept": f"{bench.license_file}.2", "token": None}
    assert Path(f"{bench.license_file}.1").read_text() == first
    assert Path(f"{bench.license_file}.2").read_text() == second
    assert len({first, second, bench.license_file.read_text()}) == 3


def test_a_license_can_be_issued_to_a_file_or_to_stdout(bench: Bench, issuer: Trivium, noted: list[str]) -> None:
    before = bench.license_file.read_text()
    token = issuer("--output", "-").stdout.strip()
    assert id_of(bench, token)
    assert id_of(bench, json.loads(issuer("--output", "-", "--json").stdout)["token"])
    assert issuer("--output", "deep/one.jwt").stdout == "license: deep/one.jwt\n"
    assert id_of(bench, Path("deep/one.jwt").read_text().strip())
    assert bench.license_file.read_text() == before
    assert noted == ["license issued"] * 3


def test_an_account_other_than_the_issuer_can_read_the_license(bench: Bench, issuer: Trivium) -> None:
    issuer()
    assert stat.S_IMODE(bench.license_file.stat().st_mode) == 0o644


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--days", "401"), 2),
        (("--days", "0"), 2),
        (("--grace-days", "31"), 2),
        (("--grace-days", "-1"), 2),
        (("--limit", "instances"), 2),
        (("--limit", "instances=-1"), 2),
        (("--limit", "instances=1.5"), 2),
        (("--limit", "instances=٣"), 2),
        (("--limit", f"instances={'9' * 5000}"), 2),
        (("--limit", "rows=1", "--limit", "rows=2"), 2),
        (("--limit", "Rows=1"), 1),
        (("--limit", "rows=9999999999999999"), 1),
        (("--site", ""), 1),
        (("--holder", "\x1b[2J"), 1),
        (("--key", "absent.pem"), 1),
        (("--output", "k.private.pem/x"), 1),
    ],
)
def test_a_license_that_cannot_be_issued_is_said(
    bench: Bench, issuer: Trivium, noted: list[str], words: tuple[str, ...], code: int
) -> None:
    before = bench.license_file.read_text()
    made = issuer(*words)
    assert (made.exit_code, made.stdout) == (code, "")
    assert made.stderr
    assert "\x1b" not in made.stderr
    assert bench.license_file.read_text() == before
    assert noted == []


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--key", "absent.pem"), "absent.pem: no such file or directory"),
        (("--key", "."), ".: is a directory"),
        (("--holder", "\x1b[2J"), "--holder is not a text of 1 to 200 printable characters"),
        (("--issuer", ""), "--issuer is not a text of 1 to 200 printable characters"),
    ],
)
def test_what_is_wrong_with_a_license_is_said_in_the_words_of_the_command(
    issuer: Trivium, words: tuple[str, ...], reason: str
) -> None:
    assert ended(issuer(*words)) == (1, "", f"trivium: {reason}\n")


def test_a_file_is_no_folder_for_keys(trivium: Trivium, noted: list[str]) -> None:
    Path("a file").touch()
    made = trivium("keygen", "ward", "--private", "a file")
    assert (made.exit_code, made.stdout) == (2, "")
    assert "is a file" in made.stderr
    assert noted == []


def test_a_place_that_cannot_be_written_is_said(bench: Bench, issuer: Trivium, noted: list[str]) -> None:
    bench.license_file.unlink()
    bench.license_file.mkdir()
    assert ended(issuer()) == (1, "", f"trivium: {bench.license_file} cannot be written: it is a folder\n")
    assert noted == []


# show.


def test_what_a_license_says_can_be_read_by_people(bench: Bench, issuer: Trivium, trivium: Trivium) -> None:
    issuer("--limit", "instances=500", "--entitlement", "b")
    shown = trivium("show")
    assert (shown.exit_code, shown.stderr) == (0, "")
    lines = dict(line.split(": ", 1) for line in shown.stdout.splitlines())
    assert {name: lines[name] for name in ("state", "holder", "key id", "entitlements", "limits", "days left")} == {
        "state": "valid",
        "holder": "Ward 7",
        "key id": "k",
        "entitlements": "a, b",
        "limits": "instances=500",
        "days left": "364",
    }
    assert "site" not in lines
    assert "notice" not in lines


def test_a_license_in_its_grace_period_is_said_to_be(bench: Bench, trivium: Trivium) -> None:
    bench.license_file.write_text(token_of(bench, days=1, grace_days=10, now=time.time() - 3 * DAY))
    shown = json.loads(trivium("show", "--json").stdout)
    assert (shown["state"], shown["days_left"]) == ("grace", 7)
    assert shown["notice"].startswith("the license ended on ")
    assert f"\nnotice: {shown['notice']}\n" in trivium("show").stdout


def test_an_expired_license_ends_with_an_exit_code(bench: Bench, trivium: Trivium) -> None:
    bench.license_file.write_text(token_of(bench, days=1, now=1_700_000_000))
    reason = "the license ended on 2023-11-15, its grace period on 2023-11-29"
    assert ended(trivium("show")) == (1, "", f"trivium: {reason}\n")
    shown = trivium("show", "--json")
    assert shown.exit_code == 1
    assert json.loads(shown.stdout) == {"state": "expired", "reason": reason, "unusable_keys": []}


def test_a_key_that_cannot_be_used_is_named(bench: Bench, trivium: Trivium) -> None:
    (bench.home / "keys" / "ward.pem").write_text("\nuntil: soon\n")
    reason = "ward.pem, line 2: until is not a time of the form 2026-11-23T00:00:00Z"
    for words in (("show",), ("verify", str(bench.license_file))):
        shown = trivium(*words)
        assert (shown.exit_code, shown.stderr) == (0, f"trivium: a trusted key cannot be used: {reason}\n")
        assert json.loads(trivium(*words, "--json").stdout)["unusable_keys"] == [reason]


def test_a_folder_of_keys_that_is_none_is_said(bench: Bench, trivium: Trivium) -> None:
    bench.environ["TRIVIUM_LICENSE__KEYS"] = str(bench.license_file)
    reason = "the folder of trusted keys cannot be read"
    shown = trivium("show", "--json")
    assert shown.exit_code == 1
    assert json.loads(shown.stdout) == {"state": "invalid", "reason": reason, "unusable_keys": [reason]}


# verify.


def test_any_license_can_be_judged(bench: Bench, trivium: Trivium) -> None:
    bench.license_file.unlink()
    token = token_of(bench, holder="Ward 8")
    Path("one.jwt").write_text(token + "\n")
    from_file = trivium("verify", "one.jwt", "--json")
    from_stdin = trivium("verify", "-", "--json", stdin=f"\n{token}\n")
    assert (from_file.exit_code, from_stdin.exit_code) == (0, 0)
    assert from_file.stdout == from_stdin.stdout
    assert json.loads(from_file.stdout)["holder"] == "Ward 8"
    assert not bench.license_file.exists()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the license cannot be read: it is no signed token"),
        (b"words", "the license cannot be read: it is no signed token"),
        (b"\xff" * 50, "the license cannot be read: it is no signed token"),
        (b"x" * 200_000, "the license is too long to be one"),
        (signed(key=STRANGER).encode(), "the license's signature is wrong"),
        (signed(header={"kid": "x"}).encode(), "the license was signed with a key this host does not trust"),
    ],
)
def test_a_license_that_would_not_count_is_said(trivium: Trivium, content: bytes, reason: str) -> None:
    assert ended(trivium("verify", "-", stdin=content)) == (1, "", f"trivium: {reason}\n")


def test_a_file_that_is_not_there_is_no_license(trivium: Trivium) -> None:
    assert ended(trivium("verify", "absent.jwt")) == (1, "", "trivium: absent.jwt is not there\n")
    found = trivium("verify", "absent.jwt", "--json")
    assert found.exit_code == 1
    assert (json.loads(found.stdout)["state"], json.loads(found.stdout)["reason"]) == (
        "missing", "absent.jwt is not there",
    )  # fmt: skip


def test_a_license_is_judged_for_this_site(bench: Bench, trivium: Trivium) -> None:
    token = token_of(bench, site="North")
    reason = "the license is bound to a site, and this host has no site name (license.site)"
    assert trivium("verify", "-", stdin=token).stderr == f"trivium: {reason}\n"
    bench.environ["TRIVIUM_LICENSE__SITE"] = "North"
    assert trivium("verify", "-", stdin=token).exit_code == 0


# revoke.


def test_a_license_is_revoked_by_its_id(bench: Bench, trivium: Trivium, noted: list[str]) -> None:
    id_ = id_of(bench, bench.license_file.read_text())
    list_ = bench.home / "revoked.txt"
    assert ended(trivium("revoke", id_, "--reason", "laptop lost")) == (0, f"revoked: {id_} (in {list_})\n", "")
    assert list_.read_text() == f"{id_}  # {datetime.now(UTC):%Y-%m-%d} laptop lost\n"
    assert ended(trivium("show")) == (1, "", "trivium: the license has been revoked\n")
    assert noted == ["license revoked"]


def test_a_license_is_revoked_once(bench: Bench, trivium: Trivium, noted: list[str]) -> None:
    list_ = str(bench.home / "revoked.txt")
    said = [json.loads(trivium("revoke", "L-1", "--json").stdout) for _ in range(2)]
    assert said == [{"id": "L-1", "already": already, "list": list_} for already in (False, True)]
    assert noted == ["license revoked"]
    assert trivium("revoke", "L-1").stdout == f"revoked already: L-1 (in {list_})\n"


def test_a_license_is_revoked_by_its_file_also_when_it_has_ended(bench: Bench, trivium: Trivium) -> None:
    token = token_of(bench, days=1, now=1_700_000_000)
    Path("old.jwt").write_text(token)
    assert trivium("revoke", "old.jwt").exit_code == 0
    assert read_revoked(bench.home / "revoked.txt") == {id_of(bench, token)}


def test_the_list_can_lie_elsewhere(bench: Bench, trivium: Trivium) -> None:
    bench.environ["TRIVIUM_LICENSE__REVOKED"] = str(bench.home / "elsewhere" / "list")
    assert trivium("revoke", "L-1").exit_code == 0
    assert read_revoked(bench.home / "elsewhere" / "list") == {"L-1"}
    assert not (bench.home / "revoked.txt").exists()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("absent.jwt",), "that is not the id of a license"),
        (("dir/absent",), "that is not the id of a license"),
        (("",), "that is not the id of a license"),
        (("x" * 5000,), "that is not the id of a license"),
        (("L-1", "--reason", "two\nlines"), "the reason is not one line of at most 200 printable characters"),
        (("L-1", "--reason", "\x1b[2J"), "the reason is not one line of at most 200 printable characters"),
        (("words.jwt",), "the license cannot be read: it is no signed token"),
        (("strange.jwt",), "the license's signature is wrong"),
        (("folder",), "folder cannot be read (OSError)"),
    ],
)
def test_what_cannot_be_revoked_is_said(
    bench: Bench, trivium: Trivium, noted: list[str], words: tuple[str, ...], reason: str
) -> None:
    Path("words.jwt").write_text("words")
    Path("strange.jwt").write_text(signed(key=STRANGER))
    Path("folder").mkdir()
    assert ended(trivium("revoke", *words)) == (1, "", f"trivium: {reason}\n")
    assert not (bench.home / "revoked.txt").exists()
    assert noted == []


def test_a_broken_list_is_not_added_to(bench: Bench, trivium: Trivium, noted: list[str]) -> None:
    list_ = bench.home / "revoked.txt"
    list_.write_text("?\n")
    assert ended(trivium("revoke", "L-1")) == (1, "", "trivium: revoked.txt, line 1: is not the id of a license\n")
    assert list_.read_text() == "?\n"
    assert noted == []


def test_no_command_works_with_settings_that_do_not_fit(bench: Bench, trivium: Trivium) -> None:
    bench.environ["TRIVIUM_LICENSE__REVOKD"] = "hunter2"
    for words in (("keygen", "k"), ("show",), ("verify", "-"), ("revoke", "L-1")):
        run = trivium(*words)
        assert run.exit_code == 1
        assert "hunter2" not in run.output
    assert list(Path().iterdir()) == []


class Issuing(Plugin):
    """A plugin that brings a license key."""

    @hookimpl
    def trivium_license_keys(self) -> Sequence[PublicKey]:
        return [public_key(STRANGER, "build")]


def test_a_key_of_the_build_counts_for_the_commands_too(
    trivium: Trivium, monkeypatch: pytest.MonkeyPatch, bench: Bench
) -> None:
    token = issue(STRANGER, key_id="build", issuer="build", holder="h", entitlements=["a"], days=1)
    Path("one.jwt").write_text(token)
    assert trivium("verify", "one.jwt").exit_code == 1
    monkeypatch.setattr(host_app, "installed_plugins", lambda: [Candidate("issuing", lambda: Issuing("issuing"))])
    del bench.environ["TRIVIUM_WIDGETS__ALLOW_MOVE"]
    monkeypatch.delenv("TRIVIUM_WIDGETS__ALLOW_MOVE")
    assert trivium("verify", "one.jwt").exit_code == 0
    assert trivium("revoke", "one.jwt").exit_code == 0
    assert trivium("verify", "one.jwt").stderr == "trivium: the license has been revoked\n"
