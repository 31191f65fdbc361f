"""The tool `explain_fhir_resource`."""

from typing import Annotated

from pydantic import Field

from trivium.api import PUBLIC, Effect, NotFound, tool
from trivium_fhir.explain.resource_model import ResourceExplanation


@tool(effect=Effect.LOCAL, title="Explain a FHIR resource")
def explain_fhir_resource(
    name: Annotated[
        str,
        Field(min_length=1, max_length=100, description="Resource or data type: Patient, ImagingStudy, HumanName."),
    ],
    limit: Annotated[int, Field(ge=1, le=300, description="Most elements.")] = 60,
    offset: Annotated[int, Field(ge=0, description="next_offset of the answer before.")] = 0,
) -> Annotated[ResourceExplanation, PUBLIC]:
    """Explain a FHIR R4 resource or data type: its elements, search parameters, operations, compartments and sources.

    Use it for "what is in an ImagingStudy", to plan a resource, or to find how one is searched. For one element, with
    its codes and rules, use explain_fhir_element; for the v2 fields behind an element map_fhir_to_hl7; to check a real
    resource validate_fhir_resource. It reads no resource and no server.

    Returns elements in pages (path, cardinality, types with targets, flags, binding, invariant keys), search parameters
    with their FHIRPath, operations, compartments, the v2 segment maps and messages that fill it by the V2-to-FHIR
    guide, and R4's own v2 and DICOM columns; of a data type also where it is used. Later pages hold elements only. For
    an unknown name: found false with near names, or not_found. Profiles (US Core) are not carried.
    """
    from trivium_fhir.explain.elements import SOURCE  # R4's tables are read on first use
    from trivium_fhir.explain.kinds import explain
    from trivium_fhir.explain.problems import ResourceProblem
    from trivium_fhir.explain.spelling import near, type_named

    known = type_named(name)
    if known is not None:
        return explain(known, limit=limit, offset=offset)
    if similar := near(name):
        return ResourceExplanation(found=False, near=similar, source=SOURCE)
    raise NotFound(where="name", problem=ResourceProblem.NO_SUCH_RESOURCE)
