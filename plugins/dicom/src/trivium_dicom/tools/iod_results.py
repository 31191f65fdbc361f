"""What `explain_dicom_iod` answers."""

from __future__ import annotations

from pydantic import Field

from trivium_dicom.result import Result


class ModuleLine(Result):
    name: str
    id: str | None = Field(None, description="Where it is more than the name.")
    usage: str = Field(description="M mandatory, C conditional, U user option.")


class Entity(Result):
    entity: str
    modules: list[ModuleLine]


class GroupLine(Result):
    name: str
    id: str | None = None
    usage: str
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
