"""Conditions of attributes (types 1C and 2C) that a machine can decide from what stands beside them.

Most conditions of the standard are about the world: whether a contrast agent was used, whether the patient is human.
Those are left undecided. Each one here names the clause that states it; `None` means that the data set does not say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from trivium_dicom.dictionary import EntryKind, entries
from trivium_dicom.validation.levels import Level

if TYPE_CHECKING:
    from trivium_dicom.iods import Iod
    from trivium_dicom.validation.definitions import Wanted


@dataclass(frozen=True, slots=True)
class Scene:
    """What is true of the whole object."""

    top: Level
    iod: Iod | None
    sop_class: str
    transfer_syntax: str

    def needs_module(self, id: str) -> bool:  # noqa: A002
        """Whether it is mandatory or conditional for the object."""
        return self.iod is not None and any(use.module.id == id and use.usage != "U" for use in self.iod.modules)


Test = Callable[[Level, Scene], bool | None]


class Condition(NamedTuple):
    keywords: tuple[str, ...]
    says: str
    """When the attribute is required."""
    holds: Test
    source: str
    only: bool = False
    """Whether it may not be there otherwise."""
    modules: frozenset[str] = frozenset()
    """Ids of modules where this is so; empty: wherever it is conditional."""


@cache
def tag_of(keyword: str) -> int:
    """The tag of a keyword of the dictionary. Raises KeyError."""
    return _tags()[keyword]


@cache
def _tags() -> Mapping[str, int]:
    return {one.keyword: int(one.digits, 16) for one in entries() if one.kind is EntryKind.STANDARD and one.keyword}


def there(*keywords: str) -> Test:
    """Any of them is present."""
    return lambda level, _: any(level.has(tag_of(one)) for one in keywords)


def absent(*keywords: str) -> Test:
    """All of them are absent."""
    return lambda level, _: not any(level.has(tag_of(one)) for one in keywords)


def filled(*keywords: str) -> Test:
    """Any of them has a value."""
    return lambda level, _: any(level.filled(tag_of(one)) for one in keywords)


def among(keyword: str, *values: str) -> Test:
    """One of the values of `keyword` is one of these; undecided where it has none."""

    def holds(level: Level, _: Scene) -> bool | None:
        texts = level.texts(tag_of(keyword))
        return any(text in values for text in texts) if texts else None

    return holds


def stated(keyword: str, *values: str) -> Test:
    """One of the values of `keyword` is one of these; where it has none, it does not hold."""
    return lambda level, _: any(text in values for text in level.texts(tag_of(keyword)))


def above(keyword: str, least: int) -> Test:
    """The number is greater; undecided where there is none."""

    def holds(level: Level, _: Scene) -> bool | None:
        number = level.number(tag_of(keyword))
        return number > least if number is not None else None

    return holds


def points_at(keyword: str) -> Test:
    """Frame Increment Pointer names this attribute."""
    return lambda level, _: f"{tag_of(keyword):08x}" in level.texts(tag_of("FrameIncrementPointer"))


def inverse(test: Test) -> Test:
    def holds(level: Level, scene: Scene) -> bool | None:
        found = test(level, scene)
        return None if found is None else not found

    return holds


def every(*tests: Test) -> Test:
    """False if one is, else undecided if one is."""

    def holds(level: Level, scene: Scene) -> bool | None:
        found = [test(level, scene) for test in tests]
        return False if False in found else None if None in found else True

    return holds


def surely(test: Test) -> Test:
    """True or undecided: what else makes the attribute required, a machine cannot know."""
    return lambda level, scene: True if test(level, scene) else None


def possibly(test: Test) -> Test:
    """False or undecided: there is more to the condition than a machine can know."""
    return lambda level, scene: False if test(level, scene) is False else None


def condition_of(wanted: Wanted) -> Condition | None:
    """The condition of an attribute as the modules at hand have it."""
    for one in _by_tag().get(wanted.tag, ()):
        if not one.modules or one.modules & wanted.modules:
            return one
    return None


@cache
def _by_tag() -> Mapping[int, Sequence[Condition]]:
    """An attribute may have several, for different modules; the first that fits counts."""
    from trivium_dicom.validation.conditions_display import DISPLAY
    from trivium_dicom.validation.conditions_general import GENERAL
    from trivium_dicom.validation.conditions_special import SPECIAL

    found: dict[int, list[Condition]] = {}
    for condition in (*GENERAL, *DISPLAY, *SPECIAL):
        for keyword in condition.keywords:
            found.setdefault(tag_of(keyword), []).append(condition)
    return found


PAIRED: Final = frozenset(
    (
        "ANKLE", "ANKLEFOOT", "ARM", "AXILLA", "BREAST", "CALF", "CLAVICLE", "EAR", "ELBOW", "ELBOWUPARM", "EYE",
        "FEMUR", "FINGER", "FOOT", "FOREARM", "HAND", "HANDWRIST", "HIP", "HUMERUS", "KIDNEY", "KNEE", "LEG",
        "LOWERLEG", "LOWERLIMB", "PATELLA", "SCAPULA", "SCJOINT", "ACJOINT", "SHOULDER", "TESTIS", "THIGH", "THUMB",
        "TOE", "UPPERARM", "UPPERLIMB", "WRIST",
    )
)  # fmt: skip
"""Body parts of which a person has two, and that are looked at one by one, by their terms of PS3.16 annex L (of this
and older editions). dciodvfy of 2022 takes each of them for one of a pair, too.
"""
