"""The tool `explain_integration_pattern`."""

from typing import Annotated, Final

from pydantic import Field

from trivium.api import PUBLIC, BadInput, Effect, Problem, tool
from trivium_hl7.patterns.explanation import ExplainedPattern

_LONGEST: Final = 100


class PatternProblem(Problem):
    TOO_LONG = "is longer than {limit} characters"
    NO_SUCH_STEP = "is not the number of a step with an HL7 v2 message; there are {steps} steps"


@tool(effect=Effect.LOCAL, title="Explain an integration pattern")
def explain_integration_pattern(
    pattern_name: Annotated[
        str,
        Field(
            description="adt feed, order to result, radiology workflow (SWF), lab interface, report distribution, "
            "patient merge, charge posting, image sharing (XDS-I), PIX/PDQ, vaccination; or words."
        ),
    ],
    diagram: Annotated[bool, Field(description="Add the sequence diagram, as Mermaid text and as a picture.")] = True,
    samples: Annotated[
        bool,
        Field(description="Add a synthetic message for each kind of HL7 step: its form, not the step's status values."),
    ] = False,
    sample_step: Annotated[int | None, Field(ge=1, description="Add the sample message of this step alone.")] = None,
) -> Annotated[ExplainedPattern, PUBLIC]:
    """Explain how systems work together: who sends which message to whom, in which order, and what goes wrong.

    Use it to design or review an interface between registration, EHR, RIS, LIS, PACS, billing or registries. For one
    message type use explain_hl7_message_type, for a message of your own generate_sample_message; where a field goes in
    DICOM or FHIR say map_hl7_to_dicom and map_hl7_to_fhir.

    Returns actors with their IHE roles, numbered steps with message type, structure, version, IHE transaction and
    acknowledgments, the transactions with IHE's messages, pitfalls each with its source, counterparts in DICOM and
    FHIR, a sequence diagram (Mermaid text and PNG), and sample messages where asked for. A name that fits no pattern,
    or several alike, returns found=false with the names to choose from. It knows ten patterns and no site of yours.
    """
    if len(pattern_name) > _LONGEST:
        raise BadInput(where="pattern_name", problem=PatternProblem.TOO_LONG, limit=_LONGEST)
    from trivium_hl7.patterns.catalog import find
    from trivium_hl7.patterns.explaining import explain, listed

    found = find(pattern_name)
    if found.pattern is None:
        return listed(found.near)
    steps = [step for step in found.pattern.steps if not step.note]
    if sample_step is not None and (sample_step > len(steps) or not steps[sample_step - 1].message):
        raise BadInput(where="sample_step", problem=PatternProblem.NO_SUCH_STEP, steps=len(steps))
    return explain(found.pattern, near=found.near, drawn=diagram, sampled=samples, only=sample_step)
