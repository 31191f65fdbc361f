"""Putting a value into a node: converted to the element's type, through a code map where the row names one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

from trivium_fhir.convert.flatten import Instruction
from trivium_fhir.convert.model import Reason, SiteMaps
from trivium_fhir.convert.predicates import below, first_text
from trivium_fhir.convert.primitives import CONVERTERS, Zone
from trivium_fhir.convert.reading import Convert, converter, of_expression
from trivium_fhir.convert.schema import Leaf
from trivium_fhir.convert.systems import system_uri
from trivium_fhir.guide import ConceptMap, concept_maps

Store: TypeAlias = Callable[[Any, dict[str, Any], Any], Reason | None]
"""Puts what `Convert` has read into a node; gives the reason why it did not."""


class Fill(NamedTuple):
    """How a value is read, and how it is put where it belongs."""

    read: Convert
    store: Store


_RFC3986: Final = "urn:ietf:rfc:3986"
_BETTER: Final[Mapping[str, Mapping[str, str]]] = {"ContactPoint.system": {"mobile": "phone"}}
"""Codes that the guide's maps yield and R4 does not have there: a cell phone is a phone."""
_NOT_TEXT: Final = frozenset({"boolean", "decimal", "integer", "positiveInt", "unsignedInt"})


def fixed(name: str, last: Leaf, constant: str) -> Fill | None:
    """A fixed value: put where nothing stands yet. None for one that the element does not take."""
    value: Any = constant
    if last.type in _NOT_TEXT:
        value = CONVERTERS[last.type](Zone(None), constant)
    rivals = last.rivals
    if isinstance(value, Reason) or (last.codes is not None and constant not in last.codes):
        return None

    def store(run: Any, node: dict[str, Any], _: Any) -> Reason | None:
        if name in node or (name == "system" and id(node) in run.coded):
            return None  # the code came with a system of its own
        if rivals and not rivals.isdisjoint(node):
            return None
        if value == _RFC3986 and not str(node.get("value", "")).startswith("urn:"):
            return None
        node[name] = [value] if last.many else value
        if name == "url" and len(node) > 1:
            rest = {key: node.pop(key) for key in list(node) if key != name}
            node.update(rest)
        return None

    return Fill(_given, store)


def fill_for(one: Instruction, name: str, last: Leaf, maps: SiteMaps | None, expression: Any) -> Fill:
    convert = converter(one, name, last)
    if expression is not None:
        convert = of_expression(convert, expression)
    concepts = _concepts(one.concept_map, maps) if one.concept_map else None
    if last.path == "Quantity.code":
        return Fill(_read_unit(concepts, convert), _store_unit)
    if name == "code" and last.codes is None and concepts is not None:
        return Fill(_read_coded(concepts, convert), _store_coded)
    if concepts is not None:
        convert = _read_mapped(last, concepts, convert)
    elif last.codes is not None:
        convert = _read_bound(last.codes, convert)
    if last.many:
        return Fill(convert, _store_many(name))
    return Fill(convert, _STORES.get(name) or _store_one(name, last.rivals))


def _store_one(name: str, rivals: frozenset[str]) -> Store:
    def store(_: Any, node: dict[str, Any], value: Any) -> Reason | None:
        if name in node:
            return None if node[name] == value else Reason.ONE_VALUE
        if rivals and not rivals.isdisjoint(node):
            return Reason.ONE_VALUE
        node[name] = value
        return None

    return store


def _store_system(run: Any, node: dict[str, Any], value: Any) -> Reason | None:
    if id(node) in run.coded:
        return None  # the code map has made the code one of another system
    if "system" in node:
        return None if node["system"] == value else Reason.ONE_VALUE
    node["system"] = value
    return None


def _store_display(run: Any, node: dict[str, Any], value: Any) -> Reason | None:
    """The sender's words come before those of the code map."""
    if "display" in node and id(node) not in run.coded:
        return None if node["display"] == value else Reason.ONE_VALUE
    node["display"] = value
    return None


_STORES: Final[Mapping[str, Store]] = {"system": _store_system, "display": _store_display}


def _store_many(name: str) -> Store:
    def store(_: Any, node: dict[str, Any], value: Any) -> Reason | None:
        node.setdefault(name, []).append(value)
        return None

    return store


def _store_coded(run: Any, node: dict[str, Any], value: Any) -> Reason | None:
    """A code with the system that the code map gives it; alone where the map does not know it."""
    code, system, display = value
    if "code" in node:
        return None if node["code"] == code else Reason.ONE_VALUE
    if system:
        node["system"] = system
        run.coded.add(id(node))
    node["code"] = code
    if display:
        node["display"] = display
    return None


def _read_bound(allowed: frozenset[str], convert: Convert) -> Convert:
    """An element that takes the codes of a list alone."""

    def read(run: Any, value: str) -> Any:
        found = convert(run, value)
        return found if type(found) is Reason or found in allowed else Reason.BAD_CODE

    return read


def _read_mapped(last: Leaf, concepts: Mapping[str, Any], convert: Convert) -> Convert:
    """A code without a system of its own."""
    allowed, truth = last.codes, last.type == "boolean"
    better = _BETTER.get(last.path, {})

    def read(run: Any, value: str) -> Any:
        target = concepts.get(value)
        if target is None:
            found = convert(run, value)
            return found if allowed is None or found in allowed else Reason.NO_CODE
        code = better.get(target[0], target[0])
        if allowed is not None and code not in allowed:
            return Reason.BAD_CODE
        return code == "true" if truth else code

    return read


def _read_coded(concepts: Mapping[str, Any], convert: Convert) -> Convert:
    def read(run: Any, value: str) -> Any:
        target = concepts.get(value)
        if target is not None:
            return target
        found = convert(run, value)
        return found if type(found) is Reason else (found, None, None)

    return read


def _read_unit(concepts: Mapping[str, Any] | None, convert: Convert) -> Convert:
    """The code of a unit with its system: that of the code map, or that of the coded element it stands in."""

    def read(run: Any, value: str) -> Any:
        target = concepts.get(value) if concepts is not None else None
        if target is not None:
            return target
        found = convert(run, value)
        place = (*run.place[:-1], 3) if run.place else (3,)
        named = run.where.segment.decoded(first_text(below(run.where.repetition, place)))
        return found if type(found) is Reason else (found, system_uri(named), None)

    return read


def _store_unit(run: Any, node: dict[str, Any], value: Any) -> Reason | None:
    """A code without a system is no code of a quantity (R4, Quantity, qty-3): it is the unit in words."""
    code, system, _ = value
    if not system:
        node.setdefault("unit", code)
        return None
    if node.setdefault("code", code) != code:
        return Reason.ONE_VALUE
    node["system"] = system
    run.coded.add(id(node))
    return None


def _given(_: Any, value: Any) -> Any:
    return value


@lru_cache(maxsize=512)
def _concepts(name: str, maps: SiteMaps | None) -> Mapping[str, tuple[str, str, str | None]] | None:
    guide = concept_maps().get(name)
    found: ConceptMap | None = maps.concepts(name, guide) if maps else guide
    return {row[0]: (row[1], row[2], row[3]) for row in found.codes if row[1]} if found else None
