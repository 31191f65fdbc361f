"""Where the policy wants somebody else than the caller, no yes of the caller's own counts, whichever way it comes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import BaseModel

from trivium.api import PUBLIC, Effect, Kind, Phi, RefusalCode, Refused, tool
from trivium.pipeline import Answer, AnswerNeeded, Ledger, Question, Redactor, ServedTool
from trivium.pipeline.approve import ask_person
from trivium.pipeline.call import AdmittedCall
from trivium.pipeline.gates import Passed
from trivium.pipeline.ledger import MOST_WAITING, TooManyWaiting, Verdict, account_of, somebody_else
from trivium.pipeline.question import question_text
from trivium.policy import ApprovalLevel, Rules

pytestmark = pytest.mark.anyio

NONE, ASK, OUTSIDE = ApprovalLevel
REDACTOR = Redactor()
CALLER = "http:alice"
ACTION: dict[str, Any] = {"caller": CALLER, "tool": "move_widget", "digest": "d1", "question": "Allow?"}


@dataclass
class Decisions:
    """What the ledger tells of decisions."""

    told: list[tuple[str, str, bool, str]] = field(default_factory=list)

    def __call__(self, code: str, tool: str, approve: bool, by: str) -> None:
        self.told.append((code, tool, approve, by))


@pytest.fixture
def decisions() -> Decisions:
    return Decisions()


@pytest.fixture
def ledger(tmp_path: Path, decisions: Decisions) -> Ledger:
    return Ledger(tmp_path / "approvals.sqlite3", seconds=60, on_decision=decisions)


def spent(ledger: Ledger, code: str, level: ApprovalLevel) -> bool:
    return ledger.spend(code, caller=CALLER, tool="move_widget", digest="d1", level=level)


@pytest.mark.parametrize("by", ["http:alice", "page:alice", "console:Alice", "stdio: alice ", "client of http:alice"])
def test_the_callers_own_account_cannot_approve(ledger: Ledger, decisions: Decisions, by: str) -> None:
    code = ledger.open(**ACTION, level=OUTSIDE).code
    assert ledger.decide(code, approve=True, by=by) is Verdict.OWN_CALL
    assert not spent(ledger, code, OUTSIDE)
    assert decisions.told == []
    assert ledger.decide(code, approve=True, by="page:bob") is Verdict.RECORDED
    assert spent(ledger, code, OUTSIDE)
    assert decisions.told == [(code, "move_widget", True, "page:bob")]


@pytest.mark.parametrize("by", ["console:unknown", "page:", "", "http:anonymous"])
def test_an_account_without_a_name_is_not_surely_somebody_else(ledger: Ledger, by: str) -> None:
    code = ledger.open(**ACTION, level=OUTSIDE).code
    assert ledger.decide(code, approve=True, by=by) is Verdict.OWN_CALL


def test_the_caller_may_refuse(ledger: Ledger) -> None:
    code = ledger.open(**ACTION, level=OUTSIDE).code
    assert ledger.decide(code, approve=False, by="page:alice") is Verdict.RECORDED


def test_where_the_client_is_asked_the_same_account_may_approve(ledger: Ledger) -> None:
    code = ledger.open(**ACTION, level=ASK).code
    assert ledger.decide(code, approve=True, by="console:alice") is Verdict.RECORDED
    assert spent(ledger, code, ASK)


def test_an_account_is_what_follows_the_way_it_came() -> None:
    names = ("http:alice", "console:ALICE", "client of stdio:alice", "alice", "page:a:b", "")
    assert [account_of(name) for name in names] == ["alice", "alice", "alice", "alice", "a:b", ""]
    assert somebody_else("page:bob", "http:alice")
    assert not somebody_else("page:alice", "stdio:alice")
    assert not somebody_else("page:bob", "http:anonymous")


@pytest.mark.parametrize(("before", "after"), [(ASK, OUTSIDE), (OUTSIDE, ASK)])
def test_an_approval_ends_when_the_level_changes(ledger: Ledger, before: ApprovalLevel, after: ApprovalLevel) -> None:
    old = ledger.open(**ACTION, level=before)
    ledger.decide(old.code, approve=True, by="page:bob")
    assert not spent(ledger, old.code, after)
    new = ledger.open(**ACTION, level=after)
    assert new.code != old.code
    assert not spent(ledger, old.code, before)
    assert not spent(ledger, new.code, after)
    assert ledger.waiting() == [new]


def test_a_caller_cannot_bury_a_person_in_questions(ledger: Ledger) -> None:
    for number in range(MOST_WAITING):
        ledger.open(**{**ACTION, "digest": str(number)}, level=ASK)
    with pytest.raises(TooManyWaiting):
        ledger.open(**ACTION, level=ASK)
    assert len(ledger.waiting()) == MOST_WAITING
    ledger.open(**{**ACTION, "caller": "http:bob"}, level=ASK)
    ledger.decide(ledger.waiting()[0].code, approve=False, by="console:mary")
    ledger.open(**ACTION, level=ASK)


def test_every_decision_is_told_after_it_stands(ledger: Ledger, decisions: Decisions) -> None:
    codes = [ledger.open(**{**ACTION, "digest": str(number)}, level=ASK).code for number in range(4)]
    ledger.decide(codes[0], approve=True, by="console:mary")
    ledger.decide(codes[1], approve=False, by="page:bob")
    ledger.close(codes[2], by="client of http:alice")
    ledger.close(codes[3])
    ledger.decide(codes[0], approve=False, by="page:bob")
    assert decisions.told == [
        (codes[0], "move_widget", True, "console:mary"),
        (codes[1], "move_widget", False, "page:bob"),
        (codes[2], "move_widget", False, "client of http:alice"),
    ]


def test_a_decision_stands_even_when_it_cannot_be_told(ledger: Ledger, caplog: pytest.LogCaptureFixture) -> None:
    def broken(*_: object) -> None:
        raise OSError("ZZTEST")

    ledger.on_decision = broken
    code = ledger.open(**ACTION, level=ASK).code
    assert ledger.decide(code, approve=True, by="console:mary") is Verdict.RECORDED
    assert spent(ledger, code, ASK)
    assert [record.getMessage() for record in caplog.records] == ["a decision could not be recorded (OSError)"]


# The gate.


class Sent(BaseModel):
    sent: Annotated[int, PUBLIC]


@tool(effect=Effect.WRITES_REMOTE, rehearsal="dry_run")
def move_widget(
    code: str,
    patient: Annotated[str, Phi(Kind.PATIENT_ID)] = "",
    name: Annotated[str, Phi(Kind.NAME)] = "",
    dry_run: bool = False,
) -> Sent:
    """Move a widget."""
    raise NotImplementedError


def call(caller: str = CALLER, **arguments: Any) -> AdmittedCall:
    served = ServedTool(move_widget, "widgets")
    return AdmittedCall(
        served.spec, served.plugin, caller, served.spec.input.model_validate({"code": "W", **arguments})
    )


@dataclass
class Keen:
    """Says yes to everything, if asked."""

    can_be_asked: bool = True
    approvals_page: str | None = None
    asked: list[Question] = field(default_factory=list)

    async def answer(self, question: Question) -> Answer:
        self.asked.append(question)
        return Answer.APPROVED


async def ask(
    ledger: Ledger, person: Any, level: ApprovalLevel, of: AdmittedCall, *, then: ApprovalLevel | None = None
) -> str | None:
    """The code of the approval; `then` is the level that the gates find after the person was waited for."""

    async def again() -> Passed:
        return Passed(Rules(), None, None, then or level)

    code, _ = await ask_person(of, Passed(Rules(), None, None, level), ledger, person, REDACTOR, again)
    return code


async def refusal(ledger: Ledger, person: Any, level: ApprovalLevel, **changes: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        await ask(ledger, person, level, call(**changes))
    return caught.value


async def test_without_a_level_nobody_is_asked_and_nothing_is_written(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "none" / "approvals.sqlite3", seconds=60)
    assert await ask(ledger, Keen(), NONE, call()) is None
    for level in ApprovalLevel:
        assert await ask(ledger, Keen(), level, call(dry_run=True)) is None
    assert not (tmp_path / "none").exists()


async def test_the_client_is_never_asked_where_somebody_else_has_to_approve(
    ledger: Ledger, decisions: Decisions
) -> None:
    person = Keen(approvals_page="https://trivium.example.org/approvals")
    refused = await refusal(ledger, person, OUTSIDE)
    (waiting,) = ledger.waiting()
    assert person.asked == []
    assert refused.reason is RefusalCode.APPROVAL_REQUIRED
    assert str(refused) == (
        "move_widget needs the approval of somebody else than http:alice, outside this client. Let that person run "
        f"`trivium approvals approve {waiting.code}` on the host or open https://trivium.example.org/approvals, "
        "then call again with the same arguments"
    )
    ledger.decide(waiting.code, approve=True, by="page:bob")
    assert await ask(ledger, person, OUTSIDE, call()) == waiting.code
    assert (await refusal(ledger, person, OUTSIDE)).reason is RefusalCode.APPROVAL_REQUIRED
    assert decisions.told == [(waiting.code, "move_widget", True, "page:bob")]


class Paused(Keen):
    """A client of the newer era: the question goes back to it before it can answer."""

    async def answer(self, question: Question) -> Answer:
        self.asked.append(question)
        raise AnswerNeeded(question)


async def test_a_yes_at_the_client_is_too_late_once_the_policy_wants_somebody_else(ledger: Ledger) -> None:
    with pytest.raises(AnswerNeeded):
        await ask(ledger, Paused(), ASK, call())
    code = ledger.waiting()[0].code
    keen = Keen()
    assert (await refusal(ledger, keen, OUTSIDE)).reason is RefusalCode.APPROVAL_REQUIRED
    assert keen.asked == []
    assert ledger.waiting()[0].code != code


async def test_a_level_that_is_raised_while_the_person_thinks_makes_the_yes_too_late(ledger: Ledger) -> None:
    with pytest.raises(Refused) as caught:
        await ask(ledger, Keen(), ASK, call(), then=OUTSIDE)
    assert caught.value.reason is RefusalCode.APPROVAL_REQUIRED
    assert "what would happen now is not what was asked about" in str(caught.value)


@pytest.mark.parametrize("caller", ["http:anonymous", "stdio:unknown"])
async def test_a_caller_without_a_name_is_told_that_nobody_can_approve_for_it(ledger: Ledger, caller: str) -> None:
    refused = await refusal(ledger, Keen(), OUTSIDE, caller=caller)
    assert refused.reason is RefusalCode.APPROVAL_REQUIRED
    assert "give the caller a name with `trivium access grant`" in str(refused)
    assert ledger.waiting() == []


async def test_a_no_at_the_client_is_told_as_a_decision(ledger: Ledger, decisions: Decisions) -> None:
    class Wary(Keen):
        async def answer(self, question: Question) -> Answer:
            return Answer.DECLINED

    assert (await refusal(ledger, Wary(), ASK)).reason is RefusalCode.APPROVAL_DECLINED
    assert [(approve, by) for _, _, approve, by in decisions.told] == [(False, "client of http:alice")]


async def test_too_many_questions_are_refused_with_a_way_out(ledger: Ledger) -> None:
    for number in range(MOST_WAITING):
        ledger.open(**{**ACTION, "digest": str(number)}, level=ASK)
    refused = await refusal(ledger, Keen(can_be_asked=False), ASK)
    assert refused.reason is RefusalCode.LIMIT_EXCEEDED
    assert "let a person decide them, or let them expire" in str(refused)


async def test_a_ledger_that_cannot_be_used_is_a_no_that_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "approvals.sqlite3"
    file.write_text("this is a diary")
    refused = await refusal(Ledger(file, seconds=60), Keen(), ASK)
    assert refused.reason is RefusalCode.GATE_FAILED
    assert str(refused) == (
        "the approval ledger cannot be used (approvals.sqlite3 is not a ledger of approvals): nothing was done"
    )
    assert file.read_text() == "this is a diary"


async def test_patient_data_among_the_arguments_are_asked_about_by_stand_ins() -> None:
    redactor = Redactor()
    text = question_text(call(patient="ZZ-4711", name="ZZTEST^CANARY"), None, redactor)
    assert text.split("\n") == [
        "Allow move_widget, once?",
        "code: W",
        f"patient: {redactor.stand_ins.of(Kind.PATIENT_ID, 'ZZ-4711')}",
        "name: Z. C.",
    ]
