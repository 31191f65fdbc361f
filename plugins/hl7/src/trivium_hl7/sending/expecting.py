"""Which acknowledgments a message asks for (HL7 v2.5.1 chapters 2.9.2, 2.9.3; table 0155)."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from trivium_hl7.reader import NULL, Message
from trivium_hl7.sending.problems import SendingNote


class When(StrEnum):
    """A code of table 0155."""

    ALWAYS = "AL"
    NEVER = "NE"
    ERROR = "ER"
    SUCCESS = "SU"


class Mode(StrEnum):
    ORIGINAL = "original"
    """One answer, by the application."""
    ENHANCED = "enhanced"
    """An answer by whoever stores the message, one by the application, or both."""


class Expected(NamedTuple):
    mode: Mode
    accept: When
    """The acknowledgment of having stored the message: CA, CE, CR."""
    application: When
    """The acknowledgment of having worked on it: AA, AE, AR."""
    notes: tuple[SendingNote, ...] = ()

    @property
    def required(self) -> bool:
        """Whether there must be an answer whatever happens to the message."""
        return When.ALWAYS in (self.accept, self.application)


def expected(message: Message) -> Expected:
    """What MSH-15 and MSH-16 say. Neither: the original mode. One that is empty beside the other: never."""
    accept, application = (_condition(message.header.value(number)) for number in (15, 16))
    if not accept and not application:
        return Expected(Mode.ORIGINAL, When.NEVER, When.ALWAYS)
    notes = () if {accept, application} <= {"", *When} else (SendingNote.UNKNOWN_CONDITION,)
    return Expected(Mode.ENHANCED, _when(accept), _when(application), notes)


def _condition(value: str) -> str:
    return "" if value == NULL else value.strip().upper()


def _when(code: str) -> When:
    if not code:
        return When.NEVER
    return When(code) if code in set(When) else When.ALWAYS
