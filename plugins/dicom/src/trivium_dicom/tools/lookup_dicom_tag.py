"""The tool `lookup_dicom_tag`."""

from typing import Annotated, Final

from pydantic import Field

from trivium.api import PUBLIC, BadInput, Effect, NotFound, Problem, tool
from trivium_dicom.tools.tag_results import TagMatches

_LONGEST: Final = 300


class TagProblem(Problem):
    UNREADABLE = "is not a tag number, keyword or words of a name"
    TOO_LONG = "is longer than {limit} characters"
    NO_SUCH_NUMBER = "is a tag number that the DICOM dictionary does not have"
    NO_SUCH_WORDS = "is no keyword or name of the DICOM dictionary, and not nearly one"


@tool(effect=Effect.LOCAL, title="Look up a DICOM tag")
def lookup_dicom_tag(
    tag: Annotated[
        str,
        Field(
            description="(0010,0010), 00100010, 60xx3000, a group 0010, PatientName, slice thickness, or a path: "
            "RequestAttributesSequence.ScheduledProcedureStepID."
        ),
    ],
    limit: Annotated[int, Field(ge=1, le=50, description="Most matches.")] = 10,
    offset: Annotated[int, Field(ge=0, description="next_offset of the answer before.")] = 0,
) -> Annotated[TagMatches, PUBLIC]:
    """Look up a DICOM data element in the dictionary (PS3.6) by tag number, keyword or words of its name.

    Use it to learn what an element is called, its VR and VM and whether it is retired, or to find the tag for a name,
    even misspelled. For what an element means and where it is used take explain_dicom_tag; for UIDs lookup_dicom_uid.
    It reads no file and no archive: use pacs_query to search an archive; for HL7 v2 fields use map_hl7_to_fhir.

    Returns matches best first. Covers all standard and repeating elements such as (60xx,3000), group lengths, and
    private tags: what holds for any of them and what known creators define there. A number or words that the
    dictionary does not have are an error, not_found.
    """
    if len(tag) > _LONGEST:
        raise BadInput(where="tag", problem=TagProblem.TOO_LONG, limit=_LONGEST)
    from trivium_dicom.tag_question import ask
    from trivium_dicom.tools import tag_answers
    from trivium_dicom.words import compact

    if not compact(tag):
        raise BadInput(where="tag", problem=TagProblem.UNREADABLE)
    answer = ask(tag)
    if not answer.hits:
        raise NotFound(where="tag", problem=TagProblem.NO_SUCH_NUMBER if answer.number else TagProblem.NO_SUCH_WORDS)
    return tag_answers.answer_of(answer, limit, offset)
