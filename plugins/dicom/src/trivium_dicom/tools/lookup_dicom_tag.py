"""The tool `lookup_dicom_tag`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from trivium.api import PUBLIC, BadInput, Effect, NotFound, Problem, tool
from trivium_dicom.result import Result

if TYPE_CHECKING:
    from trivium_dicom.dictionary import Entry
    from trivium_dicom.tag_question import Answer
    from trivium_dicom.words import Hit

_LONGEST: Final = 300


class TagProblem(Problem):
    UNREADABLE = "is not a tag number, keyword or words of a name"
    TOO_LONG = "is longer than {limit} characters"
    NO_SUCH_NUMBER = "is a tag number that the DICOM dictionary does not have"
    NO_SUCH_WORDS = "is no keyword or name of the DICOM dictionary, and not nearly one"


class TagMatch(Result):
    """One dictionary entry."""

    tag: str = Field(description="(gggg,eeee); x: any digit.")
    keyword: str | None = None
    name: str | None = None
    vr: str | None = Field(None, description="Missing where only a private creator could say.")
    vm: str | None = None
    retired: bool
    kind: str | None = Field(
        None, description="Unless standard: repeating, group_length, private_creator, _element or _definition."
    )
    creator: str | None = Field(None, description="The private creator that defines it so.")
    matched_by: str = Field(description="number, keyword, name, words (of the name) or near (misspelled).")
    score: float = Field(description="1: exact.")


class TagMatches(Result):
    """Dictionary entries, best first."""

    within: list[str] | None = Field(None, description="Of a path: the sequences around, outermost first.")
    matches: list[TagMatch]
    total: int = Field(description="More than returned when limit cuts.")
    note: str | None = None
    dictionary: str


@tool(effect=Effect.LOCAL, title="Look up a DICOM tag")
def lookup_dicom_tag(
    tag: Annotated[
        str,
        Field(
            description="(0010,0010), 00100010, 60xx3000, a group 0010, PatientName, slice thickness, or a path: "
            "RequestAttributesSequence.ScheduledProcedureStepID."
        ),
    ],
    limit: Annotated[int, Field(ge=1, le=50)] = 10,
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
    from trivium_dicom.words import compact

    if not compact(tag):
        raise BadInput(where="tag", problem=TagProblem.UNREADABLE)
    answer = ask(tag)
    if not answer.hits:
        raise NotFound(where="tag", problem=TagProblem.NO_SUCH_NUMBER if answer.number else TagProblem.NO_SUCH_WORDS)
    return TagMatches(
        within=[_step(entry) for entry in answer.above] or None,
        matches=[_match(hit) for hit in answer.hits[:limit]],
        total=len(answer.hits),
        note=" ".join(_notes(answer)) or None,
        dictionary=_dictionary(),
    )


def _match(hit: Hit[Entry]) -> TagMatch:
    from trivium_dicom.tag_number import written

    entry = hit.entry
    return TagMatch(
        tag=written(entry.digits),
        keyword=entry.keyword or None,
        name=entry.name or None,
        vr=entry.vr,
        vm=entry.vm,
        retired=entry.retired,
        kind=None if entry.kind.value == "standard" else entry.kind.value,
        creator=entry.creator,
        matched_by=hit.by.value,
        score=hit.score,
    )


def _step(entry: Entry) -> str:
    from trivium_dicom.tag_number import written

    return f"{written(entry.digits)} {entry.keyword}".rstrip()


_NOTES: Final = {
    "group_length": "The length of its group in bytes; retired except in groups 0000 and 0002 (PS3.5 clause 7.2).",
    "private_creator": (
        "In an odd group, an element from 0010 to 00FF holds the name of a private creator: element 00bb reserves the"
        " block bb00 to bbFF of that group (PS3.5 clause 7.8.1)."
    ),
    "private_element": (
        "In an odd group, the private creator in element 00bb, where bb are the first two digits of the element, says"
        " what this is. Definitions of creators that the dictionary knows follow; others may differ."
    ),
}


def _notes(answer: Answer) -> Iterator[str]:
    first = answer.hits[0]
    for entry in answer.above:
        if entry.vr not in ("SQ", None):
            yield f"{_step(entry)} is no sequence, so that nothing can stand in it."
    if first.by.value == "near":
        yield "Nothing has this keyword, name or these words; these are spelled nearly so."
    elif first.entry.kind.value in _NOTES:
        yield _NOTES[first.entry.kind.value]


@cache
def _dictionary() -> str:
    from importlib.metadata import version

    return f"pydicom {version('pydicom')} (DICOM PS3.6)"
