"""What `parse_hl7_message` returns."""

from typing import Annotated, Literal, Self

from pydantic import Field

from trivium.api import PUBLIC, Kind, Phi, PhiBy
from trivium_hl7.elements import Element
from trivium_hl7.result import Result


class HeaderValue(Result):
    """A value of MSH."""

    value: Annotated[str, PhiBy("phi")]
    meaning: Annotated[str | None, PhiBy("phi")] = None
    phi: Annotated[Kind | None, PUBLIC] = None
    full_length: Annotated[int | None, PUBLIC] = Field(default=None, description="characters, where it was cut")


class Header(Result):
    """MSH-3 to MSH-12, the first component of each, as far as valued."""

    message_type: HeaderValue | None = None
    trigger_event: HeaderValue | None = None
    structure: HeaderValue | None = None
    version: HeaderValue | None = None
    control_id: HeaderValue | None = None
    sending_application: HeaderValue | None = None
    sending_facility: HeaderValue | None = None
    receiving_application: HeaderValue | None = None
    receiving_facility: HeaderValue | None = None
    sent: HeaderValue | None = None
    processing_id: HeaderValue | None = None


class ValuedPlace(Result):
    """One valued field, component or sub-component."""

    path: Annotated[str, PUBLIC] = Field(description="SEG[n]-field[repetition].component.subcomponent")
    name: Annotated[str, PUBLIC]
    type: Annotated[str, PUBLIC] = Field(description="primitive data type; empty: unknown")
    value: Annotated[str, PhiBy("phi")] = Field(description="decoded")
    phi: Annotated[Kind | None, PUBLIC] = Field(default=None, description="kind of patient data")
    raw: Annotated[str | None, PhiBy("phi")] = Field(default=None, description="as written, where that differs")
    table: Annotated[str | None, PUBLIC] = Field(default=None, description="HL7 table number")
    meaning: Annotated[str | None, PhiBy("phi")] = Field(default=None, description="of the code in that table")
    null: Annotated[Literal[True] | None, PUBLIC] = Field(default=None, description='"" was sent: delete')
    full_length: Annotated[int | None, PUBLIC] = Field(default=None, description="characters, where value_limit cut it")
    raw_length: Annotated[int | None, PUBLIC] = Field(default=None, description="the same of raw")

    @classmethod
    def of(cls, element: Element, value_limit: int) -> Self:
        raw = element.raw if element.raw != element.value else None
        return cls(
            path=element.path,
            name=element.name,
            type=element.type,
            value=element.value[:value_limit],
            phi=element.phi,
            raw=raw[:value_limit] if raw is not None else None,
            table=element.table or None,
            meaning=element.meaning or None,
            null=True if element.null else None,
            full_length=len(element.value) if len(element.value) > value_limit else None,
            raw_length=len(raw) if raw is not None and len(raw) > value_limit else None,
        )


class SegmentPart(Result):
    """The places of one segment that are on this page."""

    id: Annotated[str, PUBLIC]
    ordinal: Annotated[int, PUBLIC] = Field(description="which segment of the message")
    name: Annotated[str, PUBLIC] = Field(description="empty: not in the dictionary")
    values: tuple[ValuedPlace, ...]


class BatchMessage(Result):
    """One message of a batch."""

    number: Annotated[int, PUBLIC] = Field(description="for message_number")
    line: Annotated[int, PUBLIC] = Field(description="where it begins")
    batch: Annotated[int | None, PUBLIC] = Field(default=None, description="which BHS it stands in")
    type: Annotated[str, PhiBy("type_phi")] = Field(description="MSH-9 as it is written")
    type_phi: Annotated[Kind | None, PUBLIC] = None
    control_id: Annotated[str, PhiBy("control_id_phi")] = Field(description="MSH-10")
    control_id_phi: Annotated[Kind | None, PUBLIC] = None
    segments: Annotated[int | None, PUBLIC] = Field(default=None, description="absent: unreadable")
    problem: Annotated[str | None, PUBLIC] = Field(default=None, description="why it is unreadable")


class Envelope(Result):
    """A batch (BHS, BTS) or file (FHS, FTS)."""

    kind: Annotated[Literal["batch", "file"], PUBLIC]
    line: Annotated[int, PUBLIC]
    declared: Annotated[int | None, PUBLIC] = Field(default=None, description="what BTS-1 or FTS-1 counts")
    found: Annotated[int, PUBLIC] = Field(description="messages of the batch, batches of the file")
    values: tuple[ValuedPlace, ...] = Field(description="of header and trailer")


class TypeCount(Result):
    type: Annotated[str, PhiBy("phi")]
    phi: Annotated[Kind | None, PUBLIC] = None
    count: Annotated[int, PUBLIC]


class BatchSummary(Result):
    """What stands in a batch, a file, or in several messages one after the other."""

    message_number: Annotated[int, PUBLIC] = Field(description="which message follows")
    message_count: Annotated[int, PUBLIC]
    unreadable: Annotated[int | None, PUBLIC] = None
    types: tuple[TypeCount, ...] = Field(description="MSH-9, most frequent first")
    other_types: Annotated[int | None, PUBLIC] = Field(default=None, description="messages of further types")
    messages: tuple[BatchMessage, ...] = Field(description="from message_number on")
    more: Annotated[int | None, PUBLIC] = Field(default=None, description="messages after these")
    envelopes: tuple[Envelope, ...]
    more_envelopes: Annotated[int | None, PUBLIC] = None
    framed: Annotated[bool, PUBLIC] = Field(description="in MLLP framing bytes")
    notes: Annotated[tuple[str, ...], PUBLIC] = Field(description="counts that do not fit ...")
    more_notes: Annotated[int | None, PUBLIC] = None


class BatchPlace(Result):
    """Which message of several an answer is about."""

    message_number: Annotated[int, PUBLIC]
    message_count: Annotated[int, PUBLIC]

    @classmethod
    def of(cls, batch: BatchSummary | None) -> Self | None:
        return cls(message_number=batch.message_number, message_count=batch.message_count) if batch else None


class ParsedMessage(Result):
    """A message: what it is first, then its valued places, a page at a time."""

    batch: BatchSummary | None = Field(default=None, description="where there are several messages")
    header: Header
    patient: Annotated[str | None, Phi(Kind.PATIENT_ID)] = Field(
        default=None, description="whose message it is: the number in the first PID-3"
    )
    definitions: Annotated[str, PUBLIC] = Field(description="version whose definitions name the fields")
    separators: Annotated[str, PUBLIC] = Field(description="MSH-1 and MSH-2 as they were understood")
    segment_counts: Annotated[dict[str, int], PUBLIC] = Field(description="in order of first appearance")
    notes: Annotated[tuple[str, ...], PUBLIC] = Field(description="what was odd")
    total: Annotated[int, PUBLIC] = Field(description="valued places asked for")
    offset: Annotated[int, PUBLIC]
    next_offset: Annotated[int | None, PUBLIC] = Field(default=None, description="more follow: ask for this offset")
    segments: tuple[SegmentPart, ...]
