"""Makes what `lookup_dicom_tag` answers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from typing import Final

from trivium_dicom.dictionary import Entry
from trivium_dicom.tag_number import written
from trivium_dicom.tag_question import Answer
from trivium_dicom.tools.tag_results import TagMatch, TagMatches
from trivium_dicom.words import Hit


def answer_of(answer: Answer, limit: int, offset: int = 0) -> TagMatches:
    """A page of the matches of an answer that has some."""
    end = offset + limit
    return TagMatches(
        within=[_step(entry) for entry in answer.above] or None,
        matches=[_match(hit) for hit in answer.hits[offset:end]],
        total=len(answer.hits),
        next_offset=end if end < len(answer.hits) else None,
        note=" ".join(_notes(answer)) or None,
        dictionary=_dictionary(),
    )


def _match(hit: Hit[Entry]) -> TagMatch:
    entry = hit.entry
    return TagMatch(
        tag=written(entry.digits),
        keyword=entry.keyword or None,
        name=entry.name or None,
        vr=entry.vr,
        vm=entry.vm,
        retired=entry.retired or None,
        kind=None if entry.kind.value == "standard" else entry.kind.value,
        creator=entry.creator,
        matched_by=hit.by.value,
        score=hit.score if hit.score < 1 else None,
    )


def _step(entry: Entry) -> str:
    return f"{written(entry.digits)} {entry.keyword}".rstrip()


_NOTES: Final = {
    "group_length": "The length of its group in bytes; retired except in groups 0000 and 0002 (PS3.5 clause 7.2).",
    "private_creator": (
        "In an odd group, an element from 0010 to 00FF holds the name of a private creator: element 00bb reserves the"
        " block bb00 to bbFF of that group (PS3.5 clause 7.8.1)."
    ),
    "private_element": (
        "In an odd group, the private creator in element 00bb, where bb are the first two digits of the element, says"
        " what this is. Definitions of creators that the dictionary knows follow; others may differ. Asked for the tag"
        " with its creator, decode_private_tags says which one holds."
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
    return f"pydicom {version('pydicom')} (DICOM PS3.6)"
