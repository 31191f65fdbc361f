"""Content items (PS3.3 C.17.3): name and value in an item, of a report, an acquisition context, or a specimen."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from trivium_dicom.confidentiality import Option
from trivium_dicom.deidentify.content_rules import action_of
from trivium_dicom.deidentify.dummies import REMOVED, content_item
from trivium_dicom.deidentify.identity import items_at, text_at
from trivium_dicom.deidentify.vouching import is_uid

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_TEXT: Final = "0040a160"
_UID: Final = "0040a124"
_POSITION: Final = "ReferencedContentItemIdentifier"


@dataclass(frozen=True, slots=True)
class Treatment:
    """What is done to a content item as a whole, before its attributes."""

    item: Dataset | None
    """None: it goes, with what is below it. Another one than was given: that stands in its place."""
    staying: frozenset[str] = frozenset()
    """Values that an option keeps, by tag."""
    replaced: bool = False
    """Its text was."""


def treated(item: Dataset, options: Collection[Option], *, in_place: bool) -> Treatment:
    """By table E.3.4-1, which names items that are to go or to keep their value; any other is as its attributes are.

    What the table removes unless a template wants it is replaced: which template it is does not bind here. `in_place`:
    the place of an item counts, so that another takes it.
    """
    letter, text = _letter(item, options), text_at(item, "TextValue")
    if text == REMOVED:
        return Treatment(item)
    if letter == "X":
        return Treatment(content_item(text_at(item, "RelationshipType")) if in_place else None)
    if letter in ("D", "X/D") and text:
        item.TextValue = REMOVED
        return Treatment(item, replaced=True)
    return Treatment(item, _kept(item) if letter == "K" else frozenset())


def points_at_places(dataset: Dataset) -> bool:
    """Whether a report refers to items of its own by where they stand (PS3.3 C.17.3.2.5)."""
    return any(_POSITION in item or points_at_places(item) for item in items_at(dataset, "ContentSequence"))


def _letter(item: Dataset, options: Collection[Option]) -> str | None:
    names = items_at(item, "ConceptNameCodeSequence")
    if not names:
        return None
    scheme, code = (text_at(names[0], one).strip() for one in ("CodingSchemeDesignator", "CodeValue"))
    return action_of(scheme, code, text_at(item, "ValueType").strip(), options)


def _kept(item: Dataset) -> frozenset[str]:
    uid = text_at(item, "UID").strip(" \0")
    return frozenset({_TEXT, _UID} if is_uid(uid) else {_TEXT})
