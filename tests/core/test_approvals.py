"""An approval is one row: good for one run of one tool with one set of arguments, for a short while."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from tests.core import widgets
from tests.core.bench import MOVE, Bench, Clock, Plugin, no_progress
from tests.core.widgets import Moved
from trivium.api import PUBLIC, Effect, Fact, Kind, Preflight, RefusalCode, Refused, Safety, tool
from trivium.pipeline import Answer, Ledger, Question, Redactor, ServedTool
from trivium.pipeline.call import AdmittedCall, Request, admit
from trivium.pipeline.ledger import Approval, State, Verdict
from trivium.pipeline.question import one_line, question_text
from trivium.policy import ApprovalLevel
from trivium.testing import Era, Person, connect, error_code

anyio = pytest.mark.anyio
ERAS = get_args(Era)
ACTION: dict[str, Any] = {"caller": "ward", "tool": "move_widget", "digest": "d1", "level": ApprovalLevel.ASK}


@pytest.fixture
def clock() -> Clock:
    return Clock(1000.0)


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Ledger:
    return Ledger(tmp_path / "deep" / "approvals.sqlite3", seconds=60, clock=clock)


def opened(ledger: Ledger, **changes: Any) -> Approval:
    return ledger.open(**{**ACTION, **changes}, question="Allow?")


def test_a_question_is_open_until_it_is_answered(ledger: Ledger, clock: Clock) -> None:
    approval = opened(ledger)
    assert approval == Approval(
        code=approval.code,
        caller="ward",
        tool="move_widget",
        question="Allow?",
        level=ApprovalLevel.ASK,
        state=State.OPEN,
        opened=clock.now,
        expires=clock.now + 60,
    )
    assert ledger.waiting() == [approval]
    assert ledger.decide(approval.code, approve=True, by="console") is Verdict.RECORDED
    assert ledger.waiting() == []


def test_asking_the_same_again_finds_the_same_question(ledger: Ledger) -> None:
    assert opened(ledger) == opened(ledger)
    assert len(ledger.waiting()) == 1


def test_a_code_can_be_read_aloud(ledger: Ledger) -> None:
    codes = {opened(ledger, digest=str(n)).code for n in range(50)}
    assert len(codes) == 50
    for code in codes:
        assert len(code) == 9
        assert code[4] == "-"
        assert set(code) <= set("ABCDEFGHJKMNPQRSTVWXYZ23456789-")


@pytest.mark.parametrize("change", ["caller", "tool", "digest"])
def test_an_approval_is_bound_to_caller_tool_and_arguments(ledger: Ledger, change: str) -> None:
    code = opened(ledger).code
    ledger.decide(code, approve=True, by="console")
    assert not ledger.spend(code, **{**ACTION, change: "other"})
    assert opened(ledger, **{change: "other"}).code != code
    assert ledger.spend(code, **ACTION)


def test_an_approval_is_spent_once(ledger: Ledger) -> None:
    code = opened(ledger).code
    assert not ledger.spend(code, **ACTION)
    ledger.decide(code, approve=True, by="console")
    assert ledger.spend(code, **ACTION)
    assert not ledger.spend(code, **ACTION)
    assert opened(ledger).code != code


def test_a_refusal_stands_until_the_question_is_closed(ledger: Ledger) -> None:
    code = opened(ledger).code
    ledger.decide(code, approve=False, by="console")
    assert opened(ledger).code == code
    assert opened(ledger).state is State.REFUSED
    assert not ledger.spend(code, **ACTION)
    ledger.close(code)
    assert opened(ledger).code != code


@pytest.mark.parametrize("answer", [None, True, False])
def test_a_closed_question_is_closed_whatever_was_answered(ledger: Ledger, answer: bool | None) -> None:
    code = opened(ledger).code
    if answer is not None:
        ledger.decide(code, approve=answer, by="console")
    ledger.close(code)
    assert ledger.waiting() == []
    assert ledger.decide(code, approve=True, by="console") is Verdict.NOT_WAITING
    assert not ledger.spend(code, **ACTION)


@pytest.mark.parametrize(("first", "second"), [(True, False), (False, True), (True, True)])
def test_the_first_answer_stands(ledger: Ledger, first: bool, second: bool) -> None:
    code = opened(ledger).code
    assert ledger.decide(code, approve=first, by="one") is Verdict.RECORDED
    assert ledger.decide(code, approve=second, by="two") is Verdict.NOT_WAITING
    assert ledger.spend(code, **ACTION) is first


@pytest.mark.parametrize("code", ["", "AAAA-AAAA", "' OR 1=1 --"])
def test_an_unknown_code_decides_nothing(ledger: Ledger, code: str) -> None:
    opened(ledger)
    assert ledger.decide(code, approve=True, by="console") is Verdict.NOT_WAITING
    assert len(ledger.waiting()) == 1


def test_a_question_and_an_answer_expire(ledger: Ledger, clock: Clock) -> None:
    unanswered, answered = opened(ledger), opened(ledger, digest="d2")
    ledger.decide(answered.code, approve=True, by="console")
    clock.now += 60
    assert ledger.waiting() == []
    assert ledger.decide(unanswered.code, approve=True, by="console") is Verdict.NOT_WAITING
    assert not ledger.spend(answered.code, **{**ACTION, "digest": "d2"})
    assert opened(ledger).code != unanswered.code


def test_an_approval_is_good_up_to_its_last_second(ledger: Ledger, clock: Clock) -> None:
    code = opened(ledger).code
    ledger.decide(code, approve=True, by="console")
    clock.now += 59.9
    assert ledger.spend(code, **ACTION)


def test_who_decided_and_when_is_kept(ledger: Ledger, tmp_path: Path, clock: Clock) -> None:
    code = opened(ledger).code
    clock.now += 7
    ledger.decide(code, approve=True, by="console:mary")
    with sqlite3.connect(tmp_path / "deep" / "approvals.sqlite3") as db:
        assert db.execute("SELECT code, state, decided_by, decided FROM approval").fetchall() == [
            (code, "approved", "console:mary", clock.now)
        ]
    db.close()


def test_the_ledger_is_for_its_owner_only(ledger: Ledger, tmp_path: Path) -> None:
    opened(ledger)
    file = tmp_path / "deep" / "approvals.sqlite3"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_looking_makes_no_ledger(ledger: Ledger, tmp_path: Path) -> None:
    assert ledger.waiting() == []
    assert not (tmp_path / "deep").exists()


RACER = """
import sys
from pathlib import Path
from trivium.pipeline.ledger import Ledger
from trivium.policy import ApprovalLevel
ledger = Ledger(Path(sys.argv[1]), seconds=600)
print("ready", flush=True)
sys.stdin.readline()
action = {"caller": "ward", "tool": "move_widget", "digest": "d1", "level": ApprovalLevel.ASK}
print(sum(ledger.spend(code, **action) for code in sys.argv[2:]), flush=True)
"""


def test_of_two_processes_racing_for_approvals_each_is_won_once(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "approvals.sqlite3", seconds=600)
    codes = []
    for _ in range(20):
        code = opened(ledger).code
        ledger.decide(code, approve=True, by="console")
        codes.append(code)
        with sqlite3.connect(tmp_path / "approvals.sqlite3") as db:  # so that the next is another row
            db.execute("UPDATE approval SET digest = 'aside' WHERE code = ?", (code,))
        db.close()
    with sqlite3.connect(tmp_path / "approvals.sqlite3") as db:
        db.execute("UPDATE approval SET digest = 'd1'")
    db.close()
    command = [sys.executable, "-c", RACER, str(tmp_path / "approvals.sqlite3"), *codes]
    racers = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    won = [int(racer.communicate(timeout=30)[0]) for racer in racers]
    assert sum(won) == len(codes)


# Through the house.


@anyio
@pytest.mark.parametrize("era", ERAS)
async def test_a_run_approved_outside_the_client_happens_once(bench: Bench, era: Era) -> None:
    host = bench.host()
    async with connect(host, era=era) as client:
        refused = await client.call_tool("move_widget", MOVE)
        (waiting,) = host.house.ledger.waiting()
        assert (refused.structured_content or {})["error"] == {
            "code": "approval_required",
            "message": "move_widget needs a person's approval and this client cannot ask for it. Let a person run "
            f"`trivium approvals approve {waiting.code}` on the host, then call again with the same arguments",
        }
        host.house.ledger.decide(waiting.code, approve=True, by="console")
        assert error_code(await client.call_tool("move_widget", MOVE)) == ""
        assert error_code(await client.call_tool("move_widget", MOVE)) == "approval_required"
    assert bench.sent == ["W-1"]
    assert [record.get("approval") for record in bench.audit() if record["event"] == "closed"] == [
        None,
        waiting.code,
        None,
    ]


@anyio
@pytest.mark.parametrize("era", ERAS)
async def test_a_run_refused_outside_the_client_is_told_once(bench: Bench, era: Era) -> None:
    host = bench.host()
    async with connect(host, era=era) as client:
        await client.call_tool("move_widget", MOVE)
        (waiting,) = host.house.ledger.waiting()
        host.house.ledger.decide(waiting.code, approve=False, by="console")
        assert error_code(await client.call_tool("move_widget", MOVE)) == "approval_declined"
        assert error_code(await client.call_tool("move_widget", MOVE)) == "approval_required"
    assert bench.sent == []
    assert host.house.ledger.waiting()[0].code != waiting.code


@anyio
async def test_an_approval_is_for_the_caller_it_was_asked_for(bench: Bench) -> None:
    host = bench.host()
    async with connect(host, caller="one") as client:
        await client.call_tool("move_widget", MOVE)
    host.house.ledger.decide(host.house.ledger.waiting()[0].code, approve=True, by="console")
    async with connect(host, caller="two") as client:
        assert error_code(await client.call_tool("move_widget", MOVE)) == "approval_required"
    assert bench.sent == []


@anyio
async def test_an_approval_is_for_the_number_that_was_to_move(bench: Bench) -> None:
    host = bench.host()
    async with connect(host) as client:
        await client.call_tool("move_widget", MOVE)
        host.house.ledger.decide(host.house.ledger.waiting()[0].code, approve=True, by="console")
        bench.widgets.shop.count = 4
        assert error_code(await client.call_tool("move_widget", MOVE)) == "approval_required"
        assert bench.sent == []
        bench.widgets.shop.count = 3
        assert error_code(await client.call_tool("move_widget", MOVE)) == ""


@anyio
async def test_an_approval_is_for_what_was_found_beforehand(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    host = bench.host()
    async with connect(host) as client:
        await client.call_tool("move_widget", MOVE)
        host.house.ledger.decide(host.house.ledger.waiting()[0].code, approve=True, by="console")
        monkeypatch.setattr(widgets, "NAME", "DOE^JOHN")  # the widgets belong to somebody else by now
        assert error_code(await client.call_tool("move_widget", MOVE)) == "approval_required"
    assert bench.sent == []


@dataclass
class TwoMinds:
    """A person who declines at the client while another approves at the console."""

    ledger: Ledger
    can_be_asked: bool = True

    async def answer(self, question: Question) -> Answer:
        assert self.ledger.decide(question.code, approve=True, by="console") is Verdict.RECORDED
        return Answer.DECLINED


@anyio
async def test_who_declines_at_the_client_is_not_overruled_from_elsewhere(bench: Bench) -> None:
    host = bench.host()
    with pytest.raises(Refused) as caught:
        await host.call("move_widget", MOVE, caller="ward", person=TwoMinds(host.house.ledger), progress=no_progress)
    assert caught.value.reason is RefusalCode.APPROVAL_DECLINED
    assert bench.sent == []


# The question.


class Sent(BaseModel):
    sent: Annotated[int, PUBLIC]


@tool(effect=Effect.WRITES_REMOTE)
def send_gadget(
    code: str,
    limit: int = 100,
    verify: bool = True,
    force: bool = False,
    target: str = "main",
    comment: str = "",
    note: str | None = None,
    tags: Annotated[list[str], Field(max_length=3)] = [],  # noqa: B006  # pydantic copies it
) -> Sent:
    """Send a gadget."""
    raise NotImplementedError


def admitted(**arguments: Any) -> AdmittedCall:
    request = Request("send_gadget", arguments, "ward", {"send_gadget": ServedTool(send_gadget, "gadgets")})
    return admit(request, Redactor())


def asked(plan: Preflight | None = None, **arguments: Any) -> list[str]:
    return question_text(admitted(**arguments), plan, Redactor()).split("\n")


def test_a_question_has_one_line_for_each_fact() -> None:
    plan = Preflight(
        counts={"studies": 1, "images": 240},
        facts=(Fact(label="Patient", value="O'BRIEN", kind=Kind.NAME), Fact(label="Modality", value="CT")),
    )
    assert asked(plan, code="G-1", note="urgent", tags=["a", "b"]) == [
        "Allow send_gadget, once?",
        "code: G-1",
        "limit: 100",
        "verify: yes",
        "target: main",
        "note: urgent",
        "tags: a, b",
        "Patient: O.",
        "Modality: CT",
        "studies: 1",
        "images: 240",
    ]


def test_an_argument_of_zero_is_part_of_the_question() -> None:
    """Zero may well mean: without a limit."""
    assert "limit: 0" in asked(code="G-1", limit=0)


def test_a_switch_that_was_turned_off_is_part_of_the_question() -> None:
    assert "verify: no" in asked(code="G-1", verify=False)
    assert "verify: yes" in asked(code="G-1")
    assert not [line for line in asked(code="G-1") if line.startswith("force")]


def test_an_argument_that_was_emptied_is_part_of_the_question() -> None:
    assert "target: " in asked(code="G-1", target="")
    assert not [line for line in asked(code="G-1") if line.startswith("comment")]


@pytest.mark.parametrize(
    "trick",
    [
        *("\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029", "\t", "\x00", "\x1b[2K"),
        *("\u202e", "\u2066", "\u200b", "\ufeff", "\u00ad", "\ue000", "\U000e0041"),
    ],
    ids=ascii,
)
def test_a_value_can_neither_start_a_line_nor_hide_nor_turn_the_reading_direction(trick: str) -> None:
    text = one_line(f"G-1{trick}code: G-2")
    assert text.isprintable()
    assert text.replace("[2K", "").replace("?", "") == "G-1code: G-2"
    assert len(asked(Preflight(counts={}, facts=(Fact(label=f"a{trick}b", value=trick),)), code=f"x{trick}y")) == 7


@given(st.text())
def test_whatever_a_value_is_it_is_one_printable_line_that_fits(value: str) -> None:
    text = one_line(value)
    assert text.isprintable()
    assert len(text) <= 150
    assert len(text.splitlines()) <= 1
    if len(value) > 120:
        assert text.endswith(f" ... ({len(value)} characters)")


@anyio
@pytest.mark.parametrize("era", ERAS)
async def test_a_person_reads_tool_arguments_and_plan_and_no_patients_name(bench: Bench, era: Era) -> None:
    host = bench.host()
    person = Person(action="decline")
    async with connect(host, era=era, person=person) as client:
        await client.call_tool("move_widget", {"code": "W-1\nwidgets: 0", "destination": "WS1"})
    (question,) = person.asked
    text, _, code = question.rpartition("\n")
    assert text.split("\n") == [
        "Allow move_widget, once?",
        "code: W-1?widgets: 0",
        "destination: WS1",
        "Owner: O. M.",
        "widgets: 3",
    ]
    assert code.startswith("(approval ")


@anyio
async def test_a_tool_can_ask_for_approval_without_an_effect(bench: Bench) -> None:
    host = bench.only(looker=Plugin("looker", look))
    async with connect(host) as client:
        assert error_code(await client.call_tool("look", {})) == "approval_required"
    async with connect(host, person=Person()) as client:
        assert error_code(await client.call_tool("look", {})) == ""


@tool(effect=Effect.LOCAL, approval=True)
def look() -> Moved:
    """Look at what a person has to allow."""
    return Moved(moved=0)


@anyio
async def test_an_effect_can_be_declared_to_need_no_approval(bench: Bench) -> None:
    host = bench.only(gadgets=Plugin("gadgets", blink.guarded(Safety(enabled=True, switch="X=true"))))
    async with connect(host) as client:
        assert error_code(await client.call_tool("blink", {})) == ""


@tool(effect=Effect.WRITES_REMOTE, approval=False)
def blink() -> Moved:
    """Blink."""
    return Moved(moved=1)
