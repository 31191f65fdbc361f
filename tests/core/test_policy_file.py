"""The policy file: a fault is told with file and line and never with a value, and a change counts at once."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from trivium.api import Effect
from trivium.policy import Policy, PolicyDesk, PolicyFault
from trivium.policy.desk import LARGEST
from trivium.policy.lines import line_of

WHOLE = """\
read_only = false
audit_required = "effectful"
time_zone = "Europe/Berlin"

[effects.moves_images]
approval = "outside"
quiet_hours = ["22:00-06:00", "Sat-Sun 00:00-24:00"]
per_call = { instances = 2000 }

[tools.pacs_retrieve]
enabled = true
destinations = [
  "WORKSTATION",
  "O'BRIEN",
]

# who sees what
[[open]]
callers = ["stdio:alice"]
kinds = ["name", "birth_date"]

[[demand]]
tools = ["map_*"]
entitlements = ["premium"]
"""
TABLE = "enabled, approval, quiet_hours, destinations, archives, per_call, per_hour"
OFF = "[tools.a]\nenabled = false\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "policy.toml"


def desk(file: Path, edition: Path | None = None, *, read_only: bool = False, required: bool = False) -> PolicyDesk:
    return PolicyDesk(file, edition, read_only=read_only, required=required)


def fault(of: PolicyDesk) -> str:
    with pytest.raises(PolicyFault) as caught:
        of.current()
    return str(caught.value)


def is_on(policy: Policy, tool: str = "a") -> bool:
    return policy.rules(tool, Effect.LOCAL).enabled


def test_the_whole_file_can_be_gone_by(file: Path) -> None:
    file.write_text(WHOLE)
    rules = desk(file).current().rules("pacs_retrieve", Effect.MOVES_IMAGES)
    assert rules.destinations == frozenset({"WORKSTATION", "O'BRIEN"})


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("enabled = true", "enabled true",
         "line 11: is not TOML, column 9: expected '=' after a key in a key/value pair"),
        ("[[open]]", "[open", "line 18: is not TOML, column 6: expected ']' at the end of a table declaration"),
        ("[tools.pacs_retrieve]", "[effects.moves_images]",
         "line 10: is not TOML, column 22: a table stands there for the second time"),
        ('["premium"]', '["premium', "line 24: is not TOML, column 25"),
        ('["premium"]', '["premium"', "line 25: is not TOML, at the end: unclosed array"),
        ("# who", "# \x00", "line 17: is not TOML, column 3"),
        ("enabled = true", 'enabled = "yes"',
         "line 11: tools.pacs_retrieve.enabled: input should be a valid boolean"),
        ("enabled = true", "enabeld = true",
         f"line 11: tools.pacs_retrieve.enabeld: is no name that is known here ({TABLE}); did you mean enabled?"),
        ("enabled = true", '"O\'BRIEN MARY" = true',
         "line 11: tools.pacs_retrieve.(a name of other characters): is no name that is known here "
         f"({TABLE})"),
        ("effects.moves_images", "effects.moves_image",
         "line 5: effects.moves_image: is none of the words that are known here (local, reads_files, reads_remote, "
         "writes_files, writes_remote, moves_images); did you mean moves_images?"),
        ('"outside"', '"O\'BRIEN"',
         "line 6: effects.moves_images.approval: is none of the words that are known here (none, ask, outside)"),
        ('"WORKSTATION"', "7", "line 12: tools.pacs_retrieve.destinations.1: input should be a valid string"),
        ("22:00-", "25:00-",
         "line 7: effects.moves_images.quiet_hours.1: quiet hours have a time of day that does not exist"),
        ("2000", "-1", "line 8: effects.moves_images.per_call.instances: input should be greater than or equal to 0"),
        ("2000", "true", "line 8: effects.moves_images.per_call.instances: input should be a valid integer"),
        ('entitlements = ["premium"]', "", "line 22: demand.1.entitlements: is missing"),
        ("[[demand]]", "[[demands]]",
         "line 22: demands: is no name that is known here (read_only, audit_required, time_zone, effects, tools, open, "
         "demand); did you mean demand?"),
        ('"birth_date"', '"birthdate"',
         "line 20: open.1.kinds.2: is none of the words that are known here (name, patient_id, birth_date, address, "
         "contact, text, order, uid, date, file, image); did you mean birth_date?"),
        ('"effectful"', '"everything"',
         "line 2: audit_required: is none of the words that are known here (effectful, remote, all)"),
        ("Europe/Berlin", "../../etc/passwd",
         "line 3: time_zone: no time zone of this name is known here; they are named like 'Europe/Berlin'"),
        ("Europe/Berlin", "Europe",
         "line 3: time_zone: no time zone of this name is known here; they are named like 'Europe/Berlin'"),
        ('callers = ["stdio:alice"]\nkinds = ["name", "birth_date"]', 'callers = ["a"]\nkinds = ["b"]\ntools = 7',
         "line 21: open.1.tools: input should be a valid tuple (and 1 more)"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line(file: Path, right: str, wrong: str, said: str) -> None:
    assert WHOLE.count(right) == 1
    file.write_text(WHOLE.replace(right, wrong))
    assert fault(desk(file)) == f"policy.toml, {said}"


def test_other_bad_files_are_told_too(file: Path, tmp_path: Path) -> None:
    for content, said in {
        b"# \xc3\xa9\n# \xe9\n": "policy.toml, line 2: is not UTF-8 text",
        b"a = " + b"[" * 5000: "policy.toml: is nested too deeply, or has a number that is too long",
        b"a = " + b"1" * 5000: "policy.toml: is nested too deeply, or has a number that is too long",
        b"#" * (LARGEST + 1): f"policy.toml: is larger than {LARGEST} bytes",
    }.items():
        file.write_bytes(content)
        assert fault(desk(file)) == said
    assert fault(desk(tmp_path)) == f"{tmp_path.name}: is not a file"
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert fault(desk(pipe)) == "pipe: is not a file"


def test_a_file_from_a_windows_editor_is_read(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + OFF.replace("\n", "\r\n").encode())
    assert not is_on(desk(file).current())


def test_every_half_written_file_is_a_fault_or_a_policy(file: Path) -> None:
    """A file that is cut anywhere never breaks the reader in another way."""
    outcomes: set[type] = set()
    for length in range(len(WHOLE)):
        file.write_text(WHOLE[:length])
        try:
            outcomes.add(type(desk(file).current()))
        except PolicyFault:
            outcomes.add(PolicyFault)
    assert outcomes == {Policy, PolicyFault}


def test_a_line_is_found_in_a_long_text_or_not_told() -> None:
    head = "".join(f"[tools.t{number}]\nenabled = true\n" for number in range(600))
    assert line_of(f"{head}[tools.last]\nwrong = 1\n", ("tools", "last", "wrong")) == 1202
    endless = "a = [\n" + "1,\n" * 10_000 + "]\nb = 1\n"
    assert line_of(endless, ("a", 7)) is None
    assert line_of("a = 1\n", ("b",)) is None


# The desk.


def test_a_policy_that_was_never_there_is_empty(file: Path) -> None:
    assert is_on(desk(file).current())


def test_a_change_counts_at_once(file: Path) -> None:
    of = desk(file)
    assert is_on(of.current())
    file.write_text(OFF)
    assert not is_on(of.current())
    file.write_text(OFF.replace("false", "true "))
    assert is_on(of.current())
    file.write_text(OFF + "enabled")
    assert fault(of) == "policy.toml, line 3: is not TOML, at the end: expected '=' after a key in a key/value pair"
    file.write_text(OFF)
    assert not is_on(of.current())


def test_a_file_is_read_again_only_when_it_has_changed(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(OFF)
    of, opened = desk(file), []
    really = Path.open

    def watched(path: Path, mode: str = "r", **others: Any) -> Any:
        opened.append(path)
        return really(path, mode, **others)

    monkeypatch.setattr(Path, "open", watched)
    for _ in range(3):
        of.current()
    os.utime(file, ns=(0, 0))
    of.current()
    assert opened == [file, file]
    os.truncate(file, 3)
    assert fault(of) == fault(of)
    assert opened == [file, file, file]


def test_a_policy_that_vanishes_is_a_fault_until_it_is_back(file: Path) -> None:
    of = desk(file)
    file.write_text(OFF)
    assert not is_on(of.current())
    file.rename(file.with_suffix(".bak"))
    assert fault(of) == "policy.toml: is not there (a policy without rules is an empty file)"
    file.with_suffix(".bak").rename(file)
    assert not is_on(of.current())


def test_a_policy_that_the_operator_has_named_must_be_there(file: Path) -> None:
    assert fault(desk(file, required=True)) == "policy.toml: is not there (a policy without rules is an empty file)"


def test_a_policy_that_may_not_be_read_is_a_fault(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: Path, *_: object) -> object:
        raise PermissionError(13, "Permission denied", path)

    file.write_text(OFF)
    monkeypatch.setattr(Path, "open", denied)
    assert fault(desk(file)) == "policy.toml: cannot be read (PermissionError)"


def test_a_link_that_leads_round_in_a_circle_is_a_fault(file: Path) -> None:
    file.symlink_to(file)
    assert fault(desk(file)) == "policy.toml: cannot be read (OSError)"


def test_the_read_only_setting_stands_over_the_file(file: Path) -> None:
    file.write_text("read_only = false")
    assert desk(file, read_only=True).current().read_only


def an_edition(folder: Path, text: str = "name = 'plus'\n[[demand]]\ntools = ['a']\nentitlements = ['plus']\n") -> Path:
    edition = folder / "plus.toml"
    edition.write_text(text)
    return edition


def test_an_edition_can_only_demand(file: Path, tmp_path: Path) -> None:
    edition = an_edition(tmp_path, "name = 'plus'\nread_only = false\n")
    said = "plus.toml, line 2: read_only: is no name that is known here (name, summary, demand)"
    assert fault(desk(file, edition)) == said


def test_an_edition_that_is_named_must_be_there(file: Path, tmp_path: Path) -> None:
    assert fault(desk(file, tmp_path / "plus.toml")) == "plus.toml: is not there"


def test_what_the_edition_demands_holds_while_the_policy_cannot_be_read(file: Path, tmp_path: Path) -> None:
    of = desk(file, an_edition(tmp_path))
    file.write_text("[[")
    with pytest.raises(PolicyFault):
        of.current()
    assert of.last_good().demands("a") == {"plus"}
    an_edition(tmp_path, "[[")
    with pytest.raises(PolicyFault):
        of.last_good()


def test_threads_that_ask_while_the_file_changes_get_the_one_or_the_other(file: Path) -> None:
    file.write_text(OFF)
    of, seen, failed = desk(file), set(), []

    def ask() -> None:
        try:
            for _ in range(200):
                seen.add(is_on(of.current()))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(20):
        fresh = file.with_suffix(".new")
        fresh.write_text(OFF if number % 2 else OFF.replace("false", "true"))
        fresh.replace(file)
    for thread in threads:
        thread.join()
    assert (seen <= {True, False}, failed) == (True, [])


def test_the_example_shows_every_rule_and_can_be_gone_by(file: Path) -> None:
    text = (ROOT / "examples" / "policy.toml").read_text("utf-8")
    file.write_text(text)
    desk(file).current()
    names = ["read_only", "audit_required", "time_zone", "approval", "quiet_hours", "per_call", "per_hour"]
    assert [name for name in [*names, "destinations", "[[open]]", "[[demand]]"] if name not in text] == []
