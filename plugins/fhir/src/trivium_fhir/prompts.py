"""What a user can ask for with one choice: why a field did not arrive in FHIR, why a resource is invalid."""

from typing import Annotated

from pydantic import Field

from trivium.api import PromptSpec, prompt
from trivium_fhir import completions


@prompt(
    title="Why did this field not arrive in FHIR?",
    complete={"element": completions.element_paths, "message_type": completions.message_structures},
)
def explain_missing_field(
    field: Annotated[str, Field(description="The HL7 v2 field or component: PID-11.3.")] = "",
    element: Annotated[str, Field(description="The FHIR element that is empty: Patient.address.city.")] = "",
    message_type: Annotated[str, Field(description="Message structure or type: ADT_A01, ORU^R01.")] = "",
) -> str:
    """Find out why a value of an HL7 v2 message is not in the FHIR resource that was made of it."""
    within = f" of {message_type}" if message_type else ""
    return "\n".join(
        [
            f"A value{within} did not arrive in FHIR. Find out why.",
            *([f"The field: {field}"] if field else []),
            *([f"The element: {element}"] if element else []),
            *([] if field or element else ["Ask me first which field or which element it is, and for the message."]),
            "",
            "1. Convert the message with convert_hl7_to_fhir and read its loss report: each field of the message is "
            "mapped, defaulted, not mapped (with the reason) or refused there. If I gave no message, ask for one, or "
            "say that what follows is what the maps allow, not what happened.",
            f"2. See with map_hl7_to_fhir where {field or 'the field'} goes by the V2-to-FHIR guide, and under which "
            "condition; whether the message's map takes the segment up at all; and whether the row is left to the "
            "local implementation or names an extension that nobody has defined.",
            f"3. See with map_fhir_to_hl7 which fields feed {element or 'the element'}: perhaps the sender puts the "
            "value elsewhere.",
            "4. Read the segment with parse_hl7_message: is the field valued, in the right repetition and component, "
            "or is it the HL7 null? Check it with validate_hl7_message: a date that does not exist, or a code outside "
            "of its table, is refused.",
            "5. See with explain_fhir_element what the element takes: a required binding refuses other codes, and a "
            "cardinality of 1 keeps one of several repetitions.",
            "",
            "Say: at which of these steps it was lost, the guide's row or the rule with its source, and who has to "
            "change what: the sender, the site's own map rows, or the receiver. Keep apart what you saw and what you "
            "suppose. Change and send nothing.",
        ]
    )


@prompt(title="Why is this resource invalid?", complete={"resource_type": completions.resource_names})
def explain_invalid_resource(
    resource_type: Annotated[str, Field(description="Its type: Observation, Bundle.")] = "",
    server_said: Annotated[str, Field(description="What the server answered: OperationOutcome, status.")] = "",
) -> str:
    """Find out what is wrong with a FHIR resource, and the smallest change that puts it right."""
    return "\n".join(
        [
            f"A FHIR {resource_type or 'resource'} is invalid, or a server refuses it. Find out why.",
            *([f"What the server said: {server_said}"] if server_said else []),
            "If you do not have the resource, ask me for it as JSON or XML.",
            "",
            "1. Check it with validate_fhir_resource: errors first. Equal findings are counted together; begin with "
            "those whose repair makes others go away (a wrong type, a misspelled element).",
            "2. For each finding take explain_fhir_element for its path: cardinality, types, pattern of the values, "
            "codes of a required binding, and the invariant's FHIRPath.",
            "3. For an invariant that is not plain, evaluate its parts with evaluate_fhirpath on the resource, to see "
            "which half is false; what tests a patient's value may come back withheld. For a code take "
            "lookup_fhir_code: is it in the value set, of that system?",
            "4. If it is valid by R4 and a server refuses it nevertheless, look at what the server adds: the profiles "
            "in meta.profile, and what fhir_capabilities says that it takes. Profiles are not checked here: say so.",
            "5. If it was made of an HL7 v2 message, see with map_fhir_to_hl7 which field the value came from.",
            "",
            "Say: each fault with its path, the rule and its source, and the smallest change. Keep apart what breaks "
            "R4, what breaks a profile, and what is advice. Invent no values to make it valid. Send nothing.",
        ]
    )


def all_prompts() -> list[PromptSpec]:
    return [explain_missing_field, explain_invalid_resource]
