"""The content tree of a report: its items in document order, and how they hang together (PS3.3 C.17.3.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from trivium_dicom.reports.codes import Code, code_in
from trivium_dicom.reports.elements import items, text, whole_numbers

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

Position: TypeAlias = tuple[int, ...]
"""The root is (1,), its first child (1, 1): as references by position count (PS3.3 C.17.3.2.5)."""


@dataclass(frozen=True, slots=True)
class Item:
    """A content item, or a reference to another."""

    position: Position
    relationship: str
    """To the item above; empty for the root, or where the file has none."""
    value_type: str
    """Empty for a reference."""
    concept: Code | None
    target: Position
    """The item that stands here by reference; empty for an item of its own."""
    children: int
    ds: Dataset

    @property
    def by_reference(self) -> bool:
        """An item with a value type is one of its own, whatever it refers to besides (PS3.3 C.17.3.2.5)."""
        return bool(self.target) and not self.value_type


def items_of(root: Dataset) -> Iterator[Item]:
    """All items, each before those below it. Deep trees are walked without recursion."""
    waiting: list[tuple[Position, Dataset]] = [((1,), root)]
    while waiting:
        position, ds = waiting.pop()
        children = items(ds, "ContentSequence")
        waiting.extend(((*position, number), child) for number, child in reversed(list(enumerate(children, 1))))
        yield _item(position, ds, len(children))


def _item(position: Position, ds: Dataset, children: int) -> Item:
    return Item(
        position,
        text(ds, "RelationshipType") if len(position) > 1 else "",
        text(ds, "ValueType"),
        code_in(ds, "ConceptNameCodeSequence"),
        tuple(whole_numbers(ds, "ReferencedContentItemIdentifier")),
        children,
        ds,
    )


def written(position: Position) -> str:
    return ".".join(map(str, position))


def read_position(text: str) -> Position | None:
    """`1.2.3`; None for anything else."""
    parts = text.strip().split(".")
    if not all(part.isascii() and part.isdecimal() and len(part) < 10 for part in parts):
        return None
    return tuple(map(int, parts))


def loops(tree: Sequence[Item]) -> list[Position]:
    """The references that lead back to an item around them, straight or through other references."""
    edges = _edges(tree)
    found: list[Position] = []
    done: set[Position] = set()
    for start in edges:
        if start not in done:
            found += _loops_from(start, edges, done)
    return found


def _edges(tree: Sequence[Item]) -> Mapping[Position, list[tuple[Position, Position | None]]]:
    """From each item to those below it, and to those that it refers to, then with the position of the reference."""
    edges: dict[Position, list[tuple[Position, Position | None]]] = {item.position: [] for item in tree}
    for item in tree:
        above = item.position[:-1]
        if item.by_reference and item.target in edges:
            edges[above].append((item.target, item.position))
        elif above in edges:
            edges[above].append((item.position, None))
    return edges


def _loops_from(
    start: Position, edges: Mapping[Position, list[tuple[Position, Position | None]]], done: set[Position]
) -> list[Position]:
    found: list[Position] = []
    open_: set[Position] = {start}
    path = [(start, iter(edges[start]))]
    while path:
        here, following = path[-1]
        step = next(following, None)
        if step is None:
            path.pop()
            open_.discard(here)
            done.add(here)
            continue
        target, reference = step
        if target in open_:
            found += [reference] if reference else []
        elif target not in done:
            open_.add(target)
            path.append((target, iter(edges[target])))
    return found
