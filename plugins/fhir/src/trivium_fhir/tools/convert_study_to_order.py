"""The tool `convert_study_to_order`."""

from typing import Annotated, Literal

from pydantic import Field

from trivium.api import EMBEDDED, Call, Effect, Given, Kind, Phi, tool
from trivium_fhir.imaging.order_results import StudyOrder
from trivium_fhir.imaging.room import Room


@tool(effect=Effect.READS_FILES, title="Convert DICOM study to HL7 order", timeout=300.0)
def convert_study_to_order(
    room: Given[Room],
    call: Call,
    path: Annotated[
        str | None, Phi(Kind.FILE), Field(description="A DICOM file inside the allowed folders.", max_length=4096)
    ] = None,
    folder: Annotated[
        str | None, Phi(Kind.FILE), Field(description="Or all files below an allowed folder.", max_length=4096)
    ] = None,
    query_results: Annotated[
        str | None,
        EMBEDDED,
        Field(description="Or JSON: an answer of pacs_query, or DICOM JSON objects (PS3.18).", max_length=8_000_000),
    ] = None,
    study_instance_uid: Annotated[
        str | None, Phi(Kind.UID), Field(description="Which study, where there are several.", max_length=64)
    ] = None,
    message_type: Annotated[
        Literal["ORM^O01", "ORU^R01"], Field(description="An order, or the skeleton of a result.")
    ] = "ORM^O01",
    order_control: Annotated[
        Literal["NW", "SC", "XO", "CA"], Field(description="ORC-1 of an order: new, status changed, changed, cancel.")
    ] = "SC",
    message_time: Annotated[
        str, Phi(Kind.DATE), Field(description="MSH-7, e.g. 20260102030405+0100; empty: left out.", max_length=30)
    ] = "",
    processing_id: Annotated[Literal["T", "D", "P"], Field(description="MSH-11: test, debugging, production.")] = "T",
) -> StudyOrder:
    """Convert a DICOM study to the HL7 v2.5.1 order (ORM^O01) or result skeleton (ORU^R01) that names it.

    Use it to repair a lost order, to reconcile an archive with an order system, or to start a result. For the way back
    use convert_order_to_worklist; for FHIR, convert_dicom_to_imaging_study; samples: generate_sample_message.

    Give one of path, folder and query_results. Returns the message by the rows of IHE RAD TF-2 appendix B: patient,
    visit, order numbers, accession number (OBR-18), procedure, Study Instance UID (ZDS-1; result: OBX with 110180).
    Says which attribute each field is of, which required fields have no value, and what the validator finds.

    Nothing is invented: no time, no status, no facility. Nothing is stored or sent; to send it use send_hl7_message.
    """
    # Studies are read and converted on first use.
    from trivium_fhir.imaging.notes import Notes
    from trivium_fhir.imaging.order_answer import answer
    from trivium_fhir.imaging.sources import gathered, named_study

    notes = Notes()
    study = named_study(gathered(room, call, path, folder, query_results), study_instance_uid, notes)
    return answer(study, message_type, notes, control=order_control, sent=message_time, processing=processing_id)
