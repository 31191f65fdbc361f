"""What elements are called: by PS3.6, or for a private element by what its creator is known to define."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydicom.dataelem import DataElement
    from pydicom.dataset import Dataset

    from trivium_dicom.private.definitions import Definition


@lru_cache(maxsize=8192)
def name_of(tag: str) -> str:
    """The keyword of a public element, by eight hexadecimal digits; nothing for one that the dictionary lacks."""
    from trivium_dicom.dictionary import EntryKind, entries_of
    from trivium_dicom.tag_number import TagNumber

    if is_private(tag):
        return "PrivateCreator" if is_creator(tag) else ""
    kinds = (EntryKind.STANDARD, EntryKind.REPEATING, EntryKind.GROUP_LENGTH)
    entry = next((one for one in entries_of(TagNumber(tag)) if one.kind in kinds), None)
    return (entry.keyword or entry.name) if entry else ""


def is_private(tag: str) -> bool:
    return bool(int(tag[3], 16) % 2)


def is_creator(tag: str) -> bool:
    """Whether it reserves a block (PS3.5 7.8.1)."""
    return is_private(tag) and 0x10 <= int(tag[4:], 16) <= 0xFF


def creator_of(dataset: Dataset, tag: str) -> str | None:
    """Who reserved the block of a private element, as the file writes it."""
    if not is_private(tag) or int(tag[4:], 16) < 0x1000:
        return None
    found: Any = dataset.get((int(tag[:4], 16), int(tag[4:6], 16)))
    value = found.value if found is not None else None
    return value.strip(" \0") if isinstance(value, str) and value.strip(" \0") else None


@lru_cache(maxsize=1024)
def known_creator(creator: str) -> str | None:
    """A creator that is in a dictionary under just this name, so that its name tells of no patient."""
    from trivium_dicom.private.meanings import known_creator as known

    found = known(creator)
    return found[0] if found and found[1] else None


@lru_cache(maxsize=8192)
def definition_of(creator: str, tag: str) -> Definition | None:
    """What a creator, by just this name, is known to define."""
    from trivium_dicom.private.meanings import meaning_by_creator
    from trivium_dicom.private.vocabulary import Basis

    meaning = meaning_by_creator(creator, f"{tag[:4]}xx{tag[6:]}")
    return meaning.definition if meaning.basis is Basis.CREATOR else None


def is_day_of_care(creator: str | None, tag: str) -> bool:
    """Whether a private element is known to have a day that is none of somebody's life."""
    from trivium_dicom.private.definitions import is_day_of_care as known

    return known(definition_of(creator, tag)) if creator else False


def is_safe_private(creator: str | None, tag: str, element: DataElement) -> bool:
    """Whether a private element has nothing but numbers, which PS3.15 table E.3.10-1 lists as identifying nobody."""
    from trivium_dicom.private.definitions import is_safe_number

    definition = definition_of(creator, tag) if creator else None
    if definition is None or not is_safe_number(definition.creator, tag):
        return False
    value = element.value
    if value is None or isinstance(value, str | bytes):
        return False
    return all(isinstance(one, int | float) for one in (value if hasattr(value, "__iter__") else [value]))
