"""Where the keys that join orders and images stand in a message: every known home, and where they contradict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from trivium_fhir.imaging.steps import Step
from trivium_hl7.dicom_map.remarks import HOMES

ACCESSION: Final = "AccessionNumber"
STUDY: Final = "StudyInstanceUID"
_TAGS: Final = {ACCESSION: "00080050", STUDY: "0020000D"}
_PLACES: Final = {
    ACCESSION: ("OBR-18", "IPC-1", "OBR-3", "ORC-3", "OBR-2", "ORC-2", "OBR-19", "OBR-20"),
    STUDY: ("ZDS-1", "IPC-3", "OBX-5"),
}
_SAME: Final = (("OBR-18", "IPC-1"), ("OBR-3", "ORC-3"), ("OBR-2", "ORC-2"), ("ZDS-1", "IPC-3"), ("ZDS-1", "OBX-5"))
"""Homes of one thing: different values contradict each other."""
_UID_CODES: Final = frozenset({"110180"})


class Home(NamedTuple):
    """A field of a step that has a value."""

    key: str
    place: str
    standing: str
    """`rule`, `local` or `other`, as the remarks of the map have it."""
    value: str


def homes_of(step: Step) -> list[Home]:
    """The valued ones, in order of standing."""
    found: list[Home] = []
    for key, places in _PLACES.items():
        standings = {home.place.partition(".")[0]: home.standing for home in reversed(HOMES[_TAGS[key]])}
        values = [(place, _value(step, place)) for place in places]
        found += [Home(key, place, standings.get(place, "other"), value) for place, value in values if value]
    return found


def conflicts(homes: Sequence[Home]) -> list[tuple[str, str]]:
    """Pairs of places that should say the same and do not."""
    values = {home.place: home.value for home in homes}
    return [pair for pair in _SAME if len({values[place] for place in pair if place in values}) > 1]


def _value(step: Step, place: str) -> str:
    if place != "OBX-5":
        return step.value(place)
    coded = (seg for seg in step.results if seg.value(3) in _UID_CODES)
    return next((seg.value(5).strip() for seg in coded), "")
