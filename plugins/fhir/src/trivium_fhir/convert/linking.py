"""The references that message maps make between resources, and those of the parts of a place."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final

from trivium_fhir.convert.decisions import LOCATION_ORDER
from trivium_fhir.convert.model import Draft
from trivium_fhir.convert.schema import children
from trivium_fhir.convert.uses import Link
from trivium_fhir.paths import bare
from trivium_fhir.r4.elements import Element

_PATIENT: Final = {
    "Account": "subject", "AllergyIntolerance": "patient", "CareTeam": "subject", "Condition": "subject",
    "Coverage": "beneficiary", "DiagnosticReport": "subject", "DocumentReference": "subject", "Encounter": "subject",
    "EpisodeOfCare": "patient", "Immunization": "patient", "MedicationAdministration": "subject",
    "MedicationRequest": "subject", "Observation": "subject", "Procedure": "subject", "RelatedPerson": "patient",
    "ServiceRequest": "subject", "Specimen": "subject",
}  # fmt: skip
_IN_ENCOUNTER: Final = frozenset(
    {"Condition", "DiagnosticReport", "Immunization", "MedicationRequest", "Observation", "Procedure", "ServiceRequest"}
)


def link_all(run: Any) -> None:
    for owner, node, family in run.families:
        _nest(owner, node, family)
    for link, scope, ordinal, own in run.links:
        source = own if _is_named(own, link.source) else nearest_draft(scope, link.source, ordinal)
        for target in _targets(link, scope, ordinal, own, source):
            if source is not None and source is not target and target.fed and source.fed:
                _refer(source, link.element, target, link.beside)


def _targets(link: Link, scope: Any, ordinal: int, own: Draft, source: Draft | None) -> list[Draft]:
    """Mostly one: of several in groups inside, which each stand for themselves (the orders of a document), all."""
    if _is_named(own, link.target) and own is not source:
        return [own]
    inside: list[Draft] = scope.drafts_inside(link.target) if own is source else []
    if inside and link.many:
        return inside
    found = nearest_draft(scope, link.target, ordinal)
    return [found] if found is not None else []


def _is_named(draft: Draft, label: str) -> bool:
    """The sheets mix up the numbers of labels; the patient of an MRG is never another one."""
    return bool(draft.type == bare(label) and (draft.key == label or "MRG" not in draft.key + label))


def link_patients(kept: list[Draft]) -> None:
    """What is about a patient says about whom, and in which encounter, where the message has just one to name.

    The guide's references leave out many of these; R4 requires or expects them.
    """
    for draft in kept:
        scope = _scope(draft)
        if scope is None:
            continue
        element = _PATIENT.get(draft.type)
        if element and element not in draft.body:
            _about(draft, element, "Patient", scope)
        if draft.type in _IN_ENCOUNTER and "encounter" not in draft.body:
            _about(draft, "encounter", "Encounter", scope)


def _scope(draft: Draft) -> Any:
    at: Draft | None = draft
    while at is not None and "scope" not in at.slots:
        at = at.parent
    return at.slots["scope"] if at is not None else None


def _about(draft: Draft, element: str, type_: str, scope: Any) -> None:
    found = nearest_draft(scope, f"{type_}[1]", draft.segment)
    if found is not None and found.fed and found is not draft:
        _refer(draft, element, found, ())


def nearest_draft(scope: Any, label: str, ordinal: int) -> Draft | None:
    """By the label itself, else by another number of the same type: the sheets mix `Specimen` and `Specimen[1]`."""
    type_ = bare(label)
    found: Draft | None = scope.draft((label,), ordinal)
    return found or scope.draft([type_, *(f"{type_}[{number}]" for number in (1, 2, 3, 4, "n"))], ordinal)


def _refer(source: Draft, element: str, target: Draft, beside: tuple[tuple[str, str], ...]) -> None:
    key = ("linked", element, id(target))
    if key in source.slots:
        return
    source.slots[key] = True
    *before, last = element.split(".")
    node, here = source.body, children(source.type)
    for name in before:
        found = here[name]
        node = _entry(node, name) if _is_many(found) else node.setdefault(name, {})
        here = children(found.path)
    if before:
        node.update(beside)
    if _is_many(here[last]):
        node.setdefault(last, []).append(target.reference())
    elif last not in node:
        node[last] = target.reference()


def _is_many(element: Element) -> bool:
    return element.maximum is None or element.maximum > 1


def _entry(node: dict[str, Any], name: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    node.setdefault(name, []).append(made)
    return made


def _nest(owner: Draft, node: dict[str, Any], family: dict[tuple[str, str], Draft]) -> None:
    """The parts of one place: the reference is to the innermost, each lies in the next."""
    order = LOCATION_ORDER["NDL[PractitionerRole]" if owner.type == "PractitionerRole" else "PL[Location]"]
    ranks = {f"[{number}]": rank for rank, number in enumerate(order)}
    parts = sorted((ranks.get(label, 9), label, child) for (_, label), child in family.items() if child.fed)
    found = [child for _, _, child in parts]
    if not found:
        return
    for child in family.values():
        child.pointers[:] = [pointer for pointer in child.pointers if pointer is not node]
    found[0].pointers.append(node)
    for inner, outer in pairwise(found):
        if "partOf" not in inner.body:
            inner.body["partOf"] = outer.reference()
