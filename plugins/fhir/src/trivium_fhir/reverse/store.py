"""The resources of a bundle, found by any reference that may point to them; cursors into them.

A cursor is a value and where it stands. Stepping from it flattens repetitions, and reaches what stands beside a
primitive value (`_birthDate`, FHIR R4 JSON 2.6.2).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, NamedTuple, TypeAlias

from trivium.api import BadInput
from trivium_fhir.reverse.problems import BundleProblem

Place: TypeAlias = tuple[str | int, ...]
DEEPEST: Final = 100
"""Levels of JSON; the deepest resource of R4 has about twenty."""


class Cursor(NamedTuple):
    """A value, and where: of which resource of the bundle, and the keys and indexes from there."""

    entry: int
    place: Place
    value: Any
    beside: Any = None
    """What `_name` holds for a primitive value."""

    @property
    def type(self) -> str:
        """Of a resource; empty for everything else."""
        found = self.value.get("resourceType", "") if isinstance(self.value, Mapping) else ""
        return found if isinstance(found, str) else ""

    def steps(self, name: str) -> list[Cursor]:
        """The values below `name`, each repetition on its own."""
        if not isinstance(self.value, Mapping):
            return self._beside(name)
        found, beside = self.value.get(name), self.value.get(f"_{name}")
        if isinstance(found, list):
            more = beside if isinstance(beside, list) else []
            return [
                Cursor(self.entry, (*self.place, name, number), one, more[number] if number < len(more) else None)
                for number, one in enumerate(found)
                if one is not None or number < len(more)
            ]
        if found is None and beside is None:
            return []
        return [Cursor(self.entry, (*self.place, name), found, beside)]

    def _beside(self, name: str) -> list[Cursor]:
        if not isinstance(self.beside, Mapping) or not self.place:
            return []
        *before, last = self.place
        if isinstance(last, int):  # `_given` has an object for each value
            before, last = [*before[:-1], f"_{before[-1]}"], last
            return Cursor(self.entry, (*before, last), self.beside).steps(name)
        return Cursor(self.entry, (*before, f"_{last}"), self.beside).steps(name)

    def reach(self, *names: str) -> list[Cursor]:
        """What stands at the end of a path."""
        found = [self]
        for name in names:
            found = [one for cursor in found for one in cursor.steps(name)]
        return found

    def text(self, *names: str) -> str:
        """The first primitive value at the end of a path, as text; empty where there is none."""
        return next((plain(one.value) for one in self.reach(*names) if is_primitive(one.value)), "")


def is_primitive(value: object) -> bool:
    return isinstance(value, str | bool | int | Decimal)


def plain(value: object) -> str:
    """A primitive value as FHIR writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


@dataclass(slots=True)
class Store:
    """What a bundle holds."""

    bundle: Mapping[str, Any]
    """The bundle's own elements; of a single resource, nothing."""
    resources: list[Cursor]
    unresolved: set[tuple[int, Place]] = field(default_factory=set)
    _by_reference: dict[str, Cursor] = field(default_factory=dict)
    _by_type: dict[str, list[Cursor]] = field(default_factory=dict)
    _held: dict[int, dict[str, Cursor]] = field(default_factory=dict)
    """Of each resource asked: its contained ones by id."""

    def of_type(self, type_name: str) -> list[Cursor]:
        if not self._by_type:
            for one in self.resources:
                self._by_type.setdefault(one.type, []).append(one)
        return self._by_type.get(type_name, [])

    def resolve(self, reference: Cursor) -> Cursor | None:
        """The resource that a Reference points to: in the bundle, or contained; None where it is not there."""
        text = reference.text("reference")
        if not text:
            return None
        found = self._contained(reference, text[1:]) if text.startswith("#") else self._by_reference.get(_plain(text))
        if found is None:
            self.unresolved.add((reference.entry, (*reference.place, "reference")))
        return found

    def _contained(self, reference: Cursor, name: str) -> Cursor | None:
        if reference.entry not in self._held:
            held: dict[str, Cursor] = {}
            for one in self.resources[reference.entry].steps("contained"):
                held.setdefault(one.text("id"), one)
            self._held[reference.entry] = held
        return self._held[reference.entry].get(name)


def read_bundle(text: str) -> Store:
    """Read a Bundle, or a single resource, of R4 JSON. Raises `BadInput` for anything else."""
    try:
        read = json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except RecursionError:
        raise BadInput(where="bundle", problem=BundleProblem.TOO_DEEP, number=DEEPEST) from None
    except ValueError:
        raise BadInput(where="bundle", problem=BundleProblem.NOT_JSON) from None
    if not isinstance(read, dict):
        raise BadInput(where="bundle", problem=BundleProblem.NOT_AN_OBJECT)
    _check_depth(read)
    return store_of(read)


def store_of(read: Mapping[str, Any]) -> Store:
    """The store of a Bundle or resource that is read already; its decimals may be `Decimal`."""
    if not isinstance(read.get("resourceType"), str):
        raise BadInput(where="bundle", problem=BundleProblem.NO_RESOURCE_TYPE)
    if read["resourceType"] != "Bundle":
        return Store({}, [Cursor(0, (), read)], _by_reference=_references(Cursor(0, (), read), ""))
    store = Store({name: value for name, value in read.items() if name != "entry"}, [])
    entries = read.get("entry")
    for entry in entries if isinstance(entries, list) else []:
        resource = entry.get("resource") if isinstance(entry, Mapping) else None
        if isinstance(resource, Mapping):
            cursor = Cursor(len(store.resources), (), resource)
            store.resources.append(cursor)
            for name, target in _references(cursor, entry.get("fullUrl")).items():
                store._by_reference.setdefault(name, target)
    if not store.resources:
        raise BadInput(where="bundle", problem=BundleProblem.NO_RESOURCES)
    return store


def _references(resource: Cursor, full_url: object) -> dict[str, Cursor]:
    names = [full_url] if isinstance(full_url, str) and full_url else []
    if (name := resource.text("id")) and resource.type:
        names.append(f"{resource.type}/{name}")
    return {_plain(name): resource for name in names}


def _plain(reference: str) -> str:
    """A reference without its version; an absolute one as it is, or `urn:uuid:` in small letters."""
    text = reference.partition("/_history/")[0]
    return text.lower() if text.startswith("urn:") else text


def _no_number(_: str) -> None:
    raise ValueError("no JSON number")


def _check_depth(read: object) -> None:
    level: list[object] = [read]
    for _ in range(DEEPEST):
        level = [child for one in level for child in _children(one)]
        if not level:
            return
    raise BadInput(where="bundle", problem=BundleProblem.TOO_DEEP, number=DEEPEST)


def _children(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def leaves(resource: Cursor) -> Iterator[tuple[Place, Any]]:
    """Every primitive value of a resource and where it stands, in the order of the text."""
    waiting: list[tuple[Place, Any]] = [((), resource.value)]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, Mapping):
            waiting.extend(((*place, name), one) for name, one in reversed(list(value.items())))
        elif isinstance(value, list):
            waiting.extend(((*place, number), one) for number, one in reversed(list(enumerate(value))))
        elif value is not None:
            yield place, value
