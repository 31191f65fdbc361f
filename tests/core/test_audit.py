"""The audit trail: two chained lines for every call, and no patient's value in any of them."""

from __future__ import annotations

import enum
import hashlib
import json
import logging
import stat
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import anyio
import pytest
from anyio import to_thread
from pydantic import BaseModel, Field

from tests.core.bench import MOVE, Bench, Plugin, call
from tests.core.widgets import Facts, Moved, Widgets
from trivium.api import PUBLIC, BadInput, Call, Effect, Given, Kind, Phi, RefusalCode, Refused, Safety, tool
from trivium.pipeline import AuditLog
from trivium.pipeline.audit import read
from trivium.testing import Person, connect, error_code, memory_host

pytestmark = pytest.mark.anyio

CANARY = "Zorblax"


def assert_chained(records: Sequence[dict[str, Any]]) -> None:
    """Each line is the next, names the hash of the one before, and hashes to what it says."""
    previous = "0" * 64
    for number, record in enumerate(records):
        body = {name: value for name, value in record.items() if name != "hash"}
        assert record["seq"] == number
        assert record["prev"] == previous
        text = json.dumps(body, sort_keys=True, separators=(",", ":"))
        assert record["hash"] == hashlib.sha256(text.encode()).hexdigest()
        previous = record["hash"]


def said(record: dict[str, Any]) -> dict[str, Any]:
    """A record without what differs from run to run."""
    return {k: v for k, v in record.items() if k not in ("seq", "prev", "hash", "time", "seconds", "call")}


async def attempt(bench: Bench, name: str, arguments: Any = None, person: Person | None = None) -> str:
    async with connect(bench.host(), era="2025-11-25", person=person) as client:
        return error_code(await client.call_tool(name, arguments))


async def test_a_call_is_opened_and_closed(bench: Bench) -> None:
    await attempt(bench, "list_owners", {"limit": 5})
    opened, closed = bench.audit()
    assert said(opened) == {
        "event": "opened",
        "tool": "list_owners",
        "plugin": "widgets",
        "effect": "reads_remote",
        "caller": "test",
        "arguments": {"limit": 5},
    }
    assert said(closed) == {"event": "closed", "outcome": "ok", "result": {"owners": 1, "notes": 2}}
    assert opened["call"] == closed["call"]
    assert closed["seconds"] >= 0
    assert_chained([opened, closed])


async def test_a_move_is_recorded_with_license_approval_plan_and_result(bench: Bench) -> None:
    host = bench.host()
    async with connect(host, era="2025-11-25", person=Person()) as client:
        await client.call_tool("move_widget", MOVE)
    closed = bench.audit()[-1]
    assert said(closed) == {
        "event": "closed",
        "outcome": "ok",
        "destination": "WS1",
        "planned": {"widgets": 3},
        "license": host.house.licenses.current().id,
        "approval": closed["approval"],
        "result": {"moved": 3},
    }
    assert len(closed["approval"]) == 9


@pytest.mark.parametrize(
    ("name", "arguments", "outcome"),
    [
        ("lookup_widget", {"code": "W-1"}, "ok"),
        ("lookup_widget", {"code": "X"}, "not_found"),
        ("lookup_widget", {}, "bad_input"),
        ("lookup_widget", {"code": "W", "other": 1}, "bad_input"),
        ("break_widget", {}, "tool_failed"),
        ("no_such_tool", {}, "unknown_tool"),
        ("wait_for_widget", {}, "timeout"),
        ("move_widget", MOVE, "approval_required"),
        ("move_widget", {**MOVE, "destination": "X"}, "destination_not_allowed"),
    ],
)
async def test_a_call_is_closed_with_the_code_that_the_client_gets(
    bench: Bench, name: str, arguments: dict[str, Any], outcome: str
) -> None:
    assert await attempt(bench, name, arguments) == outcome.replace("ok", "")
    assert [record["event"] for record in bench.audit()] == ["opened", "closed"]
    assert bench.outcomes() == [outcome]


async def test_a_question_closes_the_call_as_asked(bench: Bench) -> None:
    async with connect(bench.host(), era="2026-07-28", person=Person()) as client:
        await client.call_tool("move_widget", MOVE)
    assert bench.outcomes() == ["asked", "ok"]


@tool(effect=Effect.LOCAL)
def read_trail(trail: Given[Path]) -> Moved:
    """Count the records while running."""
    lines = [json.loads(line) for line in trail.read_text().splitlines()]
    assert lines[-1]["event"] == "opened"
    return Moved(moved=len(lines))


async def test_a_call_is_on_record_before_it_runs(bench: Bench) -> None:
    host = bench.only(trail=Plugin("trail", read_trail.given(trail=bench.audit_file)))
    assert await call(host, "read_trail") == {"moved": 1}
    assert await call(host, "read_trail") == {"moved": 3}


async def test_the_chain_goes_on_over_hosts_and_refusals(bench: Bench) -> None:
    for name, arguments in (("lookup_widget", {"code": "W-1"}), ("break_widget", {}), ("move_widget", MOVE)):
        await attempt(bench, name, arguments, Person())
    assert len(bench.audit()) == 6
    assert_chained(bench.audit())


def test_a_changed_missing_or_moved_line_breaks_the_chain(tmp_path: Path) -> None:
    trail = AuditLog(tmp_path / "audit.jsonl", b"key")
    for number in range(4):
        trail.append({"number": number}, flush=False)
    records = list(read(trail.path))
    assert_chained(records)
    changed = [{**record, "number": 9} if record["number"] == 1 else record for record in records]
    for broken in (changed, records[1:], [records[0], *records[2:]], [records[1], records[0], *records[2:]]):
        with pytest.raises(AssertionError):
            assert_chained(broken)


def test_a_line_longer_than_any_buffer_is_followed_by_the_next(tmp_path: Path) -> None:
    trail = AuditLog(tmp_path / "audit.jsonl", b"key")
    for size in (1, 4096, 70_000, 1):
        trail.append({"text": "x" * size}, flush=True)
    assert_chained(list(read(trail.path)))


def test_the_trail_is_for_its_owner_only(tmp_path: Path) -> None:
    trail = AuditLog(tmp_path / "deep" / "audit.jsonl", b"key")
    trail.append({}, flush=False)
    assert stat.S_IMODE(trail.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(trail.path.parent.stat().st_mode) == 0o700


# No patient's value.


class Sex(enum.Enum):
    F = "F"


@tool(effect=Effect.LOCAL)
def search_widgets(
    name: str = "",
    uid: str = "",
    sex: Literal["F", "M"] | None = None,
    letter: Sex | None = None,
    limit: Annotated[int, Field(ge=0)] = 0,
    weight: float = 0.0,
    exact: bool = False,
    names: list[str] = [],  # noqa: B006  # pydantic copies it
    code: int | str = 0,
) -> Facts:
    """Search."""
    return Facts(code="W-1", weight=1)


def recorded(bench: Bench) -> dict[str, Any]:
    arguments: dict[str, Any] = bench.audit()[-2]["arguments"]
    return arguments


async def search(bench: Bench, arguments: Any, name: str = "search_widgets") -> None:
    host = bench.only(search=Plugin("search", search_widgets))
    async with connect(host) as client:
        await client.call_tool(name, arguments)


async def test_identifiers_numbers_and_closed_choices_stand_as_they_are(bench: Bench) -> None:
    arguments = {
        "uid": "1.2.840.10008.5.1.4.1.1.2",
        "sex": "F",
        "letter": "F",
        "limit": 10,
        "weight": 1.5,
        "exact": True,
        "code": 7,
    }
    await search(bench, arguments)
    assert recorded(bench) == arguments


@pytest.mark.parametrize(
    "arguments",
    [
        {"name": CANARY},
        {"name": f"1.2.840.{CANARY}"},
        {"uid": CANARY},
        {"sex": CANARY},
        {"letter": CANARY},
        {"limit": CANARY},
        {"weight": CANARY},
        {"exact": CANARY},
        {"names": [CANARY]},
        {"name": {CANARY: CANARY}},
        {"name": [[CANARY]]},
        {CANARY: 1},
        {CANARY: CANARY, "name": CANARY},
        {f"name {CANARY}": CANARY},
    ],
    ids=str,
)
async def test_no_value_of_an_argument_is_on_record(bench: Bench, arguments: dict[str, Any]) -> None:
    await search(bench, arguments)
    assert CANARY.lower() not in bench.audit_file.read_text().lower()


async def test_of_unknown_arguments_only_the_number_is_on_record(bench: Bench) -> None:
    await search(bench, {CANARY: 1, "other": 2, "limit": 3})
    assert recorded(bench) == {"limit": 3, "(unknown)": 2}


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("name", 19560214),
        ("name", 1.5),
        ("sex", 19560214),
        ("names", 19560214),
        ("limit", "19560214"),
        ("exact", 19560214),
        ("uid", "19560214"),
        ("uid", "1.2.3"),
        ("uid", "1.2.03.4"),
        ("uid", "3.2.3.4"),
        ("uid", "1.2.3.4\n"),
        ("uid", "1." * 32 + "1"),
        ("uid", "1.2.3.4^O'BRIEN"),
        ("uid", "١.٢.٣.٤"),  # noqa: RUF001  # digits, but not those of a UID
    ],
)
async def test_what_does_not_fit_the_declaration_is_a_token(bench: Bench, argument: str, value: Any) -> None:
    await search(bench, {argument: value})
    assert str(recorded(bench)[argument]).startswith("token:")
    assert str(value) not in json.dumps(recorded(bench), ensure_ascii=False)


async def test_the_name_of_an_unknown_tool_is_a_token(bench: Bench) -> None:
    await search(bench, {CANARY: CANARY}, name=f"find_{CANARY}")
    opened = bench.audit()[0]
    assert opened["tool"].startswith("token:")
    assert (opened["plugin"], opened["effect"], opened["arguments"]) == (None, None, {})
    assert CANARY not in bench.audit_file.read_text()


async def test_arguments_that_are_no_object_are_not_on_record(bench: Bench) -> None:
    host = bench.only(search=Plugin("search", search_widgets))
    with pytest.raises(BadInput, match="the arguments are not an object of names and values"):
        await call(host, "search_widgets", [CANARY])
    assert CANARY not in bench.audit_file.read_text()


async def test_equal_values_have_equal_tokens_and_others_do_not(bench: Bench) -> None:
    await search(bench, {"name": CANARY})
    first = recorded(bench)["name"]
    await search(bench, {"name": "other", "uid": CANARY})
    second = recorded(bench)
    assert second["uid"] == first
    assert second["name"] != first
    assert len(first) == len("token:") + 16


def test_a_token_cannot_be_made_without_the_key(tmp_path: Path) -> None:
    one, two = AuditLog(tmp_path / "a", b"one"), AuditLog(tmp_path / "a", b"two")
    assert one.token(CANARY) != two.token(CANARY)
    assert hashlib.sha256(CANARY.encode()).hexdigest()[:16] not in one.token(CANARY)
    assert "one" not in repr(one)


def test_the_key_behind_tokens_is_made_once_and_is_for_its_owner_only(bench: Bench) -> None:
    tokens = {bench.host().house.audit.token(CANARY) for _ in range(3)}
    assert len(tokens) == 1
    key = bench.home / "secret.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(key.read_bytes()) == 32
    assert sorted(path.name for path in bench.home.iterdir()) == ["keys", "license.jwt", "secret.key"]


def test_a_key_that_is_too_short_is_not_used(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    (bench.home / "secret.key").write_bytes(b"")
    tokens = {bench.host().house.audit.token(CANARY) for _ in range(3)}
    assert len(tokens) == 3
    assert "secret.key is too short" in caplog.text


class Numbers(BaseModel):
    count: Annotated[int, PUBLIC]
    texts: Annotated[list[str], PUBLIC]
    found: Annotated[bool, PUBLIC]
    text: Annotated[str, PUBLIC]
    nothing: Annotated[str | None, PUBLIC]
    patient: Annotated[int | str, Phi(Kind.PATIENT_ID)]
    names: Annotated[list[str], Phi(Kind.NAME)]


@tool(effect=Effect.READS_REMOTE)
def count_widgets() -> Numbers:
    """Count."""
    return Numbers(
        count=7, texts=[CANARY], found=True, text=CANARY, nothing=None, patient=19560214, names=[CANARY, CANARY]
    )


async def test_of_a_result_numbers_and_lengths_are_on_record(bench: Bench) -> None:
    await call(bench.only(count=Plugin("count", count_widgets)), "count_widgets")
    result = bench.audit()[-1]["result"]
    assert result == {"count": 7, "texts": 1, "found": True, "names": 2}
    assert CANARY not in bench.audit_file.read_text()


async def test_a_number_that_is_patient_data_is_not_on_record(bench: Bench) -> None:
    await call(bench.only(count=Plugin("count", count_widgets)), "count_widgets")
    assert "19560214" not in bench.audit_file.read_text()


@tool(effect=Effect.LOCAL)
def point_at(destination: str) -> Moved:
    """Point at a place, without an effect."""
    return Moved(moved=0)


async def test_a_destination_that_no_gate_has_checked_is_not_on_record(bench: Bench) -> None:
    safety = Safety(enabled=True, switch="X=true", destination="destination", destinations=frozenset({"WS1"}))
    await call(bench.only(point=Plugin("point", point_at.guarded(safety))), "point_at", {"destination": CANARY})
    assert CANARY not in bench.audit_file.read_text()


# When it cannot be written.


def folder(path: Path) -> None:
    path.mkdir()


def torn(path: Path) -> None:
    path.write_text('{"seq": 0, "hash": "x"')


def content(text: str) -> Any:
    def arrange(path: Path) -> None:
        path.write_text(text)

    arrange.__name__ = text.strip() or "an empty line"
    return arrange


UNWRITABLE = [folder, torn, *map(content, ("\n", "words\n", "{}\n", "[]\n", "7\n", '{"seq": "a", "hash": 1}\n'))]


@pytest.mark.parametrize("arrange", UNWRITABLE, ids=lambda arrange: arrange.__name__)
async def test_without_a_trail_nothing_with_an_effect_happens_and_the_rest_does(
    bench: Bench, caplog: pytest.LogCaptureFixture, arrange: Any
) -> None:
    arrange(bench.audit_file)
    async with connect(bench.host(), person=Person()) as client:
        assert error_code(await client.call_tool("move_widget", MOVE)) == "audit_unavailable"
        assert error_code(await client.call_tool("move_widget", {**MOVE, "dry_run": True})) == "audit_unavailable"
        assert bench.sent == []
        assert error_code(await client.call_tool("lookup_widget", {"code": "W-1"})) == ""
    assert "the audit trail cannot be written" in caplog.text


async def test_a_torn_trail_is_left_as_it_is(bench: Bench) -> None:
    torn(bench.audit_file)
    before = bench.audit_file.read_bytes()
    await attempt(bench, "lookup_widget", {"code": "W-1"})
    assert bench.audit_file.read_bytes() == before


def test_a_torn_line_is_named_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_text(f'{{"seq": 0}}\n{{"name": "{CANARY}')
    records = read(path)
    assert next(records) == {"seq": 0}
    with pytest.raises(ValueError, match=r"^line 2 of the audit trail is not a record$"):
        next(records)
    assert list(read(tmp_path / "absent")) == []


async def test_a_home_that_cannot_be_used_is_said_and_harmless_tools_work(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    host = memory_host({"TRIVIUM_HOME": str(tmp_path / "file" / "home")}, widgets=Widgets())
    assert "audit tokens will not outlive this run" in caplog.text
    assert await call(host, "lookup_widget", {"code": "W-1"}) == {"code": "W-1", "weight": 1.5}


WRITER = """
import sys
from pathlib import Path
from trivium.pipeline.audit import AuditLog
trail = AuditLog(Path(sys.argv[1]), b"key")
print("ready", flush=True)
sys.stdin.readline()
for number in range(100):
    trail.append({"writer": sys.argv[2], "number": number}, flush=False)
"""


def test_two_processes_keep_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in "ab"
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate(timeout=30)
        assert writer.returncode == 0
    records = list(read(path))
    assert_chained(records)
    for name in "ab":
        assert [r["number"] for r in records if r["writer"] == name] == list(range(100))


# When the caller goes, or time is up.


@dataclass
class Desk:
    started: threading.Event = field(default_factory=threading.Event)


@tool(effect=Effect.LOCAL, timeout=30.0)
def linger(desk: Given[Desk], call: Call) -> Moved:
    """Work until told to stop, and say how far it got."""
    desk.started.set()
    waiting = threading.Event()
    while not call.cancelled():
        waiting.wait(0.01)
    return Moved(moved=7)


async def test_a_canceled_call_is_closed_as_canceled_with_its_account(bench: Bench) -> None:
    desk = Desk()
    host = bench.only(desk=Plugin("desk", linger.given(desk=desk)))
    async with anyio.create_task_group() as group:
        group.start_soon(call, host, "linger")
        await to_thread.run_sync(desk.started.wait, 10)
        group.cancel_scope.cancel()
    closed = bench.audit()[-1]
    assert said(closed) == {"event": "closed", "outcome": "canceled", "result": {"moved": 7}}


async def test_a_call_that_ran_out_of_time_is_closed_with_its_account(bench: Bench) -> None:
    await attempt(bench, "wait_for_widget")
    closed = bench.audit()[-1]
    assert closed["outcome"] == "timeout"
    assert 0 < closed["result"]["moved"] < 1000


async def test_a_failed_write_of_the_closing_line_does_not_spoil_a_result(
    bench: Bench, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = AuditLog.append

    def fails_to_close(self: AuditLog, record: dict[str, Any], *, flush: bool) -> None:
        if record["event"] == "closed":
            raise OSError(CANARY)
        append(self, record, flush=flush)

    monkeypatch.setattr(AuditLog, "append", fails_to_close)
    with caplog.at_level(logging.DEBUG):
        assert await attempt(bench, "move_widget", MOVE, Person()) == ""
    assert bench.sent == ["W-1"]
    assert "the audit trail cannot be written (OSError)" in caplog.text
    assert CANARY not in caplog.text


async def test_a_refusal_for_want_of_a_trail_says_so(bench: Bench) -> None:
    folder(bench.audit_file)
    with pytest.raises(Refused) as caught:
        await call(bench.host(), "move_widget", MOVE)
    assert caught.value.reason is RefusalCode.AUDIT_UNAVAILABLE
    assert str(caught.value) == "the audit trail cannot be written, so nothing that needs it is done"
