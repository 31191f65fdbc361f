"""The DICOM data dictionary as entries: PS3.6 chapters 6 to 9, repeating elements, private elements, UIDs of annex A.

From pydicom's tables; of private elements also what other sources define (trivium_dicom.private.definitions).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Final

from trivium_dicom.tag_number import TagNumber


class EntryKind(StrEnum):
    STANDARD = "standard"
    REPEATING = "repeating"
    """Stands in many groups or many times: (60xx,3000)."""
    GROUP_LENGTH = "group_length"
    PRIVATE_CREATOR = "private_creator"
    PRIVATE_ELEMENT = "private_element"
    PRIVATE_DEFINITION = "private_definition"
    """What one private creator defines at a private element."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a dictionary. `digits` are eight hexadecimal digits, `x` for any."""

    digits: str
    keyword: str
    name: str
    vr: str | None
    vm: str | None
    retired: bool = False
    kind: EntryKind = EntryKind.STANDARD
    creator: str | None = None


GROUP_LENGTH: Final = Entry(
    "xxxx0000", "GenericGroupLength", "Generic Group Length", "UL", "1", retired=True, kind=EntryKind.GROUP_LENGTH
)
PRIVATE_CREATOR: Final = Entry("xxxx00xx", "", "Private Creator", "LO", "1", kind=EntryKind.PRIVATE_CREATOR)
PRIVATE_ELEMENT: Final = Entry("xxxxxxxx", "", "Private Element", None, None, kind=EntryKind.PRIVATE_ELEMENT)
# Odd groups that no private element may use (PS3.5 clause 7.8).
_NEVER_PRIVATE: Final = frozenset({0x0001, 0x0003, 0x0005, 0x0007, 0xFFFF})


def pydicom_tables(name: str) -> ModuleType:
    """A module of pydicom that holds nothing but tables, without all of pydicom, which takes ten times as long."""
    package = find_spec("pydicom")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("pydicom")
    spec = spec_from_file_location(f"pydicom.{name}", Path(package.submodule_search_locations[0]) / f"{name}.py")
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"pydicom.{name}")
    tables = module_from_spec(spec)
    spec.loader.exec_module(tables)
    return tables


@cache
def entries() -> tuple[Entry, ...]:
    """Every standard and repeating element, in tag order."""
    tables = pydicom_tables("_dicom_dict")
    main = [
        Entry(f"{tag:08x}", keyword, name, vr, vm, retired == "Retired")
        for tag, (vr, vm, name, retired, keyword) in tables.DicomDictionary.items()
    ]
    repeating = [
        Entry(mask.lower(), keyword, name, vr, vm, retired == "Retired", EntryKind.REPEATING)
        for mask, (vr, vm, name, retired, keyword) in tables.RepeatersDictionary.items()
    ]
    return tuple(sorted([*main, *repeating], key=lambda entry: entry.digits))


def entries_of(number: TagNumber) -> list[Entry]:
    """The entries at a tag number: one, several for a number with open digits or a private element, or none."""
    group = number.group
    if "x" not in group and int(group, 16) % 2:
        return _private(number)
    if exact := _by_digits().get(number.digits):
        return [exact]
    found = _matching(_repeating() if number.exact else entries(), number.digits)
    if not found and number.element == "0000":
        return [GROUP_LENGTH]
    return found


@cache
def _by_digits() -> Mapping[str, Entry]:
    return {entry.digits: entry for entry in entries()}


@cache
def _repeating() -> tuple[Entry, ...]:
    return tuple(entry for entry in entries() if entry.kind is EntryKind.REPEATING)


def _private(number: TagNumber) -> list[Entry]:
    """What holds for any private element, then what known creators define there (PS3.5 clause 7.8.1)."""
    if int(number.group, 16) in _NEVER_PRIVATE:
        return []
    if not number.exact:
        return [PRIVATE_ELEMENT, *_defined(number)]
    element = int(number.element, 16)
    if element == 0:
        return [GROUP_LENGTH]
    if 0x10 <= element <= 0xFF:
        return [PRIVATE_CREATOR]
    if element >= 0x1000:
        return [PRIVATE_ELEMENT, *_defined(number)]
    return []


def _defined(number: TagNumber) -> list[Entry]:
    """What creators define at a number. The block of a private element differs from file to file: `0029xx10`."""
    if not number.exact:
        return _matching(_definitions(), number.digits)
    settled, open_ = _by_group_and_element()
    found = [*settled.get(_without_block(number.digits), ()), *_matching(open_, number.digits)]
    return sorted(found, key=_place)


@cache
def _by_group_and_element() -> tuple[Mapping[str, Sequence[Entry]], Sequence[Entry]]:
    """Definitions for any block, by group and element; and those that leave other digits open."""
    settled: dict[str, list[Entry]] = {}
    open_: list[Entry] = []
    for entry in _definitions():
        key = _without_block(entry.digits)
        if "x" in key or entry.digits[4:6] != "xx":
            open_.append(entry)
        else:
            settled.setdefault(key, []).append(entry)
    return settled, open_


def _without_block(digits: str) -> str:
    return digits[:4] + digits[6:]


def _place(entry: Entry) -> tuple[str, str]:
    return entry.digits, entry.creator or ""


@cache
def private_creators() -> tuple[str, ...]:
    """Every private creator whose definitions are known."""
    return tuple(sorted({entry.creator for entry in _definitions() if entry.creator}))


@cache
def _definitions() -> tuple[Entry, ...]:
    """What creators define, in tag order."""
    return tuple(sorted(_lines(), key=_place))


def _lines() -> Iterator[Entry]:
    """Each number of a creator once: the first source that has it has it."""
    from trivium_dicom.private.definitions import lines

    seen: set[tuple[str, str]] = set()
    for one in lines():
        if not one.of_creators and (place := (one.creator, one.digits)) not in seen:
            seen.add(place)
            kind = EntryKind.PRIVATE_DEFINITION
            yield Entry(one.digits, "", one.name or "", one.vr, one.vm, False, kind, one.creator)


def _matching(candidates: Iterable[Entry], digits: str) -> list[Entry]:
    return [entry for entry in candidates if _fits(entry.digits, digits)]


def _fits(one: str, other: str) -> bool:
    return all(a == b or "x" in (a, b) for a, b in zip(one, other, strict=True))


@cache
def uid_rows() -> Mapping[str, tuple[str, str, str, str, str]]:
    """Every UID of PS3.6 annex A: name, type, further words, `Retired` or empty, keyword."""
    rows: Mapping[str, tuple[str, str, str, str, str]] = pydicom_tables("_uid_dict").UID_dictionary
    return rows


@cache
def uid_names() -> Mapping[str, str]:
    """Every UID of PS3.6 annex A, with its name."""
    return {uid: name for uid, (name, *_) in uid_rows().items()}
