"""Findings of a validator that R4 itself contradicts: each rule knows exactly one kind, and says why it is none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from trivium_fhir.bundle.absent import REASON
from trivium_fhir.r4 import elements

_MISSING: Final = re.compile(r"(?P<type>[A-Z]\w*)\.(?P<path>[\w.\[\]]+): Missing property")
_PATTERN: Final = re.compile(r'\.entry\[(?P<entry>\d+)\]\.resource\.(?P<path>\S+): should match pattern ".*\\S.*"')
_SPACES: Final = " \t\r\n"


@dataclass(frozen=True)
class NoFault:
    """One kind of finding that is no fault."""

    judge: str
    why: str
    covers: Callable[[str, Mapping[str, Any]], bool]
    """Whether it is this kind of finding, given the finding and the bundle."""


def _absent_with_a_reason(finding: str, bundle: Mapping[str, Any]) -> bool:
    found = _MISSING.fullmatch(finding)
    if found is None:
        return False
    *above, name = found["path"].split(".")
    owners = [one for body in _resources(bundle, found["type"]) for one in _at(body, above)]
    lacking = [one for one in owners if not any(key in one for key in _names(found["type"], above, name))]
    return bool(lacking) and all(_says_why(one, _names(found["type"], above, name)) for one in lacking)


def _names(type_: str, above: list[str], name: str) -> list[str]:
    """JSON names of an element: a choice has one for each type."""
    home = elements.home(".".join([type_, *(re.sub(r"\[\d+\]", "", part) for part in above)])) if above else type_
    return [key for key, one in elements.children(home).items() if one.path.endswith((f".{name}", f".{name}[x]"))]


def _says_why(owner: Mapping[str, Any], names: list[str]) -> bool:
    beside = [owner[f"_{name}"] for name in names if f"_{name}" in owner]
    return any(one.get("url") == REASON for part in beside for one in part.get("extension", ()))


def _unicode_space(finding: str, bundle: Mapping[str, Any]) -> bool:
    found = _PATTERN.fullmatch(finding)
    if found is None:
        return False
    [text] = _at(bundle["entry"][int(found["entry"])]["resource"], found["path"].split("."))
    return isinstance(text, str) and any(one.isspace() and one not in _SPACES for one in text)


def _resources(bundle: Mapping[str, Any], type_: str) -> Iterator[Any]:
    return (one["resource"] for one in bundle["entry"] if one["resource"]["resourceType"] == type_)


def _at(node: Any, path: list[str]) -> list[Any]:
    """What stands at a path like `participant[0].actor`, if anything."""
    for part in path:
        name, *numbers = re.findall(r"\w+", part)
        node = node.get(name) if isinstance(node, dict) else None
        for number in numbers:
            node = node[int(number)] if isinstance(node, list) and int(number) < len(node) else None
        if node is None:
            return []
    return [node]


NO_FAULTS: Final = (
    NoFault(
        "lantana",
        "A required primitive may have no value and an extension that says why: cardinality is met by either "
        "(R4 json.html#primitive; extensibility.html; extension-data-absent-reason.html). It looks for the value.",
        _absent_with_a_reason,
    ),
    NoFault(
        "asymmetrik",
        "R4's pattern of string is one of XML Schema, whose \\S is all but space, tab and line ends (R4 "
        "datatypes.html#string, fhir-base.xsd); JavaScript's \\S leaves out a no-break space too, which names hold.",
        _unicode_space,
    ),
)
