"""Who may come in over HTTP: one file, secrets that are shown once, and nobody when anything is wrong with it."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.core.bench import Clock
from trivium.access import AccessFault, BadName, Entry, People, Role, grant, withdraw
from trivium.cli.access import app

NOW = 1_800_000_000.0
DAY = 86400.0


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "access.json"


@pytest.fixture
def people(file: Path, clock: Clock) -> People:
    return People(file, clock=clock)


def name_of(people: People, secret: str) -> str | None:
    entry = people.who(secret)
    return None if entry is None else entry.name


def test_a_secret_lets_its_holder_in_and_only_its_hash_is_kept(file: Path, people: People) -> None:
    secret = grant(file, "alice", Role.CALLER, now=NOW)
    digest = hashlib.sha256(secret.encode()).hexdigest()
    assert people.who(secret) == Entry(name="alice", role=Role.CALLER, sha256=digest, made=NOW, expires=None)
    assert secret not in file.read_text()
    assert json.loads(file.read_text()) == {
        "version": 1,
        "people": [{"name": "alice", "role": "caller", "sha256": digest, "made": NOW, "expires": None}],
    }


def test_secrets_are_long_and_never_the_same(file: Path) -> None:
    secrets = {grant(file, "alice", Role.CALLER) for _ in range(20)}
    assert len(secrets) == 20
    assert all(secret.startswith("trv_") and len(secret) == 47 for secret in secrets)


def test_nobody_is_let_in_without_a_file(people: People) -> None:
    assert people.who("trv_anything") is None
    assert people.who("") is None
    assert not people.anybody()


@pytest.mark.parametrize("wrong", ["", "trv_", "\ud800", "é", "A" * 100_000])
def test_a_wrong_secret_is_nobodys(file: Path, people: People, wrong: str) -> None:
    secret = grant(file, "alice", Role.CALLER)
    for given in (wrong, secret + wrong if wrong else secret[:-1], secret.upper(), secret.removeprefix("trv_")):
        assert people.who(given) is None


def test_a_secret_ends_on_its_day(file: Path, people: People, clock: Clock) -> None:
    secret = grant(file, "alice", Role.CALLER, days=7, now=NOW)
    clock.now = NOW + 7 * DAY - 1
    assert name_of(people, secret) == "alice"
    clock.now = NOW + 7 * DAY
    assert people.who(secret) is None
    assert not people.anybody()


def test_a_new_secret_ends_the_one_before_in_the_same_role(file: Path, people: People) -> None:
    first, other = grant(file, "alice", Role.CALLER), grant(file, "alice", Role.APPROVER)
    second = grant(file, "alice", Role.CALLER)
    assert [name_of(people, secret) for secret in (first, other, second)] == [None, "alice", "alice"]


def test_access_is_withdrawn_from_one_role_or_from_all(file: Path, people: People) -> None:
    for role in Role:
        grant(file, "alice", role)
        grant(file, "bob", role)
    assert withdraw(file, "alice", Role.CALLER) == 1
    assert withdraw(file, "bob") == 2
    assert withdraw(file, "bob") == 0
    assert [(entry.name, entry.role) for entry in people.entries()] == [("alice", Role.APPROVER)]


@pytest.mark.parametrize("name", ["alice@clinic.example", "clinic\\alice"])
def test_an_account_of_a_domain_can_be_named(file: Path, people: People, name: str) -> None:
    entry = people.who(grant(file, name, Role.APPROVER))
    assert entry is not None
    assert entry.name == name


def test_withdrawing_from_nobody_makes_no_file_and_no_folder(file: Path) -> None:
    assert withdraw(file, "alice") == 0
    assert not file.parent.exists()


def test_a_change_counts_at_once(file: Path, people: People) -> None:
    secret = grant(file, "alice", Role.CALLER)
    entry = people.who(secret)
    assert entry is not None
    assert people.good(entry)
    withdraw(file, "alice")
    assert people.who(secret) is None
    assert not people.good(entry)


@pytest.mark.parametrize(
    "name", ["", "Alice", "a b", "../x", "a" * 65, ".hidden", "änne", "a\n", "unknown", "anonymous", "<b>"]
)
def test_some_names_are_given_to_nobody(file: Path, name: str) -> None:
    with pytest.raises(BadName):
        grant(file, name, Role.CALLER)
    assert not file.exists()


def test_the_file_is_for_its_owner_only(file: Path) -> None:
    grant(file, "alice", Role.CALLER)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [found.name for found in file.parent.iterdir()] == ["access.json"]


# When something is wrong with it.

GOOD: dict[str, Any] = {"name": "a", "role": "caller", "sha256": "0" * 64, "made": 1.0, "expires": None}


def listing(*entries: object) -> str:
    return json.dumps({"version": 1, "people": entries})


DAMAGED: dict[str, tuple[str | bytes, str]] = {
    "cut off": ('{"version": 1, "people": [\n  {"name": "a', "access.json, line 2: is not JSON"),
    "empty": ("", "access.json, line 1: is not JSON"),
    "no text": (b"\xff\xfe\x00", "access.json is not JSON"),
    "too deep": ("[" * 100_000, "access.json is not JSON"),
    "a list": ("[]", "access.json, the file: it is not as `trivium access grant` writes it"),
    "a version to come": (
        '{"version": 2, "people": []}',
        "access.json, the file: it is not as `trivium access grant` writes it",
    ),
    "another role": (
        listing(GOOD, {**GOOD, "role": "admin"}),
        "access.json, entry 2: role is not as `trivium access grant` writes it",
    ),
    "no expiry": (
        listing({name: value for name, value in GOOD.items() if name != "expires"}),
        "access.json, entry 1: expires is not as `trivium access grant` writes it",
    ),
    "an endless number": (
        '{"people": [{"name":"a","role":"caller","sha256":"%s","made":1,"expires":Infinity}]}' % ("0" * 64),
        "access.json, entry 1: expires is not as `trivium access grant` writes it",
    ),
    "a short hash": (
        listing({**GOOD, "sha256": "0"}),
        "access.json, entry 1: sha256 is not as `trivium access grant` writes it",
    ),
    "an unknown field": (
        listing({**GOOD, "ZZTEST": 1}),
        "access.json, entry 1: it is not as `trivium access grant` writes it",
    ),
    "one name twice": (listing(GOOD, {**GOOD, "sha256": "1" * 64}), "access.json, entry 2: is there twice"),
    "one secret twice": (listing(GOOD, {**GOOD, "name": "b"}), "access.json, entry 2: is there twice"),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_file_keeps_everybody_out_and_says_where_it_is_damaged(
    file: Path, people: People, damage: str
) -> None:
    text, words = DAMAGED[damage]
    secret = grant(file, "alice", Role.CALLER)
    assert name_of(people, secret) == "alice"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    for look in (lambda: people.who(secret), people.entries, people.anybody):
        with pytest.raises(AccessFault) as caught:
            look()
        assert str(caught.value) == words


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_file_is_not_overwritten(file: Path, damage: str) -> None:
    text, _ = DAMAGED[damage]
    content = text if isinstance(text, bytes) else text.encode()
    file.parent.mkdir()
    file.write_bytes(content)
    with pytest.raises(AccessFault):
        grant(file, "alice", Role.CALLER)
    with pytest.raises(AccessFault):
        withdraw(file, "a")
    assert file.read_bytes() == content
    assert [found.name for found in file.parent.iterdir()] == ["access.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="file modes")
def test_a_file_that_others_can_write_counts_for_nothing(file: Path, people: People) -> None:
    secret = grant(file, "alice", Role.CALLER)
    file.chmod(0o620)
    with pytest.raises(AccessFault, match="can be written by other accounts"):
        people.who(secret)
    file.chmod(0o600)
    assert name_of(people, secret) == "alice"


def test_a_folder_in_its_place_keeps_everybody_out(file: Path, people: People) -> None:
    file.mkdir(parents=True)
    with pytest.raises(AccessFault, match="cannot be read"):
        people.who("trv_x")


def test_a_change_that_is_under_way_is_not_run_over(file: Path) -> None:
    grant(file, "alice", Role.CALLER)
    half_done = file.with_name("access.json.new")
    half_done.write_text("{")
    with pytest.raises(AccessFault, match=r"access\.json\.new exists"):
        withdraw(file, "alice")
    assert half_done.read_text() == "{"


def test_a_full_disk_leaves_the_file_as_it_was(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grant(file, "alice", Role.CALLER)
    before = file.read_text()

    def full(_: int) -> None:
        raise OSError(28, "no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(AccessFault, match=r"access\.json cannot be written"):
        withdraw(file, "alice")
    assert file.read_text() == before
    assert [found.name for found in file.parent.iterdir()] == ["access.json"]


GRANTER = """
import sys
from pathlib import Path
from trivium.access import AccessFault, Role, grant
file, who = Path(sys.argv[1]), sys.argv[2]
for number in range(25):
    while True:
        try:
            print(grant(file, f"{who}{number}", Role.CALLER), flush=True)
            break
        except AccessFault:
            continue
"""


def test_two_programs_that_change_it_at_once_lose_nothing(file: Path, people: People) -> None:
    programs = [
        subprocess.Popen([sys.executable, "-c", GRANTER, str(file), who], stdout=subprocess.PIPE, text=True)
        for who in ("a", "b")
    ]
    secrets = [secret for program in programs for secret in program.communicate(timeout=60)[0].split()]
    assert len(secrets) == 50
    assert {name_of(people, secret) for secret in secrets} == {f"{who}{n}" for who in "ab" for n in range(25)}


# The command.


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRIVIUM_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def run(*arguments: str, code: int = 0) -> tuple[str, str]:
    """What the command writes to stdout and stderr."""
    ended = CliRunner().invoke(app, list(arguments))
    assert ended.exit_code == code, ended.output
    return ended.stdout, ended.stderr


def test_the_command_shows_a_secret_once_and_alone_on_stdout(home: Path) -> None:
    secret, said = run("grant", "alice", "--role", "caller", "--days", "30")
    assert name_of(People(home / "access.json"), secret.strip()) == "alice"
    assert said == "the secret of alice as caller, shown this once:\n"
    listed, _ = run("list")
    assert listed.startswith("alice  caller  since ")
    assert secret.strip() not in listed


def test_the_command_lists_as_json_and_withdraws(home: Path) -> None:
    run("grant", "alice", "--role", "caller")
    run("grant", "mary", "--role", "approver", "--days", "1")
    listed = json.loads(run("list", "--json")[0])
    assert [(one["name"], one["role"], one["expires"] is None) for one in listed] == [
        ("alice", "caller", True),
        ("mary", "approver", False),
    ]
    assert set(listed[0]) == {"name", "role", "made", "expires"}
    assert run("withdraw", "mary")[0] == "1 withdrawn\n"
    assert [one["name"] for one in json.loads(run("list", "--json")[0])] == ["alice"]
    assert run("withdraw", "mary", code=1)[1] == "trivium: nobody of this name has this access\n"


def test_the_command_records_who_changed_what(home: Path) -> None:
    run("grant", "alice", "--role", "caller")
    run("withdraw", "alice")
    records = [json.loads(line) for line in (home / "audit.jsonl").read_text().splitlines()]
    assert [(one["event"], one["what"]) for one in records] == [
        ("configured", "access granted"),
        ("configured", "access withdrawn"),
    ]
    assert records[0]["by"].startswith("console:")


def test_the_command_says_what_is_wrong(home: Path) -> None:
    assert run("list")[0] == "nobody has access; `trivium access grant` gives it\n"
    assert run("grant", "Alice", "--role", "caller", code=1)[1].startswith("trivium: a name is up to 64 lower case")
    (home / "access.json").parent.mkdir(exist_ok=True)
    (home / "access.json").write_text("{\n")
    for arguments in (("list",), ("grant", "a", "--role", "caller"), ("withdraw", "a")):
        assert run(*arguments, code=1)[1] == "trivium: access.json, line 2: is not JSON\n"
