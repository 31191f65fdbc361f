"""Segments in the order of the message's structure (HL7 v2.9 chapter 2.5.2), as the version has it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from trivium_fhir.reverse.state import Draft
from trivium_hl7.structures import Node


@dataclass(slots=True, eq=False)
class Bundle:
    """Segments that belong together: the first says where the group stands."""

    items: list[Item] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        first = self.items[0] if self.items else None
        return first.anchor if isinstance(first, Bundle) else first.id if first else ""


Item: TypeAlias = Draft | Bundle


def ordered(structure: Sequence[Node], items: Sequence[Item]) -> list[Draft]:
    """Every segment that the structure has a place for, in order and with its ordinal."""
    made: list[Draft] = []
    _walk(structure, list(items), made)
    seen: dict[str, int] = {}
    for ordinal, draft in enumerate(made, 1):
        seen[draft.id] = seen.get(draft.id, 0) + 1
        draft.ordinal, draft.occurrence, draft.placed = ordinal, seen[draft.id], True
    return made


def _walk(nodes: Sequence[Node], items: list[Item], made: list[Draft]) -> None:
    for node in nodes:
        if node.is_group:
            _group(node, items, made)
        else:
            _segment(node, items, made)


def _segment(node: Node, items: list[Item], made: list[Draft]) -> None:
    for item in [one for one in items if _anchor(one) == node.id]:
        items.remove(item)
        if isinstance(item, Draft):
            made.append(item)
        else:  # the structure has the segment alone, where another has a group
            made.extend(_first(item))


def _group(node: Node, items: list[Item], made: list[Draft]) -> None:
    direct, within = _direct(node), _within(node)
    for item in [one for one in items if isinstance(one, Bundle) and one.anchor in direct]:
        items.remove(item)
        _walk(node.children, item.items, made)
    if any(_anchor(item) in within for item in items):
        _walk(node.children, items, made)


def _anchor(item: Item) -> str:
    return item.id if isinstance(item, Draft) else item.anchor


def _first(group: Bundle) -> Iterator[Draft]:
    if group.items:
        first = group.items[0]
        if isinstance(first, Draft):
            yield first
        else:
            yield from _first(first)


def _direct(node: Node) -> frozenset[str]:
    """Segments of the group itself, those of a choice in it too."""
    return frozenset(
        one.id for child in node.children for one in (child.children if child.choice else (child,)) if not one.is_group
    )


def _within(node: Node) -> frozenset[str]:
    if not node.is_group:
        return frozenset({node.id})
    return frozenset(name for child in node.children for name in _within(child))
