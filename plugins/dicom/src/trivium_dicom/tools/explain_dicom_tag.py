"""The tool `explain_dicom_tag`."""

from typing import Annotated

from pydantic import Field

from trivium.api import PUBLIC, Effect, tool
from trivium_dicom.explain.model import TagExplanation


@tool(effect=Effect.LOCAL, title="Explain a DICOM tag")
def explain_dicom_tag(
    tag: Annotated[
        str,
        Field(
            max_length=300,
            description="(0010,0010), 0028,1050, 60xx3000, PatientName, slice thickness, or a path: "
            "RequestAttributesSequence.ScheduledProcedureStepID.",
        ),
    ],
    iod: Annotated[
        str | None, Field(max_length=120, description="Only this object: CT image, RTSTRUCT, or a SOP class.")
    ] = None,
    limit: Annotated[int, Field(ge=1, le=100, description="Most places.")] = 12,
    offset: Annotated[int, Field(ge=0, description="next_offset of the answer before.")] = 0,
) -> Annotated[TagExplanation, PUBLIC]:
    """Explain a DICOM attribute: VR, VM, where it stands, allowed values, counterparts, confidentiality, pitfalls.

    Use it to learn what an attribute may hold, whether an object must have it, which HL7 v2 field is the same thing, or
    what vendors get wrong. To find a tag or list a group use lookup_dicom_tag; for all attributes of an object
    explain_dicom_iod; for private elements of a file decode_private_tags. It reads no file.

    Returns modules with type (1, 1C, 2, 2C, 3) and how many IODs use them in pages, those outside of sequences first.
    Pitfalls carry sources. Conditions are not carried; terms are of edition 2020a. Unknown words are an error,
    not_found; a whole group is bad_input.
    """
    from trivium_dicom.explain.explaining import explain_tag

    return explain_tag(tag, iod=iod, limit=limit, offset=offset)
