"""What has been heard in answer to one message, and what to wait for next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from trivium.api import PeerFailed, PeerFailure, PeerRejected
from trivium_hl7.net.frames import COMMIT, NO_COMMIT
from trivium_hl7.sending.answers import Answer, Match, NotAnAnswer
from trivium_hl7.sending.codes import Code, Outcome
from trivium_hl7.sending.expecting import Expected, Mode, When
from trivium_hl7.sending.problems import AnswerProblem, SendingNote

_OUTCOMES = {
    Code.AA: Outcome.ACCEPTED,
    Code.CA: Outcome.STORED,
    Code.AE: Outcome.ERROR,
    Code.CE: Outcome.ERROR,
    Code.AR: Outcome.REJECTED,
    Code.CR: Outcome.REJECTED,
}
_SILENCES = (AnswerProblem.NO_ANSWER, AnswerProblem.CLOSED)
_WORST = (Outcome.REJECTED, Outcome.ERROR, Outcome.ACCEPTED, Outcome.STORED)
"""An application that accepts has stored too."""


class Hearing:
    """Takes blocks as they come. `read` makes an answer of the content of one, or raises `NotAnAnswer`."""

    def __init__(self, expected: Expected, read: Callable[[bytes, float], Answer], where: str) -> None:
        self._expected = expected
        self._read = read
        self._where = where
        self._notes: Counter[SendingNote] = Counter()
        self.answers: list[Answer] = []
        """To this message, in the order in which they came."""

    def take(self, block: bytes, milliseconds: float) -> None:
        """Raises `PeerFailed` for what is no acknowledgment, and `PeerRejected` for a negative commit block.

        An answer to another message is passed over: on a connection that a receiver mixes up, ours may still come.
        """
        if block == COMMIT:
            self.note(SendingNote.COMMIT_BLOCK)
            return
        if block == NO_COMMIT:
            raise PeerRejected(where=self._where, problem=AnswerProblem.NOT_COMMITTED)
        try:
            answer = self._read(block, milliseconds)
        except NotAnAnswer as error:
            raise PeerFailed(where=self._where, problem=error.problem) from None
        if answer.match is Match.OTHER:
            self.note(SendingNote.STRANGERS)
            return
        if answer.match is Match.CUT:
            self.note(SendingNote.CUT_CONTROL_ID)
        self.answers.append(answer)

    def also(self, block: bytes, milliseconds: float) -> None:
        """Take a block that came together with the last answer. Nothing in it can undo that one."""
        try:
            self.take(block, milliseconds)
        except PeerFailure:
            self.note(SendingNote.UNREADABLE_LATER)

    def note(self, note: SendingNote) -> None:
        self._notes[note] += 1

    @property
    def required(self) -> bool:
        """Whether something has to come for anything to be known."""
        return not self.answers and self._expected.required

    @property
    def done(self) -> bool:
        """Whether nothing more is to come: the application has spoken, or who stores has refused."""
        if not self.answers:
            return False
        if any(answer.code.by_application or not answer.code.good for answer in self.answers):
            return True
        return self._expected.mode is Mode.ENHANCED and self._expected.application is When.NEVER

    def end(self, failure: PeerFailure) -> None:
        """Take it that nothing more comes, as `failure` says. Raises it where it leaves nothing to be told."""
        if self.answers:
            if failure.problem not in _SILENCES:
                self.note(SendingNote.UNREADABLE_LATER)
        elif self._notes[SendingNote.STRANGERS] and failure.problem in _SILENCES:
            raise PeerFailed(where=self._where, problem=AnswerProblem.OTHER_MESSAGE)
        elif self.required or failure.problem not in _SILENCES:
            raise failure

    @property
    def outcome(self) -> Outcome:
        outcomes = {_OUTCOMES[answer.code] for answer in self.answers}
        return next((one for one in _WORST if one in outcomes), Outcome.UNCONFIRMED)

    @property
    def notes(self) -> tuple[str, ...]:
        found = list(self._notes)
        if not self.answers:
            found.append(SendingNote.NOT_AWAITED)
        elif self.outcome is Outcome.STORED and not self.done:
            found.append(SendingNote.APPLICATION_OUTSTANDING)
        if len({answer.code.good for answer in self.answers if answer.code.by_application}) > 1:
            found.append(SendingNote.CONTRADICTION)
        if any(not self._asked_for(answer.code) for answer in self.answers):
            found.append(SendingNote.OTHER_MODE)
        return tuple(map(str, found))

    def _asked_for(self, code: Code) -> bool:
        if self._expected.mode is Mode.ORIGINAL:
            return code.by_application
        when = self._expected.application if code.by_application else self._expected.accept
        return when is When.ALWAYS or when is (When.SUCCESS if code.good else When.ERROR)
