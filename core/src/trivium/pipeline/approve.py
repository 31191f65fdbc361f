"""The approval gate: a person says yes to this one run.

The question is made from the tool, its arguments and the preflight only, never from words of a model. A client that can
ask is asked; for one that cannot, the refusal carries a code that a person approves outside the client.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final, Protocol, TypeVar

from anyio import to_thread

from trivium.api import Preflight, RefusalCode, Refused
from trivium.pipeline.call import AdmittedCall
from trivium.pipeline.ledger import Approval, Ledger, LedgerFault, State
from trivium.pipeline.redact import Redactor

T = TypeVar("T")
_LONGEST: Final = 120


class Answer(Enum):
    APPROVED = auto()
    """Accepted, and the box was ticked."""
    DECLINED = auto()
    """Everything else: declined, canceled, accepted without the tick, or an answer to something else."""


@dataclass(frozen=True, slots=True)
class Question:
    code: str
    """Changes with every approval, so that an old answer meets a new question."""
    text: str


class Person(Protocol):
    """The way to whoever sits at the client."""

    @property
    def can_be_asked(self) -> bool: ...

    async def answer(self, question: Question) -> Answer:
        """The answer to exactly this question.

        Raises `AnswerNeeded` where the protocol carries a question back to the client and the call comes again.
        """


class AnswerNeeded(Exception):  # not a fault: the call pauses here
    """The call has to come again, with the answer to `question`."""

    def __init__(self, question: Question) -> None:
        super().__init__("an answer is needed")
        self.question = question


async def ask_person(
    call: AdmittedCall, plan: Preflight | None, ledger: Ledger, person: Person, redactor: Redactor
) -> str | None:
    """The code of the approval that this run has used up, or None when the call needs none.

    Raises `Refused` and `AnswerNeeded`. A ledger that cannot be read or written is a no.
    """
    if not call.spec.approval or call.rehearsal:
        return None
    action = {
        "caller": call.caller,
        "tool": call.spec.name,
        "digest": call.digest(plan),
    }
    try:
        approval = await _ledger(lambda: ledger.open(**action, question=question_text(call, plan, redactor)))
        willing = approval.state is not State.OPEN or await _ask(call, approval, ledger, person)
        if willing and await _ledger(lambda: ledger.spend(approval.code, **action)):
            return approval.code
        await _ledger(lambda: ledger.close(approval.code))
    except LedgerFault as fault:
        raise Refused(
            RefusalCode.GATE_FAILED, f"the approval ledger cannot be used ({fault}): nothing was done"
        ) from None
    raise Refused(RefusalCode.APPROVAL_DECLINED, f"a person did not approve this {call.spec.name}: nothing was done")


async def _ask(call: AdmittedCall, approval: Approval, ledger: Ledger, person: Person) -> bool:
    """Whether the person at the client says yes; a no there stands, even against a yes given elsewhere meanwhile."""
    if not person.can_be_asked:
        raise Refused(
            RefusalCode.APPROVAL_REQUIRED,
            f"{call.spec.name} needs a person's approval and this client cannot ask for it. Let a person run "
            f"`trivium approvals approve {approval.code}` on the host, then call again with the same arguments",
        )
    if await person.answer(Question(approval.code, approval.question)) is not Answer.APPROVED:
        return False
    await _ledger(lambda: ledger.decide(approval.code, approve=True, by=f"client of {call.caller}"))
    return True


async def _ledger(step: Callable[[], T]) -> T:
    """The ledger is a file that others write too: never wait for it on the event loop."""
    return await to_thread.run_sync(step)


def question_text(call: AdmittedCall, plan: Preflight | None, redactor: Redactor) -> str:
    """What the person reads: the tool, each argument but those that were left empty, what would move."""
    lines = [f"Allow {call.spec.name}, once?"]
    for name, info in type(call.arguments).model_fields.items():
        value = call.values[name]
        if value == info.default and (value is None or value is False or value == ""):
            continue
        lines.append(f"{name}: {one_line(value)}")
    if plan is not None:
        facts: list[dict[str, Any]] = redactor.render(plan, declared=Preflight).get("facts", [])
        lines += [f"{one_line(fact['label'])}: {one_line(fact['value'])}" for fact in facts]
        lines += [f"{name}: {count}" for name, count in plan.counts.items()]
    return "\n".join(lines)


def one_line(value: Any) -> str:
    """A value that can neither start a new line, nor turn the reading direction, nor push the rest out of sight."""
    text = "".join(c if c.isprintable() else "?" for c in str(value))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ... ({len(text)} characters)"
