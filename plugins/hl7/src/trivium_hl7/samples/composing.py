"""A sample, and what its scenario made different."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from trivium_hl7.samples.asked import FREE_EVENT, Kind, kind
from trivium_hl7.samples.assembling import CONTENTS, assemble
from trivium_hl7.samples.case import case
from trivium_hl7.samples.scenario import Asked, read_scenario, settle
from trivium_hl7.samples.vocabulary import PHRASES

_MOST_PLACES: Final = 40
_MOST_RIVALS: Final = 3
_MOVEMENTS: Final = {
    "admission": "PV1-44",
    "transfer": "PV1-6",
    "discharge": "PV1-45",
    "merge": "MRG",
    "death": "PID-30",
}
"""What a message has that tells of each."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What one phrase of a scenario changed."""

    phrase: str
    places: tuple[str, ...]
    """Fields and segments that are other than they would be without it."""
    left_out: int
    """Places beyond those that are named."""
    said_anyway: bool
    """Whether nothing changed because the message says the same without it."""


@dataclass(frozen=True, slots=True)
class Sample:
    message: str
    """Segments ended by CR."""
    kind: Kind
    structure: str
    """As MSH-9.3 names it."""
    version: str
    effects: tuple[Effect, ...]
    asked: Asked
    filled: tuple[str, ...]
    """Segments of which there is no story."""
    placeholder: bool
    """Whether the structure is one whose event a site chooses."""


def sample(
    code: str,
    event: str,
    version: str,
    *,
    seed: int = 0,
    scenario: str | None = None,
    when: datetime | None = None,
    nth: int = 0,
) -> str:
    """A message, segments ended by CR. Raises `NotFound` for one that the version does not have.

    Messages of one seed tell of the same patient, visit and orders; `nth` gives each a control id of its own.
    """
    which = kind(code, event, version)
    return _message(which, version, seed, read_scenario(scenario or "").phrases, when, nth)


def message_of(
    which: Kind, version: str, *, seed: int = 0, scenario: str | None = None, when: datetime | None = None
) -> str:
    """The same for a kind that is known already."""
    return _message(which, version, seed, read_scenario(scenario or "").phrases, when)


def compose(
    which: Kind, version: str, *, seed: int = 0, scenario: str | None = None, when: datetime | None = None
) -> Sample:
    """A message and what each phrase of the scenario changed in it."""
    asked = read_scenario(scenario or "")
    message = _message(which, version, seed, asked.phrases, when)
    effects = []
    for phrase in asked.phrases:
        others = tuple(other for other in asked.phrases if other != phrase)
        effect = _effect(phrase, message, _message(which, version, seed, others, when))
        if not effect.places:
            rivals = (_message(which, version, seed, (*others, rival), when) for rival in _rivals(phrase))
            effect = replace(effect, said_anyway=_is_said(phrase, message, rivals))
        effects.append(effect)
    filled = dict.fromkeys(line[:3] for line in message.split("\r")[:-1] if line[:3] not in CONTENTS)
    placeholder = which.event == FREE_EVENT
    return Sample(message, which, which.name(version), version, tuple(effects), asked, tuple(filled), placeholder)


def _message(
    which: Kind, version: str, seed: int, phrases: tuple[str, ...], when: datetime | None, nth: int = 0
) -> str:
    return assemble(which, version, case(which.code, which.event, settle(phrases), seed, when, nth))


def _effect(phrase: str, message: str, without: str) -> Effect:
    here, there = _fields(message), _fields(without)
    places = [place for place in dict.fromkeys([*here, *there]) if here.get(place) != there.get(place)]
    added = _segments(here) ^ _segments(there)
    named = list(
        dict.fromkeys(place.partition("-")[0] if place.partition("-")[0] in added else place for place in places)
    )
    return Effect(phrase, tuple(named[:_MOST_PLACES]), max(0, len(named) - _MOST_PLACES), False)


def _rivals(phrase: str) -> list[str]:
    """Phrases that settle the same things otherwise."""
    meaning = PHRASES.get(phrase, {})
    rivals = [other for other, its in PHRASES.items() if its.keys() == meaning.keys() and its != meaning]
    return rivals[:: max(1, len(rivals) // _MOST_RIVALS)]


def _is_said(phrase: str, message: str, rivals: Iterable[str]) -> bool:
    """Whether a phrase that changes nothing is true of the message: another in its place would change it."""
    movement = PHRASES.get(phrase, {}).get("movement")
    if movement:
        return any(place.startswith(_MOVEMENTS[movement]) for place in _fields(message))
    return any(rival != message for rival in rivals)


def _segments(fields: dict[str, str]) -> set[str]:
    return {place.partition("-")[0] for place in fields}


def _fields(message: str) -> dict[str, str]:
    """Every valued field by its place: OBX[2]-5."""
    seen: Counter[str] = Counter()
    found: dict[str, str] = {}
    lines = message.split("\r")[:-1]
    for line in lines:
        segment = line[:3]
        seen[segment] += 1
        place = f"{segment}[{seen[segment]}]" if seen[segment] > 1 else segment
        for number, text in enumerate(line.split("|")[1:], 2 if segment == "MSH" else 1):
            if text:
                found[f"{place}-{number}"] = text
    return found
