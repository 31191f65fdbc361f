"""What is asked of private elements, from arguments that are texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from trivium.api import BadInput, Problem
from trivium_dicom.private.creators import folded, trimmed
from trivium_dicom.private.definitions import Definition, all_definitions, listed
from trivium_dicom.tag_number import TagNumber, parse_tag_number

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


class AskProblem(Problem):
    NOTHING = "is missing: give a path, a dump, a tag, a creator or words"
    TWO_SOURCES = "cannot be given beside path: one data set at a time"
    UNREADABLE = "is no tag number such as (0029,1010) or (0029,xx10)"
    UNKNOWN_CREATOR = "is no private creator that the dictionaries know, and not nearly one"
    STANDARD = "is of an even group, thus no private element: lookup_dicom_tag and explain_dicom_tag know it"
    UNKNOWN_TAG = "is no element that a known private creator defines"
    NO_SUCH_WORDS = "stand in no name of a private element"
    NO_WORDS = "has no letters or digits"


@dataclass(frozen=True, slots=True)
class Asked:
    """Arguments, read. All are conditions."""

    tag: str | None = None
    """Eight digits, `x` for any."""
    creator: str | None = None
    words: tuple[str, ...] = ()
    limit: int = 50
    offset: int = 0
    value_limit: int = 200

    def fits(self, digits: str) -> bool:
        return self.tag is None or all(a in ("x", b) for a, b in zip(self.tag, digits, strict=True))

    def is_by(self, *creators: str | None) -> bool:
        if self.creator is None:
            return True
        asked = folded(self.creator)
        return any(folded(one) == asked for one in creators if one)

    def names(self, name: str | None) -> bool:
        """Whether each word asked for begins a word of the name, or they are in it together."""
        return not self.words or _says(self.words, name or "")


def read_tag(text: str | None) -> str | None:
    if text is None:
        return None
    number: TagNumber | None = parse_tag_number(text)
    if number is None:
        raise BadInput(where="tag", problem=AskProblem.UNREADABLE)
    return number.digits


def read_words(text: str | None) -> tuple[str, ...]:
    if text is None:
        return ()
    words = tuple(word.lower() for word in re.findall(r"[A-Za-z0-9]+", text))
    if not words:
        raise BadInput(where="words", problem=AskProblem.NO_WORDS)
    return words


def read_creator(text: str | None) -> str | None:
    if text is None:
        return None
    if not folded(text):
        raise BadInput(where="creator", problem=AskProblem.NO_WORDS)
    return trimmed(text)


def _says(words: Sequence[str], name: str) -> bool:
    if "".join(words) in folded(name):
        return True
    parts = [part.lower() for part in _WORD.findall(name)]
    return all(any(part.startswith(word) for part in parts) for word in words)


def definitions_named(words: Sequence[str], creator: str | None) -> list[Definition]:
    """Definitions whose name has the words, the shortest names first, for each creator and element one."""
    found: dict[tuple[str, str], Definition] = {}
    for one in listed(creator) if creator else all_definitions():
        if one.name and not one.of_creators and _says(words, one.name):
            found.setdefault((one.creator, one.digits), one)
    together = "".join(words)
    return sorted(
        found.values(),
        key=lambda one: (folded(one.name or "") != together, len(one.name or ""), one.creator, one.digits),
    )
