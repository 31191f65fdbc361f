"""What `extract_encapsulated_document` returns."""

from typing import Annotated

from pydantic import Field

from trivium.api import PUBLIC, Composed, Kind, Phi
from trivium_dicom.result import Result


class DocumentPart(Result):
    """A page of a PDF, or a section of a CDA."""

    number: Annotated[int, PUBLIC] = Field(description="from 1")
    depth: Annotated[int | None, PUBLIC] = Field(default=None, description="of a section inside sections")
    section: Annotated[str | None, PUBLIC] = Field(default=None, description="what the section's code means")
    title: Annotated[str | None, Phi(Kind.TEXT)] = None
    length: Annotated[int, PUBLIC] = Field(description="characters of the whole part")
    images: Annotated[int | None, PUBLIC] = Field(default=None, description="pictures on the page")
    text: Composed | None = Field(default=None, description="a line end is written as \u00b6")


class EncapsulatedDocument(Result):
    """A document inside DICOM."""

    PatientID: Annotated[str | None, Phi(Kind.PATIENT_ID)] = None
    StudyInstanceUID: Annotated[str | None, Phi(Kind.UID)] = None
    sop_class: Composed
    title: Annotated[str | None, Phi(Kind.TEXT)] = None
    document_class: Composed | None = Field(default=None, description="concept name (0040,A043)")
    mime_type: Composed | None = None
    content: Annotated[str, PUBLIC] = Field(description="what it is by its own first bytes")
    bytes: Annotated[int, PUBLIC]
    hl7_instance_identifier: Annotated[str | None, Phi(Kind.UID)] = None
    document_time: Annotated[str | None, Phi(Kind.DATE)] = None
    burned_in_annotation: Composed | None = None
    source_instances: Annotated[int | None, PUBLIC] = None
    facts: Annotated[dict[str, int], PUBLIC] = Field(description="pages, sections, triangles ...")
    notes: Annotated[tuple[str, ...], PUBLIC] = Field(default=(), description="oddities, and why there is no text")
    parts: tuple[DocumentPart, ...] = ()
    next_offset: Annotated[int | None, PUBLIC] = None
    next_skip: Annotated[int | None, PUBLIC] = None
