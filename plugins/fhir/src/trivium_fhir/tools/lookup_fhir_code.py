"""The tool `lookup_fhir_code`."""

from typing import Annotated

from pydantic import Field

from trivium.api import PUBLIC, Effect, tool
from trivium_fhir.explain.code_model import CodeAnswer


@tool(effect=Effect.LOCAL, title="Look up a FHIR code")
def lookup_fhir_code(
    code: Annotated[str | None, Field(max_length=100, description="The code itself: male, 2951-2, AMB.")] = None,
    system: Annotated[
        str | None, Field(max_length=200, description="URL, OID, last word or name: v2-0001, loinc, v3-ActCode.")
    ] = None,
    value_set: Annotated[
        str | None, Field(max_length=200, description="URL or last word: administrative-gender, marital-status.")
    ] = None,
    words: Annotated[str | None, Field(max_length=200, description="Words of the display: living will.")] = None,
    limit: Annotated[int, Field(ge=1, le=500, description="Most codes.")] = 40,
    offset: Annotated[int, Field(ge=0, description="next_offset of the answer before.")] = 0,
) -> Annotated[CodeAnswer, PUBLIC]:
    """Look up codes of FHIR R4's code systems and value sets, and of the HL7 v2 tables: by code, system, set or words.

    Use it to learn what a code means, which codes a value set has, whether one is in it, or which system a URL or OID
    is. Give any of the four; together they narrow. For the codes of one element use explain_fhir_element; for v2 tables
    by version lookup_hl7_table; for pairs of v2 and FHIR codes map_hl7_to_fhir.

    Returns codes with system, display and value sets; facts of the system and value set asked for, with the elements
    bound to it. Of LOINC, SNOMED CT, CPT, ICD-10 and other outside terminologies no codes are carried: it names the
    system, says what a look-up needs, and checks the form and check digit (LOINC, SNOMED CT). Absent `contains` means
    not decidable here. Unknown names give near ones, or not_found.
    """
    from trivium_fhir.explain.codes import Question, look_up  # the terminology is read on first use

    return look_up(Question(code, system, value_set, words), limit=limit, offset=offset)
