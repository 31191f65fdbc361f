"""What `explain_tag` answers. Everything is a fact of the standard or of a public source, never of a file."""

from pydantic import Field

from trivium_dicom.result import Result


class Place(Result):
    """A module with the attribute; each type it has there is a place of its own."""

    module: str
    type: str
    entity: str | None = None
    iods: int | None = Field(None, description="0: used by services (worklist, MPPS, print ...).")
    usage: str | None = Field(
        None, description="Of the module: M mandatory, C conditional, U optional; in how many IODs."
    )
    first_iods: list[str] | None = None
    within: list[str] | None = Field(None, description="Sequences around; the type holds in each item.")
    more_paths: int | None = None


class TermSet(Result):
    enumerated: bool = Field(description="No other value is allowed.")
    value_number: int | None = None
    values: list[str]
    modules: list[str] | None = None
    more: int | None = Field(None, description="Modules or values left out.")


class Pitfall(Result):
    note: str
    vendor: str | None = None
    sources: list[str]


class TagExplanation(Result):
    """Later pages hold tag and places alone."""

    tag: str
    keyword: str | None = None
    name: str | None = None
    retired: bool | None = None
    kind: str | None = Field(None, description="Unless standard.")
    note: str | None = None
    also: list[str] | None = Field(None, description="Other elements with these words.")
    vr: list[str] | None = None
    vm: str | None = None
    definitions: list[str] | None = Field(None, description="By private creators.")
    iod: str | None = Field(None, description="What places and terms are narrowed to.")
    iods: int | None = Field(None, description="IODs that have it anywhere.")
    entities: list[str] | None = None
    types: dict[str, str] | None = None
    places: list[Place]
    total: int
    next_offset: int | None = None
    terms: list[TermSet] | None = None
    hl7: list[str] | None = None
    fhir: list[str] | None = None
    confidentiality: dict[str, str] | None = Field(None, description="Basic profile, and options that differ.")
    pitfalls: list[Pitfall] | None = None
    left_out: dict[str, int] | None = Field(None, description="Of definitions, terms, hl7.")
    sources: list[str] | None = None
