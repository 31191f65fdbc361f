"""The tool `map_fhir_to_hl7`."""

from typing import Annotated

from pydantic import Field

from trivium.api import PUBLIC, Effect, NotFound, tool
from trivium_fhir.explain.sources_model import FhirSources


@tool(effect=Effect.LOCAL, title="Map FHIR to HL7 v2")
def map_fhir_to_hl7(
    path: Annotated[
        str,
        Field(
            min_length=1,
            max_length=300,
            description="FHIR R4 element: Patient.address.city, Observation.value[x], Patient. Never a value.",
        ),
    ],
    limit: Annotated[int, Field(ge=1, le=200, description="Most feeds.")] = 30,
    offset: Annotated[int, Field(ge=0, description="next_offset of the answer before.")] = 0,
) -> Annotated[FhirSources, PUBLIC]:
    """Say which HL7 v2 fields feed a FHIR R4 element, by the HL7 V2-to-FHIR guide's rows read backwards.

    Use it to learn where Patient.address.city comes from, why a field did not arrive, or what a v2 sender must fill.
    For the other direction use map_hl7_to_fhir; to make v2 of a Bundle convert_fhir_to_hl7; for what the element is
    explain_fhir_element. It converts nothing.

    Returns each v2 field or component with the guide's rows behind it, the condition in words, constants, code maps and
    resources created on the way; for a parent also the elements below that are fed; for a component without a row of
    its own what fills its parent as a whole; the messages that use those maps; and R4's own v2 column, which is another
    source and coarser. Status not_mapped means that the guide is silent. For an
    unknown path: near ones, or not_found.
    """
    from trivium_fhir.explain.sources import sources, unknown  # the guide is read on first use
    from trivium_fhir.explain.spelling import near, parse_element_path

    try:
        known = parse_element_path(path, where="path")
    except NotFound:
        if similar := near(path):
            return unknown(similar)
        raise
    return sources(known, limit=limit, offset=offset)
