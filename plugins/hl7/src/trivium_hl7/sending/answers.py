"""What came back, read: which message it acknowledges, and with which code (MSA)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from trivium.api import ToolFailure
from trivium_hl7 import dictionary
from trivium_hl7.problems import Remark
from trivium_hl7.reader import Limits, Message, parse_message
from trivium_hl7.sending.codes import Code
from trivium_hl7.sending.problems import AnswerProblem

_OLD_LENGTH: Final = 20
"""The longest MSH-10 before version 2.6; receivers built for it cut what is longer."""


class Match(StrEnum):
    """How MSA-2 fits the control id that was sent."""

    SAME = "same"
    CUT = "cut"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Answer:
    message: Message
    code: Code
    match: Match
    milliseconds: float
    """From the beginning of the sending."""

    @property
    def version(self) -> str:
        """The version whose definitions explain it."""
        return dictionary.version_for(self.message.version)


def read_answer(data: bytes, control_id: str, *, encoding: str, limits: Limits, milliseconds: float) -> Answer:
    """The acknowledgment in the content of a block.

    `encoding` is the character set of the endpoint, for an answer that names none and is not UTF-8. Raises
    `NotAnAnswer`.
    """
    try:
        message = _read(data, encoding, limits)
    except ToolFailure:
        raise NotAnAnswer(AnswerProblem.UNREADABLE) from None
    msa = message.first("MSA")
    if msa is None:
        raise NotAnAnswer(AnswerProblem.NO_MSA)
    code, acknowledged = msa.value(1).strip().upper(), msa.value(2).strip()
    if code not in set(Code):
        raise NotAnAnswer(AnswerProblem.NO_CODE)
    if not acknowledged:
        raise NotAnAnswer(AnswerProblem.NO_CONTROL_ID)
    return Answer(message, Code(code), _match(control_id, acknowledged), milliseconds)


class NotAnAnswer(Exception):
    """What came is no acknowledgment."""

    def __init__(self, problem: AnswerProblem) -> None:
        super().__init__(problem.name)
        self.problem = problem


def _read(data: bytes, encoding: str, limits: Limits) -> Message:
    message = parse_message(data, limits=limits)
    if any(note.remark is Remark.CHARSET_GUESSED for note in message.notes):
        try:
            return parse_message(data.decode(encoding), limits=limits)
        except (LookupError, ValueError):
            return message
    return message


def _match(sent: str, acknowledged: str) -> Match:
    if sent == acknowledged:
        return Match.SAME
    return Match.CUT if len(sent) > _OLD_LENGTH and sent[:_OLD_LENGTH].strip() == acknowledged else Match.OTHER
