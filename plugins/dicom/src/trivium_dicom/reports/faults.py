"""What is wrong in a content tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from trivium_dicom.reports.problems import Fault
from trivium_dicom.reports.tree import Item, Position, loops
from trivium_dicom.reports.values import VALUE_TYPES, NamedBy, value_of

_RELATIONSHIPS: Final = frozenset(
    (
        "CONTAINS",
        "HAS OBS CONTEXT",
        "HAS CONCEPT MOD",
        "HAS PROPERTIES",
        "HAS ACQ CONTEXT",
        "INFERRED FROM",
        "SELECTED FROM",
    )
)
"""PS3.3 C.17.3.2.4."""


def faults_of(tree: Sequence[Item]) -> Iterator[tuple[Fault, Position]]:
    """Every fault with the position of its item, in document order; loops come last."""
    places = {item.position for item in tree}
    for item in tree:
        for fault in _of_item(item):
            yield fault, item.position
        if item.by_reference and item.target not in places:
            yield Fault.NO_TARGET, item.position
    for position in loops(tree):
        yield Fault.LOOP, position


def _of_item(item: Item) -> Iterator[Fault]:
    root = len(item.position) == 1
    if root and item.value_type != "CONTAINER":
        yield Fault.ROOT
    if not root and not item.relationship:
        yield Fault.NO_RELATIONSHIP
    elif not root and item.relationship not in _RELATIONSHIPS:
        yield Fault.UNKNOWN_RELATIONSHIP
    if item.target and not item.by_reference:
        yield Fault.STRAY_TARGET
    if not item.by_reference:
        yield from _of_content(item, root)


def _of_content(item: Item, root: bool) -> Iterator[Fault]:
    named = VALUE_TYPES.get(item.value_type)
    if named is None:
        yield Fault.UNKNOWN_VALUE_TYPE if item.value_type else Fault.NO_VALUE_TYPE
        return
    if item.concept is None and (named is NamedBy.ALWAYS or root):
        yield Fault.NO_CONCEPT
    if item.concept is not None and item.concept.reworded:
        yield Fault.OTHER_MEANING
    if fault := value_of(item).fault:
        yield fault
