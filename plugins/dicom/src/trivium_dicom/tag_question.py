"""What is meant by a text that asks for a data element: a number, a keyword, words, or a path through sequences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trivium_dicom.dictionary import Entry, entries_of
from trivium_dicom.tag_number import TagNumber, parse_tag_number
from trivium_dicom.tag_path import steps_of
from trivium_dicom.words import Hit, MatchedBy, elements

_Hits = list[Hit[Entry]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, best first; empty where the dictionary has nothing."""

    hits: Sequence[Hit[Entry]]
    number: bool
    """Whether it was asked for by number."""
    above: tuple[Entry, ...] = ()
    """Of a path, the sequences around the element, outermost first."""


def ask(text: str) -> Answer:
    """Find the elements that a text means. Exact words win over a path, a path over what is spelled nearly so."""
    if number := parse_tag_number(text):
        return Answer(_by_number(number), number=True)
    if exact := elements().exact(text):
        return Answer(exact, number=False)
    *outer, last = steps_of(text)
    above = [_sequence(step) for step in outer]
    if last == text or None in above:
        return Answer(elements().find(text), number=False)
    number = parse_tag_number(last)
    hits = _by_number(number) if number else elements().find(last)
    return Answer(hits, number is not None, tuple(entry for entry in above if entry))


def _by_number(number: TagNumber) -> _Hits:
    return [Hit(entry, MatchedBy.NUMBER, 1.0) for entry in entries_of(number)]


def _sequence(step: str) -> Entry | None:
    """A step above the last: any element by its number or exact name, else a sequence spelled nearly so."""
    if number := parse_tag_number(step):
        return next(iter(entries_of(number)), None)
    hits = elements().find(step)
    return hits[0].entry if hits and (hits[0].score == 1 or hits[0].entry.vr == "SQ") else None
