"""What `explain_dicom_iod` answers."""

from pydantic import Field

from trivium_dicom.result import Result


class Entity(Result):
    """Modules by usage."""

    entity: str
    mandatory: list[str] | None = None
    conditional: list[str] | None = None
    optional: list[str] | None = None


class GroupLine(Result):
    name: str
    usage: str = Field(description="M mandatory, C conditional, U user option.")
    sequences: list[str]
    current_frame: bool | None = Field(None, description="Of a real-time stream.")


class AttributeLine(Result):
    tag: str
    keyword: str | None = None
    type: str
    vr: str | None = None
    within: str | None = Field(None, description="Sequences around it.")
    module: str | None = None
    terms: list[str] | None = Field(None, description="First values (2020a).")
    closed: bool | None = Field(None, description="No others.")


class IodExplanation(Result):
    kind: str = Field(description="iod, module or macro.")
    id: str
    name: str
    sop_classes: dict[str, str] | None = Field(None, description="Names by UID.")
    entities: list[Entity] | None = None
    functional_groups: list[GroupLine] | None = None
    used_by: list[str] | None = Field(None, description="IODs with this module or macro.")
    counts: dict[str, int] = Field(description="Outermost attributes by type.")
    attributes: list[AttributeLine]
    total: int
    next_offset: int | None = None
    similar: list[str] | None = Field(None, description="What else fits the words.")
    notes: list[str] | None = None
    source: str
