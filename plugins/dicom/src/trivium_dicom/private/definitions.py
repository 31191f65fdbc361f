"""What known creators define at private elements, by pydicom, dicom3tools and PS3.15 table E.3.10-1.

The block of a private element moves from file to file, so a definition says `0029xx10`. Some lines of pydicom name a
block all the same: block 00, which no element can have, and block 10, which is the first one. Both mean any block.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from trivium_dicom.confidentiality import safe_private
from trivium_dicom.dictionary import pydicom_tables
from trivium_dicom.knowledge import load
from trivium_dicom.private.creators import Names, folded
from trivium_dicom.private.vocabulary import Source

_UNNAMED: Final = frozenset({"", "?", "?num?", "Unknown", "unknown"})
NUMERIC: Final = frozenset({"US", "SS", "UL", "SL", "UV", "SV", "FL", "FD", "IS", "DS"})
_CREATOR_WORDS: Final = ("Private Element Creator", "Private Creator")


@dataclass(frozen=True, slots=True)
class Definition:
    """A line of a private dictionary."""

    creator: str
    digits: str
    """`ggggxxee` in lower case; also with a block or an element that is left open (`ggxxxxee`, `ggggbbxx`)."""
    vr: str
    vm: str
    name: str | None
    """None: known to exist, and no more."""
    source: Source
    written: str
    """The digits as the source has them."""

    @property
    def group(self) -> str:
        return self.digits[:4]

    @property
    def element(self) -> str:
        """The last two digits."""
        return self.digits[6:]

    @property
    def whole_block(self) -> bool:
        return self.element == "xx"

    @property
    def of_creators(self) -> bool:
        """It describes the creator elements of a group, not what a creator defines."""
        return self.whole_block and self.name in _CREATOR_WORDS


def lines() -> Iterator[Definition]:
    """Every line of every source; pydicom's first."""
    for creator, elements in pydicom_tables("_private_dict").private_dictionaries.items():
        for digits, (vr, vm, name, _) in elements.items():
            yield _definition(creator, digits, vr, vm, name, Source.PYDICOM)
    for creator, rows in load("private")["creators"].items():
        for digits, row in rows.items():
            yield _definition(creator, digits, row[0], row[1], row[2] if len(row) > 2 else "", Source.DICOM3TOOLS)
    for creator, safe in safe_private().items():
        for digits, (vr, vm, name) in safe.items():
            yield _definition(creator, digits, vr, vm, name, Source.SAFE_LIST)


def _definition(creator: str, written: str, vr: str, vm: str, name: str, source: Source) -> Definition:
    digits = written.lower()
    spread = digits if digits[4:6] == "xx" or digits.endswith("xx") else f"{digits[:4]}xx{digits[6:]}"
    kept = None if name in _UNNAMED else name
    return Definition(creator, spread, vr.replace("_", " or ").replace("/", " or "), vm, kept, source, digits)


@cache
def all_definitions() -> tuple[Definition, ...]:
    return tuple(lines())


@cache
def creators() -> Names:
    return Names.of(by_creator())


@cache
def by_creator() -> Mapping[str, Sequence[Definition]]:
    """In the order of the sources."""
    found: dict[str, list[Definition]] = {}
    for definition in all_definitions():
        found.setdefault(definition.creator, []).append(definition)
    return found


def defined(creator: str, digits: str) -> Definition | None:
    """What a creator, spelled as the dictionaries spell it, defines at an element; its block may be any.

    Of several lines, one that names this very block counts most, then one that has a name at all.
    """
    key = _place(digits)
    found = [*_by_place().get((creator, key), ()), *_by_place().get((creator, f"{digits[:2]}xx{digits[6:]}"), ())]
    if not found:
        ranges = _by_place().get((creator, f"{digits[:4]}xx"), ())
        found = [one for one in ranges if not one.of_creators]
    return min(found, key=lambda one: _rank(one, digits), default=None)


def also_named(chosen: Definition, digits: str) -> tuple[Definition, ...]:
    """Other lines of the same creator for the element, that call it something else."""
    lines = _by_place().get((chosen.creator, _place(digits)), ())
    said = folded(chosen.name or "")
    return tuple(one for one in lines if one.name and folded(one.name) != said and one is not chosen)


def _rank(definition: Definition, digits: str) -> tuple[bool, bool, bool, bool]:
    listed = definition.source is Source.SAFE_LIST
    return definition.name is None, definition.written != digits, listed, definition.written[4:6] != "xx"


def listed(creator: str) -> list[Definition]:
    """What a creator defines, by element: one line for each, the best of several."""
    best: dict[str, Definition] = {}
    for one in by_creator().get(creator, ()):
        key = one.digits if not one.whole_block else one.written
        known = best.get(key)
        if known is None or _rank(one, one.written) < _rank(known, known.written):
            best[key] = one
    return [best[key] for key in sorted(best)]


def everywhere(digits: str) -> list[Definition]:
    """What any creator defines at an element, one line for each creator."""
    best: dict[str, Definition] = {}
    for one in _by_element().get(digits[6:], ()):
        if all(a in ("x", b) for a, b in zip(one.group, digits[:4], strict=True)):
            known = best.get(one.creator)
            if known is None or _rank(one, digits) < _rank(known, digits):
                best[one.creator] = one
    return [best[creator] for creator in sorted(best)]


@cache
def _by_place() -> Mapping[tuple[str, str], Sequence[Definition]]:
    found: dict[tuple[str, str], list[Definition]] = {}
    for one in all_definitions():
        found.setdefault((one.creator, _place(one.digits)), []).append(one)
    return found


@cache
def _by_element() -> Mapping[str, Sequence[Definition]]:
    found: dict[str, list[Definition]] = {}
    for one in all_definitions():
        found.setdefault(one.element, []).append(one)
    return found


def _place(digits: str) -> str:
    """Group and element without the block; of a group that repeats the two digits that it has."""
    group = digits[:4] if digits[2:4] != "xx" else f"{digits[:2]}xx"
    return group + digits[6:]


_SOMEBODYS_DAY: Final = ("patient", "birth", "death", "dob")


def is_day_of_care(definition: Definition | None) -> bool:
    """Whether its value is a day, and by its name none of somebody's life. What has no name may be a birthday."""
    if definition is None or not definition.name or definition.vr not in ("DA", "DT"):
        return False
    name = definition.name.casefold()
    return ("date" in name or "time" in name) and not any(word in name for word in _SOMEBODYS_DAY)


def is_safe_number(creator: str, digits: str) -> bool:
    """Whether PS3.15 lists the element as one that identifies nobody, with numbers as its values."""
    row = _safe().get(creator, {}).get(f"{digits[:4]}xx{digits[6:]}".lower())
    return row is not None and row[0] in NUMERIC


def is_safe(creator: str, digits: str) -> bool:
    """Whether PS3.15 lists the element as one that identifies nobody (table E.3.10-1)."""
    return f"{digits[:4]}xx{digits[6:]}".lower() in _safe().get(creator, {})


@cache
def _safe() -> Mapping[str, Mapping[str, tuple[str, str, str]]]:
    return {creator: {key.lower(): row for key, row in rows.items()} for creator, rows in safe_private().items()}
