"""The recording of calls: each is opened and closed, and no patient's value is on record."""

from __future__ import annotations

import enum
import hashlib
import json
import logging
import stat
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import anyio
import pytest
from anyio import to_thread
from pydantic import BaseModel, Field

from tests.core.bench import MOVE, Bench, Plugin, call
from tests.core.trails import Shelf, assert_chained
from tests.core.widgets import Facts, Moved, Widgets, move_widget
from trivium.api import (
    PUBLIC,
    BadInput,
    Call,
    Effect,
    Given,
    Kind,
    Phi,
    PhiBy,
    RefusalCode,
    Refused,
    Safety,
    ToolSpec,
    tool,
)
from trivium.audit import Trail
from trivium.pipeline import AuditLog, Request, ServedTool
from trivium.testing import Person, connect, error_code, memory_host

pytestmark = pytest.mark.anyio

CANARY = "Zorblax"


def said(record: dict[str, Any]) -> dict[str, Any]:
    """A record without what differs from run to run."""
    return {k: v for k, v in record.items() if k not in ("seq", "prev", "hash", "time", "seconds", "call", "run")}


def moving(spec: ToolSpec = move_widget, arguments: Any = MOVE) -> Request:
    """A call of a tool with an effect, as the host's road hands it to the audit."""
    return Request(spec.name, arguments, "test", {spec.name: ServedTool(spec, "widgets")})


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
    moved = ["opened", "decided", "begun", "closed"]
    assert [record["event"] for record in bench.audit()] == [*["opened", "closed"] * 2, *moved]
    assert_chained(bench.audit())


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


async def test_an_identifier_made_from_a_uuid_stands_as_it_is(bench: Bench) -> None:
    uid = "2.25.329800735698586629295641978511506172918"
    await search(bench, {"uid": uid})
    assert recorded(bench) == {"uid": uid}


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
        ("uid", "2.25"),
        ("uid", "2.25.04711"),
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
    one, two = Trail(tmp_path / "a", b"one"), Trail(tmp_path / "a", b"two")
    assert one.token(CANARY) != two.token(CANARY)
    assert hashlib.sha256(CANARY.encode()).hexdigest()[:16] not in one.token(CANARY)
    assert "one" not in repr(one)


def test_the_key_behind_tokens_is_made_once_and_is_for_its_owner_only(bench: Bench) -> None:
    tokens = {bench.host().house.audit.trail.token(CANARY) for _ in range(3)}
    assert len(tokens) == 1
    key = bench.home / "secret.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(key.read_bytes()) == 32
    assert sorted(path.name for path in bench.home.iterdir()) == ["keys", "license.jwt", "secret.key"]


def test_a_key_that_is_too_short_is_not_used(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    (bench.home / "secret.key").write_bytes(b"")
    tokens = {bench.host().house.audit.trail.token(CANARY) for _ in range(3)}
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
    with pytest.raises(Refused):
        await call(bench.only(point=Plugin("point", point_at.guarded(safety))), "point_at", {"destination": CANARY})
    assert bench.outcomes() == ["destination_not_allowed"]
    assert CANARY not in bench.audit_file.read_text()


# When it cannot be written.


def folder(path: Path) -> None:
    path.mkdir()


def content(text: str) -> Any:
    def arrange(path: Path) -> None:
        path.write_text(text)

    arrange.__name__ = text.strip() or "an empty line"
    return arrange


UNWRITABLE = [folder, *map(content, ("\n", "words\n", "{}\n", "[]\n", "7\n", '{"seq": "a", "hash": 1}\n'))]


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


async def test_a_home_that_cannot_be_used_is_said_and_harmless_tools_work(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    host = memory_host({"TRIVIUM_HOME": str(tmp_path / "file" / "home")}, widgets=Widgets())
    assert "stand-ins will not outlive this run" in caplog.text
    assert await call(host, "lookup_widget", {"code": "W-1"}) == {"code": "W-1", "weight": 1.5}


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
    append = Trail.append

    def fails_to_close(self: Trail, record: dict[str, Any], *, flush: bool) -> None:
        if record["event"] == "closed":
            raise OSError(CANARY)
        append(self, record, flush=flush)

    monkeypatch.setattr(Trail, "append", fails_to_close)
    with caplog.at_level(logging.DEBUG):
        assert await attempt(bench, "move_widget", MOVE, Person()) == ""
    assert bench.sent == ["W-1"]
    assert "the audit trail cannot be written (audit.jsonl: OSError)" in caplog.text
    assert CANARY not in caplog.text


async def test_a_refusal_for_want_of_a_trail_says_so(bench: Bench) -> None:
    folder(bench.audit_file)
    with pytest.raises(Refused) as caught:
        await call(bench.host(), "move_widget", MOVE)
    assert caught.value.reason is RefusalCode.AUDIT_UNAVAILABLE
    assert str(caught.value) == (
        "the audit trail cannot be written (audit.jsonl: is a directory), so nothing that needs it is done"
    )


# What an effectful call leaves behind, written before, in the middle and after.


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "home")


class Letters:
    """Stand-ins that can be read."""

    def of(self, kind: Kind, value: str) -> str:
        return {Kind.PATIENT_ID: "patient", Kind.NAME: "name"}[kind] + f"-{len(value)}"

    def looks_like(self, text: str) -> bool:
        return text.strip().startswith("patient-")

    def known(self, text: str) -> str | None:
        return "patient-KKKK" if text.strip() == "patient-KKKK" else None


async def test_a_call_that_begins_says_so_before_it_runs(shelf: Shelf) -> None:
    trail = shelf.trail()
    async with AuditLog(trail).entry(moving()) as entry:
        await entry.begin(
            destination="WS1", planned={"widgets": 3}, license="L1", approval=None, patients=["patient-1"]
        )
        assert [record["event"] for record in shelf.records()] == ["opened", "begun"]
        assert len(list((shelf.home / "runs").iterdir())) == 1
        entry.note(result={"moved": 3})
    opened, begun, closed = shelf.records()
    assert said(begun) == {
        "event": "begun",
        "destination": "WS1",
        "planned": {"widgets": 3},
        "license": "L1",
        "patients": ["patient-1"],
    }
    assert said(closed) == {"event": "closed", "outcome": "ok", "result": {"moved": 3}}
    assert opened["call"] == begun["call"] == closed["call"]
    assert opened["run"] == trail.run
    trail.seal()
    assert list((shelf.home / "runs").iterdir()) == []
    assert shelf.problems() == []


def full_disk(*arguments: object, **others: object) -> None:
    raise OSError(CANARY)


@pytest.mark.parametrize("broken", ["trivium.audit.recovery._add", "trivium.audit.trail.Trail.append"])
async def test_a_beginning_that_cannot_be_written_refuses_the_run(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    trail = shelf.trail()

    async def attempt_to_run() -> None:
        async with AuditLog(trail).entry(moving()) as entry:
            with monkeypatch.context() as patched:
                patched.setattr(broken, full_disk)
                await entry.begin(destination="WS1")
            raise AssertionError("it ran")

    with pytest.raises(Refused) as caught:
        await attempt_to_run()
    assert caught.value.reason is RefusalCode.AUDIT_UNAVAILABLE
    assert [record.get("outcome") for record in shelf.records()] == [None, "audit_unavailable"]
    trail.seal()
    assert list((shelf.home / "runs").iterdir()) == []


async def run_to_an_unwritable_end(log: AuditLog, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        async with log.entry(moving()) as entry:
            await entry.begin()
            entry.note(result={"moved": 3})
            patched.setattr(Trail, "append", full_disk)


async def test_an_end_that_could_not_be_written_is_written_before_the_next_call(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = AuditLog(shelf.trail())
    await run_to_an_unwritable_end(log, monkeypatch)
    (journal,) = (shelf.home / "runs").iterdir()
    assert journal.read_bytes().count(b"begun") == 1
    async with log.entry(moving()):
        assert journal.read_bytes() == b""
    assert [record["event"] for record in shelf.records()] == ["opened", "begun", "closed", "opened", "closed"]
    assert said(shelf.records()[2]) == {"event": "closed", "outcome": "ok", "recovered": True, "result": {"moved": 3}}


async def test_an_end_is_owed_for_as_long_as_it_cannot_be_written(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = AuditLog(shelf.trail())
    await run_to_an_unwritable_end(log, monkeypatch)
    with monkeypatch.context() as patched:
        patched.setattr(Trail, "append", full_disk)
        for _ in range(2):
            async with log.entry(moving(search_widgets, {})):
                pass
    async with log.entry(moving(search_widgets, {})):
        pass
    assert [record.get("recovered") for record in shelf.records()] == [None, None, True, None, None]


async def test_an_end_that_was_never_written_is_written_by_the_next_process(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = AuditLog(shelf.trail())
    await run_to_an_unwritable_end(log, monkeypatch)
    log.trail.seal()
    assert shelf.trail().recover() == 1
    assert shelf.records()[-1]["outcome"] == "interrupted"


@pytest.mark.parametrize("request_", [moving(), moving(search_widgets, {}), moving(arguments=7)], ids=lambda r: r.name)
async def test_whether_a_call_needs_the_trail_is_for_the_policy_to_say(shelf: Shelf, request_: Request) -> None:
    shelf.path.mkdir(parents=True)
    ran = []

    async def attempt_to_run(required: bool) -> None:
        async with AuditLog(shelf.trail()).entry(request_, required=required):
            ran.append(required)

    await attempt_to_run(False)
    with pytest.raises(Refused, match="the audit trail cannot be written"):
        await attempt_to_run(True)
    assert ran == [False]


async def test_a_call_whose_error_has_a_code_is_closed_with_it(shelf: Shelf) -> None:
    log = AuditLog(shelf.trail())
    for error in (Refused(RefusalCode.VETOED, "no"), RuntimeError(CANARY), KeyboardInterrupt()):
        with pytest.raises(type(error)):
            async with log.entry(moving()):
                raise error
    outcomes = [record["outcome"] for record in shelf.records() if record["event"] == "closed"]
    assert outcomes == ["vetoed", "tool_failed", "canceled"]
    assert CANARY not in shelf.path.read_text()


# Arguments that are marked as patient data.


@tool(effect=Effect.READS_REMOTE)
def find_patients(
    patient_id: Annotated[str, Phi(Kind.PATIENT_ID)] = "",
    name: Annotated[str | None, Phi(Kind.NAME)] = None,
    number: Annotated[int, Phi(Kind.PATIENT_ID)] = 0,
    order: Annotated[str, Phi(Kind.ORDER)] = "",
    uid: Annotated[str, Phi(Kind.UID)] = "",
    kind: Annotated[Kind | None, PUBLIC] = None,
    value: Annotated[str, PhiBy("kind")] = "",
    both: list[Annotated[str, Phi(Kind.NAME)]] | Annotated[str, PUBLIC] = "",
) -> Facts:
    """Find."""
    return Facts(code="W-1", weight=1)


async def arguments_of(shelf: Shelf, arguments: Any) -> Any:
    async with AuditLog(shelf.trail(), Letters()).entry(moving(find_patients, arguments)):
        pass
    return shelf.records()[-2]["arguments"]


@pytest.mark.parametrize(
    ("given", "recorded"),
    [
        ({"patient_id": "4711"}, "patient-4"),
        ({"patient_id": "1.2.840.4711"}, "patient-12"),
        ({"patient_id": " patient-KKKK "}, "patient-KKKK"),
        ({"name": "ZORBLAX^QUENTIN"}, "name-15"),
        ({"name": None}, None),
        ({"uid": "1.2.840.10008.1"}, "1.2.840.10008.1"),
        ({"kind": "name"}, "name"),
    ],
    ids=str,
)
async def test_a_marked_argument_is_the_stand_in_that_results_show(
    shelf: Shelf, given: dict[str, Any], recorded: str | None
) -> None:
    assert await arguments_of(shelf, given) == dict.fromkeys(given, recorded)


@pytest.mark.parametrize(
    "given",
    [
        {"patient_id": ""},
        {"patient_id": " "},
        {"patient_id": ["4711"]},
        {"patient_id": True},
        {"patient_id": "4711" * 100},
        {"patient_id": "patient-4711"},
        {"number": 4711},
        {"order": "A4711"},
        {"uid": "4711"},
        {"value": "4711"},
        {"value": "1.2.840.4711"},
        {"value": True},
        {"both": "4711"},
        {"both": ["4711"]},
    ],
    ids=lambda given: json.dumps(given)[:40],
)
async def test_a_marked_argument_without_a_stand_in_is_a_token(shelf: Shelf, given: dict[str, Any]) -> None:
    ((_, recorded),) = (await arguments_of(shelf, given)).items()
    assert recorded.startswith("token:")
    assert "4711" not in json.dumps([r.get("arguments") for r in shelf.records()]).replace(recorded, "")


async def test_without_stand_ins_a_marked_argument_is_a_token(shelf: Shelf) -> None:
    async with AuditLog(shelf.trail()).entry(moving(find_patients, {"patient_id": "patient-KKKK"})):
        pass
    assert shelf.records()[0]["arguments"]["patient_id"].startswith("token:")
