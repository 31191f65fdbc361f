"""What `explain_integration_pattern` answers."""

from typing import Annotated, Literal

from pydantic import Field

from trivium.api import BLOCK, PUBLIC, Image
from trivium_hl7.result import Result

Transport = Literal["HL7 v2", "DICOM", "SOAP", "none"]


class KnownPattern(Result):
    name: str
    title: str
    other_names: tuple[str, ...]


class ActorOfPattern(Result):
    id: str
    name: str
    role: str | None = None
    ihe: tuple[str, ...] = Field(default=(), description="IHE actors that it plays")


class StepOfPattern(Result):
    number: int
    sender: str
    receiver: str
    what: str
    transport: Transport
    message: str | None = Field(default=None, description="HL7 v2 message, as MSH-9 has it")
    version: str | None = Field(default=None, description="HL7 version")
    service: str | None = Field(default=None, description="DICOM or web service")
    transaction: str | None = Field(default=None, description="IHE transaction")
    answers: int | None = Field(default=None, description="the step that this one answers")
    optional: bool | None = None
    acknowledged_by: str | None = Field(
        default=None,
        description="by the application, as CODE^EVENT (HL7 v2.9.1); after `accept`: at once, in enhanced mode",
    )


class Sample(Result):
    """A synthetic message for a step: its form, not the step's status values."""

    step: int
    message: str
    text: Annotated[str, PUBLIC, BLOCK]


class TransactionOfPattern(Result):
    id: str
    name: str
    transport: str | None = None
    messages: tuple[str, ...] = Field(default=(), description="that IHE lists for it, with their HL7 versions")


class PitfallOfPattern(Result):
    says: str
    source: str


class CounterpartOfPattern(Result):
    what: str
    hl7: str
    dicom: str | None = None
    fhir: str | None = None


class ExplainedPattern(Result):
    """A pattern, or the list of them."""

    found: bool
    name: str | None = None
    title: str | None = None
    summary: str | None = None
    profile: str | None = Field(default=None, description="IHE profile")
    actors: tuple[ActorOfPattern, ...] = ()
    steps: tuple[StepOfPattern, ...] = ()
    transactions: tuple[TransactionOfPattern, ...] = ()
    pitfalls: tuple[PitfallOfPattern, ...] = ()
    counterparts: tuple[CounterpartOfPattern, ...] = ()
    mermaid: Annotated[str | None, PUBLIC, BLOCK] = Field(default=None, description="sequence diagram, for Mermaid")
    diagram: Annotated[Image | None, PUBLIC] = Field(default=None, description="the same as a picture")
    samples: tuple[Sample, ...] = ()
    samples_left_out: int | None = Field(default=None, description="further messages: ask for one by its step number")
    patterns: tuple[KnownPattern, ...] = Field(default=(), description="others that fit, or all where none does")
    source: str
