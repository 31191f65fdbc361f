"""The acknowledgment of a message (HL7 v2.5.1 chapters 2.9, 2.14.1 and 2.15).

MSH is turned round, MSA names the message and says how it fared, ERR says why: from 2.5 on one ERR segment for each
error with its place, code and severity; before that ERR-1 for all, with MSA-3 and MSA-6 for the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final, Literal, NamedTuple, TypeAlias

from trivium.api import TooLarge
from trivium_hl7 import dictionary, structures
from trivium_hl7.composing import Value, Written, field_text, segment_text
from trivium_hl7.paths import Path
from trivium_hl7.problems import AckProblem
from trivium_hl7.reader import Message, parse_message

Code: TypeAlias = Literal["AA", "AE", "AR", "CA", "CE", "CR"]
Severity: TypeAlias = Literal["E", "W", "I", "F"]
Mode: TypeAlias = Literal["original", "enhanced"]

ERROR_TABLE: Final = "0357"
ACCEPTED: Final = "0"
"""In that table: nothing is wrong."""
FAILED: Final = "207"
"""An error of the application that no other code fits."""
_LONGEST_COPIED: Final = 1_000
_SYSTEM: Final = f"HL7{ERROR_TABLE}"
_SUCCESS: Final = frozenset({"AA", "CA"})


class AckFault(NamedTuple):
    """What was wrong with the message."""

    code: str
    """Of table 0357."""
    severity: Severity
    location: Path | None
    text: str
    """For the people who run the sender."""


class Reason(StrEnum):
    """Why a field of the acknowledgment holds what it holds."""

    RECEIVER = "the message's receiver (MSH-5, MSH-6) sends the acknowledgment"
    SENDER = "the message's sender (MSH-3, MSH-4) receives it"
    SENT = "when the acknowledgment is made, not when the message was"
    TYPE = "ACK with the message's event; the structure is the third component from version 2.3.1 on"
    TYPE_OLD = "ACK with the message's event; before version 2.3.1 the field has no structure"
    CONTROL_ID = "the acknowledgment's own number"
    PROCESSING = "as in the message: a test is answered as a test"
    VERSION = "as in the message, so that the sender can read it"
    CHARSET = "as in the message"
    CODE = "how the message fared (table 0008)"
    ECHO = "MSH-10 of the message as it was written: by this the sender finds what is acknowledged"
    TEXT = "what happened, in words; ERR-8 has its place from version 2.5 on"
    CONDITION = "the first error (table 0357)"
    LOCATION = "where the error is"
    ERROR_CODE = "which error (table 0357)"
    SEVERITY = "how grave it is (table 0516)"
    USER_MESSAGE = "what happened, in words"
    OLD_ERROR = "where the error is and which (table 0357); from version 2.5 on ERR-2 and ERR-3 take its place"


class AckNote(StrEnum):
    """How the acknowledgment fits what the sender asked for in MSH-15 and MSH-16."""

    ORIGINAL = (
        "MSH-15 and MSH-16 are empty: the sender is in original mode and waits for one answer of the application, with "
        "AA, AE or AR (HL7 v2.5.1 chapter 2.9.2)"
    )
    ENHANCED = (
        "MSH-15 or MSH-16 is valued: the sender is in enhanced mode and takes an accept acknowledgment (CA, CE, CR) "
        "when the message is safe, and the application's answer (AA, AE, AR) after it (HL7 v2.5.1 chapter 2.9.3)"
    )
    NOT_ORIGINAL = "the code is of enhanced mode, and a sender in original mode does not wait for it"
    NOT_ASKED = "the sender did not ask for this acknowledgment, so send none"
    UNKNOWN_CONDITION = "the sender asks for it with a code that table 0155 does not have; it is taken as AL (always)"
    OTHER_ANSWER = "the standard answers this message with other messages than ACK when it is carried out"
    ACK_OF_ACK = "the message is an acknowledgment itself; in original mode nobody acknowledges that"
    NO_CONTROL_ID = "the message has no MSH-10, so MSA-2 is empty and the sender cannot tell what is acknowledged"
    NO_VERSION = "the message names no known version; the acknowledgment has the form of 2.5.1"
    NO_REASON = "a failure is acknowledged without saying what failed: give errors"


class Ack(NamedTuple):
    """An acknowledgment, why its fields are as they are, and what to know before it is sent."""

    message: Message
    reasons: dict[tuple[str, int], Reason]
    """By segment and field."""
    mode: Mode
    asked: bool
    """Whether the sender asked for an acknowledgment with this code."""
    notes: tuple[AckNote, ...]
    answers: tuple[str, ...]
    """The messages by which the application answers, after the standard, as `CODE^EVENT`."""
    version: str
    """Whose form it has."""
    given: tuple[tuple[str, int], ...]
    """Fields that hold nothing of the message."""


def acknowledge(
    message: Message, code: Code, *, sent: str, control_id: str, faults: Sequence[AckFault] = (), text: str = ""
) -> Ack:
    """Acknowledge `message` at the time `sent`.

    Raises `ValueError` where a text cannot be written because the message declares no escape character, and `TooLarge`
    for a header whose fields are too long to be repeated.
    """
    version = dictionary.version_for(message.version)
    if text and not faults and dictionary.is_since(version, "2.5"):
        faults = [AckFault(ACCEPTED, "I", None, text) if code in _SUCCESS else AckFault(FAILED, "E", None, text)]
    lines: list[tuple[str, dict[int, tuple[Value | list[Value], Reason]]]] = [
        ("MSH", _header(message, version, sent, control_id)),
        ("MSA", _acknowledged(message, version, code, faults, text)),
        *(("ERR", fields) for fields in _errors(version, faults)),
    ]
    separators = message.separators
    texts = [segment_text(name, {n: value for n, (value, _) in fields.items()}, separators) for name, fields in lines]
    answer = parse_message("\r".join(texts))
    reasons = {(name, n): reason for name, fields in lines for n, (_, reason) in fields.items()}
    mode, asked, notes = _fits(message, version, code)
    answers = tuple(_answers(message, version))
    return Ack(
        answer,
        reasons,
        mode,
        asked,
        (*notes, *_remarks(message, code, faults, text, bool(answers))),
        answers,
        version,
        (("MSA", 3), *(("ERR", n) for n in range(1, 9)), ("MSA", 1), ("MSA", 6), ("MSH", 7), ("MSH", 10)),
    )


def _answers(message: Message, version: str) -> Iterator[str]:
    """The messages other than ACK that answer this one and that its version has, as `CODE^EVENT`."""
    header = message.header
    exchange = structures.exchange_of(header.value(9), header.value(9, component=2))
    for name in exchange.response if exchange else ():
        code, _, event = name.partition("-")
        if code != "ACK" and structures.structure_of(code, event, version):
            yield f"{code}^{event}"


def has_severity(message: Message, severity: Severity) -> bool:
    """Whether ERR-4 of the acknowledgment can say so: F came with 2.7, and before 2.5 there is no ERR-4."""
    version = dictionary.version_for(message.version)
    return severity != "F" or dictionary.is_since(version, "2.7") or not dictionary.is_since(version, "2.5")


def _header(
    message: Message, version: str, sent: str, control_id: str
) -> dict[int, tuple[Value | list[Value], Reason]]:
    header = message.header
    turned = {3: 5, 4: 6, 5: 3, 6: 4, 11: 11, 12: 12, 17: 17, 18: 18, 20: 20}
    reasons = {3: Reason.RECEIVER, 4: Reason.RECEIVER, 5: Reason.SENDER, 6: Reason.SENDER, 11: Reason.PROCESSING}
    reasons |= {12: Reason.VERSION}
    for theirs in (*turned.values(), 9, 10):
        if len(field_text(header, theirs)) > _LONGEST_COPIED:
            raise TooLarge(where=f"MSH-{theirs}", problem=AckProblem.TOO_LONG, limit=_LONGEST_COPIED)
    fields: dict[int, tuple[Value | list[Value], Reason]] = {
        mine: (Written(field_text(header, theirs)), reasons.get(mine, Reason.CHARSET))
        for mine, theirs in turned.items()
        if field_text(header, theirs)
    }
    event = header.value(9, component=2)
    if dictionary.is_since(version, "2.3.1"):
        fields[9] = (("ACK", event, "ACK"), Reason.TYPE)
    else:
        fields[9] = (("ACK", event), Reason.TYPE_OLD)
    fields[7] = (sent, Reason.SENT)
    fields[10] = (control_id, Reason.CONTROL_ID)
    return fields


def _acknowledged(
    message: Message, version: str, code: Code, faults: Sequence[AckFault], text: str
) -> dict[int, tuple[Value | list[Value], Reason]]:
    fields: dict[int, tuple[Value | list[Value], Reason]] = {1: (code, Reason.CODE)}
    if number := field_text(message.header, 10):
        fields[2] = (Written(number), Reason.ECHO)
    if not dictionary.is_since(version, "2.5"):
        if words := text or next((fault.text for fault in faults if fault.text), ""):
            fields[3] = (words, Reason.TEXT)
        if faults and dictionary.is_since(version, "2.2"):
            fields[6] = (_coded(faults[0]), Reason.CONDITION)
    return fields


def _errors(version: str, faults: Sequence[AckFault]) -> Iterator[dict[int, tuple[Value | list[Value], Reason]]]:
    """The fields of each ERR segment."""
    if faults and not dictionary.is_since(version, "2.5"):
        yield {1: ([_old_error(fault) for fault in faults], Reason.OLD_ERROR)}
        return
    for fault in faults:
        fields: dict[int, tuple[Value | list[Value], Reason]] = {
            3: (_coded(fault), Reason.ERROR_CODE),
            4: (fault.severity, Reason.SEVERITY),
        }
        if fault.location:
            fields[2] = (_place(fault.location), Reason.LOCATION)
        if fault.text:
            fields[8] = (fault.text, Reason.USER_MESSAGE)
        yield fields


def _coded(fault: AckFault) -> tuple[str, str, str]:
    table = dictionary.table(ERROR_TABLE)
    return fault.code, table.codes.get(fault.code, "") if table else "", _SYSTEM


def _old_error(fault: AckFault) -> Value:
    """ELD: segment, its sequence, field, code."""
    place = fault.location
    start = (place.segment, str(place.occurrence or 1), str(place.field or "")) if place else ("", "", "")
    return (*start, _coded(fault))


def _place(path: Path) -> Value:
    """ERL: segment, its sequence, field, repetition, component, sub-component; each deeper one needs those above."""
    deeper = [path.field, path.repetition, path.component, path.subcomponent]
    while deeper and deeper[-1] is None:
        deeper.pop()
    return (path.segment, str(path.occurrence or 1), *(str(number or 1) for number in deeper))


def _fits(message: Message, version: str, code: Code) -> tuple[Mode, bool, list[AckNote]]:
    """The sender's mode, whether it wants this acknowledgment, and what to say of it."""
    accept, application = message.header.value(15), message.header.value(16)
    if not (accept or application) or not dictionary.is_since(version, "2.2"):
        notes = [AckNote.ORIGINAL] if code.startswith("A") else [AckNote.ORIGINAL, AckNote.NOT_ORIGINAL]
        return "original", code.startswith("A"), notes
    condition = accept if code.startswith("C") else application
    match condition:
        case "NE" | "":
            asked = False
        case "ER":
            asked = code not in _SUCCESS
        case "SU":
            asked = code in _SUCCESS
        case _:
            asked = True
    notes = [AckNote.ENHANCED] if asked else [AckNote.ENHANCED, AckNote.NOT_ASKED]
    if condition not in ("", "AL", "NE", "ER", "SU"):
        notes.append(AckNote.UNKNOWN_CONDITION)
    return "enhanced", asked, notes


def _remarks(
    message: Message, code: Code, faults: Sequence[AckFault], text: str, other_answers: bool
) -> Iterator[AckNote]:
    header = message.header
    if other_answers and code == "AA":
        yield AckNote.OTHER_ANSWER
    if header.value(9) == "ACK" or message.first("MSA"):
        yield AckNote.ACK_OF_ACK
    if not field_text(header, 10):
        yield AckNote.NO_CONTROL_ID
    if dictionary.nearest_version(message.version) is None:
        yield AckNote.NO_VERSION
    if code not in _SUCCESS and not faults and not text:
        yield AckNote.NO_REASON
