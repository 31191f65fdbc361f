"""What `map_hl7_to_fhir` answers."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Status(StrEnum):
    """What the guide makes of a field."""

    MAPPED = "mapped"
    NOT_MAPPED = "not_mapped"
    """The guide lists the field (or component) and maps it nowhere."""
    NOT_LISTED = "not_listed"
    """The guide's maps of the segment do not list the field."""
    SEGMENT_NOT_MAPPED = "segment_not_mapped"
    NOT_IN_MESSAGE = "not_in_message"
    """The guide's map of that message does not take the segment up."""


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True)


class Reference(_Answer):
    """An element that references a resource which the map creates."""

    element: str
    target: str


class Row(_Answer):
    """One place in FHIR."""

    source: list[str] = Field(description="The guide's rows that lead here, outermost first: map and v2 column.")
    path: str | None = Field(description="From the resource on; (T...) is a created and referenced T; [n] nth made.")
    references: list[Reference]
    type: str | None
    cardinality: str | None
    condition: str | None = Field(description="When this holds. null: always, unless prose_condition.")
    prose_condition: bool = Field(description="The guide adds a condition in prose that somebody must choose on.")
    data_type_map: str | None = Field(description="Says where the components go; ask for a component to follow it.")
    code_maps: list[str]
    constant: str | None
    expression: str | None = Field(description="How the guide makes the value.")
    refused_codes: list[str] = Field(description="Codes this yields that the required binding refuses.")
    r4_error: str | None = Field(description="Why the path does not exist in FHIR R4.")
    sheet_path: str | None = Field(description="The guide's own spelling, where the path is corrected.")
    sheet_constant: str | None = Field(description="The guide's own value, where the constant is corrected.")
    restricted: str | None = Field(description="Licensed terminology whose constant is not carried here.")
    notes: list[str]


class Unfollowed(_Answer):
    """A row of the field that does not lead on to the component."""

    source: list[str]
    path: str | None
    why: str


class FieldListing(_Answer):
    """How the guide lists the field; several where its maps differ."""

    name: str
    data_type: str
    cardinality: str


class Code(_Answer):
    v2: str
    code: str
    system: str
    display: str | None


class CodeMap(_Answer):
    name: str
    table: str | None
    codes: list[Code]
    total: int
    without_target: int = Field(description="Codes of the table that the guide gives no target.")


class Place(_Answer):
    """Where a message takes the segment up."""

    at: str
    fills: str
    cardinality: str
    condition: str | None
    prose_condition: bool
    references: list[str]


class MapUse(_Answer):
    """Which messages use a segment map."""

    map: str | None = Field(description="null: the message names a resource and no segment map.")
    messages: list[str]
    places: list[Place] = Field(description="Filled when a message structure was asked for.")


class FhirMapping(_Answer):
    """What the guide makes of a segment, field or component."""

    status: Status
    summary: str
    reference: str | None
    message_structure: str | None
    listings: list[FieldListing]
    rows: list[Row]
    total: int
    next_offset: int | None
    unfollowed: list[Unfollowed]
    silent_maps: list[str] = Field(description="Maps of this segment that say nothing about the field.")
    code_maps: list[CodeMap]
    used_by: list[MapUse]
    near_segments: list[str] = Field(description="Mapped segments with a similar id.")
    guide: str
