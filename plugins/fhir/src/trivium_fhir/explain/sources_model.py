"""What `map_fhir_to_hl7` answers."""

from pydantic import Field

from trivium_fhir.result import Result


class FeedLine(Result):
    source: str = Field(description="v2 field, component, or segment whose presence is enough.")
    path: str = Field(description="From the resource on; (T...) is a created and referenced T; [n] nth made.")
    rows: list[str] = Field(description="The guide's rows, outermost first.")
    condition: str | None = None
    prose_condition: bool | None = Field(None, description="The guide adds a condition that somebody must choose on.")
    constant: str | None = Field(None, description="Set to this, whatever the source holds.")
    code_maps: list[str] | None = None
    components_by: str | None = Field(None, description="Data type map that says where its components go.")
    notes: list[str] | None = None


class PartLine(Result):
    path: str
    sources: list[str]
    total: int


class FhirSources(Result):
    path: str | None = None
    status: str = Field(description="mapped, mapped_in_parts, mapped_with_parent, not_mapped or no_such_element.")
    summary: str
    feeds: list[FeedLine]
    total: int
    next_offset: int | None = None
    parts: list[PartLine] | None = Field(None, description="Elements below it that are fed.")
    whole: list[FeedLine] | None = Field(None, description="What fills an element around it as a whole.")
    messages: dict[str, list[str]] | None = Field(None, description="Structures that use the segment maps.")
    r4_column: list[str] | None = Field(None, description="R4's own v2 column, another source than the guide.")
    near: list[str] | None = None
    guide: str
