"""What `explain_fhir_element` answers."""

from pydantic import Field

from trivium_fhir.result import Result


class TypeLine(Result):
    name: str
    targets: list[str] | None = Field(None, description="Resources it may point to; absent: any.")
    json_name: str | None = Field(None, description="Name in JSON, of a choice.")
    rule: str | None = Field(None, description="Pattern of its values.")


class CodeLine(Result):
    code: str
    display: str | None = None
    system: str | None = None


class BindingLine(Result):
    strength: str
    value_set: str
    max_value_set: str | None = None
    codes: list[CodeLine]
    total: int = Field(description="Codes known here.")
    outside: list[str] | None = Field(None, description="Systems it draws on whose codes are not here.")
    complete: bool = Field(description="codes are all there are.")


class InvariantLine(Result):
    key: str
    severity: str
    expression: str


class ElementExplanation(Result):
    """`found` false: only `near` is filled."""

    found: bool
    path: str | None = None
    defined_at: str | None = Field(None, description="Where R4's table has it.")
    cardinality: str | None = None
    types: list[TypeLine] | None = None
    content_of: str | None = Field(None, description="Has the children of this element.")
    modifier: bool | None = Field(None, description="Changes what the rest means.")
    in_summary: bool | None = None
    binding: BindingLine | None = None
    invariants: list[InvariantLine] | None = None
    search: list[str] | None = Field(None, description="Search parameters that read it: name (type).")
    children: list[str] | None = None
    v2_by_guide: list[str] | None = Field(None, description="HL7 v2 by the V2-to-FHIR guide; map_fhir_to_hl7 has all.")
    v2_by_r4: list[str] | None = Field(None, description="R4's own v2 column.")
    dicom: list[str] | None = Field(None, description="R4's own DICOM column.")
    extensions: list[str] | None = Field(None, description="R4's extensions for it.")
    more_extensions: int | None = None
    near: list[str] | None = None
    source: str
