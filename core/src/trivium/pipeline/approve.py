"""The approval gate: a person says yes to this one run.

The question is made from the tool, its arguments and the preflight only, never from words of a model. A client that can
ask is asked; for one that cannot, and wherever the policy wants somebody else than the caller, the refusal carries a
code that a person approves outside the client.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Protocol, TypeVar, runtime_checkable

from anyio import to_thread

from trivium.api import RefusalCode, Refused
from trivium.pipeline.call import AdmittedCall
from trivium.pipeline.ledger import Approval, Ledger, State, TooManyWaiting, nameless
from trivium.pipeline.ledger_file import LedgerFault
from trivium.pipeline.question import question_text
from trivium.pipeline.redact import Redactor
from trivium.policy import ApprovalLevel
from trivium.privacy import StandIns

if TYPE_CHECKING:
    from trivium.pipeline.gates import Passed

T = TypeVar("T")


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


@runtime_checkable
class HasPage(Protocol):
    """A person who came over HTTP, where the host has a page for approvals."""

    @property
    def approvals_page(self) -> str | None:
        """Its address, as this client reaches the host."""


class AnswerNeeded(Exception):  # not a fault: the call pauses here
    """The call has to come again, with the answer to `question`."""

    def __init__(self, question: Question) -> None:
        super().__init__("an answer is needed")
        self.question = question


async def ask_person(
    call: AdmittedCall,
    passed: Passed,
    ledger: Ledger,
    person: Person,
    redactor: Redactor,
    again: Callable[[], Awaitable[Passed]],
) -> tuple[str | None, Passed]:
    """The code of the approval that this run has used up, None when the call needs none; and what the gates found last.

    `again` passes the other gates once more, after a person has been waited for. Raises `Refused` and `AnswerNeeded`. A
    ledger that cannot be read or written is a no.
    """
    if passed.level is ApprovalLevel.NONE or call.rehearsal:
        return None, passed
    try:
        return await _Gate(call, passed.level, ledger, person, redactor.stand_ins).pass_(
            passed, question_text(call, passed.plan, redactor), again
        )
    except LedgerFault as fault:
        raise Refused(
            RefusalCode.GATE_FAILED, f"the approval ledger cannot be used ({fault}): nothing was done"
        ) from None
    except TooManyWaiting:
        raise Refused(
            RefusalCode.LIMIT_EXCEEDED,
            "too many questions of this caller wait for approval already; let a person decide them, or let them expire",
        ) from None


@dataclass(frozen=True, slots=True)
class _Gate:
    call: AdmittedCall
    level: ApprovalLevel
    ledger: Ledger
    person: Person
    stand_ins: StandIns

    async def pass_(self, passed: Passed, question: str, again: Callable[[], Awaitable[Passed]]) -> tuple[str, Passed]:
        call, ledger = self.call, self.ledger
        digest = call.digest(passed.plan, self.stand_ins)
        if self.level is ApprovalLevel.OUTSIDE and nameless(call.caller):
            raise Refused(
                RefusalCode.APPROVAL_REQUIRED,
                f"somebody else than the caller has to approve {call.spec.name}, and this host does not know who "
                "calls; whoever runs it can give the caller a name with `trivium access grant`",
            )
        action = {"caller": call.caller, "tool": call.spec.name, "digest": digest}
        approval = await _in_thread(lambda: ledger.open(**action, level=self.level, question=question))
        if approval.state is State.OPEN:
            await self._ask(approval)
            passed = await again()
            if passed.level is not self.level or call.digest(passed.plan, self.stand_ins) != digest:
                raise Refused(
                    RefusalCode.APPROVAL_REQUIRED,
                    f"what would happen now is not what was asked about: call {call.spec.name} again, and let a "
                    "person look at it anew",
                )
        if await _in_thread(lambda: ledger.spend(approval.code, **action, level=self.level)):
            return approval.code, passed
        await _in_thread(lambda: ledger.close(approval.code))
        raise self._declined()

    async def _ask(self, approval: Approval) -> None:
        """Let the person at the client decide; a no there stands, even against a yes given elsewhere meanwhile."""
        if self.level is ApprovalLevel.OUTSIDE or not self.person.can_be_asked:
            raise Refused(RefusalCode.APPROVAL_REQUIRED, self._what_to_do(approval.code))
        answer = await self.person.answer(Question(approval.code, approval.question))
        by = f"client of {self.call.caller}"
        if answer is not Answer.APPROVED:
            await _in_thread(lambda: self.ledger.close(approval.code, by=by))
            raise self._declined()
        await _in_thread(lambda: self.ledger.decide(approval.code, approve=True, by=by))

    def _what_to_do(self, code: str) -> str:
        page = self.person.approvals_page if isinstance(self.person, HasPage) else None
        how = f"run `trivium approvals approve {code}` on the host" + (f" or open {page}" if page else "")
        if self.level is ApprovalLevel.OUTSIDE:
            need = f"the approval of somebody else than {self.call.caller}, outside this client. Let that person"
        else:
            need = "a person's approval and this client cannot ask for it. Let a person"
        return f"{self.call.spec.name} needs {need} {how}, then call again with the same arguments"

    def _declined(self) -> Refused:
        return Refused(
            RefusalCode.APPROVAL_DECLINED, f"a person did not approve this {self.call.spec.name}: nothing was done"
        )


async def _in_thread(step: Callable[[], T]) -> T:
    """The ledger is a file that others write too: never wait for it on the event loop."""
    return await to_thread.run_sync(step)
