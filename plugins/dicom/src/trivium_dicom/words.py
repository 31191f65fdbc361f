"""Find dictionary entries by words: a keyword, a name, some words of a name, or nearly that.

A look-up in tables, each made when a question first needs it; nearness is counted in shared trigrams first, so that the
slow comparison is made with a few dozen candidates and not with five thousand names.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from trivium_dicom.dictionary import Entry, entries

_CANDIDATES: Final = 60
_NEAR_ENOUGH: Final = 0.72
_WORDS_SCORE: Final = 0.9
_NEAR_SCORE: Final = 0.8
_OTHER: Final = re.compile("[^a-z0-9]+")


class MatchedBy(StrEnum):
    NUMBER = "number"
    KEYWORD = "keyword"
    NAME = "name"
    WORDS = "words"
    """Every word asked for begins a word of the name."""
    NEAR = "near"
    """Spelled nearly so."""


@dataclass(frozen=True, slots=True)
class Hit:
    entry: Entry
    by: MatchedBy
    score: float
    """1 for exact; more is nearer."""


def compact(text: str) -> str:
    """Lower case letters and digits only: `Patient's Name` is `patientsname`."""
    return _OTHER.sub("", text.lower())


def find_by_words(text: str) -> list[Hit]:
    """Exact hits alone if there are any, else names with all the words, else what is spelled nearly so. Best first."""
    asked = compact(text)
    if not asked:
        return []
    exact = [Hit(entry, _exact_by(entry, asked), 1.0) for entry in _by_compact().get(asked, ())]
    found = exact or _with_words(_split(text)) or _near(asked)
    return sorted(found, key=lambda hit: (-hit.score, hit.entry.retired, hit.entry.digits))


def _exact_by(entry: Entry, asked: str) -> MatchedBy:
    return MatchedBy.KEYWORD if compact(entry.keyword) == asked else MatchedBy.NAME


@cache
def _by_compact() -> Mapping[str, Sequence[Entry]]:
    """Entries by keyword and by name, letters and digits only."""
    found: dict[str, list[Entry]] = {}
    for entry in entries():
        for form in {compact(entry.keyword), compact(entry.name)} - {""}:
            found.setdefault(form, []).append(entry)
    return found


@cache
def _words() -> Sequence[tuple[Entry, Sequence[str]]]:
    return [(entry, _split(f"{entry.name} {_spaced(entry.keyword)}")) for entry in entries()]


@cache
def _with_trigram() -> Mapping[str, Sequence[str]]:
    """The compact forms that have a trigram."""
    found: dict[str, list[str]] = {}
    for form in _by_compact():
        for trigram in _trigrams(form):
            found.setdefault(trigram, []).append(form)
    return found


def _with_words(asked: list[str]) -> list[Hit]:
    length = sum(map(len, asked))
    hits = []
    for entry, words in _words():
        if all(any(word.startswith(part) for word in words) for part in asked):
            share = length / max(length, len(compact(entry.name)))
            hits.append(Hit(entry, MatchedBy.WORDS, round(_WORDS_SCORE * share, 3)))
    return hits


def _near(asked: str) -> list[Hit]:
    from difflib import SequenceMatcher

    shared = Counter(form for trigram in _trigrams(asked) for form in _with_trigram().get(trigram, ()))
    ranked = sorted(shared, key=lambda form: (-2 * shared[form] / (len(form) + len(asked)), form))
    best: dict[Entry, float] = {}
    for form in ranked[:_CANDIDATES]:
        ratio = SequenceMatcher(None, asked, form, autojunk=False).ratio()
        for entry in _by_compact()[form]:
            best[entry] = max(ratio, best.get(entry, 0))
    return [
        Hit(entry, MatchedBy.NEAR, round(_NEAR_SCORE * ratio, 3))
        for entry, ratio in best.items()
        if ratio >= _NEAR_ENOUGH
    ]


def _trigrams(form: str) -> set[str]:
    padded = f"  {form} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}


def _split(text: str) -> list[str]:
    """Words, lower case, without apostrophes: `Patient's Name` is `patients`, `name`."""
    return re.findall(r"[a-z0-9]+", re.sub(r"['\u2019]", "", text.lower()))


def _spaced(keyword: str) -> str:
    """`SOPInstanceUID` is `SOP Instance UID`."""
    return " ".join(re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*|[0-9]+", keyword))
