"""The tool `explain_hl7_field`."""

from typing import Annotated

from pydantic import Field

from trivium.api import PUBLIC, Effect, tool
from trivium_hl7.explain import fields
from trivium_hl7.explain.fields import FieldExplanation


@tool(effect=Effect.LOCAL, title="Explain HL7 v2 field")
def explain_hl7_field(
    field_ref: Annotated[
        str,
        Field(
            max_length=100,
            description="Field, component or sub-component: PID-3, PID-3.4.2, OBX-5; data type: CX, CX.4; or words of "
            "a field's name: date of birth.",
        ),
    ],
    version: Annotated[
        str | None,
        Field(max_length=12, description="HL7 version, 2.1 to 2.9; unset: 2.5.1 or the nearest that has it."),
    ] = None,
) -> Annotated[FieldExplanation, PUBLIC]:
    """Explain an HL7 v2 field, component or sub-component: type, usage, parts, codes and history by version.

    Use it to learn what belongs in one place of a message and how it is written. For all fields of a segment use
    explain_hl7_segment; for all codes of a table use lookup_hl7_table; for where a field goes in FHIR use
    map_hl7_to_fhir. It takes places, never values.

    Returns each level from field to sub-component with name, data type, usage letter, repetition, length and table; the
    parts of its data type with their separators, an invented example, the first 40 codes of its table and who keeps
    them, and how each version defined it. Status undefined: no version goes so deep. Unknown segments and words give
    near fields, no error.
    """
    return fields.explain(field_ref, version)
