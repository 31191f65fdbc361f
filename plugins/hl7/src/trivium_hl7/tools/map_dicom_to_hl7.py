"""The tool `map_dicom_to_hl7`."""

from typing import Annotated, Final

from pydantic import Field

from trivium.api import PUBLIC, BadInput, Effect, Problem, tool
from trivium_hl7.dicom_map.mapping import AttributeMapping

_LONGEST: Final = 200


class AttributeProblem(Problem):
    TOO_LONG = "is longer than {limit} characters"


@tool(effect=Effect.LOCAL, title="Map DICOM to HL7 v2")
def map_dicom_to_hl7(
    tag: Annotated[
        str,
        Field(
            description="(0008,0050), 00080050, AccessionNumber, accession number; in a sequence "
            "00400100/00080060 or ScheduledProcedureStepSequence.Modality. Never a value."
        ),
    ],
    limit: Annotated[int, Field(ge=1, le=100, description="Most rows to return.")] = 30,
    offset: Annotated[int, Field(ge=0, description="Rows to skip: next_offset of the answer before.")] = 0,
) -> Annotated[AttributeMapping, PUBLIC]:
    """Find the HL7 v2 field of a DICOM attribute in imaging orders, patient messages, results and queries.

    Use it to learn where the accession number, a worklist attribute or a patient attribute travels in ORM, OMG, OMI,
    ADT, ORU or QBP messages, in which direction, and where messages differ. The other way round is map_hl7_to_dicom;
    for what a tag is use lookup_dicom_tag, for FHIR elements of an HL7 field map_hl7_to_fhir. It reads no file.

    Returns rows: attribute path, fields with names, direction, messages, join rule, constant, remarks, and how one
    archive uses the field. Also differences between messages, every known home of the accession number and the Study
    Instance UID (with misuses and sources), character set and priority codes, and FHIR R4's elements. An attribute
    asked for by itself is found in sequences too. Status not_mapped is a normal answer; an unknown tag returns near
    ones. The rows follow IHE RAD TF-2x appendix B as one archive's conformance statement has it.
    """
    if len(tag) > _LONGEST:
        raise BadInput(where="tag", problem=AttributeProblem.TOO_LONG, limit=_LONGEST)
    from trivium_hl7.dicom_map.answers import of_attribute
    from trivium_hl7.dicom_map.attributes import read_attribute

    return of_attribute(read_attribute(tag), limit=limit, offset=offset)
