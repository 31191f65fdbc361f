"""Find dictionary entries by words: a keyword, a name, some words of a name, or nearly that.

A look-up in tables that are made once (about 20 ms); nearness is counted in shared trigrams first, so that the slow
comparison is made with a few dozen candidates and not with five thousand names.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cache
from typing import Final

from trivium_dicom.dictionary import Entry, entries

_CANDIDATES: Final = 60
_NEAR_ENOUGH: Final = 0.72
_WORDS_SCORE: Final = 0.9
_NEAR_SCORE: Final = 0.8


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


@dataclass(frozen=True, slots=True)
class _Tables:
    by_compact: Mapping[str, tuple[Entry, ...]]
    """Entries by keyword and by name, letters and digits only."""
    words: tuple[tuple[Entry, tuple[str, ...]], ...]
    trigrams: Mapping[str, tuple[str, ...]]
    """The compact forms that have a trigram."""


def compact(text: str) -> str:
    """Lower case letters and digits only: `Patient's Name` is `patientsname`."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def find_by_words(text: str) -> list[Hit]:
    """Exact hits alone if there are any, else names with all the words, else what is spelled nearly so. Best first."""
    asked = compact(text)
    if not asked:
        return []
    exact = [Hit(entry, _exact_by(entry, asked), 1.0) for entry in _tables().by_compact.get(asked, ())]
    found = exact or _with_words(_split(text)) or _near(asked)
    return sorted(found, key=lambda hit: (-hit.score, hit.entry.retired, hit.entry.digits))


def _exact_by(entry: Entry, asked: str) -> MatchedBy:
    return MatchedBy.KEYWORD if compact(entry.keyword) == asked else MatchedBy.NAME


@cache
def _tables() -> _Tables:
    by_compact: dict[str, list[Entry]] = {}
    words = []
    trigrams: dict[str, list[str]] = {}
    for entry in entries():
        for form in {compact(entry.keyword), compact(entry.name)} - {""}:
            by_compact.setdefault(form, []).append(entry)
        words.append((entry, tuple(_split(f"{entry.name} {_spaced(entry.keyword)}"))))
    for form in by_compact:
        for trigram in _trigrams(form):
            trigrams.setdefault(trigram, []).append(form)
    return _Tables(
        {form: tuple(found) for form, found in by_compact.items()},
        tuple(words),
        {trigram: tuple(forms) for trigram, forms in trigrams.items()},
    )


def _with_words(asked: list[str]) -> list[Hit]:
    length = sum(map(len, asked))
    hits = []
    for entry, words in _tables().words:
        if all(any(word.startswith(part) for word in words) for part in asked):
            share = length / max(length, len(compact(entry.name)))
            hits.append(Hit(entry, MatchedBy.WORDS, round(_WORDS_SCORE * share, 3)))
    return hits


def _near(asked: str) -> list[Hit]:
    tables = _tables()
    shared = Counter(form for trigram in _trigrams(asked) for form in tables.trigrams.get(trigram, ()))
    ranked = sorted(shared, key=lambda form: (-2 * shared[form] / (len(form) + len(asked)), form))
    best: dict[Entry, float] = {}
    for form in ranked[:_CANDIDATES]:
        ratio = SequenceMatcher(None, asked, form, autojunk=False).ratio()
        for entry in tables.by_compact[form]:
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
