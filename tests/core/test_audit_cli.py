"""`trivium audit`: showing, checking, exporting and sending the trail."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import typer
from typer.testing import CliRunner, Result

from tests.core.audit_records import EVERYTHING, PATIENTS, hostile, opened
from trivium.audit import forward, open_trail, read
from trivium.audit.syslog import SyslogFault
from trivium.cli import audit
from trivium.cli.audit import moment
from trivium.settings import CoreSettings
from trivium.settings.model import AuditSettings

HOST = "trivium.example.org"
TRAIL = [record for record in EVERYTHING if record["event"] != "repaired"]
"""A repair is what a sound trail does not have."""
Trivium = Callable[..., Result]


@pytest.fixture
def settings(home: Path) -> CoreSettings:
    return CoreSettings(home=home, audit=AuditSettings(source=HOST))


@pytest.fixture
def trivium(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Trivium:
    """Runs `trivium audit` as if typed, at a home of its own."""
    for name in [name for name in os.environ if name.startswith(("TRIVIUM_", "DICOM_HL7_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TRIVIUM_HOME", str(home))
    monkeypatch.setenv("TRIVIUM_AUDIT__SOURCE", HOST)
    monkeypatch.setattr("trivium.cli.common.account_name", lambda: "bob")
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(audit.app, list(words))


@pytest.fixture
def trail(settings: CoreSettings) -> CoreSettings:
    """A trail with everything in it."""
    settings.home.mkdir()
    secret = settings.home / "secret.key"
    secret.write_bytes(b"k" * 32)
    writer = open_trail(settings, secret.read_bytes())
    for record in TRAIL:
        writer.append(record, flush=False)
    writer.seal()
    return settings


def records(settings: CoreSettings) -> list[dict[str, Any]]:
    return list(read(settings.audit_file))


def readings(settings: CoreSettings) -> list[tuple[str, str]]:
    """Who has read the trail, and how, since it was written."""
    return [(each["how"], each["by"]) for each in records(settings)[len(TRAIL) :]]


# Showing.


def test_each_kind_of_record_has_its_line(trail: CoreSettings, trivium: Trivium) -> None:
    shown = trivium("show")
    lines = [line[28:] for line in shown.stdout.splitlines()]
    assert shown.exit_code == 0
    assert len(lines) == len(TRAIL)
    for line in (
        "        started     pacs=trivium-pacs 0.1.0, version=0.1.0",
        f"c1c1c1  opened      pacs_query by stdio:alice: level=STUDY, patient_id={PATIENTS[0]}",
        f"c1c1c1  closed      ok  patients={' '.join(PATIENTS)}, rows=2, seconds=1.5",
        f"c3c3c3  begun       approval=K7QD-M2XW, destination=WS1, license=L-1, patients={PATIENTS[0]}, "
        "instances=20, series=2",
        "c6c6c6  closed      license_expired  seconds=1.5",
        "        decided     K7QD-M2XW approved by console:bob for pacs_retrieve",
        "        decided     AAAA-BBBB refused by page:eve for pacs_retrieve",
        "        configured  license issued  by=console:bob",
        "        read        show by console:bob",
    ):
        assert line in lines


def test_a_repair_is_shown(trail: CoreSettings, trivium: Trivium) -> None:
    with trail.audit_file.open("ab") as file:
        file.write(b'{"torn":')
    open_trail(trail, b"k" * 32).append({"event": "read", "by": "console:eve", "how": "show"}, flush=False)
    repaired, _ = trivium("show", "--last", "2").stdout.splitlines()
    assert "  repaired    torn line  bytes=8, file=audit.jsonl.torn-" in repaired


def test_who_reads_the_trail_stands_in_it(trail: CoreSettings, trivium: Trivium) -> None:
    for words in (("show",), ("verify",), ("export", "--format", "csv"), ("show", "--json")):
        trivium(*words)
    assert readings(trail) == [(how, "console:bob") for how in ("show", "verify", "export", "show")]


def test_a_reading_that_cannot_be_recorded_is_said_and_done(
    trail: CoreSettings, trivium: Trivium, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "no space")

    monkeypatch.setattr("trivium.audit.trail.Trail.append", full)
    shown = trivium("show", "--last", "1")
    assert (shown.exit_code, len(shown.stdout.splitlines())) == (0, 1)
    assert shown.stderr == "trivium: the audit trail cannot be written (audit.jsonl: no space)\n"


def test_the_records_of_a_call_of_a_tool_or_of_a_time_are_shown(trail: CoreSettings, trivium: Trivium) -> None:
    def shown(*words: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(trivium("show", "--json", "--last", "99", *words).stdout)
        return [each for each in found if each["seq"] < len(TRAIL)]

    whole = records(trail)
    assert shown() == whole
    assert shown("--call", "c3") == [each for each in whole if each.get("call") == "c3" * 8]
    assert [(each["event"], each.get("call")) for each in shown("--tool", "pacs_query")] == [
        ("opened", "c1" * 8),
        ("closed", "c1" * 8),
    ]
    assert len(shown("--tool", "pacs_retrieve")) == 3 * 3 + 2 * 2 + 2
    assert shown("--since", "1h") == whole
    assert shown("--since", "9999-01-01") == []
    middle = whole[9]["time"]
    assert shown("--since", time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(middle + 2))) == []


def test_records_of_all_files_are_shown(settings: CoreSettings, trivium: Trivium) -> None:
    small = settings.model_copy(update={"audit": AuditSettings(rotate_megabytes=0.001)})
    settings.home.mkdir()
    writer = open_trail(small, b"k" * 32)
    for record in TRAIL:
        writer.append(record, flush=False)
    writer.seal()
    assert len(list(settings.home.glob("audit-*.jsonl"))) > 2
    shown = json.loads(trivium("show", "--json", "--last", "999").stdout)
    assert [each["seq"] for each in shown] == list(range(len(TRAIL)))


def test_nothing_in_a_record_reaches_the_terminal_as_an_order(settings: CoreSettings, trivium: Trivium) -> None:
    settings.home.mkdir()
    writer = open_trail(settings, b"k" * 32)
    for record in EVERYTHING:
        writer.append(hostile(record), flush=False)
    shown = trivium("show")
    assert len(shown.stdout.split("\n")) == len(EVERYTHING) + 1
    assert all(line.isprintable() for line in shown.stdout.split("\n"))


def test_what_can_be_read_of_a_damaged_trail_is_shown(trail: CoreSettings, trivium: Trivium) -> None:
    lines = trail.audit_file.read_bytes().splitlines(keepends=True)
    trail.audit_file.write_bytes(b"".join([*lines[:3], b"no record\n", *lines[3:]]))
    shown = trivium("show")
    assert (shown.exit_code, len(shown.stdout.splitlines())) == (1, 3)
    assert "trivium: the audit trail cannot be read to its end: audit.jsonl, line 4: not a record" in shown.stderr


@pytest.mark.parametrize("words", [("show",), ("export", "--format", "dicom")])
def test_an_absent_trail_is_an_empty_one(settings: CoreSettings, trivium: Trivium, words: tuple[str, ...]) -> None:
    done = trivium(*words)
    assert (done.exit_code, done.output) == (0, "")
    assert not settings.audit_file.exists()


@pytest.mark.parametrize("words", [("head",), ("head", "--public-key"), ("verify",), ("repair",), ("show", "--json")])
def test_looking_for_a_trail_makes_none(home: Path, trivium: Trivium, words: tuple[str, ...]) -> None:
    done = trivium(*words)
    assert "Errno" not in done.stderr
    assert not home.exists()


@pytest.mark.parametrize(("words", "how"), [(("show",), "show"), (("export", "--format", "dicom"), "export")])
def test_whoever_has_seen_enough_ends_it_quietly_and_has_read(
    trail: CoreSettings, trivium: Trivium, words: tuple[str, ...], how: str
) -> None:
    command = [sys.executable, "-m", "trivium", "audit", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as reading:
        assert reading.stdout is not None
        assert reading.stderr is not None
        reading.stdout.close()
        complaints = reading.stderr.read()
    assert complaints == b""
    assert [how for how, _ in readings(trail)] == [how]


def test_a_time_that_no_calendar_here_knows_is_no_end_of_the_showing(
    trail: CoreSettings, trivium: Trivium, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = records(trail)[-1]
    last["time"] = 253_402_300_799.0
    monkeypatch.setattr(audit, "read", lambda _: [last])
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        shown = trivium("show")
    finally:
        monkeypatch.undo()
        time.tzset()
    assert shown.exit_code == 0
    assert shown.stdout.startswith(f"{last['seq']:>5}  at no known time  ")


# Times.


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("5m", 300), ("2h", 7200), ("7d", 604_800), ("1w", 604_800)]
)
def test_an_age_is_counted_back_from_now(text: str, seconds: int) -> None:
    before = time.time()
    assert before - seconds <= moment(text) <= time.time() - seconds


def test_a_time_is_that_of_its_zone_or_of_this_place() -> None:
    assert moment("2026-03-31T12:00:00Z") == moment("2026-03-31T14:00:00+02:00") == 1_774_958_400.0
    assert moment("2026-03-31") == time.mktime((2026, 3, 31, 0, 0, 0, 0, 0, -1))


@pytest.mark.parametrize("text", ["", "noon", "5", "5y", "2026-13-01", "9999999w", "0001-01-01"])
def test_what_is_no_time_is_said(trivium: Trivium, text: str) -> None:
    with pytest.raises(typer.BadParameter):
        moment(text)
    assert trivium("show", "--since", text).exit_code == 2


# Checking.


def test_a_sound_trail_is_said_to_be(trail: CoreSettings, trivium: Trivium) -> None:
    done = trivium("verify")
    last = len(TRAIL) - 1
    assert (done.exit_code, done.output) == (
        0,
        f"sound: {len(TRAIL)} records in 1 file, signed up to record {last}\n",
    )
    found = json.loads(trivium("verify", "--json").stdout)
    assert (found["sound"], found["problems"], found["records"]) == (True, [], len(TRAIL) + 1)


def test_a_changed_record_is_named_by_file_and_line(trail: CoreSettings, trivium: Trivium) -> None:
    text = trail.audit_file.read_text()
    trail.audit_file.write_text(text.replace('"rows":2', '"rows":1'))
    done = trivium("verify")
    assert done.exit_code == 1
    assert any(line.startswith("audit.jsonl, line 5: ") for line in done.stdout.splitlines())
    assert f"NOT SOUND: {len(TRAIL)} records in 1 file" in done.stdout
    found = json.loads(trivium("verify", "--json").stdout)
    assert found["sound"] is False
    assert (found["problems"][0]["file"], found["problems"][0]["line"], found["problems"][0]["fault"]) == (
        "audit.jsonl", 5, "altered"
    )  # fmt: skip


def test_a_torn_line_is_seen_before_it_is_mended(trail: CoreSettings, trivium: Trivium) -> None:
    with trail.audit_file.open("ab") as file:
        file.write(b'{"torn":')
    done = trivium("verify")
    assert done.exit_code == 1
    assert f"audit.jsonl, line {len(TRAIL) + 1}: " in done.stdout


def test_a_head_kept_elsewhere_finds_a_trail_that_was_written_anew(
    trail: CoreSettings, trivium: Trivium, tmp_path: Path
) -> None:
    kept, key = tmp_path / "kept.jsonl", tmp_path / "kept.pem"
    kept.write_text(trivium("head").stdout)
    key.write_text(trivium("head", "--public-key").stdout)
    words = ("verify", "--heads", str(kept), "--public-key", str(key))
    assert trivium(*words).exit_code == 0
    for thread in threading.enumerate():  # the head of that reading
        if thread is not threading.current_thread():
            thread.join(timeout=10)
    for path in trail.home.iterdir():
        if path.name != "secret.key" and path.is_file():
            path.unlink()
    writer = open_trail(trail, b"k" * 32)
    for record in [*TRAIL, *TRAIL]:
        writer.append({**record, "by": "nobody"}, flush=False)
    writer.seal()
    assert trivium("verify").exit_code == 0
    assert trivium(*words).exit_code == 1


def test_a_head_vouches_for_the_newest_record(trail: CoreSettings, trivium: Trivium) -> None:
    open_trail(trail, b"k" * 32).append({"event": "read", "by": "console:eve", "how": "show"}, flush=False)
    done = trivium("head")
    assert done.exit_code == 0
    newest = records(trail)[-1]
    printed = json.loads(done.stdout)
    assert (printed["seq"], printed["hash"]) == (newest["seq"], newest["hash"])
    assert trivium("head").stdout == done.stdout


def test_without_a_key_there_is_no_head(settings: CoreSettings, trivium: Trivium) -> None:
    done = trivium("head", "--public-key")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("trivium: there is no head of the audit trail: ")


def test_what_was_kept_has_to_be_there(trail: CoreSettings, trivium: Trivium) -> None:
    assert trivium("verify", "--heads", "absent.jsonl").exit_code == 2
    assert trivium("verify", "--public-key", "absent.pem").exit_code == 2


# Exporting.


def exported(trivium: Trivium, form: str, *words: str) -> str:
    done = trivium("export", "--format", form, *words)
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout


def test_the_trail_is_exported_in_each_form(trail: CoreSettings, trivium: Trivium) -> None:
    whole = json.loads(exported(trivium, "fhir"))
    assert whole["type"] == "collection"
    events = [entry["resource"] for entry in whole["entry"]]
    assert {event["source"]["site"] for event in events} == {HOST}
    upto = ("--until", time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(time.time() + 60)))
    lines = [json.loads(line) for line in exported(trivium, "fhir", "--ndjson", *upto).splitlines()]
    assert lines[: len(events)] == events
    roots = [ElementTree.fromstring(line) for line in exported(trivium, "dicom").splitlines()]
    codes = [root[0][0].attrib["csd-code"] for root in roots]
    assert codes[: len(events)] == [event["type"]["code"] for event in events]
    rows = list(csv.DictReader(exported(trivium, "csv").splitlines()))
    assert [row["id"] for row in rows][: len(events)] == [event["id"] for event in events]


def test_an_export_of_a_time_leaves_the_rest_out(trail: CoreSettings, trivium: Trivium) -> None:
    assert exported(trivium, "dicom", "--since", "9999-01-01") == ""
    assert exported(trivium, "dicom", "--until", "2000-01-01") == ""
    assert len(exported(trivium, "dicom", "--since", "1h").splitlines()) > len(TRAIL) / 2


def test_no_value_of_an_argument_is_exported_but_by_its_token(settings: CoreSettings, trivium: Trivium) -> None:
    settings.home.mkdir()
    writer = open_trail(settings, b"k" * 32)
    token = writer.token("Zorblax^Quentin")
    writer.append(opened("c1" * 8, "pacs_query", "reads_remote", patient_name=token), flush=False)
    writer.append({"event": "closed", "call": "c1" * 8, "outcome": "ok"}, flush=False)
    assert token in exported(trivium, "csv")


def test_a_file_is_there_whole_or_not_at_all(
    trail: CoreSettings, trivium: Trivium, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "events.json"
    assert trivium("export", "--format", "fhir", "--output", str(target)).output == ""
    before = target.read_text()
    assert len(json.loads(before)["entry"]) > len(TRAIL) / 2
    assert target.stat().st_mode & 0o777 == 0o600
    trail.audit_file.write_bytes(b"no record\n" + trail.audit_file.read_bytes())
    done = trivium("export", "--format", "fhir", "--output", str(target))
    assert done.exit_code == 1
    assert "trivium: the export is not complete: audit.jsonl, line 1: not a record\n" in done.stderr
    assert target.read_text() == before
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["events.json"]


def test_a_table_in_a_file_has_its_line_ends_once(trail: CoreSettings, trivium: Trivium, tmp_path: Path) -> None:
    target = tmp_path / "events.csv"
    trivium("export", "--format", "csv", "--output", str(target))
    content = target.read_bytes()
    assert content.count(b"\r\n") == content.count(b"\n") > len(TRAIL) / 2
    assert b"\r\r" not in content


@pytest.mark.parametrize(
    "place", ["{home}/audit.jsonl", "{home}/access.json", "{home}/new.csv", "{kept}/heads.jsonl", "link/audit.key"]
)
def test_an_export_never_takes_the_place_of_a_file_of_the_host(
    trail: CoreSettings, trivium: Trivium, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    kept = tmp_path / "kept"
    monkeypatch.setenv("TRIVIUM_AUDIT__HEADS", str(kept / "heads.jsonl"))
    (tmp_path / "link").symlink_to(trail.home)
    before = trail.audit_file.read_bytes()
    done = trivium("export", "--format", "csv", "--output", place.format(home=trail.home, kept=kept))
    assert (done.exit_code, done.output) == (
        1, "trivium: an export cannot stand among the host's own files; write it elsewhere\n",
    )  # fmt: skip
    assert trail.audit_file.read_bytes() == before


def test_a_place_that_cannot_be_written_is_said_in_words(trail: CoreSettings, trivium: Trivium, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = trivium("export", "--format", "csv", "--output", "file/events.csv")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("trivium: the export is not complete: file/events.csv.")
    assert done.stderr.endswith(": not a directory\n")


def test_an_export_is_utf_8_with_its_own_line_ends_whatever_the_terminal_takes(trail: CoreSettings) -> None:
    environ = {**os.environ, "TRIVIUM_HOME": str(trail.home), "PYTHONIOENCODING": "ascii"}
    environ["TRIVIUM_AUDIT__SOURCE"] = "höst"
    for form, end in (("csv", b"\r\n"), ("dicom", b"\n")):
        command = [sys.executable, "-m", "trivium", "audit", "export", "--format", form]
        done = subprocess.run(command, env=environ, capture_output=True, check=True)
        lines = done.stdout.decode().split("\n")
        assert len(lines) > len(TRAIL) / 2
        assert "höst" in lines[1]
        assert done.stdout.endswith(end)


def test_a_damaged_trail_is_no_whole_bundle(trail: CoreSettings, trivium: Trivium) -> None:
    lines = trail.audit_file.read_bytes().splitlines(keepends=True)
    trail.audit_file.write_bytes(b"".join([*lines[:9], b"no record\n", *lines[9:]]))
    done = trivium("export", "--format", "fhir")
    assert done.exit_code == 1
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(done.stdout)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("export",), 2),
        (("export", "--format", "pdf"), 2),
        (("export", "--format", "csv", "--ndjson"), 1),
        (("export", "--format", "csv", "--output", "."), 2),
    ],
)
def test_what_cannot_be_exported_is_said(
    trail: CoreSettings, trivium: Trivium, words: tuple[str, ...], code: int
) -> None:
    assert trivium(*words).exit_code == code


# Sending.


def test_without_a_receiver_nothing_can_be_sent(trail: CoreSettings, trivium: Trivium) -> None:
    done = trivium("send")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "trivium: there is no receiver: TRIVIUM_AUDIT__SYSLOG__HOST names it\n"


@pytest.fixture
def delivered(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    taken: list[bytes] = []
    monkeypatch.setenv("TRIVIUM_AUDIT__SYSLOG__HOST", "arr.example.org")
    monkeypatch.setattr(forward, "deliver", lambda frames, target: taken.extend(frames))
    return taken


def test_sending_says_how_many_went_where(trail: CoreSettings, trivium: Trivium, delivered: list[bytes]) -> None:
    done = trivium("send")
    assert (done.exit_code, done.output) == (0, f"{len(delivered)} messages sent to arr.example.org:6514\n")
    assert len(delivered) > len(TRAIL) / 2
    assert trivium("send").output == "0 messages sent to arr.example.org:6514\n"


def test_a_fault_of_the_receiver_is_said(
    trail: CoreSettings, trivium: Trivium, delivered: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise SyslogFault("syslog receiver arr.example.org:6514: TimeoutError")

    monkeypatch.setattr(forward, "deliver", fails)
    done = trivium("send")
    assert (done.exit_code, done.output) == (1, "trivium: syslog receiver arr.example.org:6514: TimeoutError\n")


def test_that_another_process_is_sending_is_said(
    trail: CoreSettings, trivium: Trivium, delivered: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs: list[str] = []
    monkeypatch.setattr(forward, "deliver", lambda frames, target: outputs.append(trivium("send").output))
    trivium("send")
    assert outputs == ["trivium: another process is sending just now\n"]
