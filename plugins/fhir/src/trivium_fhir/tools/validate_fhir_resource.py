"""The tool `validate_fhir_resource`."""

from typing import Annotated, Final, Literal

from pydantic import Field

from trivium.api import EMBEDDED, Effect, Given, Workers, tool
from trivium_fhir.validity import FhirValidation

_LARGE: Final = 500_000
"""Characters. What is shorter is checked at once, within a few seconds at the worst."""
_SECONDS: Final = 60.0


@tool(effect=Effect.LOCAL, title="Validate FHIR resource")
def validate_fhir_resource(
    workers: Given[Workers],
    resource: Annotated[
        str, EMBEDDED, Field(description="One FHIR R4 resource or Bundle, whole, as JSON or as FHIR XML.")
    ],
    severity: Annotated[
        Literal["error", "warning", "note"], Field(description="The least severity to list; the totals count all.")
    ] = "note",
    limit: Annotated[int, Field(ge=1, le=500, description="Most findings in one answer.")] = 100,
    offset: Annotated[int, Field(ge=0, description="Findings to skip: next_offset of the answer before.")] = 0,
) -> FhirValidation:
    """Check a FHIR R4 (4.0.1) resource or Bundle against the base specification, all findings at once.

    Use it to find out why a server refuses a resource, or before one is sent. For what an element or resource is, use
    explain_fhir_element and explain_fhir_resource; for a code, lookup_fhir_code; to try an invariant,
    evaluate_fhirpath.

    Checks elements, cardinality, choices, JSON types, forms and dates that exist, codes of required and extensible
    bindings as far as R4's own lists decide (SNOMED CT, LOINC, UCUM, languages and media types are not looked up),
    references and their target types, fullUrls, requests, contained resources, narrative safety and all invariants.
    Each finding has a path, code, rule and count; equal ones are one. Profiles in meta.profile are noted, not checked.
    Of XML the order of elements is not checked. Nothing is fetched, stored or sent, and no value of the resource is
    repeated.
    """
    from trivium_fhir.validation.answering import answer  # R4's tables are read on first use

    if len(resource) <= _LARGE:
        return answer(resource, severity, limit, offset)
    return workers.run(answer, resource, severity, limit, offset, where="resource", seconds=_SECONDS)
