"""Which element, and which object, a question is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from trivium.api import BadInput, NotFound
from trivium_dicom import iods
from trivium_dicom.dictionary import Entry, EntryKind
from trivium_dicom.explain.problems import TagProblem
from trivium_dicom.iods import finding
from trivium_dicom.tag_number import TagNumber, parse_tag_number
from trivium_dicom.tag_path import steps_of
from trivium_dicom.tag_question import Answer, ask
from trivium_dicom.words import compact

_MOST_OTHERS: Final = 5
_PRIVATE: Final = frozenset({EntryKind.PRIVATE_ELEMENT, EntryKind.PRIVATE_CREATOR})


@dataclass(frozen=True, slots=True)
class Subject:
    """An element that is asked about."""

    entry: Entry
    digits: str
    """Eight hexadecimal digits, `x` for any: those asked for where the entry is one for many elements."""
    above: tuple[str, ...]
    """Tags of the sequences around it that the question names."""
    near: bool
    others: Sequence[Entry]

    @property
    def private(self) -> bool:
        """It is in an odd group."""
        return self.digits[3] in "13579bdf"


def subject_of(text: str) -> Subject:
    """Raises BadInput for what asks for nothing or for several elements, NotFound for what is not there."""
    if not compact(text):
        raise BadInput(where="tag", problem=TagProblem.UNREADABLE)
    answer = ask(text)
    if not answer.hits:
        raise NotFound(where="tag", problem=TagProblem.NO_SUCH_NUMBER if answer.number else TagProblem.NO_SUCH_WORDS)
    number = parse_tag_number(text) or parse_tag_number(steps_of(text)[-1])
    first = answer.hits[0]
    if number and _several(number, answer):
        raise BadInput(where="tag", problem=TagProblem.SEVERAL)
    return Subject(
        entry=first.entry,
        digits=number.digits if number and _open(first.entry) else first.entry.digits,
        above=tuple(one.digits for one in answer.above),
        near=first.by == "near",
        others=() if number else [hit.entry for hit in answer.hits[1 : _MOST_OTHERS + 1]],
    )


def iod_of(text: str) -> iods.Iod:
    """By SOP class, id, name, modality or words. Raises NotFound."""
    found = finding.by_sop_class(text) or _iod_called(text) or _iod_called(text.lower().rstrip().removesuffix("image"))
    iod = iods.iod(found.id) if found else None
    if iod is None:
        raise NotFound(where="iod", problem=TagProblem.NO_SUCH_IOD)
    return iod


def _iod_called(text: str) -> finding.Subject | None:
    """`us image` is the name of a module alone, so that what comes before `image` is asked for next."""
    return next((hit.entry for hit in finding.by_words(text) if hit.entry.kind == "iod"), None)


def _open(entry: Entry) -> bool:
    """It is one line of the dictionary for many elements that have nothing else in common."""
    return entry.kind in _PRIVATE or entry.kind is EntryKind.GROUP_LENGTH


def _several(number: TagNumber, answer: Answer) -> bool:
    if _open(answer.hits[0].entry):
        return number.whole_group
    return len(answer.hits) > 1 and not number.exact
