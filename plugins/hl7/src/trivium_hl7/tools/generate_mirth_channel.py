"""The tool `generate_mirth_channel`."""

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from trivium.api import BLOCK, PUBLIC, Effect, tool
from trivium_hl7.mirth.request import LONGEST_NAME, Acknowledge, Destination, Dialect, Payload, Request, Source
from trivium_hl7.result import Result

if TYPE_CHECKING:
    from trivium_hl7.mirth.fields import Entry

_Name = Annotated[str, Field(max_length=LONGEST_NAME)]


class MappedValue(Result):
    """One value of the record that the channel reads out of each message."""

    name: str = Field(description="Name in the record: variable, column and JSON member.")
    hl7: tuple[str, ...] = Field(description="Places in HL7 v2; the first that has a value counts.")
    dicom: str | None = Field(default=None, description="DICOM attribute.")
    fhir: str | None = Field(default=None, description="FHIR R4 element.")


class MirthChannel(Result):
    """A channel to import, and what to know of it."""

    name: str
    channel_id: str
    does: tuple[str, ...] = Field(description="What the channel does, in the order in which it runs.")
    before_deployment: tuple[str, ...] = Field(description="What is left to set in Mirth.")
    notes: tuple[str, ...] = Field(description="Limits and risks.")
    mapping: tuple[MappedValue, ...] = Field(description="Empty where messages pass as they are.")
    xml: Annotated[str, BLOCK] = Field(
        description="The channel: save as a file and import it in Mirth Connect's Channels view."
    )


@tool(effect=Effect.LOCAL, title="Generate Mirth Connect channel")
def generate_mirth_channel(
    source_type: Annotated[Source, Field(description="Where messages come from.")],
    destination_type: Annotated[Destination, Field(description="Where they go.")],
    use_case: Annotated[
        str,
        Field(
            description="What it is for, in words: 'ADT feed to the data warehouse', 'lab results ORU^R01 to FHIR'. "
            "Kinds of message named here become the filter. No patient data, no passwords."
        ),
    ],
    channel_name: Annotated[str | None, Field(max_length=200, description="Unset: made of the two types.")] = None,
    listen_host: Annotated[str, Field(description="Address to listen on; 0.0.0.0 is every interface.")] = "127.0.0.1",
    listen_port: Annotated[int | None, Field(ge=1, le=65535, description="Port of the source.")] = None,
    source_ae_title: Annotated[str, Field(description="Our DICOM AE title.")] = "MIRTH",
    source_path: Annotated[str | None, Field(description="Folder (File) or URL path (HTTP, FHIR) to read.")] = None,
    source_jdbc_url: Annotated[str | None, Field(description="jdbc: address, without user and password.")] = None,
    source_table: Annotated[str, Field(description="Table to read.")] = "outbox",
    destination_host: Annotated[str, Field(description="Receiver of HL7 v2 or DICOM.")] = "127.0.0.1",
    destination_port: Annotated[int | None, Field(ge=1, le=65535, description="Its port.")] = None,
    destination_ae_title: Annotated[str, Field(description="Its DICOM AE title.")] = "ARCHIVE",
    destination_url: Annotated[str | None, Field(description="FHIR base or HTTP address, without credentials.")] = None,
    destination_path: Annotated[str | None, Field(description="Folder to write files into.")] = None,
    destination_jdbc_url: Annotated[str | None, Field(description="jdbc: address, without user and password.")] = None,
    destination_table: Annotated[str, Field(description="Table to insert into.")] = "inbox",
    destination_channel_id: Annotated[str | None, Field(description="Id of the channel to write to.")] = None,
    database: Annotated[Dialect, Field(description="Kind of database.")] = Dialect.POSTGRESQL,
    source_payload: Annotated[
        Payload, Field(description="What HTTP requests (auto: json) and files (auto: hl7v2) that are read hold.")
    ] = Payload.AUTO,
    destination_payload: Annotated[
        Payload, Field(description="What is posted (auto: json) or written to files (auto: what came in).")
    ] = Payload.AUTO,
    events: Annotated[
        list[str] | None, Field(description="Accept only these: ['A01', 'A08'] or ['ADT^A01']. HL7 v2 sources.")
    ] = None,
    outbound_message: Annotated[
        str | None, Field(description="HL7 v2 message to build from other sources: ADT^A08, ORM^O01, ORU^R01.")
    ] = None,
    acknowledge: Annotated[
        Acknowledge, Field(description="When an HL7 v2 sender is answered: once stored, or once delivered.")
    ] = Acknowledge.RECEIVED,
    filtered_reply: Annotated[
        Literal["AA", "AR"], Field(description="MSA-1 for messages that the filter leaves out.")
    ] = "AA",
    sending_application: Annotated[_Name, Field(description="MSH-3 of what goes out.")] = "",
    sending_facility: Annotated[_Name, Field(description="MSH-4.")] = "",
    receiving_application: Annotated[_Name, Field(description="MSH-5.")] = "",
    receiving_facility: Annotated[_Name, Field(description="MSH-6.")] = "",
) -> Annotated[MirthChannel, PUBLIC]:
    """Generate a channel for Mirth Connect 4.5 (NextGen Connect, Open Integration Engine) as XML to import.

    Use it to start an interface: any of six sources to any of seven destinations, with an event filter, field mapping
    and acknowledgment. It deploys nothing and talks to no server. To see which messages an interface exchanges use
    explain_integration_pattern; for where a field goes use map_hl7_to_fhir, map_hl7_to_dicom; for test messages
    generate_sample_message.

    Returns the XML (20 to 45 kB), what the channel does step by step, what is left to set (users and passwords are
    always empty), notes on limits and risks, and the mapping: each value with its HL7 field, DICOM attribute and FHIR
    element. Same arguments, same bytes. The channel is imported stopped. Where both sides have one form, messages pass
    as they are; HL7 v2 to DICOM works for PDF reports alone, and no channel serves a worklist. Test it with sample
    messages before patients depend on it.
    """
    from trivium_hl7.mirth.channel import make_channel  # the model is read on first use

    made = make_channel(
        Request(
            source=source_type,
            destination=destination_type,
            use_case=use_case,
            channel_name=channel_name,
            listen_host=listen_host,
            listen_port=listen_port,
            source_ae_title=source_ae_title,
            source_path=source_path,
            source_jdbc_url=source_jdbc_url,
            source_table=source_table,
            destination_host=destination_host,
            destination_port=destination_port,
            destination_ae_title=destination_ae_title,
            destination_url=destination_url,
            destination_path=destination_path,
            destination_jdbc_url=destination_jdbc_url,
            destination_table=destination_table,
            destination_channel_id=destination_channel_id,
            dialect=database,
            source_payload=source_payload,
            destination_payload=destination_payload,
            events=tuple(events or ()),
            outbound_message=outbound_message,
            acknowledge=acknowledge,
            filtered_reply=filtered_reply,
            sending_application=sending_application,
            sending_facility=sending_facility,
            receiving_application=receiving_application,
            receiving_facility=receiving_facility,
        )
    )
    return MirthChannel(
        name=made.name,
        channel_id=made.id,
        does=made.does,
        before_deployment=made.before_deployment,
        notes=made.notes,
        mapping=tuple(_mapped(entry) for entry in made.mapped),
        xml=made.xml,
    )


def _mapped(entry: "Entry") -> MappedValue:
    return MappedValue(
        name=entry.name,
        hl7=tuple(str(place) for place in entry.hl7),
        dicom=f"({entry.dicom[:4]},{entry.dicom[4:]})" if entry.dicom else None,
        fhir=entry.fhir or None,
    )
