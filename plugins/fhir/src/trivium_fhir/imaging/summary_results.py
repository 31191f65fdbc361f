"""One study as DICOM, HL7 v2 and FHIR have it, side by side."""

from typing import Annotated

from pydantic import Field

from trivium.api import PUBLIC, Kind, PhiBy
from trivium_fhir.result import Result


class Counterpart(Result):
    """One fact in three standards. A value is absent where its side does not say it."""

    fact: Annotated[str, PUBLIC]
    phi: Annotated[Kind | None, PUBLIC]
    dicom: Annotated[str, PUBLIC] = Field(description="keyword")
    dicom_value: Annotated[str | None, PhiBy("phi")] = None
    hl7: Annotated[str | None, PUBLIC] = Field(default=None, description="the field that the order has it in")
    hl7_value: Annotated[str | None, PhiBy("phi")] = Field(default=None, description="in the form that DICOM has")
    fhir: Annotated[str | None, PUBLIC] = Field(default=None, description="absent: R4 has no element for it here")
    fhir_value: Annotated[str | None, PhiBy("phi")] = None
    agree: Annotated[bool | None, PUBLIC] = Field(default=None, description="study and order; absent: one says nothing")


class Counterparts(Result):
    """What study and order say of each other."""

    rows: tuple[Counterpart, ...]
    matched_by: Annotated[str | None, PUBLIC] = Field(
        default=None, description="what joins study and order; absent: nothing does, or there is no order"
    )
    differing: Annotated[tuple[str, ...], PUBLIC] = Field(description="facts in which study and order differ")
    steps: Annotated[int | None, PUBLIC] = Field(default=None, description="steps of the order")
    source: Annotated[str, PUBLIC]
