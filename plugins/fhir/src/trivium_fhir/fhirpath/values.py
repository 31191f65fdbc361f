"""What FHIRPath works on: an element with its type, or a value of its own (FHIRPath 2.0 section 4, R4 fhirpath.html).

An element of a resource is a `Node`. Values of FHIRPath itself are `bool`, `int`, `Decimal`, `str`, `Moment` and
`Quantity`. A primitive element is one node, with its value, its id and its extensions, as R4 says.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeAlias

from trivium_fhir.fhirpath.moments import Moment, Quantity, moment

Item: TypeAlias = Any
"""A `Node` or a value of FHIRPath."""

_QUANTITIES: Final = frozenset({"Quantity", "Age", "Count", "Distance", "Duration", "SimpleQuantity", "MoneyQuantity"})
_MOMENTS: Final = frozenset({"date", "dateTime", "instant", "time"})
_DIGITS: Final = 400
_SYSTEM: Final = MappingProxyType(
    {
        "Boolean": frozenset({"boolean"}),
        "Integer": frozenset({"integer", "positiveInt", "unsignedInt"}),
        "Decimal": frozenset({"decimal"}),
        "Date": frozenset({"date"}),
        "DateTime": frozenset({"dateTime", "instant"}),
        "Time": frozenset({"time"}),
        "String": frozenset(
            {"string", "code", "id", "markdown", "uri", "url", "uuid", "oid", "canonical", "base64Binary", "xhtml"}
        ),
    }
)


class Watch(Protocol):
    """Told what an evaluation learns of a resource, beyond which of R4's elements are there and how many."""

    def value(self, node: Node) -> None:
        """The element's value, and with it all below, is compared, converted or computed with."""

    def name(self, node: Node, name: str) -> None:
        """Members of this name are asked for, whether there are any or not."""


class Node:
    """An element: its JSON, its type (`HumanName`, `string`, or a path such as `Patient.contact`), and for a primitive
    the object with its id and extensions.
    """

    __slots__ = ("above", "extra", "name", "type", "value", "watch")

    def __init__(
        self,
        value: Any,
        type_: str,
        extra: Mapping[str, Any] | None = None,
        above: Node | None = None,
        name: str = "",
        watch: Watch | None = None,
    ) -> None:
        self.value = value
        self.type = type_
        self.extra = extra
        self.above = above
        """The element that it was read from, under `name`; None at the top."""
        self.name = name
        self.watch = watch

    def look(self) -> Any:
        """The value, for those who make something of it: the watch is told."""
        if self.watch is not None:
            self.watch.value(self)
        return self.value

    def member(self, name: str) -> list[Node]:
        value = self.value
        if not isinstance(value, dict):
            return self._of_primitive(name)
        if self.watch is not None:
            self.watch.name(self, name)
        if name in value or f"_{name}" in value:
            return self._nodes(name, value.get(name), value.get(f"_{name}"))
        for type_ in _choices(self.type, name):
            chosen = f"{name}{type_}"
            if chosen in value or f"_{chosen}" in value:
                return self._nodes(chosen, value.get(chosen), value.get(f"_{chosen}"))
        return []

    def children(self) -> Iterator[Node]:
        value = self.value if isinstance(self.value, dict) else self.extra
        if not isinstance(value, dict):
            return
        for name in value:
            bare = name.removeprefix("_")
            if name != "resourceType" and (bare == name or bare not in value):
                yield from self._nodes(bare, value.get(bare), value.get(f"_{bare}"))

    def _of_primitive(self, name: str) -> list[Node]:
        if self.extra is None or name not in ("extension", "id"):
            return []
        return self._nodes(name, self.extra.get(name), None)

    def _nodes(self, name: str, value: Any, extra: Any) -> list[Node]:
        type_ = _type_of(self.type, name)
        return [
            node_of(one, type_, other, self, name, self.watch)
            for one, other in _pairs(value, extra)
            if one is not None or other is not None
        ]


def _pairs(value: Any, extra: Any) -> list[tuple[Any, Any]]:
    """Each value with what stands under the name with an underscore (R4 json.html, repeating primitives)."""
    if not isinstance(value, list) and not isinstance(extra, list):
        return [(value, extra)]
    values = value if isinstance(value, list) else []
    extras = extra if isinstance(extra, list) else []
    return [(_at(values, index), _at(extras, index)) for index in range(max(len(values), len(extras)))]


def _at(values: list[Any], index: int) -> Any:
    return values[index] if index < len(values) else None


def node_of(
    value: Any, type_: str, extra: Any = None, above: Node | None = None, name: str = "", watch: Watch | None = None
) -> Node:
    """A node; a resource says its type itself, if it is one of R4's."""
    named = value.get("resourceType") if isinstance(value, dict) else None
    if isinstance(named, str) and named in _model("type2Parent"):
        type_ = named
    return Node(value, type_, extra if isinstance(extra, dict) else None, above, name, watch)


@cache
def _model(part: str) -> Mapping[str, Any]:
    """A table of the library's R4 model; its own loader would read those of four editions."""
    text = files("fhirpathpy").joinpath("models", "r4", f"{part}.json").read_text(encoding="utf-8")
    return MappingProxyType(json.loads(text))


_KEPT: Final = 20_000  # names of a hostile resource must not stay for ever
_types: dict[tuple[str, str], str] = {}


def _type_of(owner: str, name: str) -> str:
    found = _types.get((owner, name))
    if found is None:
        found = _found_type(owner, name)
        if len(_types) < _KEPT:
            _types[owner, name] = found
    return found


def _found_type(owner: str, name: str) -> str:
    if name == "extension" or name == "modifierExtension":
        return "Extension"
    path = f"{owner}.{name}"
    path = str(_model("pathsDefinedElsewhere").get(path, path))
    named = str(_model("path2Type").get(path, path))
    if named.startswith("System."):
        return "string"  # ids and the url of an extension: strings of FHIRPath itself
    return "string" if name == "id" and named == path else named


@cache
def _all_choices() -> Mapping[str, tuple[str, ...]]:
    return {path: tuple(types) for path, types in _model("choiceTypePaths").items()}


def _choices(owner: str, name: str) -> tuple[str, ...]:
    return _all_choices().get(f"{owner}.{name}", ())


def supertypes(name: str) -> Iterator[str]:
    """A type and what it is derived from: `Patient`, `DomainResource`, `Resource`."""
    if "." in name:
        yield "BackboneElement"
        name = "Element"
    parents = _model("type2Parent")
    for _ in range(8):
        yield name
        if name not in parents:
            return
        name = parents[name]


def is_a(item: Item, name: str, namespace: str | None) -> bool:
    """Whether an item is of a type, given as `Patient`, `FHIR.Patient`, `System.String` or `String`."""
    if isinstance(item, Node):
        if namespace != "System" and name in supertypes(item.type):
            return True
        return namespace != "FHIR" and item.type in _SYSTEM.get(name, frozenset())
    return namespace != "FHIR" and name == system_type(item)


def system_type(value: Item) -> str:
    match value:
        case bool():
            return "Boolean"
        case int():
            return "Integer"
        case Decimal():
            return "Decimal"
        case Moment():
            return value.kind
        case Quantity():
            return "Quantity"
    return "String"


def plain(item: Item) -> Any:
    """An item as a value of FHIRPath where it is one: dates as moments, quantities as quantities, else its JSON."""
    if not isinstance(item, Node):
        return item
    value = item.look()
    if isinstance(value, str) and item.type in _MOMENTS:
        return moment(value, item.type) or value
    if isinstance(value, dict) and item.type in _QUANTITIES:
        return _quantity(value)
    if isinstance(value, float):
        value = Decimal(repr(value))
    return str(value) if isinstance(value, Decimal) and not is_tame(value) else value


def is_tame(number: Decimal) -> bool:
    """A number that can be written out: 1e999999 is short as JSON and a megabyte as digits."""
    return number.is_finite() and abs(number.adjusted()) <= _DIGITS and abs(int(number.as_tuple().exponent)) <= _DIGITS


def _quantity(value: dict[str, Any]) -> Any:
    number = value.get("value")
    if isinstance(number, bool) or not isinstance(number, int | float | Decimal):
        return value
    amount = Decimal(str(number))
    unit = value.get("code") or value.get("unit") or "1"
    return Quantity(amount, str(unit)) if is_tame(amount) else value


def identity(item: Item) -> object:
    """Equal for equal items, and hashable."""
    value = plain(item)
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True, default=str)
    if isinstance(value, bool):
        return ("bool", value)
    return value
