"""Finding names by words: what somebody types who does not know the id."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from heapq import nsmallest
from typing import Final, TypeVar

_WORD: Final = re.compile(r"[a-z0-9]+")
_NOISE: Final = frozenset({"a", "an", "and", "code", "codes", "field", "for", "hl7", "in", "of", "or", "table", "the"})
_SAME: Final = {
    "dob": "birth",
    "doctor": "physician",
    "gender": "sex",
    "mrn": "identifier",
    "phone": "telephone",
    "physician": "doctor",
    "surname": "family",
    "zip": "postal",
}
"""What people call things that the standard names otherwise."""

Key = TypeVar("Key")


def words(text: str) -> tuple[str, ...]:
    """The words of a question that tell something, in lower case."""
    found = _WORD.findall(text.casefold())
    return tuple(word for word in found if word not in _NOISE) or tuple(found)


def score(asked: Iterable[str], name: str) -> float:
    """How well a name fits words: 1 for the same words, 0 for none in common.

    A word counts whole, or less as the beginning of a longer one or of its singular.
    """
    wanted, has = tuple(asked), _words_of(name)
    if not wanted or not has:
        return 0.0
    hits = sum(max(_hit(word, has), _hit(_SAME.get(word, ""), has)) for word in wanted)
    return hits / len(wanted) * (0.75 + 0.25 * min(1.0, hits / len(has - _NOISE or has)))


def best(asked: tuple[str, ...], named: Iterable[tuple[Key, str]], *, most: int, least: float = 0.3) -> list[Key]:
    """Keys of the names that fit best, the best first; those that fit equally well stay in order."""
    scored = ((-score(asked, name), place, key) for place, (key, name) in enumerate(named))
    return [
        key for value, _, key in nsmallest(most, (one for one in scored if -one[0] >= least), key=lambda one: one[:2])
    ]


def similar(text: str, ids: Iterable[str], *, most: int) -> list[str]:
    """Ids written like this one."""
    return get_close_matches(text.upper()[:32], list(ids), n=most, cutoff=0.6)


@lru_cache(maxsize=1 << 14)  # names of the dictionary, never what is asked
def _words_of(name: str) -> frozenset[str]:
    return frozenset(_WORD.findall(name.casefold()))


def _hit(word: str, has: frozenset[str]) -> float:
    return 1.0 if word in has else 0.6 if _begins(word, has) else 0.0


def _begins(word: str, has: frozenset[str]) -> bool:
    stem = word.removesuffix("s") if len(word) > 3 else word
    return len(stem) > 2 and any(one.startswith(stem) for one in has)
