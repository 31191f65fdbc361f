"""The tool `evaluate_fhirpath`."""

from typing import Annotated, Final

from pydantic import Field

from trivium.api import EMBEDDED, Effect, Given, Workers, tool
from trivium_fhir.explain.evaluation_model import Evaluation

_SECONDS: Final = 10.0


@tool(effect=Effect.LOCAL, title="Evaluate FHIRPath")
def evaluate_fhirpath(
    workers: Given[Workers],
    resource: Annotated[
        str, EMBEDDED, Field(description="A FHIR R4 resource or Bundle, JSON or XML.", max_length=8_000_000)
    ],
    expression: Annotated[
        str,
        Field(
            min_length=1,
            max_length=4_000,
            description="Patient.name.where(use='official').given; Bundle.entry.resource.ofType(Observation).",
        ),
    ],
    limit: Annotated[int, Field(ge=1, le=200, description="Most items of the result.")] = 50,
    offset: Annotated[int, Field(ge=0, description="next_offset of the answer before.")] = 0,
) -> Evaluation:
    """Evaluate a FHIRPath expression on a FHIR R4 resource.

    Use it to pick values out of a resource or bundle, to count, or to test a condition. To check a resource against R4
    use validate_fhir_resource; for what an element is explain_fhir_element; for v2 messages parse_hl7_message.

    Returns the items as primitives with type and place within the item. Paths, exists(), count(), ofType(), first()
    and tests of public codes are answered plainly; once a patient's value is compared, converted or computed with (=,
    <, |, matches(), distinct()), the whole answer is one text, `derived`, which may be withheld. combine() joins
    without comparing. FHIRPath 2.0 with R4's functions: resolve() looks in contained resources and the bundle,
    memberOf() answers where R4's value sets decide. conformsTo() knows no profiles. Empty is not false. Unreadable
    expressions are errors with the position. Bounded to 10 seconds. It fetches nothing, and reads nothing of the
    machine.
    """
    from trivium_fhir.explain.evaluating import evaluate  # the engine runs over there

    return workers.run(evaluate, resource, expression, limit, offset, where="resource", seconds=_SECONDS)
