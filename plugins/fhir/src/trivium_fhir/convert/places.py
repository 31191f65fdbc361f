"""Getting to the node of a resource that an instruction fills, making what lies on the way.

A getter takes the run, the draft, the ordinal of the segment and the repetition of the field; it gives the draft and
the node (an object of the draft's JSON) where the last element of the path is put. None where a reference is taken.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any, Final, Protocol, TypeAlias

from trivium_fhir.convert.model import Draft
from trivium_fhir.convert.schema import Step

Found: TypeAlias = "tuple[Draft, dict[str, Any]] | None"


class Run(Protocol):
    """What a getter needs of a conversion."""

    made: list[Draft]


Getter: TypeAlias = Callable[[Any, Draft, int, int], Found]

_NUMBERS: Final = count()


def root(_: Any, draft: Draft, ordinal: int, repetition: int) -> Found:
    return draft, draft.body


def single(parent: Getter, name: str, rivals: frozenset[str] = frozenset()) -> Getter:
    """An object that an element holds once: all maps that fill it share it. None beside another type of a choice."""

    def get(run: Any, draft: Draft, ordinal: int, repetition: int) -> Found:
        at = parent(run, draft, ordinal, repetition)
        if at is None:
            return None
        owner, node = at
        found = node.get(name)
        if found is None:
            if rivals and not rivals.isdisjoint(node):
                return None
            found = node[name] = {}
        return owner, found

    return get


def entry(parent: Getter, step: Step, *, repeats: bool) -> Getter:
    """An entry of a list: one for each segment and label, and for each repetition where this is what repeats."""
    number, name = next(_NUMBERS), step.name

    def get(run: Any, draft: Draft, ordinal: int, repetition: int) -> Found:
        key = (number, ordinal, repetition if repeats else 0)
        found: Found = draft.slots.get(key)
        if found is None:
            at = parent(run, draft, ordinal, repetition)
            if at is None:
                return None
            made: dict[str, Any] = {}
            at[1].setdefault(name, []).append(made)
            found = draft.slots[key] = (at[0], made)
        return found

    return get


def referenced(parent: Getter, type_: str, label: str, *, repeats: bool) -> Getter:
    """The resource that the node before references; made, and referenced, where it is not there yet."""
    number = next(_NUMBERS)

    def get(run: Any, draft: Draft, ordinal: int, repetition: int) -> Found:
        key = (number, ordinal, repetition if repeats else 0)
        found: Found = draft.slots.get(key)
        if found is None:
            at = parent(run, draft, ordinal, repetition)
            if at is None:
                return None
            owner, node = at
            family = owner.slots.setdefault(("to", id(node)), {})
            child = family.get((type_, label))
            if child is None:
                if family and (not label or any(kind != type_ for kind, _ in family)):
                    return None
                child = Draft(type_, f"{draft.key}>{type_}", ordinal, owner)
                if not family:
                    child.pointers.append(node)
                family[(type_, label)] = child
                run.made.append(child)
                if label and len(family) == 2:
                    run.families.append((owner, node, family))
            found = draft.slots[key] = (child, child.body)
        return found

    return get
