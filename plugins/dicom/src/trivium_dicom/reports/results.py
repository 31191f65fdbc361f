"""What `read_structured_report` returns."""

from typing import Annotated

from pydantic import Field

from trivium.api import PUBLIC, Composed, Kind, Phi
from trivium_dicom.result import Result


class ContentItem(Result):
    position: Annotated[str, PUBLIC]
    relationship: Annotated[str | None, PUBLIC] = None
    type: Annotated[str | None, PUBLIC] = None
    name: Composed | None = None
    value: Composed | None = Field(default=None, description="with its unit, reference or coordinates")
    length: Annotated[int | None, PUBLIC] = Field(default=None, description="of a value that was cut")
    target: Annotated[str | None, PUBLIC] = Field(default=None, description="position that is referred to")


class StructuredReport(Result):
    PatientID: Annotated[str | None, Phi(Kind.PATIENT_ID)] = None
    StudyInstanceUID: Annotated[str | None, Phi(Kind.UID)] = None
    sop_class: Composed
    template: Composed | None = Field(default=None, description="TID of PS3.16")
    completion: Composed | None = None
    verification: Composed | None = None
    preliminary: Composed | None = None
    content_time: Annotated[str | None, Phi(Kind.DATE)] = None
    verified_by: tuple[Composed, ...] = ()
    evidence: Annotated[tuple[str, ...], PUBLIC] = Field(default=(), description="objects it rests on, counted")
    totals: Annotated[tuple[str, ...], PUBLIC] = Field(default=(), description="of a dose report")
    items: Annotated[int, PUBLIC] = Field(description="of the whole tree")
    types: Annotated[str, PUBLIC] = Field(description="items by value type")
    faults: Annotated[tuple[str, ...], PUBLIC] = Field(default=(), description="of the tree, with positions")
    notes: Annotated[tuple[str, ...], PUBLIC] = Field(default=(), description="oddities of the file")
    selected: Annotated[int, PUBLIC] = Field(description="items asked for, on all pages")
    next_offset: Annotated[int | None, PUBLIC] = None
    outline: Composed | None = None
    rows: tuple[ContentItem, ...] | None = None
