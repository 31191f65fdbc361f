"""The hooks of this plugin that others answer."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from trivium.api import PUBLIC, Composed, Kind, PhiBy, hook


class Counterpart(BaseModel):
    """One fact of a study in three standards. A value is absent where its side does not say it."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    fact: Annotated[str, PUBLIC]
    phi: Annotated[Kind | None, PUBLIC] = None
    dicom: Annotated[str, PUBLIC] = Field(description="Keyword, from the outermost sequence.")
    tag: Annotated[str, PUBLIC]
    dicom_value: Annotated[str | None, PhiBy("phi")] = Field(None, description="What the archive has.")
    hl7: Annotated[str | None, PUBLIC] = Field(
        None, description="The order's field, or the one that an order has it in."
    )
    hl7_value: Annotated[str | None, PhiBy("phi")] = Field(None, description="What the order has, in DICOM's form.")
    fhir: Annotated[str | None, PUBLIC] = Field(None, description="Absent: R4 has no element for it here.")
    fhir_value: Annotated[str | None, PhiBy("phi")] = Field(None, description="What the study becomes.")
    agree: Annotated[bool | None, PUBLIC] = Field(None, description="Study and order; absent: one does not say it.")


class CounterpartNote(BaseModel):
    """What was not as it should be in the study, without a value."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    about: Annotated[str, PUBLIC] = Field(description="DICOM keyword or FHIR element.")
    remark: Annotated[str, PUBLIC]
    count: Annotated[int, PUBLIC]


class StudyCounterparts(BaseModel):
    """What DICOM, HL7 v2 and FHIR say of one study."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    rows: tuple[Counterpart, ...]
    matched_by: Annotated[str | None, PUBLIC] = Field(
        None, description="What joins study and order. Absent: nothing does, or there is no order."
    )
    differing: Annotated[tuple[str, ...], PUBLIC] = Field((), description="Facts in which study and order differ.")
    steps: Annotated[int | None, PUBLIC] = Field(None, description="Steps of the order; one is compared.")
    imaging_study: Composed | None = Field(
        None, description="R4 Bundle: the ImagingStudy without its instances, its Patient, the persons it names."
    )
    order_skeleton: Composed | None = Field(None, description="The HL7 v2 order that would name this study.")
    order_lacks: Annotated[tuple[str, ...], PUBLIC] = Field(
        (), description="Fields that the standard requires of the skeleton and the study does not fill."
    )
    notes: tuple[CounterpartNote, ...] = ()
    source: Annotated[str, PUBLIC] = ""


@hook(seconds=15)
def pacs_study_counterparts(study: Sequence[Mapping[str, Any]], order: str | None = None) -> StudyCounterparts:
    """Say what one study is in HL7 v2 and FHIR, and whether an order of it says the same.

    `study` has rows of one study and of what is below it, in the DICOM JSON Model (PS3.18 annex F): answers of a C-FIND
    or of QIDO-RS, or metadata of WADO-RS, with whatever attributes there are. `order` is an HL7 v2 order as it came
    (ORM^O01, OMG^O19, OMI^O23), which may be of another study. Where rows disagree with each other the commonest value
    is taken, and a note says so.

    Raise `BadInput` for an order that is none; return None for rows and an order of which there is nothing to say.
    """
    raise NotImplementedError
