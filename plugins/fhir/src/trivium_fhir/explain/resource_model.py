"""What `explain_fhir_resource` answers."""

from pydantic import Field

from trivium_fhir.result import Result


class ElementLine(Result):
    path: str
    cardinality: str
    types: str = Field(description="With reference targets; @path: the children of that element.")
    flags: str | None = Field(None, description="M modifier, S in the summary.")
    binding: str | None = Field(None, description="Strength and value set.")
    invariants: list[str] | None = None


class ResourceExplanation(Result):
    """`found` false: only `near` is filled. Later pages hold elements only."""

    found: bool
    name: str | None = None
    kind: str | None = Field(None, description="resource, complex or primitive.")
    base: str | None = None
    abstract: bool | None = None
    rule: str | None = Field(None, description="Pattern of a primitive's values.")
    elements: list[ElementLine] | None = None
    total: int | None = None
    next_offset: int | None = None
    search: list[str] | None = Field(None, description="Search parameters: name (type: targets) expression.")
    search_everywhere: list[str] | None = Field(None, description="Search parameters of every resource.")
    operations: list[str] | None = None
    compartments: dict[str, list[str]] | None = Field(None, description="Compartment and what puts it there.")
    segments: dict[str, list[str]] | None = Field(None, description="v2 segment maps that fill it, and messages.")
    v2_by_r4: list[str] | None = Field(None, description="R4's own v2 column of the resource.")
    dicom: list[str] | None = Field(None, description="R4's own DICOM column, by element.")
    used_by: list[str] | None = Field(None, description="Elements of that type, of a data type: the first.")
    near: list[str] | None = None
    source: str
