"""The tool `lookup_dicom_tag`."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from trivium.api import PUBLIC, BadInput, Effect, NotFound, Problem, tool

if TYPE_CHECKING:
    from trivium_dicom.tag_number import TagNumber
    from trivium_dicom.words import Hit

_LONGEST: Final = 100


class TagProblem(Problem):
    UNREADABLE = "is not a tag number, keyword or words of a name"
    TOO_LONG = "is longer than {limit} characters"
    NO_SUCH_NUMBER = "is a tag number that the DICOM dictionary does not have"
    NO_SUCH_WORDS = "is no keyword or name of the DICOM dictionary, and not nearly one"


class TagMatch(BaseModel):
    """One dictionary entry."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    tag: str = Field(description="(gggg,eeee); x stands for any digit.")
    keyword: str | None
    name: str | None
    vr: str | None = Field(description="Value representation; null where only a private creator could say.")
    vm: str | None = Field(description="Value multiplicity.")
    retired: bool
    kind: str = Field(description="standard, repeating, group_length, private_creator, _element or _definition.")
    creator: str | None = Field(description="The private creator whose definition this is.")
    matched_by: str = Field(description="number, keyword, name, words (of the name) or near (misspelled).")
    score: float = Field(description="1 is exact.")


class TagMatches(BaseModel):
    """Dictionary entries, best first."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    matches: list[TagMatch]
    total: int = Field(description="How many there are; more than returned when limit cuts.")
    note: str | None
    dictionary: str


@tool(effect=Effect.LOCAL, title="Look up a DICOM tag")
def lookup_dicom_tag(
    tag: Annotated[
        str,
        Field(description="(0010,0010), 00100010, 0x00100010, 60xx3000, a group 0010, PatientName, slice thickness."),
    ],
    limit: Annotated[int, Field(ge=1, le=50, description="Most matches to return.")] = 10,
) -> Annotated[TagMatches, PUBLIC]:
    """Look up a DICOM data element in the dictionary (PS3.6) by tag number, keyword or words of its name.

    Use it to learn what an element is called, its VR and VM and whether it is retired, or to find the tag for a name,
    even misspelled. It reads no file and no archive: use pacs_query to search an archive; for HL7 v2 fields use
    map_hl7_to_fhir.

    Returns matches best first: tag, keyword, name, VR, VM, retired, how it matched. Covers all standard and repeating
    elements such as (60xx,3000), group lengths, and private tags: what holds for any of them and what known creators
    define there. A number or words that the dictionary does not have are an error, not_found.
    """
    if len(tag) > _LONGEST:
        raise BadInput(where="tag", problem=TagProblem.TOO_LONG, limit=_LONGEST)
    from trivium_dicom.tag_number import parse_tag_number
    from trivium_dicom.words import compact, find_by_words

    number = parse_tag_number(tag)
    if number is None and not compact(tag):
        raise BadInput(where="tag", problem=TagProblem.UNREADABLE)
    hits = _by_number(number) if number is not None else find_by_words(tag)
    if not hits:
        missing = TagProblem.NO_SUCH_NUMBER if number is not None else TagProblem.NO_SUCH_WORDS
        raise NotFound(where="tag", problem=missing)
    return TagMatches(
        matches=[_match(hit) for hit in hits[:limit]],
        total=len(hits),
        note=_note(hits[0]),
        dictionary=_dictionary(),
    )


def _by_number(number: TagNumber) -> list[Hit]:
    from trivium_dicom.dictionary import entries_of
    from trivium_dicom.words import Hit, MatchedBy

    return [Hit(entry, MatchedBy.NUMBER, 1.0) for entry in entries_of(number)]


def _match(hit: Hit) -> TagMatch:
    from trivium_dicom.tag_number import written

    entry = hit.entry
    return TagMatch(
        tag=written(entry.digits),
        keyword=entry.keyword or None,
        name=entry.name or None,
        vr=entry.vr,
        vm=entry.vm,
        retired=entry.retired,
        kind=entry.kind.value,
        creator=entry.creator,
        matched_by=hit.by.value,
        score=hit.score,
    )


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


def _note(first: Hit) -> str | None:
    if first.by.value == "near":
        return "Nothing has this keyword, name or these words; these are spelled nearly so."
    return _NOTES.get(first.entry.kind.value)


@cache
def _dictionary() -> str:
    from importlib.metadata import version

    return f"pydicom {version('pydicom')} (DICOM PS3.6)"
