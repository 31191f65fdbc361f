"""A draft made valid: required elements that the message does not give, and R4's invariants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from trivium_fhir.bundle.fixing import Fixer, Node
from trivium_fhir.bundle.rules import RULES, Rule
from trivium_fhir.convert.model import Draft, Ledger, Reason
from trivium_fhir.r4 import elements

_PLAIN: Final = frozenset({"CodeableConcept", "Coding", "Reference", "Meta", "Resource"})
"""Types that need nothing, or nothing that a map leaves out."""
_DEEPEST: Final = 32


@dataclass(frozen=True, slots=True)
class _Shape:
    """What an object at one place must have."""

    home: str
    required: tuple[tuple[str, ...], ...]
    """JSON names of which one must be there, the one that is given if none is first."""
    inside: Mapping[str, str]
    """Elements that have shapes of their own, by JSON name."""
    rules: tuple[Rule, ...]
    choices: Mapping[str, str]
    """Of each member of a choice the choice: `valueQuantity` and `_valueString` to `value[x]`."""


def complete(draft: Draft, ledger: Ledger) -> None:
    """Fill in what R4 requires of a draft and take out what its invariants forbid; each is recorded in `ledger`."""
    _complete(draft.body, draft.type, draft.type, draft, ledger, _DEEPEST)


def _complete(node: Node, home: str, path: str, draft: Draft, ledger: Ledger, depth: int) -> None:
    shape = _shape(home)
    for names in shape.required:
        if names[0] not in node and not any(name in node for name in names):
            given = next((name for name in names if f"_{name}" in node), None)
            fix = Fixer(draft, ledger, node, home, path)
            fix.give(names[0]) if given is None else fix.explain(given)
    if shape.rules:
        fix = Fixer(draft, ledger, node, home, path)
        for rule in shape.rules:
            rule(fix)
    if shape.choices and len(shape.choices.keys() & node.keys()) > 1:
        _choose(shape, Fixer(draft, ledger, node, home, path))
    if not depth:
        return
    for name, inner in [(name, shape.inside[name]) for name in node if name in shape.inside]:
        found = node[name]
        for one in found if isinstance(found, list) else (found,):
            if isinstance(one, dict):
                _complete(one, inner, f"{path}.{name}", draft, ledger, depth - 1)


def _choose(shape: _Shape, fix: Fixer) -> None:
    """Of a choice one type alone may be there: the first that was put there stays."""
    taken: dict[str, str] = {}
    for name in [name for name in fix.node if name in shape.choices]:
        plain = name.lstrip("_")
        if taken.setdefault(shape.choices[name], plain) != plain:
            fix.drop(plain, Reason.ONE_VALUE)


@cache
def _shape(home: str) -> _Shape:
    children = elements.children(home)
    required: dict[str, tuple[str, ...]] = {}
    for name, one in children.items():
        if one.minimum:
            required[one.path] = (*required.get(one.path, ()), name)
    chosen = {name: choice for choice, names in elements.choices(home).items() for name in names}
    chosen |= {f"_{name}": choice for name, choice in chosen.items()}
    inside = {name: elements.home(f"{home}.{name}") for name, one in children.items() if not _is_plain(one.types)}
    return _Shape(home, tuple(map(_preferred, required.values())), inside, RULES.get(home, ()), chosen)


def _is_plain(types: tuple[str, ...]) -> bool:
    return len(types) == 1 and (types[0] in _PLAIN or elements.is_primitive(types[0]))


def _preferred(names: tuple[str, ...]) -> tuple[str, ...]:
    """Of a choice the concept before the reference, and a date before a text: what is told later fits best there."""
    return tuple(sorted(names, key=lambda name: not name.endswith(("CodeableConcept", "Coding", "DateTime"))))
