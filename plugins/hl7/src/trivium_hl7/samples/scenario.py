"""What the words of a scenario ask for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final, NamedTuple

from trivium_hl7.samples.vocabulary import PHRASES, SILENT

_AGE: Final = re.compile(r"(?:\bage[d]? (\d{1,3})\b|\b(\d{1,3}) ?(?:years?(?: old)?|yo|y)\b)")
_MOST_CHARACTERS: Final = 400
_OLDEST: Final = 110


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything a scenario can settle; None leaves it to the kind of message and the seed."""

    patient_class: str | None = None
    """Table 0004."""
    priority: str | None = None
    """Table 0485, its first letter as OBR-5 and TQ-6 have it."""
    kind: str | None = None
    """imaging, lab, vaccination or pharmacy."""
    modality: str | None = None
    body: str | None = None
    side: str | None = None
    contrast: bool | None = None
    panel: str | None = None
    vaccine: str | None = None
    drug: str | None = None
    sex: str | None = None
    age: str | None = None
    years: int | None = None
    pregnant: bool = False
    status: str | None = None
    """cancel, hold, scheduled, preliminary, final or corrected."""
    abnormal: bool | None = None
    movement: str | None = None
    """admission, transfer, discharge, merge or death."""
    reason: str | None = None
    allergy: str | None = None
    insured: bool | None = None
    orders: int | None = None
    vip: bool = False


class Asked(NamedTuple):
    """A scenario and the words that it was read from."""

    phrases: tuple[str, ...]
    """Those that mean something, in their order."""
    unknown: tuple[str, ...]
    too_long: bool
    """The end was left out."""


def read_scenario(text: str) -> Asked:
    """Split a scenario's words into phrases that are known, longest first, and words that are not."""
    plain = " ".join(re.sub(r"[^a-z0-9]+", " ", text[:_MOST_CHARACTERS].lower()).split())
    phrases: list[str] = []
    unknown: list[str] = []
    while plain:
        found = _AGE.match(plain) or _known().match(plain)
        if found:
            phrases.append(found[0])
            plain = plain[found.end() :].lstrip()
            continue
        word, _, plain = plain.partition(" ")
        if word not in SILENT:
            unknown.append(word)
    return Asked(_once(phrases), _once(unknown), len(text) > _MOST_CHARACTERS)


def settle(phrases: Iterable[str]) -> Scenario:
    """The scenario of these phrases; a later one wins over an earlier one."""
    scenario = Scenario()
    for phrase in phrases:
        scenario = replace(scenario, **_meaning(phrase))
    return scenario


def _meaning(phrase: str) -> dict[str, Any]:
    age = _AGE.fullmatch(phrase)
    if age:
        return {"years": min(int(age[1] or age[2]), _OLDEST), "age": None}
    return PHRASES[phrase]


def _once(words: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


@cache
def _known() -> re.Pattern[str]:
    longest_first = sorted(PHRASES, key=lambda phrase: (-len(phrase), phrase))
    return re.compile("(?:" + "|".join(map(re.escape, longest_first)) + r")(?![a-z0-9])")
