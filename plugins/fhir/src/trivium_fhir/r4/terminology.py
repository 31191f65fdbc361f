"""R4's value sets and code systems as far as they may be carried; what cannot be decided offline says so.

SNOMED CT, LOINC, UCUM, media types, languages and other outside systems are not here: a value set that draws on one is
open for that system, and `contains` then answers None.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

from trivium_fhir.r4.reading import padded, read


@dataclass(frozen=True, slots=True)
class Coding:
    system: str
    code: str
    display: str | None = None


@dataclass(frozen=True, slots=True)
class Concept:
    code: str
    display: str | None = None
    parent: str | None = None
    selectable: bool = True


@dataclass(frozen=True, slots=True)
class CodeSystem:
    url: str
    concepts: Mapping[str, Concept]


@dataclass(frozen=True, slots=True)
class ValueSet:
    """The codes of a value set by system, and the systems whose codes are not all known here."""

    url: str
    codes: Mapping[str, Mapping[str, str | None]]
    """System to code to display."""
    open: frozenset[str] = frozenset()
    """Systems of which it has codes that are not listed."""
    unknown: bool = False
    """It draws on a value set that is not here: of no code can be said that it is not in it."""
    strengths: tuple[str, ...] = ()
    """The strengths (r, e, p, x) R4 binds it with."""

    @property
    def decidable(self) -> bool:
        return not self.open and not self.unknown


@dataclass(slots=True)
class _Found:
    codes: dict[str, dict[str, str | None]] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    unknown: bool = False


def contains(value_set_url: str | None, system: str | None, code: str) -> bool | None:
    """Whether a code is in a value set; None where that cannot be decided offline, or a binding names no value set.

    Without a system (an element of type code) the code may come from any system of the set.
    """
    if value_set_url is None:
        return None
    try:
        found = value_set(value_set_url)
    except KeyError:
        return None
    if system is None:
        listed = any(code in codes for codes in found.codes.values())
        return True if listed else None if not found.decidable else False
    if code in found.codes.get(system, ()):
        return True
    return None if system in found.open or found.unknown else False


def value_set(url: str) -> ValueSet:
    """A value set by canonical URL (a `|version` is not looked at); KeyError where R4 4.0.1 does not define it."""
    return _value_set(url.partition("|")[0])


def value_sets() -> tuple[str, ...]:
    return tuple(read("terminology")["valuesets"])


def codes(value_set_url: str) -> Iterator[Coding]:
    """The codes that are known of a value set; KeyError where R4 does not define it."""
    for system, listed in value_set(value_set_url).codes.items():
        for code, shown in listed.items():
            yield Coding(system, code, shown)


@cache
def code_system(url: str) -> CodeSystem:
    """A code system; KeyError where its codes are not here."""
    rows = read("terminology")["codesystems"][url]
    return CodeSystem(url, MappingProxyType({row[0]: _concept(row) for row in rows}))


def systems() -> tuple[str, ...]:
    """The code systems whose codes are here."""
    return tuple(read("terminology")["codesystems"])


def display(system: str, code: str) -> str | None:
    """What R4 calls a code, where it is here."""
    if system not in read("terminology")["codesystems"]:
        return None
    found = code_system(system).concepts.get(code)
    return found.display if found else None


def _concept(row: list[Any]) -> Concept:
    code, shown, parent, abstract = padded(row, 4)
    return Concept(code, shown, parent, not abstract)


@cache
def _value_set(url: str) -> ValueSet:
    body = read("terminology")["valuesets"][url]
    found = _found(url, frozenset())
    return ValueSet(
        url=url,
        codes=MappingProxyType({system: MappingProxyType(listed) for system, listed in found.codes.items()}),
        open=frozenset(found.open),
        unknown=found.unknown,
        strengths=tuple(body.get("b") or ()),
    )


def _found(url: str, above: frozenset[str]) -> _Found:
    body = read("terminology")["valuesets"].get(url)
    if body is None or url in above:
        return _Found(unknown=True)
    found = _Found()
    for part in body["inc"]:
        _add(found, _part(part, above | {url}))
    for part in body.get("exc", ()):
        _remove(found, _part(part, above | {url}))
    return found


def _part(part: Mapping[str, Any], above: frozenset[str]) -> _Found:
    """The codes of one inclusion: those of a system, and of these what all value sets named have."""
    sets = [_found(url.partition("|")[0], above) for url in part.get("v", ())]
    if "s" in part:
        sets.append(_of_system(part))
    found = sets[0]
    for other in sets[1:]:
        found = _intersection(found, other)
    return found


def _of_system(part: Mapping[str, Any]) -> _Found:
    system = part["s"]
    known = read("terminology")["codesystems"].get(system)
    if "x" in part or (known is None and "c" not in part):
        return _Found(open={system})
    if "c" in part:
        return _Found(codes={system: dict(_listed(system, one) for one in part["c"])})
    kept = {row[0]: row[1] if len(row) > 1 else None for row in known}
    for filter_ in part.get("f", ()):
        allowed = _filtered(system, filter_)
        if allowed is None:
            return _Found(open={system})
        kept = {code: shown for code, shown in kept.items() if code in allowed}
    return _Found(codes={system: kept})


def _listed(system: str, one: str | list[str]) -> tuple[str, str | None]:
    return (one, display(system, one)) if isinstance(one, str) else (one[0], one[1])


def _filtered(system: str, filter_: list[str]) -> frozenset[str] | None:
    """The codes a filter lets through; None for one that needs more than the hierarchy."""
    name, operation, value = filter_
    if name != "concept" or operation not in ("is-a", "is-not-a"):
        return None
    concepts = code_system(system).concepts
    below = frozenset(code for code in concepts if value in _ancestors(concepts, code))
    return below if operation == "is-a" else frozenset(concepts) - below


def _ancestors(concepts: Mapping[str, Concept], code: str) -> set[str]:
    """The code and all above it."""
    found: set[str] = set()
    at: str | None = code
    while at is not None and at not in found:
        found.add(at)
        at = concepts[at].parent if at in concepts else None
    return found


def _add(found: _Found, other: _Found) -> None:
    for system, listed in other.codes.items():
        found.codes.setdefault(system, {}).update(listed)
    found.open |= other.open
    found.unknown |= other.unknown


def _remove(found: _Found, other: _Found) -> None:
    for system, listed in other.codes.items():
        for code in listed:
            found.codes.get(system, {}).pop(code, None)


def _intersection(one: _Found, other: _Found) -> _Found:
    if one.unknown or other.unknown:
        return _Found(unknown=True)
    both = {
        system: {code: shown for code, shown in listed.items() if code in other.codes.get(system, ())}
        for system, listed in one.codes.items()
        if system in other.codes
    }
    return _Found(codes=both, open=(one.open & (other.open | set(other.codes))) | (other.open & set(one.codes)))
