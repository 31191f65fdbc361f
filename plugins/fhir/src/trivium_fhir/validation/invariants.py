"""Invariants: the common ones in Python, all others through FHIRPath; one that cannot be evaluated is reported."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from trivium.api import ToolFailure
from trivium_fhir.fhirpath import Environment, environment, expression
from trivium_fhir.r4.invariants import Invariant, invariant
from trivium_fhir.validation.bundles import Index
from trivium_fhir.validation.findings import Code, Findings, Severity
from trivium_fhir.validation.periods import in_order
from trivium_fhir.validation.walking import Duty, Place

_ELSEWHERE: Final = frozenset(
    {"ele-1", "ext-1", "ref-1", "txt-1", "txt-2"}  # structure, extensions, references, narrative
    | {"dom-2", "dom-3", "bdl-2", "bdl-3", "bdl-4", "bdl-7"}  # structure, references, bundles
)
_BEST_PRACTICE: Final = frozenset({"dom-6"})  # R4 marks it so
# What is wrong in structure, and found there, may break an expression in ways that nobody foresaw.
_BROKEN: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
_LONGEST_EXPRESSION: Final = 160


def check_invariants(findings: Findings, duties: list[Duty], indexes: Mapping[int, Index]) -> None:
    """The duties of one resource share one environment; they follow each other in the walk's order."""
    around: dict[int, Environment] = {}
    for duty in duties:
        for key in duty.keys:
            if key in _ELSEWHERE:
                continue
            native = _NATIVE.get(key)
            if native is not None:
                holds: bool | None = native(duty.node)
            else:
                if id(duty.owner) not in around:
                    around[id(duty.owner)] = _environment(duty.owner, indexes)
                holds = _evaluated(findings, key, duty, around[id(duty.owner)])
            if holds is False:
                _report(findings, invariant(key, duty.type), duty)


def _environment(owner: Place, indexes: Mapping[int, Index]) -> Environment:
    def resolve(written: str) -> dict[str, Any] | None:
        if written.startswith("#"):
            held = owner.root if written == "#" else owner.root.held.get(written[1:])
            return held.node if held else None
        index = indexes.get(id(owner.root.around)) if owner.root.around is not None else None
        found = index.resolve(written, owner.root) if index is not None else None
        return found.node if found else None

    return environment(owner.node, root=owner.root.node, resolve=resolve)


def _evaluated(findings: Findings, key: str, duty: Duty, around: Environment) -> bool | None:
    try:
        return expression(invariant(key, duty.type).expression).holds(duty.node, duty.type, around)
    except (ToolFailure, *_BROKEN):
        findings.add(Code.NOT_CHECKED, duty.at, key, severity=Severity.NOTE)
        return None


def _report(findings: Findings, found: Invariant, duty: Duty) -> None:
    if found.key in _BEST_PRACTICE:
        _advise(findings, found, duty)
        return
    severity = Severity.ERROR if found.severity == "error" else Severity.WARNING
    findings.add(Code.INVARIANT, duty.at, found.key, severity=severity, detail=_shown(found.expression))


def _advise(findings: Findings, found: Invariant, duty: Duty) -> None:
    """Best practice: a note, one for the resources of all types in a bundle, and none for contained ones."""
    if not duty.owner.contained:
        at = (duty.at[0] or duty.at) if duty.owner.around is not None else duty.at
        findings.add(Code.INVARIANT, at, found.key, severity=Severity.NOTE, detail=_shown(found.expression))


def _shown(text: str) -> str:
    return text if len(text) <= _LONGEST_EXPRESSION else text[: _LONGEST_EXPRESSION - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _period(node: Any) -> bool | None:
    return in_order(node.get("start"), node.get("end"))


def _range(node: Any) -> bool | None:
    """rng-2: quantities of one unit are compared by value; of two units nothing can be said without UCUM."""
    low, high = node.get("low"), node.get("high")
    if not isinstance(low, dict) or not isinstance(high, dict) or _unit(low) != _unit(high):
        return None
    least, most = _number(low), _number(high)
    return None if least is None or most is None else least <= most


def _unit(quantity: dict[str, Any]) -> tuple[Any, Any]:
    code = quantity.get("code")
    return quantity.get("system"), quantity.get("unit") if code is None else code


def _number(quantity: dict[str, Any]) -> Decimal | None:
    value = quantity.get("value")
    return Decimal(value) if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else None


def _has_narrative(node: Any) -> bool:
    text = node.get("text")
    return isinstance(text, dict) and "div" in text


def _contained_meta(*names: str) -> Callable[[Any], bool]:
    def without(node: Any) -> bool:
        held = node.get("contained")
        metas = [one.get("meta") for one in held if isinstance(one, dict)] if isinstance(held, list) else []
        return not any(name in meta for meta in metas if isinstance(meta, dict) for name in names)

    return without


def _needs(name: str, other: str) -> Callable[[Any], bool]:
    """`name` only beside `other`; an element can consist of extensions."""

    def needs(node: Any) -> bool:
        return not _is_there(node, name) or _is_there(node, other)

    return needs


def _is_there(node: Any, name: str) -> bool:
    return name in node or f"_{name}" in node


_NATIVE: Final[Mapping[str, Callable[[Any], bool | None]]] = {
    "per-1": _period,
    "rng-2": _range,
    "dom-4": _contained_meta("versionId", "lastUpdated"),
    "dom-5": _contained_meta("security"),
    "dom-6": _has_narrative,
    "cpt-2": _needs("value", "system"),
    "qty-3": _needs("code", "system"),
    "att-1": _needs("data", "contentType"),
}
