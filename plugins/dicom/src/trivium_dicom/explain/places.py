"""The inverse of the module tables: in which modules, below which sequences and with which type an attribute stands.

Trees of attributes are shared: written out they have 98,000 lines. So the index keeps which trees hold a tag and which
sequences hold a tree, made once in some 50 ms, and a question climbs from there to the modules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from trivium_dicom import iods


@dataclass(frozen=True, slots=True)
class Standing:
    """One place of an attribute."""

    module: str
    """Id of the module."""
    above: tuple[str, ...]
    """Tags of the sequences around it, outermost first; empty: the attribute is the module's own."""
    type: str


@dataclass(frozen=True, slots=True)
class Use:
    """A module in an IOD."""

    iod: str
    """Id of the IOD."""
    usage: iods.Usage
    entity: str


@dataclass(frozen=True, slots=True)
class _Index:
    holders: Mapping[str, list[tuple[int, str]]]
    """By tag: the trees with it, and its type there."""
    around: Mapping[int, list[tuple[int, str]]]
    """By tree: the trees with a sequence whose items it is, and the sequence's tag."""
    modules: Mapping[int, list[str]]
    """By tree: the modules whose attributes it is."""


def standings_of(tag: str) -> list[Standing]:
    """Every place of an attribute, by its tag in eight hexadecimal digits; `x` of a repeating element counts as 0.

    The places are those of `iods.walk` over all modules: a tree that contains itself is entered once.
    """
    index = _index()
    found = index.holders.get(tag.lower().replace("x", "0"), ())
    return [
        Standing(module, above, kind) for tree, kind in found for above, top in _climb(tree, ()) for module in _at(top)
    ]


@cache
def uses_of(module: str) -> tuple[Use, ...]:
    """The IODs with a module, by its id."""
    return tuple(_uses().get(module, ()))


def _climb(tree: int, below: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], int]]:
    """The ways from a tree to the tops: the sequences on each, and the tree that ends it."""
    if tree in _index().modules:
        yield below, tree
    for outer, sequence in _index().around.get(tree, ()):
        if sequence not in below:
            yield from _climb(outer, (sequence, *below))


def _at(tree: int) -> list[str]:
    return _index().modules[tree]


@cache
def _index() -> _Index:
    holders: dict[str, list[tuple[int, str]]] = {}
    around: dict[int, list[tuple[int, str]]] = {}
    for tree, attributes in _trees().items():
        for one in attributes.values():
            holders.setdefault(one.tag, []).append((tree, one.type))
            if one.tree is not None:
                around.setdefault(one.tree, []).append((tree, one.tag))
    modules: dict[int, list[str]] = {}
    for found in _modules():
        if found.tree is not None:
            modules.setdefault(found.tree, []).append(found.id)
    return _Index(holders, around, modules)


def _trees() -> dict[int, Mapping[str, iods.Attribute]]:
    """Every tree that a module reaches."""
    waiting = {found.tree: found.attributes for found in _modules() if found.tree is not None}
    trees: dict[int, Mapping[str, iods.Attribute]] = {}
    while waiting:
        tree, attributes = waiting.popitem()
        trees[tree] = attributes
        inner = {one.tree: one.items for one in attributes.values() if one.tree is not None and one.tree not in trees}
        waiting.update(inner)
    return trees


def _modules() -> list[iods.Module]:
    return [found for one in iods.module_ids() if (found := iods.module(one))]


@cache
def _uses() -> Mapping[str, list[Use]]:
    found: dict[str, list[Use]] = {}
    for id in iods.iod_ids():  # noqa: A001
        iod = iods.iod(id)
        for use in iod.modules if iod else ():
            found.setdefault(use.module.id, []).append(Use(id, use.usage, use.entity))
    return found
