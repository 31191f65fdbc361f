"""Validating one resource: the structural pass, then what needs more than one element, then invariants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trivium_fhir.validation.bundles import Index, check_bundle, index
from trivium_fhir.validation.findings import Code, Finding, Findings, Severity
from trivium_fhir.validation.narrative import check_narrative
from trivium_fhir.validation.reading import check_depth
from trivium_fhir.validation.references import check_contained, check_references
from trivium_fhir.validation.structure import Walk
from trivium_fhir.validation.walking import Place


@dataclass(frozen=True, slots=True)
class Options:
    invariants: bool = True
    """Also evaluate R4's invariants, which costs more than the structure."""


@dataclass(frozen=True, slots=True)
class Report:
    findings: tuple[Finding, ...]
    """Errors first."""
    resources: int
    """Resources seen: the one given, entries, contained ones."""
    left_out: int
    """Findings beyond the kinds that are kept."""
    type: str | None
    """Of the resource; None where R4 has no such."""

    @property
    def valid(self) -> bool:
        return not self.left_out and not any(one.severity is Severity.ERROR for one in self.findings)


def validate(resource: dict[str, Any], options: Options | None = None) -> list[Finding]:
    """The findings on a resource (JSON form, see `reading.read`), equal ones counted together, errors first.

    Raises `TooLarge` for one nested deeper than any resource.
    """
    return list(report(resource, options).findings)


def report(resource: dict[str, Any], options: Options | None = None) -> Report:
    """Like `validate`, with what was seen."""
    check_depth(resource)
    walk = Walk()
    walk.resource(resource, (None, _name(resource), None))
    gathered, findings = walk.gathered, walk.gathered.findings
    indexes = {id(place): index(place) for place in gathered.places if place.type == "Bundle"}
    _check_places(findings, gathered.places, indexes)
    check_references(findings, gathered.references, indexes)
    for text, at in gathered.narratives:
        check_narrative(findings, text, at)
    if options is None or options.invariants:
        from trivium_fhir.validation.invariants import check_invariants  # the engine is read where it is needed

        check_invariants(findings, gathered.duties, indexes)
    return Report(tuple(findings.sorted()), len(gathered.places), findings.left_out, _type(gathered.places))


def _type(places: list[Place]) -> str | None:
    return places[0].type if places else None


def _check_places(findings: Findings, places: list[Place], indexes: dict[int, Index]) -> None:
    for place in places:
        if id(place) in indexes:
            check_bundle(findings, place)
        meta = place.node.get("meta")
        if isinstance(meta, dict) and meta.get("profile"):
            findings.add(Code.PROFILE, ((place.at, "meta", None), "profile", None), severity=Severity.NOTE)
    check_contained(findings, places)


def _name(resource: dict[str, Any]) -> str:
    from trivium_fhir.r4.elements import is_resource

    name = resource.get("resourceType")
    return name if isinstance(name, str) and is_resource(name) else "Resource"
