"""The tool `convert_hl7_to_fhir`."""

from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field

from trivium.api import EMBEDDED, PUBLIC, Composed, Effect, Given, TooLarge, tool
from trivium_fhir.bundle.problems import BundleProblem
from trivium_fhir.loss.results import LossReport
from trivium_fhir.maps.site import Site
from trivium_fhir.result import Result
from trivium_hl7.reader import Limits
from trivium_hl7.tools.batch_summary import MessageNumber, message_of
from trivium_hl7.tools.results import BatchPlace

if TYPE_CHECKING:
    from trivium_fhir.convert.model import Conversion

_MOST_RESOURCES: Final = 5_000


class ResourceCount(Result):
    type: Annotated[str, PUBLIC]
    count: Annotated[int, PUBLIC]


class ConversionResult(Result):
    """A message as a FHIR R4 Bundle, and what became of its values."""

    batch: BatchPlace | None = Field(default=None, description="where there are several messages")
    bundle: Composed | None = Field(default=None, description="JSON; left out of the pages after the first")
    structure: Annotated[str | None, PUBLIC] = Field(default=None, description="e.g. ORU_R01")
    guided: Annotated[bool, PUBLIC] = Field(description="false: the guide has no map for this message as a whole")
    resources: tuple[ResourceCount, ...]
    notes: Annotated[tuple[str, ...], PUBLIC]
    report: LossReport | None = None


@tool(effect=Effect.LOCAL, title="Convert HL7 v2 to FHIR")
def convert_hl7_to_fhir(
    limits: Given[Limits],
    site: Given[Site],
    message: Annotated[
        str,
        EMBEDDED,
        Field(description="An HL7 v2 message, any version, from MSH on; or several, or a batch file (FHS, BHS)."),
    ],
    bundle: Annotated[
        Literal["transaction", "message", "collection"],
        Field(description="transaction: to send to a server; message: begins with MessageHeader; collection: plain."),
    ] = "transaction",
    report: Annotated[
        Literal["summary", "full", "none"], Field(description="full: every value with the guide's row, paged.")
    ] = "summary",
    time_zone: Annotated[
        str | None,
        Field(description="For times without an offset: +01:00 or Europe/Berlin. Default: the site's.", max_length=64),
    ] = None,
    limit: Annotated[int, Field(ge=1, le=1000, description="Most values of a full report in one answer.")] = 100,
    offset: Annotated[int, Field(ge=0, description="Values to skip: next_offset of the answer before.")] = 0,
    message_number: MessageNumber = None,
) -> ConversionResult:
    """Convert an HL7 v2 message to a FHIR R4 Bundle by HL7's V2-to-FHIR guide, and account for every value.

    Use it for a whole message; for where a single field goes use map_hl7_to_fhir, for the way back
    convert_fhir_to_hl7, to check the result validate_fhir_resource, to send it fhir_write_bundle.

    Returns the Bundle as JSON, the number of resources of each type, notes, and the loss report: values that are
    mapped, defaulted, not mapped or refused, and why; with report=full each with FHIR path and the guide's rows.
    Messages beyond the guide's 13 are converted segment by segment, and a note says so. The same message and options
    give the same bytes; a transaction can be repeated without making anything twice. Nothing is invented: no system,
    code, time zone or precision; elements that R4 requires and the message lacks say that they are unknown. The
    site's map rows apply. At most 5000 resources. Nothing is stored or sent.
    """
    from trivium_fhir.bundle.assembling import make_bundle  # what thinks is loaded on first use
    from trivium_fhir.convert.engine import convert
    from trivium_fhir.loss.reporting import loss_report
    from trivium_fhir.phi import composed

    parsed, batch = message_of(message, message_number, limits)
    conversion = convert(parsed, site.options(time_zone))
    if len(conversion.drafts) > _MOST_RESOURCES:
        raise TooLarge(where="message", problem=BundleProblem.TOO_MANY, limit=_MOST_RESOURCES)
    made = make_bundle(conversion, parsed, bundle)
    full = report == "full"
    return ConversionResult(
        batch=BatchPlace.of(batch),
        bundle=None if full and offset else composed(made.resource),
        structure=conversion.structure,
        guided=conversion.guided,
        resources=_resources(made.types()),
        notes=_notes(conversion),
        report=None
        if report == "none"
        else loss_report(conversion, parsed, made.entries, full=full, limit=limit, offset=offset),
    )


def _resources(types: list[str]) -> tuple[ResourceCount, ...]:
    return tuple(ResourceCount(type=name, count=types.count(name)) for name in sorted(set(types)))


def _notes(conversion: "Conversion") -> tuple[str, ...]:
    """Each once, with the first segment that it is about."""
    first: dict[str, int | None] = {}
    for note in conversion.notes:
        first.setdefault(note.text, note.segment)
    return tuple(text if segment is None else f"segment {segment}: {text}" for text, segment in first.items())
