"""Functions that FHIR R4 adds to FHIRPath (R4 fhirpath.html, section 2.9.1.5.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from trivium_fhir.fhirpath.narrative import conforms
from trivium_fhir.fhirpath.operators import single
from trivium_fhir.fhirpath.scope import Environment, Evaluate, Scope
from trivium_fhir.fhirpath.values import Item, Node, is_a, node_of

Work = Callable[..., list[Item]]
_DEFINITION: Final = "http://hl7.org/fhir/StructureDefinition/"


def _extension(scope: Scope, focus: list[Item], url: Evaluate) -> list[Item]:
    wanted = single(url(scope, scope.this))
    found = [one for item in focus if isinstance(item, Node) for one in _extensions(item)]
    scope.environment.count(len(focus) + len(found))
    return [one for one in found if isinstance(one.value, dict) and one.value.get("url") == wanted]


def _extensions(item: Node) -> list[Node]:
    return item.member("extension")


def _value(item: Item) -> Any:
    if not isinstance(item, Node):
        return item
    return None if isinstance(item.value, dict | list) else item.value


def _has_value(scope: Scope, focus: list[Item]) -> list[Item]:
    """One primitive, and a value beside its extensions, if it has any."""
    return [len(focus) == 1 and _value(focus[0]) is not None]


def _get_value(scope: Scope, focus: list[Item]) -> list[Item]:
    return [_value(focus[0])] if _has_value(scope, focus)[0] else []


def _resolve(scope: Scope, focus: list[Item]) -> list[Item]:
    """Contained resources and entries of the bundle, and what the environment can get; what cannot be got is left."""
    found: list[Item] = []
    for item in focus:
        reference = _reference(item)
        target = resolved(reference, scope.environment) if reference else None
        if target is not None:
            found.append(node_of(target, "Resource"))
    return found


def _reference(item: Item) -> str | None:
    value = item.value if isinstance(item, Node) else item
    if isinstance(value, dict):
        value = value.get("reference")
    return value if isinstance(value, str) else None


def resolved(reference: str, environment: Environment) -> Mapping[str, Any] | None:
    if reference.startswith("#"):
        return _contained(reference[1:], environment)
    root = environment.root.value
    if isinstance(root, dict) and root.get("resourceType") == "Bundle" and (found := _entry(reference, root)):
        return found
    return environment.resolve(reference) if environment.resolve else None


def _contained(name: str, environment: Environment) -> dict[str, Any] | None:
    root = environment.root.value
    if not isinstance(root, dict):
        return None
    if not name:
        return root
    held = root.get("contained")
    each = held if isinstance(held, list) else []
    return next((one for one in each if isinstance(one, dict) and one.get("id") == name), None)


def _entry(reference: str, bundle: dict[str, Any]) -> dict[str, Any] | None:
    entries = bundle.get("entry")
    for entry in entries if isinstance(entries, list) else []:
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            local = f"{resource.get('resourceType')}/{resource.get('id')}"
            if reference in (entry.get("fullUrl"), local):
                return resource
    return None


def _member_of(scope: Scope, focus: list[Item], url: Evaluate) -> list[Item]:
    """Empty where the value set cannot be decided offline."""
    value_set, decide = single(url(scope, scope.this)), scope.environment.decide
    if not focus or decide is None or not isinstance(value_set, str):
        return []
    told = [decide(value_set, system, code) for item in focus for system, code in _codes(item)]
    if True in told:
        return [True]
    return [] if None in told or not told else [False]


def _codes(item: Item) -> list[tuple[str | None, str]]:
    value = item.value if isinstance(item, Node) else item
    if isinstance(value, str):
        return [(None, value)]
    if not isinstance(value, dict):
        return []
    codings = value["coding"] if isinstance(value.get("coding"), list) else [value]
    return [(one.get("system"), one["code"]) for one in codings if isinstance(one, dict) and one.get("code")]


def _conforms_to(scope: Scope, focus: list[Item], url: Evaluate) -> list[Item]:
    """Decided for R4's own types; empty for a profile, which is not at hand."""
    wanted = single(url(scope, scope.this))
    if len(focus) != 1 or not isinstance(wanted, str) or not wanted.startswith(_DEFINITION):
        return []
    name = wanted.removeprefix(_DEFINITION)
    return [is_a(focus[0], name, "FHIR")] if isinstance(focus[0], Node) and name[:1].isupper() else []


def _html_checks(scope: Scope, focus: list[Item]) -> list[Item]:
    value = single(focus)
    return [] if value is None else [isinstance(value, str) and conforms(value)]


FHIR: Final[Mapping[str, tuple[Work, int, int]]] = MappingProxyType(
    {
        "extension": (_extension, 1, 1),
        "hasValue": (_has_value, 0, 0),
        "getValue": (_get_value, 0, 0),
        "resolve": (_resolve, 0, 0),
        "memberOf": (_member_of, 1, 1),
        "conformsTo": (_conforms_to, 1, 1),
        "htmlChecks": (_html_checks, 0, 0),
    }
)
