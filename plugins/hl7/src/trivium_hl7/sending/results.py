"""What `send_hl7_message` returns."""

from typing import Annotated

from pydantic import Field

from trivium.api import PUBLIC, Kind, Phi, PhiBy
from trivium_hl7.result import Result
from trivium_hl7.sending.codes import Code, Outcome


class AnswerValue(Result):
    """A valued place of an answer."""

    path: Annotated[str, PUBLIC]
    name: Annotated[str, PUBLIC]
    value: Annotated[str, PhiBy("phi")]
    phi: Annotated[Kind | None, PUBLIC] = Field(default=None, description="kind of patient data")
    meaning: Annotated[str | None, PhiBy("phi")] = Field(default=None, description="a code's display in its table")
    full_length: Annotated[int | None, PUBLIC] = Field(default=None, description="characters, where it was cut")


class Place(Result):
    """A place in the message that was sent."""

    path: Annotated[str, PUBLIC]
    name: Annotated[str, PUBLIC] = Field(description="empty: not in the dictionary")


class NamedError(Result):
    """One error that the receiver names (ERR, or MSA-6)."""

    places: tuple[Place, ...] = Field(description="where in the message that was sent; empty: not said")
    code: AnswerValue | None = Field(default=None, description="of table 0357")
    severity: AnswerValue | None = None
    application_code: AnswerValue | None = None
    texts: tuple[AnswerValue, ...] = ()
    what_to_do: Annotated[str | None, PUBLIC] = None


class Acknowledgment(Result):
    """One answer to the message."""

    code: Code = Field(description="MSA-1, table 0008")
    meaning: Annotated[str, PUBLIC]
    round_trip_ms: Annotated[float, PUBLIC] = Field(description="from the beginning of the sending")
    errors: tuple[NamedError, ...]
    more_errors: Annotated[bool, PUBLIC] = Field(description="whether it names more than are listed")
    values: tuple[AnswerValue, ...] = Field(description="what else the answer holds, up to the limit")
    values_left_out: Annotated[int | None, PUBLIC] = None
    notes: Annotated[tuple[str, ...], PUBLIC] = Field(description="what was odd about the answer's text")


class SentMessage(Result):
    """What became of a message."""

    outcome: Outcome = Field(
        description="planned: only rehearsed; accepted: processed (AA); stored: stored safely (CA), the application "
        "has not answered here; error (AE, CE) and rejected (AR, CR): not taken; unconfirmed: no answer asked for"
    )
    accepted: bool = Field(description="whether the receiver says that it has the message")
    next_step: Annotated[str, PUBLIC]
    endpoint: Annotated[str, PUBLIC]
    secured: bool = Field(description="by TLS")
    message_type: Annotated[str, PhiBy("message_type_phi")] = Field(description="MSH-9")
    message_type_phi: Annotated[Kind | None, PUBLIC] = None
    control_id: Annotated[str, Phi(Kind.ORDER)] = Field(description="MSH-10")
    patient: Annotated[str | None, Phi(Kind.PATIENT_ID)] = Field(default=None, description="the first PID-3")
    segments: Annotated[int, PUBLIC]
    bytes: Annotated[int, PUBLIC] = Field(description="of the message on the wire")
    encoding: Annotated[str, PUBLIC] = Field(description="character set on the wire")
    asked_for: Annotated[str, PUBLIC] = Field(description="which acknowledgments the message asks for")
    acknowledgments: tuple[Acknowledgment, ...]
    connect_ms: Annotated[float | None, PUBLIC] = None
    notes: Annotated[tuple[str, ...], PUBLIC] = Field(description="what was odd and tolerated")
