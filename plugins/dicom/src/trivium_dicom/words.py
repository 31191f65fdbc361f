"""Find things by words: a keyword, a name, some words of a name, or nearly that.

An `Index` is a look-up in tables, each made when a question first needs it. Words are found by their beginnings in a
sorted list; nearness is counted in shared trigrams first, so that the slow comparison is made with a few dozen
candidates and not with thousands of names.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

if TYPE_CHECKING:
    from trivium_dicom.dictionary import Entry

T = TypeVar("T")

_CANDIDATES: Final = 60
_NEAR_ENOUGH: Final = 0.72
_WORDS_SCORE: Final = 0.9
_NEAR_SCORE: Final = 0.8
_OTHER: Final = re.compile("[^a-z0-9]+")
_AFTER_ALL: Final = "\U0010ffff"
_ASKING: Final = frozenset(
    re.findall(
        "[a-z]+",
        "a about an and any are called can carry contain containing contains dicom do does element elements explain"
        " find for from give has have hold holds how i in is it keyword list look lookup me mean meaning means must my"
        " need needs of on or please require required requires shall should show tag tags tell that the there this to"
        " uid up use used what where which with",
    )
)
"""Words of a question around what is asked for, put aside when no name has them."""


class MatchedBy(StrEnum):
    NUMBER = "number"
    KEYWORD = "keyword"
    NAME = "name"
    WORDS = "words"
    """Every word asked for begins a word of the name."""
    NEAR = "near"
    """Spelled nearly so."""


@dataclass(frozen=True, slots=True)
class Hit(Generic[T]):
    entry: T
    by: MatchedBy
    score: float
    """1 for exact; more is nearer."""


class Index(Generic[T]):
    """Things by their keyword and names. `rank` orders what is equally near."""

    def __init__(
        self,
        things: Sequence[T],
        *,
        keyword: Callable[[T], str],
        names: Callable[[T], Iterable[str]],
        rank: Callable[[T], Any],
        kinds: str = "",
    ) -> None:
        """`kinds`: words that say what sort of thing is asked for, as those of a question are."""
        self._things, self._keyword, self._names, self._rank = things, keyword, names, rank
        self._asking = _ASKING | set(kinds.split())

    def find(self, text: str) -> list[Hit[T]]:
        """Exact hits alone if there are any, else names with all the words, else what is spelled nearly so.

        Best first. A question finds what its words are about.
        """
        return self.exact(text) or self.with_words(text) or self._asked_about(text) or self._nearly(text)

    def _asked_about(self, text: str) -> list[Hit[T]]:
        words = _split(text)
        left = " ".join(word for word in words if word not in self._asking)
        if not left or len(left.split()) == len(words):
            return []
        return self.exact(left) or self.with_words(left) or self._nearly(left)

    def _nearly(self, text: str) -> list[Hit[T]]:
        return self._sorted(self._near(compact(text)))

    def exact(self, text: str) -> list[Hit[T]]:
        """What has this keyword or name; case and punctuation do not count."""
        asked = compact(text)
        found = (self._things[at] for at in self._by_form.get(asked, ()))
        return self._sorted([Hit(one, self._exact_by(one, asked), 1.0) for one in found])

    def with_words(self, text: str) -> list[Hit[T]]:
        """Whose names have, for each word, one that begins so."""
        return self._sorted(self._with_words(_split(text)))

    def _sorted(self, hits: list[Hit[T]]) -> list[Hit[T]]:
        return sorted(hits, key=lambda hit: (-hit.score, self._rank(hit.entry)))

    def _exact_by(self, thing: T, asked: str) -> MatchedBy:
        return MatchedBy.KEYWORD if compact(self._keyword(thing)) == asked else MatchedBy.NAME

    @cached_property
    def _by_form(self) -> Mapping[str, Sequence[int]]:
        """Where things stand, by keyword and by name, letters and digits only."""
        found: dict[str, list[int]] = {}
        for at, one in enumerate(self._things):
            for form in self._forms(one):
                found.setdefault(form, []).append(at)
        return found

    @cached_property
    def _by_word(self) -> Mapping[str, set[int]]:
        found: dict[str, set[int]] = {}
        for at, one in enumerate(self._things):
            for word in _split(" ".join((*self._names(one), _spaced(self._keyword(one))))):
                found.setdefault(word, set()).add(at)
        return found

    @cached_property
    def _vocabulary(self) -> Sequence[str]:
        return sorted(self._by_word)

    @cached_property
    def _by_trigram(self) -> Mapping[str, Sequence[str]]:
        """The compact forms that have a trigram."""
        found: dict[str, list[str]] = {}
        for form in self._by_form:
            for trigram in _trigrams(form):
                found.setdefault(trigram, []).append(form)
        return found

    def _with_words(self, asked: list[str]) -> list[Hit[T]]:
        if not asked:
            return []
        places = set.intersection(*map(self._beginning, asked))
        length, lengths = sum(map(len, asked)), self._lengths
        scores = ((at, round(_WORDS_SCORE * length / max(length, lengths[at]), 3)) for at in places)
        return [Hit(self._things[at], MatchedBy.WORDS, score) for at, score in scores]

    @cached_property
    def _lengths(self) -> Sequence[int]:
        """Of the shortest name of each, keyword or other: what was asked for is a share of it."""
        return [min(map(len, self._forms(one)), default=1) for one in self._things]

    def _forms(self, thing: T) -> set[str]:
        """Keyword and names, letters and digits only."""
        return {compact(self._keyword(thing)), *map(compact, self._names(thing))} - {""}

    def _beginning(self, part: str) -> set[int]:
        """Where things stand of which a word begins so."""
        words = self._vocabulary
        first, last = bisect_left(words, part), bisect_left(words, part + _AFTER_ALL)
        return set().union(*(self._by_word[word] for word in words[first:last]))

    def _near(self, asked: str) -> list[Hit[T]]:
        from difflib import SequenceMatcher

        shared = Counter(form for trigram in _trigrams(asked) for form in self._by_trigram.get(trigram, ()))
        ranked = sorted(shared, key=lambda form: (-2 * shared[form] / (len(form) + len(asked)), form))
        best: dict[int, float] = {}
        matcher = SequenceMatcher(None, b=asked, autojunk=False)
        for form in ranked[:_CANDIDATES]:
            matcher.set_seq1(form)
            if matcher.quick_ratio() >= _NEAR_ENOUGH and (ratio := matcher.ratio()) >= _NEAR_ENOUGH:
                best |= {at: max(ratio, best.get(at, 0)) for at in self._by_form[form]}
        return [Hit(self._things[at], MatchedBy.NEAR, round(_NEAR_SCORE * ratio, 3)) for at, ratio in best.items()]


def find_by_words(text: str) -> list[Hit[Entry]]:
    """Dictionary entries, as `Index.find` has it."""
    return elements().find(text)


@cache
def elements() -> Index[Entry]:
    """The standard and repeating elements of the dictionary."""
    from trivium_dicom.dictionary import entries

    return Index(
        entries(),
        keyword=lambda entry: entry.keyword,
        names=lambda entry: (entry.name,),
        rank=lambda entry: (entry.retired, entry.digits),
        kinds="attribute attributes field fields",
    )


def compact(text: str) -> str:
    """Lower case letters and digits only: `Patient's Name` is `patientsname`."""
    return _OTHER.sub("", text.lower())


def _trigrams(form: str) -> set[str]:
    padded = f"  {form} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}


def _split(text: str) -> list[str]:
    """Words, lower case, without apostrophes: `Patient's Name` is `patients`, `name`."""
    return re.findall(r"[a-z0-9]+", re.sub(r"['\u2019]", "", text.lower()))


def _spaced(keyword: str) -> str:
    """`SOPInstanceUID` is `SOP Instance UID`."""
    return " ".join(re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*|[0-9]+", keyword))
