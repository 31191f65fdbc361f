"""The tool `build_hl7_ack`."""

import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from trivium.api import EMBEDDED, PUBLIC, BadInput, Composed, Effect, Given, Kind, PhiBy, tool
from trivium_hl7 import dictionary
from trivium_hl7.acknowledging import ERROR_TABLE, Ack, AckFault, Code, Mode, Severity, acknowledge, has_severity
from trivium_hl7.composing import composed
from trivium_hl7.elements import describe, positions
from trivium_hl7.paths import read_path
from trivium_hl7.problems import AckProblem
from trivium_hl7.reader import Limits, Message
from trivium_hl7.result import Result
from trivium_hl7.tools.batch_summary import MessageNumber, message_of
from trivium_hl7.tools.results import BatchPlace

_LONGEST_CONTROL_ID: Final = 20
"""What every version has room for."""
_SUCCESS: Final = ("AA", "CA")
_MOST_FIELDS: Final = 300
_KEY: Final = secrets.token_bytes(16)
"""Without one, whoever knows all of a message but a patient's number could try which number has this digest."""


class AckError(BaseModel):
    """One thing that is wrong with the message."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)

    code: str = Field(description="Code of HL7 table 0357: 100 segment sequence, 101 required field missing, 102 ...")
    location: str | None = Field(default=None, description="Where: PID, PID-3, OBX[2]-5, PID-5.1.1.")
    severity: Severity = Field(
        default="E", description="Of table 0516: E error, W warning, I information, F fatal (from 2.7 on)."
    )
    text: str = Field(default="", max_length=250, description="What happened, for people. No patient data.")


class AckField(Result):
    """One valued place of the acknowledgment."""

    path: Annotated[str, PUBLIC]
    name: Annotated[str, PUBLIC]
    value: Annotated[str, PhiBy("phi")]
    phi: Annotated[Kind | None, PUBLIC] = None
    meaning: Annotated[str | None, PhiBy("phi")] = None
    why: Annotated[str, PUBLIC]


class BuiltAck(Result):
    """An acknowledgment."""

    batch: BatchPlace | None = Field(default=None, description="where there are several messages")
    acknowledgment: Composed = Field(description="segments end with CR; values of the message may be withheld")
    mode: Annotated[Mode, PUBLIC] = Field(description="the sender's, from MSH-15 and MSH-16")
    asked: Annotated[bool, PUBLIC] = Field(description="whether the sender asked for an acknowledgment with this code")
    definitions: Annotated[str, PUBLIC] = Field(description="version whose form the acknowledgment has")
    application_answers: Annotated[tuple[str, ...], PUBLIC] = Field(
        description="messages other than ACK by which the standard answers this one when it is carried out"
    )
    notes: Annotated[tuple[str, ...], PUBLIC] = Field(description="whether it is what the sender waits for")
    fields: tuple[AckField, ...] = Field(description="why each field holds what it holds")
    more_fields: Annotated[int | None, PUBLIC] = Field(
        default=None, description="valued places that are left out of fields"
    )


@tool(effect=Effect.LOCAL, title="Build HL7 v2 acknowledgment")
def build_hl7_ack(
    limits: Given[Limits],
    message: Annotated[
        str, EMBEDDED, Field(description="The HL7 v2 message that is acknowledged, from MSH on; or a batch.")
    ],
    code: Annotated[
        Code,
        Field(description="AA, AE, AR: the application accepts, fails, rejects. CA, CE, CR: accept acknowledgment."),
    ] = "AA",
    errors: Annotated[
        list[AckError] | None, Field(max_length=20, description="What is wrong with the message: becomes ERR.")
    ] = None,
    text: Annotated[str, Field(max_length=250, description="What happened, in words. No patient data.")] = "",
    sent: Annotated[str | None, Field(description="MSH-7: YYYYMMDDHHMMSS+ZZZZ. Unset: now.")] = None,
    control_id: Annotated[
        str | None, Field(min_length=1, description="MSH-10 of the acknowledgment. Unset: one is made.")
    ] = None,
    message_number: MessageNumber = None,
) -> BuiltAck:
    """Build the acknowledgment (ACK) of an HL7 v2 message, in the form of the message's own version.

    Use it to see what a receiver should answer, to answer by hand, or to test how a sender takes AE or AR. It sends
    nothing. To find out what is wrong with a message use validate_hl7_message; to read an acknowledgment that came
    back use parse_hl7_message; which answers a message type has says explain_hl7_message_type.

    Returns the ACK: sender and receiver turned round, MSH-9 with the event, version, processing id and character set
    as in the message, MSA with MSH-10 echoed, ERR for each error (2.5 and later: place, table 0357 code, severity,
    text; before: ERR-1, MSA-3 and MSA-6). Also each field with the reason for its value, the sender's mode (original
    or enhanced, from MSH-15 and MSH-16), whether it asked for this code at all, and by which other messages the
    application answers. The same arguments with `sent` and `control_id` give the same text. Of a batch it acknowledges
    one message: choose by message_number. Values out of the message may be withheld.
    """
    parsed, batch = message_of(message, message_number, limits)
    faults = [_fault(number, error, code, parsed) for number, error in enumerate(errors or [], 1)]
    when = _time(sent) if sent is not None else datetime.now(UTC).strftime("%Y%m%d%H%M%S+0000")
    if control_id is not None and len(control_id) > _LONGEST_CONTROL_ID:
        raise BadInput(where="control_id", problem=AckProblem.TOO_LONG, limit=_LONGEST_CONTROL_ID)
    number = control_id or _control_id(parsed, code, when)
    try:
        ack = acknowledge(parsed, code, sent=when, control_id=number, faults=faults, text=text)
    except ValueError:
        raise BadInput(where="text, an error's text or control_id", problem=AckProblem.NO_ESCAPE) from None
    fields = list(_fields(ack, ack.given))
    return BuiltAck(
        batch=BatchPlace.of(batch),
        acknowledgment=composed(ack.message, ack.version, public=ack.given),
        mode=ack.mode,
        asked=ack.asked,
        definitions=ack.version,
        application_answers=ack.answers,
        notes=tuple(note.value for note in ack.notes),
        fields=tuple(fields[:_MOST_FIELDS]),
        more_fields=max(0, len(fields) - _MOST_FIELDS) or None,
    )


def _fault(number: int, error: AckError, code: Code, parsed: Message) -> AckFault:
    where = f"errors, entry {number},"
    table = dictionary.table(ERROR_TABLE)
    if table is None or not error.code.isdecimal() or error.code not in table.codes:
        raise BadInput(where=f"{where} code", problem=AckProblem.CODE_UNKNOWN)
    if code in _SUCCESS and error.severity in ("E", "F"):
        raise BadInput(where=where, problem=AckProblem.ERROR_OF_SUCCESS)
    if not has_severity(parsed, error.severity):
        raise BadInput(where=f"{where} severity", problem=AckProblem.SEVERITY_UNKNOWN)
    location = read_path(error.location) if error.location else None
    if error.location and location is None:
        raise BadInput(where=f"{where} location", problem=AckProblem.NOT_A_LOCATION)
    return AckFault(error.code, error.severity, location, error.text)


def _time(text: str) -> str:
    """`text`, if it is a time that exists."""
    stamp, sign, offset = text, "", ""
    for mark in "+-":
        if mark in text:
            stamp, sign, offset = text.partition(mark)
    forms = {8: "%Y%m%d", 10: "%Y%m%d%H", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
    whole, _, fraction = stamp.partition(".")
    try:
        datetime.strptime(whole + (sign + offset), forms[len(whole)] + ("%z" if sign else ""))
    except (KeyError, ValueError):
        raise BadInput(where="sent", problem=AckProblem.NOT_A_TIME) from None
    if not f"{whole}{fraction}{offset}".isascii() or (sign and len(offset) != 4) or len(fraction) > 4:
        raise BadInput(where="sent", problem=AckProblem.NOT_A_TIME)
    if "." in stamp and (not fraction.isdecimal() or len(whole) != 14):
        raise BadInput(where="sent", problem=AckProblem.NOT_A_TIME)
    return text


def _control_id(parsed: Message, code: Code, when: str) -> str:
    import hashlib

    digest = hashlib.blake2b(f"{parsed.encode()}{code}{when}".encode("utf-8", "surrogatepass"), key=_KEY).hexdigest()
    return f"A{digest[: _LONGEST_CONTROL_ID - 1].upper()}"


def _fields(ack: Ack, given: Sequence[tuple[str, int]]) -> Iterator[AckField]:
    for position in positions(ack.message):
        place = (position.segment.id, position.path.field or 0)
        if place in (("MSH", 1), ("MSH", 2)):
            continue
        element = describe(position, ack.version)
        yield AckField(
            path=element.path,
            name=element.name,
            value=element.value,
            phi=None if place in given else element.phi,
            meaning=element.meaning or None,
            why=ack.reasons[place].value,
        )
