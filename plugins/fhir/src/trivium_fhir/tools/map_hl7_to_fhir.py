"""The tool `map_hl7_to_fhir`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trivium.api import PUBLIC, Effect, tool
from trivium_fhir.mapping import FhirMapping


@tool(effect=Effect.LOCAL, title="Map HL7 v2 to FHIR")
def map_hl7_to_fhir(
    field_ref: Annotated[
        str,
        Field(description="Segment, field, component or subcomponent: PID, PID-3, OBX-5.2, PID-5.1.1. Never a value."),
    ],
    message_structure: Annotated[
        str | None,
        Field(description="Only what this message's map makes of the segment: ADT_A01, ADT^A08, ORU^R01."),
    ] = None,
    limit: Annotated[int, Field(ge=1, le=200, description="Most rows to return.")] = 50,
    offset: Annotated[int, Field(ge=0, description="Rows to skip: next_offset of the answer before.")] = 0,
    code_limit: Annotated[int, Field(ge=0, le=500, description="Most codes to return of each code map.")] = 40,
) -> Annotated[FhirMapping, PUBLIC]:
    """Map an HL7 v2 segment, field or component to FHIR R4 elements, as the HL7 V2-to-FHIR guide does.

    Use it to learn where PID-3.4 or OBX-5 goes in FHIR, under which condition, with which codes. It reads
    and converts no message: to read one use parse_hl7_message; for DICOM elements use lookup_dicom_tag.

    Returns one row per FHIR place: path, type, cardinality, condition in words, constant, data type map, code maps with
    code pairs (for a field, not for a whole segment), flaws of the guide, and the guide's own rows as the source. Also
    which messages use the segment's maps, and for a component which rows do not lead to it and why. Status not_mapped
    means that the guide is silent, not that nothing exists. A segment without a map is a normal answer with near ids;
    an unreadable reference or a message without a map is an error. Covers 33 segments and 13 message structures.
    """
    from trivium_fhir.answer import answer  # the guide is read on first use
    from trivium_fhir.field_ref import parse_field_ref
    from trivium_fhir.messages import parse_message_structure

    ref = parse_field_ref(field_ref, where="field_ref")
    message = parse_message_structure(message_structure, where="message_structure") if message_structure else None
    return answer(ref, message, limit=limit, offset=offset, code_limit=code_limit)
