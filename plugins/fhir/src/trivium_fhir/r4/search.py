"""R4's search parameters, compartments and operations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from trivium_fhir.r4.elements import is_resource
from trivium_fhir.r4.reading import padded, read

_EVERYWHERE: Final = ("Resource", "DomainResource")
_LEVELS: Final = {"s": "system", "t": "type", "i": "instance"}


@dataclass(frozen=True, slots=True)
class SearchParameter:
    name: str
    type: str
    """number, date, string, token, reference, composite, quantity, uri or special."""
    expression: str | None
    """FHIRPath of what it searches; None for those that a server interprets (`_text`)."""
    targets: tuple[str, ...] = ()
    """Resources that a reference parameter may name."""
    components: tuple[str, ...] = ()
    """Expressions of the parts of a composite parameter."""


@dataclass(frozen=True, slots=True)
class OperationParameter:
    name: str
    minimum: int
    maximum: str
    type: str | None


@dataclass(frozen=True, slots=True)
class Operation:
    name: str
    """As in R4's list: `ValueSet$expand`."""
    resources: tuple[str, ...]
    levels: tuple[str, ...]
    """Of system, type, instance."""
    inputs: tuple[OperationParameter, ...]
    outputs: tuple[OperationParameter, ...]


@cache
def parameters(resource: str) -> Mapping[str, SearchParameter]:
    """The search parameters of a resource with those of all resources; KeyError for a resource R4 does not have."""
    if not is_resource(resource):
        raise KeyError(resource)
    rows: dict[str, list[Any]] = {}
    for name in (*_EVERYWHERE, resource):
        rows |= read("search")["search"].get(name, {})
    return MappingProxyType({name: _parameter(name, row) for name, row in sorted(rows.items())})


@cache
def compartments() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Compartment to resource to the search parameters that put a resource into it; `{def}` is the resource itself."""
    return MappingProxyType(
        {
            name: MappingProxyType({resource: tuple(names) for resource, names in members.items()})
            for name, members in read("search")["compartments"].items()
        }
    )


@cache
def operations() -> Mapping[str, Operation]:
    return MappingProxyType({name: _operation(name, body) for name, body in read("search")["operations"].items()})


def _parameter(name: str, row: list[Any]) -> SearchParameter:
    kind, expression, targets, components = padded(row, 4)
    return SearchParameter(name, kind, expression or None, tuple(targets or ()), tuple(components or ()))


def _operation(name: str, body: Mapping[str, Any]) -> Operation:
    return Operation(
        name=name,
        resources=tuple(body["on"] or ()),
        levels=tuple(_LEVELS[letter] for letter in body["levels"]),
        inputs=tuple(map(_operation_parameter, body["in"])),
        outputs=tuple(map(_operation_parameter, body["out"])),
    )


def _operation_parameter(row: list[Any]) -> OperationParameter:
    name, minimum, maximum, *rest = row
    return OperationParameter(name, minimum, maximum, rest[0] if rest else None)
