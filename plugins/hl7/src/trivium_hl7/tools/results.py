"""What `parse_hl7_message` returns."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from trivium.api import PUBLIC, Kind, Phi, PhiBy
from trivium_hl7.elements import Element


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True)


class HeaderValue(_Model):
    """A value of MSH."""

    value: Annotated[str, PhiBy("phi")]
    meaning: Annotated[str | None, PhiBy("phi")] = None
    phi: Annotated[Kind | None, PUBLIC]
    full_length: Annotated[int | None, PUBLIC] = Field(
        default=None, description="characters of the whole value, where it was cut"
    )


class Header(_Model):
    """The first part of MSH; absent where the message has no value."""

    message_type: HeaderValue | None = Field(description="MSH-9.1")
    trigger_event: HeaderValue | None = Field(description="MSH-9.2")
    structure: HeaderValue | None = Field(description="MSH-9.3")
    version: HeaderValue | None = Field(description="MSH-12.1")
    control_id: HeaderValue | None = Field(description="MSH-10")
    sending_application: HeaderValue | None = Field(description="MSH-3.1")
    sending_facility: HeaderValue | None = Field(description="MSH-4.1")
    receiving_application: HeaderValue | None = Field(description="MSH-5.1")
    receiving_facility: HeaderValue | None = Field(description="MSH-6.1")
    sent: HeaderValue | None = Field(description="MSH-7")
    processing_id: HeaderValue | None = Field(description="MSH-11.1")


class ValuedPlace(_Model):
    """One valued field, component or sub-component."""

    path: Annotated[str, PUBLIC] = Field(
        description="SEG[n]-field[repetition].component.subcomponent, from 1; an index that tells nothing is left out"
    )
    name: Annotated[str, PUBLIC]
    type: Annotated[str, PUBLIC] = Field(description="primitive data type; empty: not in the dictionary")
    value: Annotated[str, PhiBy("phi")] = Field(description="escape sequences decoded")
    phi: Annotated[Kind | None, PUBLIC] = Field(description="kind of patient data; null: none")
    raw: Annotated[str | None, PhiBy("phi")] = Field(default=None, description="as written, where that differs")
    table: Annotated[str | None, PUBLIC] = Field(default=None, description="HL7 table number")
    meaning: Annotated[str | None, PhiBy("phi")] = Field(default=None, description="the code's display in that table")
    null: Annotated[Literal[True] | None, PUBLIC] = Field(
        default=None, description='the sender wrote "": delete the value'
    )
    full_length: Annotated[int | None, PUBLIC] = Field(
        default=None, description="characters of the whole value, where it is longer than value_limit and was cut"
    )
    raw_length: Annotated[int | None, PUBLIC] = Field(default=None, description="the same of raw")

    @classmethod
    def of(cls, element: Element, value_limit: int) -> ValuedPlace:
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


class SegmentPart(_Model):
    """The places of one segment that are on this page."""

    id: Annotated[str, PUBLIC]
    ordinal: Annotated[int, PUBLIC] = Field(description="which segment of the message")
    name: Annotated[str, PUBLIC] = Field(description="empty: not in the dictionary")
    values: tuple[ValuedPlace, ...]


class BatchMessage(_Model):
    """One message of a batch."""

    number: Annotated[int, PUBLIC] = Field(description="ask for it by message_number")
    line: Annotated[int, PUBLIC] = Field(description="on which line it begins")
    batch: Annotated[int | None, PUBLIC] = Field(default=None, description="which BHS it stands in")
    type: Annotated[str, PhiBy("type_phi")] = Field(description="MSH-9 as it is written")
    type_phi: Annotated[Kind | None, PUBLIC]
    control_id: Annotated[str, PhiBy("control_id_phi")] = Field(description="MSH-10")
    control_id_phi: Annotated[Kind | None, PUBLIC]
    segments: Annotated[int | None, PUBLIC] = Field(default=None, description="absent: it cannot be read")
    problem: Annotated[str | None, PUBLIC] = Field(default=None, description="why it cannot be read, and where")


class Envelope(_Model):
    """A batch (BHS, BTS) or file (FHS, FTS)."""

    kind: Annotated[Literal["batch", "file"], PUBLIC]
    line: Annotated[int, PUBLIC]
    declared: Annotated[int | None, PUBLIC] = Field(default=None, description="what BTS-1 or FTS-1 counts")
    found: Annotated[int, PUBLIC] = Field(description="messages of the batch, batches of the file")
    values: tuple[ValuedPlace, ...] = Field(description="of header and trailer")


class TypeCount(_Model):
    type: Annotated[str, PhiBy("phi")]
    phi: Annotated[Kind | None, PUBLIC]
    count: Annotated[int, PUBLIC]


class BatchSummary(_Model):
    """What stands in a batch, a file, or in several messages one after the other."""

    message_number: Annotated[int, PUBLIC] = Field(description="the message that the rest of this answer is about")
    message_count: Annotated[int, PUBLIC]
    unreadable: Annotated[int, PUBLIC]
    types: tuple[TypeCount, ...] = Field(description="MSH-9 of all messages, the most frequent first")
    other_types: Annotated[int, PUBLIC] = Field(description="messages of types that are left out of types")
    messages: tuple[BatchMessage, ...] = Field(description="from message_number on, or from the first")
    more: Annotated[int, PUBLIC] = Field(description="messages after these: ask with a later message_number")
    envelopes: tuple[Envelope, ...]
    more_envelopes: Annotated[int, PUBLIC]
    framed: Annotated[bool, PUBLIC] = Field(description="whether MLLP framing bytes were there")
    notes: Annotated[tuple[str, ...], PUBLIC] = Field(description="counts that do not fit, trailers that lack ...")
    more_notes: Annotated[int, PUBLIC]


class ParsedMessage(_Model):
    """A message: what it is first, then its valued places, a page at a time."""

    batch: BatchSummary | None = Field(default=None, description="present where the text holds more than one message")
    header: Header
    patient: Annotated[str | None, Phi(Kind.PATIENT_ID)] = Field(
        default=None, description="whose message it is: the number in the first PID-3"
    )
    definitions: Annotated[str, PUBLIC] = Field(description="version whose definitions name the fields")
    separators: Annotated[str, PUBLIC] = Field(description="MSH-1 and MSH-2 as they were understood")
    segment_counts: Annotated[dict[str, int], PUBLIC] = Field(description="in order of first appearance")
    notes: Annotated[tuple[str, ...], PUBLIC] = Field(description="what was odd and tolerated, and where")
    total: Annotated[int, PUBLIC] = Field(description="valued places that were asked for")
    offset: Annotated[int, PUBLIC]
    next_offset: Annotated[int | None, PUBLIC] = Field(description="ask for this offset next; null: nothing is left")
    segments: tuple[SegmentPart, ...]
