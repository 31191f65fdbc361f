"""What `convert_study_to_order` answers."""

from typing import Annotated

from pydantic import Field

from trivium.api import PUBLIC, Composed
from trivium_fhir.imaging.notes import Note
from trivium_fhir.result import Result


class Fault(Result):
    """What the standard says of the message, equal findings together."""

    severity: Annotated[str, PUBLIC]
    path: Annotated[str, PUBLIC]
    problem: Annotated[str, PUBLIC]
    count: Annotated[int, PUBLIC]


class StudyOrder(Result):
    """A message that names a stored study."""

    message: Composed = Field(description="segments end with a carriage return")
    message_type: Annotated[str, PUBLIC]
    version: Annotated[str, PUBLIC]
    valid: Annotated[bool, PUBLIC] = Field(description="no error by the standard of that version")
    missing: Annotated[tuple[str, ...], PUBLIC] = Field(description="fields the standard requires, without a value")
    faults: tuple[Fault, ...] = Field(description="other errors and warnings")
    mapped: Annotated[dict[str, str], PUBLIC] = Field(description="DICOM attribute by HL7 field")
    not_placed: Annotated[tuple[str, ...], PUBLIC] = Field(description="attributes of the study without a field")
    notes: tuple[Note, ...]
    source: Annotated[str, PUBLIC]
