"""The tool `convert_order_to_worklist`."""

from typing import Annotated, Literal

from pydantic import Field

from trivium.api import EMBEDDED, Effect, tool
from trivium_fhir.imaging.worklist_results import Worklist


@tool(effect=Effect.LOCAL, title="Convert HL7 order to Modality Worklist")
def convert_order_to_worklist(
    message: Annotated[
        str,
        EMBEDDED,
        Field(description="An ORM^O01, OMG^O19 or OMI^O23 message from MSH on.", max_length=2_000_000),
    ],
    accession_number_field: Annotated[
        Literal["OBR-18", "IPC-1", "OBR-3", "ORC-3", "OBR-2", "ORC-2"] | None,
        Field(description="Where this site has the accession number, if not where IHE has it (OBR-18; OMI: IPC-1)."),
    ] = None,
    generate_study_instance_uid: Annotated[
        bool, Field(description="Make a Study Instance UID of the order's numbers where the order has none.")
    ] = False,
    limit: Annotated[int, Field(ge=1, le=100, description="Most steps.")] = 20,
    offset: Annotated[int, Field(ge=0, description="Steps to skip: next_offset of the answer before.")] = 0,
) -> Worklist:
    """Convert an HL7 v2 imaging order to the Modality Worklist items that a modality would get for it.

    Use it to see what of an order reaches the modality, or why an item is incomplete or an accession number wrong. For
    one field's place use map_hl7_to_dicom; for the order of a stored study, convert_study_to_order.

    Returns DICOM JSON, one item for each OBR (each IPC of an OMI), as PS3.4 K.6 has one step in an item: patient,
    visit, requested procedure, scheduled step. Says which field each attribute is of, which required keys have no
    value, every field where accession number and Study Instance UID stand, which was taken, and contradictions.

    Follows IHE RAD TF-2 appendix B. Nothing is invented: no UID unless asked for, no station, no default. Nothing is
    stored or sent.
    """
    from trivium_fhir.imaging.worklist_answer import answer  # the maps are read on first use
    from trivium_hl7.reader import parse_message

    return answer(
        parse_message(message),
        accession_field=accession_number_field,
        generate_uid=generate_study_instance_uid,
        limit=limit,
        offset=offset,
    )
