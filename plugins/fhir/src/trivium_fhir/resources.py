"""Pages of FHIR R4 that a client reads by URI."""

from typing import Annotated, Final

from pydantic import Field

from trivium.api import NotFound, ResourceSpec, resource
from trivium_fhir import completions

_ELEMENTS: Final = 300
_CODES: Final = 100


@resource("fhir://resource/{name}", title="FHIR resource", complete={"name": completions.resource_names})
def fhir_resource(name: Annotated[str, Field(max_length=100, description="Patient, ImagingStudy, HumanName.")]) -> str:
    """A resource or data type of FHIR R4: elements, search parameters, operations, what feeds it from HL7 v2."""
    from trivium_fhir.explain import pages
    from trivium_fhir.explain.kinds import explain
    from trivium_fhir.explain.problems import ResourceProblem
    from trivium_fhir.explain.spelling import type_named

    known = type_named(name)
    if known is None:
        raise NotFound(where="name", problem=ResourceProblem.NO_SUCH_RESOURCE)
    return pages.kind(explain(known, limit=_ELEMENTS, offset=0))


@resource("fhir://element/{path}", title="FHIR element", complete={"path": completions.element_paths})
def fhir_element(
    path: Annotated[str, Field(max_length=300, description="Patient.name.given, Observation.value[x].")],
) -> str:
    """An element of FHIR R4: cardinality, types, codes, rules, search parameters, HL7 v2 and DICOM counterparts."""
    from trivium_fhir.explain import pages
    from trivium_fhir.explain.elements import explain
    from trivium_fhir.explain.spelling import parse_element_path

    return pages.element(explain(parse_element_path(path, where="path"), code_limit=_CODES))


def all_resources() -> list[ResourceSpec]:
    return [fhir_resource, fhir_element]
