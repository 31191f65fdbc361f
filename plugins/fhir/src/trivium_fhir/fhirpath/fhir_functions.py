"""Functions that FHIR R4 adds to FHIRPath (R4 fhirpath.html, section 2.9.1.5.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from trivium_fhir.fhirpath.operators import single
from trivium_fhir.fhirpath.scope import Environment, Evaluate, Scope
from trivium_fhir.fhirpath.values import Item, Node, is_a, node_of, plain
from trivium_fhir.r4.narrative import narrative_faults

Work = Callable[..., list[Item]]
_DEFINITION: Final = "http://hl7.org/fhir/StructureDefinition/"


def _extension(scope: Scope, focus: list[Item], url: Evaluate) -> list[Item]:
    wanted = single(url(scope, scope.this))
    found = [one for item in focus if isinstance(item, Node) for one in _extensions(item)]
    scope.environment.count(len(focus) + len(found))
    of_r4 = isinstance(wanted, str) and wanted.startswith(_DEFINITION)
    return [one for one in found if _url(one, silently=of_r4) == wanted]


def _url(extension: Node, *, silently: bool) -> Any:
    """The watch is not told where the address of one of R4's own is asked for: whoever has it hides nothing."""
    if silently:
        return extension.value.get("url") if isinstance(extension.value, dict) else None
    return next(map(plain, extension.member("url")), None)


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
    return [plain(focus[0])] if _has_value(scope, focus)[0] else []


def _resolve(scope: Scope, focus: list[Item]) -> list[Item]:
    """Contained resources and entries of the bundle, and what the environment can get; what cannot be got is left."""
    found: list[Item] = []
    root = scope.environment.root
    for item in focus:
        if not isinstance(item, Node):
            root.look()  # a written reference asks which ids and addresses there are
        reference = _reference(item)
        target = resolved(reference, scope.environment) if reference else None
        if target is not None:
            found.append(node_of(target, "Resource", watch=root.watch))
    return found


def _reference(item: Item) -> str | None:
    value = _said(item, "reference")
    return value if isinstance(value, str) else None


def _said(item: Item, name: str) -> Any:
    """An object's member of a name, and of anything else its value."""
    if isinstance(item, Node) and isinstance(item.value, dict):
        return next(map(plain, item.member(name)), None)
    return plain(item)


def resolved(reference: str, environment: Environment) -> Mapping[str, Any] | None:
    """The resource that a reference names: contained, in the bundle, or what the environment gets."""
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
    if not isinstance(item, Node) or not isinstance(item.value, dict):
        value = plain(item)
        return [(None, value)] if isinstance(value, str) else []
    return [one for coding in item.member("coding") or [item] for one in _coded(coding)]


def _coded(coding: Node) -> Iterator[tuple[str | None, str]]:
    system, code = _said(coding, "system"), _said(coding, "code")
    if isinstance(code, str) and code:
        yield system if isinstance(system, str) else None, code


def _conforms_to(scope: Scope, focus: list[Item], url: Evaluate) -> list[Item]:
    """Decided for R4's own types; empty for a profile, which is not at hand."""
    wanted = single(url(scope, scope.this))
    if len(focus) != 1 or not isinstance(wanted, str) or not wanted.startswith(_DEFINITION):
        return []
    name = wanted.removeprefix(_DEFINITION)
    return [is_a(focus[0], name, "FHIR")] if isinstance(focus[0], Node) and name[:1].isupper() else []


def _html_checks(scope: Scope, focus: list[Item]) -> list[Item]:
    value = single(focus)
    return [] if value is None else [isinstance(value, str) and not narrative_faults(value)]


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
