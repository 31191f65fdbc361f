"""The tool `convert_fhir_to_hl7`."""

from typing import Annotated, Literal

from pydantic import Field

from trivium.api import EMBEDDED, PUBLIC, Composed, Effect, tool
from trivium_fhir.result import Result
from trivium_fhir.reverse.reporting import MessageError, ReasonCount, ResourceTotals, Totals, ValueEntry


class WrittenMessage(Result):
    """A Bundle as an HL7 v2 message, and what became of its values."""

    message: Composed | None = Field(default=None, description="left out of the pages after the first")
    message_type: Annotated[str, PUBLIC]
    version: Annotated[str, PUBLIC]
    errors: Annotated[int, PUBLIC] = Field(description="under the standard: what the bundle does not give")
    missing: tuple[MessageError, ...] = Field(description="the first fifty kinds of errors")
    notes: Annotated[tuple[str, ...], PUBLIC] = Field(description="decisions that the guide leaves open")
    totals: Totals
    resources: tuple[ResourceTotals, ...] | None = None
    reasons: tuple[ReasonCount, ...] | None = Field(default=None, description="why values stand in no field")
    unresolved: Annotated[int | None, PUBLIC] = Field(
        default=None, description="references to what is not in the bundle"
    )
    values: tuple[ValueEntry, ...] | None = None
    next_offset: Annotated[int | None, PUBLIC] = None


@tool(effect=Effect.LOCAL, title="Convert FHIR to HL7 v2")
def convert_fhir_to_hl7(
    bundle: Annotated[
        str,
        EMBEDDED,
        Field(description="FHIR R4 JSON: a Bundle (transaction, message, collection, searchset) or one resource."),
    ],
    message_type: Annotated[
        str | None,
        Field(
            description="ADT^A01, ADT^A04, ADT^A08, ADT^A40, ORU^R01, ORM^O01, OML^O21, MDM^T02, SIU^S12 or VXU^V04. "
            "Unset: the MessageHeader's event.",
            max_length=24,
        ),
    ] = None,
    version: Annotated[str, Field(description="2.3 to 2.8.2.", max_length=12)] = "2.5.1",
    sending_application: Annotated[str, Field(description="MSH-3.", max_length=200)] = "",
    sending_facility: Annotated[str, Field(description="MSH-4.", max_length=200)] = "",
    receiving_application: Annotated[str, Field(description="MSH-5.", max_length=200)] = "",
    receiving_facility: Annotated[str, Field(description="MSH-6.", max_length=200)] = "",
    processing_id: Annotated[
        Literal["P", "T", "D"] | None, Field(description="MSH-11, if the bundle does not say it.")
    ] = None,
    report: Annotated[
        Literal["summary", "full", "unused", "none"],
        Field(description="full: every value with its field and the guide's row, paged; unused: those in no field."),
    ] = "summary",
    limit: Annotated[int, Field(ge=1, le=1000, description="Most values in one answer.")] = 100,
    offset: Annotated[int, Field(ge=0, description="Values to skip: next_offset of the answer before.")] = 0,
) -> WrittenMessage:
    """Convert a FHIR R4 Bundle to an HL7 v2 message: the V2-to-FHIR guide's rows run backwards.

    Use it for a whole bundle; which fields feed one element says map_fhir_to_hl7, the way there is
    convert_hl7_to_fhir, to check the message use validate_hl7_message, to send it send_hl7_message.

    Returns the message, its errors under the standard (what it requires and the bundle lacks), notes on decisions, and
    an account of the bundle: values that stand in a field, are implied by one, or stand in none, and why. The same
    bundle and options give the same text. Nothing is invented: no time, sender, processing id or code; what is missing
    stays empty and is told. Where several v2 codes stand for a FHIR code the first of the guide is taken and noted.
    One document or appointment makes one message. References are followed within the bundle only. Nothing is stored
    or sent.
    """
    from trivium_fhir.phi import told  # what thinks is loaded on first use
    from trivium_fhir.reverse import reporting
    from trivium_fhir.reverse.engine import Options, convert
    from trivium_fhir.reverse.header import Parties
    from trivium_fhir.reverse.store import read_bundle
    from trivium_hl7.composing import composed

    parties = Parties(
        sending_application, sending_facility, receiving_application, receiving_facility, processing_id or ""
    )
    store = read_bundle(bundle)
    made = convert(store, Options(message_type, version, parties))
    errors, missing = reporting.errors(made)
    listed = [leaf for leaf in made.leaves if report == "full" or leaf.unused is not None]
    page = tuple(listed[offset : offset + limit]) if report in ("full", "unused") else ()
    end = offset + len(page)
    summary = report != "none"
    return WrittenMessage(
        message=None
        if offset
        else composed(made.message, made.version, told=told(one.value for one in store.resources)),
        message_type=made.type,
        version=made.version,
        errors=errors,
        missing=missing,
        notes=reporting.notes(made),
        totals=reporting.totals(made),
        resources=reporting.by_resource(made) if summary else None,
        reasons=reporting.reasons(made) if summary else None,
        unresolved=made.unresolved or None,
        values=reporting.values(page) if page else None,
        next_offset=end if page and end < len(listed) else None,
    )
