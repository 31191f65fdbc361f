"""The tool `explain_fhir_element`."""

from typing import Annotated

from pydantic import Field

from trivium.api import PUBLIC, Effect, NotFound, tool
from trivium_fhir.explain.element_model import ElementExplanation


@tool(effect=Effect.LOCAL, title="Explain a FHIR element")
def explain_fhir_element(
    path: Annotated[
        str,
        Field(
            min_length=1,
            max_length=300,
            description="Patient.name.given, Observation.value[x], valueQuantity spelled out, HumanName.use. No value.",
        ),
    ],
    code_limit: Annotated[int, Field(ge=0, le=500, description="Most codes of the binding.")] = 40,
) -> Annotated[ElementExplanation, PUBLIC]:
    """Explain one element of FHIR R4: cardinality, types, codes, rules, search, and its HL7 v2 and DICOM counterparts.

    Use it to learn what may stand in Patient.contact.relationship or Observation.value[x], which codes a field takes,
    or which rule a validator means. For all elements of a resource use explain_fhir_resource; for a code
    lookup_fhir_code; for all v2 sources with their conditions map_fhir_to_hl7. It reads no resource.

    Any spelling of the path is read, with or without indices, through data types and nested items. Returns types with
    the pattern of their values and reference targets; the binding with its codes, or the outside terminologies and what
    a look-up there needs; invariants as FHIRPath; search parameters that read it; children; v2 fields by the guide and
    by R4's own column; DICOM attributes; R4's extensions. For an unknown path: found false with near names, or
    not_found.
    """
    from trivium_fhir.explain.elements import SOURCE, explain  # R4's tables are read on first use
    from trivium_fhir.explain.spelling import near, parse_element_path

    try:
        known = parse_element_path(path, where="path")
    except NotFound:
        if similar := near(path):
            return ElementExplanation(found=False, near=similar, source=SOURCE)
        raise
    return explain(known, code_limit=code_limit)
