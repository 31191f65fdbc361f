"""The tool `map_hl7_to_dicom`."""

import re
from typing import Annotated, Final

from pydantic import Field

from trivium.api import PUBLIC, BadInput, Effect, Problem, tool
from trivium_hl7.dicom_map.mapping import FieldMapping

_RUN_TOGETHER: Final = re.compile(r"\s*([A-Za-z][A-Za-z0-9]{2})[\s:]*(?=\d)")


class FieldProblem(Problem):
    NOT_A_FIELD = "is no segment or field: write OBR, OBR-18, PID-3.4 or PID-3.4.2"
    COUNTS_FROM_ONE = "has a 0 where HL7 v2 counts from 1"


@tool(effect=Effect.LOCAL, title="Map HL7 v2 to DICOM")
def map_hl7_to_dicom(
    field_ref: Annotated[
        str,
        Field(description="Segment, field, component or subcomponent: OBR, OBR-18, PID-3.4, PID-3.4.2. Never a value."),
    ],
    limit: Annotated[int, Field(ge=1, le=100, description="Most rows to return.")] = 30,
    offset: Annotated[int, Field(ge=0, description="Rows to skip: next_offset of the answer before.")] = 0,
) -> Annotated[FieldMapping, PUBLIC]:
    """Find the DICOM attributes of an HL7 v2 field: worklist items, patient attributes, structured reports.

    Use it to learn what OBR-18, PID-3.4 or MSH-18 becomes in DICOM, in which messages and directions. The other way
    round is map_dicom_to_hl7; for FHIR use map_hl7_to_fhir, for what the field is explain_hl7_field. It reads no
    message.

    Returns rows: attribute path with keyword, fields with names, direction, messages, join rule, remarks, and how one
    archive uses the field; where a field goes to different attributes in different messages; what is known of the
    field as a home of the accession number or the Study Instance UID; code conversion of character sets and
    priorities. A component finds the rows of its field and those of its parts. Status not_mapped is a normal answer.
    The rows follow IHE RAD TF-2x appendix B as one archive's conformance statement has it.
    """
    from trivium_hl7.dicom_map.answers import of_field
    from trivium_hl7.paths import read_path

    path = read_path(_RUN_TOGETHER.sub(r"\1-", field_ref[:100], count=1))
    if path is None or len(field_ref) > 100:
        raise BadInput(where="field_ref", problem=FieldProblem.NOT_A_FIELD)
    if 0 in path:
        raise BadInput(where="field_ref", problem=FieldProblem.COUNTS_FROM_ONE)
    return of_field(path, limit=limit, offset=offset)
