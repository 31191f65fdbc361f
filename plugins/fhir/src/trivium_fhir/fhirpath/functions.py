"""FHIRPath's functions by name (FHIRPath 2.0 section 5, and those that FHIR R4 adds)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from trivium_fhir.fhirpath import conversions, numbers, strings
from trivium_fhir.fhirpath.fhir_functions import FHIR
from trivium_fhir.fhirpath.operators import distinct, single, truth
from trivium_fhir.fhirpath.problems import ExpressionProblem, Fault
from trivium_fhir.fhirpath.scope import Evaluate, Scope
from trivium_fhir.fhirpath.values import Item, Node, identity, is_a, supertypes, system_type


@dataclass(frozen=True, slots=True)
class Function:
    """`work(scope, focus, *arguments)`; arguments are unevaluated, a type's name is given as namespace and name."""

    work: Callable[..., list[Item]]
    least: int = 0
    most: int = 0
    takes_type: bool = False


def _each(scope: Scope, focus: list[Item], expression: Evaluate) -> list[tuple[Item, list[Item]]]:
    scope.environment.count(len(focus))
    with scope.kept():
        made: list[tuple[Item, list[Item]]] = []
        for index, item in enumerate(focus):
            scope.this, scope.index = [item], index
            held = expression(scope, scope.this)
            scope.environment.count(len(held))
            made.append((item, held))
        return made


def _where(scope: Scope, focus: list[Item], expression: Evaluate) -> list[Item]:
    return [item for item, held in _each(scope, focus, expression) if truth(held)]


def _select(scope: Scope, focus: list[Item], expression: Evaluate) -> list[Item]:
    return [one for _, made in _each(scope, focus, expression) for one in made]


def _repeat(scope: Scope, focus: list[Item], expression: Evaluate) -> list[Item]:
    seen: dict[object, Item] = {}
    waiting = focus
    while waiting:
        fresh: list[Item] = []
        for one in _select(scope, waiting, expression):
            key = identity(one)
            if key not in seen:
                scope.environment.count(len(one) if isinstance(one, str) else 1)  # strings can grow without end
                seen[key] = one
                fresh.append(one)
        waiting = fresh
    return list(seen.values())


def _exists(scope: Scope, focus: list[Item], expression: Evaluate | None = None) -> list[Item]:
    return [bool(focus if expression is None else _where(scope, focus, expression))]


def _all(scope: Scope, focus: list[Item], expression: Evaluate) -> list[Item]:
    return [all(truth(held) for _, held in _each(scope, focus, expression))]


def _iif(scope: Scope, focus: list[Item], test: Evaluate, then: Evaluate, other: Evaluate | None = None) -> list[Item]:
    with scope.kept():
        scope.this = focus
        if truth(test(scope, focus)):
            return then(scope, focus)
        return other(scope, focus) if other else []


def _aggregate(scope: Scope, focus: list[Item], expression: Evaluate, start: Evaluate | None = None) -> list[Item]:
    with scope.kept():
        scope.total = start(scope, scope.this) if start else []
        scope.environment.count(len(focus))
        for index, item in enumerate(focus):
            scope.this, scope.index = [item], index
            scope.total = expression(scope, scope.this)
        return scope.total


def _booleans(wanted: bool, every: bool) -> Callable[[Scope, list[Item]], list[Item]]:
    def judge(scope: Scope, focus: list[Item]) -> list[Item]:
        held = [truth([item]) is wanted for item in focus]
        return [all(held) if every else any(held)]

    return judge


def _not(scope: Scope, focus: list[Item]) -> list[Item]:
    value = truth(focus)
    return [] if value is None else [not value]


def _subset(scope: Scope, focus: list[Item], other: Evaluate) -> list[Item]:
    return [set(map(identity, focus)) <= set(map(identity, _argument(scope, other)))]


def _superset(scope: Scope, focus: list[Item], other: Evaluate) -> list[Item]:
    return [set(map(identity, _argument(scope, other))) <= set(map(identity, focus))]


def _intersect(scope: Scope, focus: list[Item], other: Evaluate) -> list[Item]:
    theirs = set(map(identity, _argument(scope, other)))
    return distinct([one for one in focus if identity(one) in theirs])


def _exclude(scope: Scope, focus: list[Item], other: Evaluate) -> list[Item]:
    theirs = set(map(identity, _argument(scope, other)))
    return [one for one in focus if identity(one) not in theirs]


def _argument(scope: Scope, expression: Evaluate) -> list[Item]:
    """An argument that is no criterion is evaluated where the whole expression stands."""
    return expression(scope, scope.this)


def _whole(scope: Scope, expression: Evaluate) -> int:
    value = single(_argument(scope, expression))
    if not isinstance(value, int) or isinstance(value, bool):
        raise Fault(ExpressionProblem.WRONG_TYPE)
    return value


def _single(scope: Scope, focus: list[Item]) -> list[Item]:
    if len(focus) > 1:
        raise Fault(ExpressionProblem.NOT_SINGLE)
    return focus


def _take(scope: Scope, focus: list[Item], number: Evaluate) -> list[Item]:
    return focus[: max(0, _whole(scope, number))]


def _skip(scope: Scope, focus: list[Item], number: Evaluate) -> list[Item]:
    return focus[max(0, _whole(scope, number)) :]


def _of_type(scope: Scope, focus: list[Item], type_: tuple[str | None, str]) -> list[Item]:
    return [item for item in focus if is_a(item, type_[1], type_[0])]


def _is(scope: Scope, focus: list[Item], type_: tuple[str | None, str]) -> list[Item]:
    return [is_a(_single(scope, focus)[0], type_[1], type_[0])] if focus else []


def _type(scope: Scope, focus: list[Item]) -> list[Item]:
    return [_type_info(item) for item in focus]


def _type_info(item: Item) -> Node:
    """Of a backbone element what it is derived from: a path could have names in it that are not R4's."""
    named = ("FHIR", next(supertypes(item.type))) if isinstance(item, Node) else ("System", system_type(item))
    return Node({"namespace": named[0], "name": named[1]}, "SimpleTypeInfo")


def _children(scope: Scope, focus: list[Item]) -> list[Item]:
    found = [child for item in focus if isinstance(item, Node) for child in item.children()]
    scope.environment.count(len(found))
    return found


def _descendants(scope: Scope, focus: list[Item]) -> list[Item]:
    environment = scope.environment
    whole = len(focus) == 1 and focus[0] is environment.resource
    if whole and environment.descendants is not None:
        environment.count(len(environment.descendants))
        return list(environment.descendants)
    found: list[Item] = []
    level = _children(scope, focus)
    while level:
        found += level
        level = _children(scope, level)
    if whole:
        environment.descendants = found
    return found


def _trace(scope: Scope, focus: list[Item], *said: Evaluate) -> list[Item]:
    """Shows nothing to anybody: what it would print is patient data."""
    return focus


_COLLECTIONS: Final = {
    "empty": Function(lambda scope, focus: [not focus]),
    "exists": Function(_exists, 0, 1),
    "all": Function(_all, 1, 1),
    "allTrue": Function(_booleans(wanted=True, every=True)),
    "anyTrue": Function(_booleans(wanted=True, every=False)),
    "allFalse": Function(_booleans(wanted=False, every=True)),
    "anyFalse": Function(_booleans(wanted=False, every=False)),
    "subsetOf": Function(_subset, 1, 1),
    "supersetOf": Function(_superset, 1, 1),
    "count": Function(lambda scope, focus: [len(focus)]),
    "distinct": Function(lambda scope, focus: distinct(focus)),
    "isDistinct": Function(lambda scope, focus: [len(distinct(focus)) == len(focus)]),
    "where": Function(_where, 1, 1),
    "select": Function(_select, 1, 1),
    "repeat": Function(_repeat, 1, 1),
    "ofType": Function(_of_type, 1, 1, takes_type=True),
    "is": Function(_is, 1, 1, takes_type=True),
    "as": Function(_of_type, 1, 1, takes_type=True),  # R4's own invariants use it on many items: it filters
    "single": Function(_single),
    "first": Function(lambda scope, focus: focus[:1]),
    "last": Function(lambda scope, focus: focus[-1:]),
    "tail": Function(lambda scope, focus: focus[1:]),
    "take": Function(_take, 1, 1),
    "skip": Function(_skip, 1, 1),
    "intersect": Function(_intersect, 1, 1),
    "exclude": Function(_exclude, 1, 1),
    "union": Function(lambda scope, focus, other: distinct([*focus, *_argument(scope, other)]), 1, 1),
    "combine": Function(lambda scope, focus, other: [*focus, *_argument(scope, other)], 1, 1),
    "iif": Function(_iif, 2, 3),
    "aggregate": Function(_aggregate, 1, 2),
    "not": Function(_not),
    "type": Function(_type),
    "children": Function(_children),
    "descendants": Function(_descendants),
    "trace": Function(_trace, 1, 2),
}


def _table(works: Mapping[str, tuple[Callable[..., list[Item]], int, int]]) -> dict[str, Function]:
    return {name: Function(*work) for name, work in works.items()}


FUNCTIONS: Final[Mapping[str, Function]] = MappingProxyType(
    {
        **_COLLECTIONS,
        **_table(strings.STRINGS),
        **_table(numbers.NUMBERS),
        **_table(conversions.CONVERSIONS),
        **_table(FHIR),
    }
)
