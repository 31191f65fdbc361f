"""Which segment maps a segment is put through at its place in a message, and which references it makes."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from trivium_fhir.convert.decisions import UNNAMED
from trivium_fhir.convert.predicates import Predicate, compile_condition
from trivium_fhir.convert.schema import children, is_resource, walk
from trivium_fhir.guide import Use, index, segment_maps
from trivium_fhir.paths import bare

_REFERENCE: Final = re.compile(r"([A-Za-z]+(?:\[\w+\])?)\.(.+)=([A-Za-z]+(?:\[\w+\])?)(?:\.id)?")
_BESIDE: Final = re.compile(r'([A-Za-z]+(?:\[\w+\])?)\.[A-Za-z.]*?([A-Za-z]+)="([^"]*)"')
_LABEL: Final = re.compile(r"[A-Z][A-Za-z]+(?:\[\w+\])?")
_CREATED: Final = re.compile(r"\(([A-Z][A-Za-z]+)\)$")
_ANCHORS: Final = frozenset({"PRT", "ROL", "NTE", "ARV", "DSP"})
"""Segments that belong to the one before them."""
_FAMILIES: Final = {
    "ADT": "ADT_A01", "ORU": "ORU_R01", "OUL": "ORU_R01", "ORM": "ORM_O01", "OML": "OML_O21", "OMG": "OML_O21",
    "OMI": "OML_O21", "OMP": "ORM_O01", "OMS": "ORM_O01", "OMN": "ORM_O01", "RDE": "ORM_O01", "RDS": "ORM_O01",
    "RGV": "ORM_O01", "RAS": "ORM_O01", "ORR": "ORM_O01", "ORL": "OML_O21", "ORG": "OML_O21", "MDM": "MDM_T02",
    "SIU": "SIU_S12", "SRM": "SIU_S12", "SRR": "SIU_S12", "VXU": "VXU_V04", "VXR": "VXU_V04", "RSP": "VXU_V04",
    "BAR": "ADT_A01", "DFT": "ADT_A01", "PPR": "ADT_A01", "REF": "ADT_A01", "RQA": "ADT_A01",
}  # fmt: skip
"""The guide's message that is nearest to those it has no map for, by message code."""
_FALLBACK: Final = ("ADT_A01", "ORU_R01", "OML_O21", "ORM_O01", "VXU_V04", "MDM_T02", "SIU_S12", "ADT_A05", "ADT_A09")
_SKIPPED: Final = frozenset({"DG1[EpisodeOfCare]", "DG1[Encounter]"})
"""Both repeat the Condition that `DG1[Condition]` makes. The encounter's diagnosis refers to it; nothing in DG1 says
that there is an episode of care."""


_EXTENDING: Final = frozenset({
    "NTE[Appointment-Comment]", "NTE[DocumentReference]", "NTE[Observation]", "NTE[ServiceRequest]",
    "PRT[Observation-Location]", "PRT[Patient-GeneralPractitioner-Practitioner]",
    "PRT[Patient-GeneralPractitioner-PractitionerRole]", "ROL[Patient-GeneralPractitioner]",
    "ROL[Encounter-PractitionerRole]", "PV1[Patient]", "NK1[Patient]", "PID[Appointment]", "MSH[Encounter]",
    "SFT[MessageHeader]", "RXR[Immunization]", "RXR[MedicationRequest]", "TQ1[ServiceRequest]",
    "TQ1[MedicationRequest]", "AIS[Appointment]", "AIG[Appointment]", "AIL[Appointment]", "AIP[Appointment]",
    "OBX[DocumentReference]",
})  # fmt: skip
"""Maps that add to a resource of another segment and never begin one: without that segment they say too little."""
_ORDERS: Final = frozenset({"ORC", "OBR"})
_EITHER: Final = ["and", ["count", "OBX-5", "<=", 1], ["eq", "OBX-2", "NA"]]
"""In one sheet for what the others, and the sense of it, have as `or`: one value, or an array."""


class Link(NamedTuple):
    """A reference that a use makes."""

    source: str
    """Label of the draft that holds it."""
    element: str
    target: str
    beside: tuple[tuple[str, str], ...] = ()
    """Fixed values beside the reference."""
    many: bool = False
    """The element takes several references."""


class Applied(NamedTuple):
    """A use, ready to run."""

    map: str | None
    label: str
    type: str
    test: Predicate | None
    links: tuple[Link, ...]
    use: Use
    extends: bool
    """Adds to a resource that is there, and makes none."""
    near: bool = False
    """To the nearest of its type, whatever number its label has."""


@cache
def _message_uses(structure: str) -> dict[str, list[Use]]:
    known = index()
    found: dict[str, list[Use]] = {}
    for segment in [*known.segments, *known.named_without_map]:
        uses = [use for use in segment_maps(segment).uses if use.message == structure]
        if uses:
            found[segment] = uses
    return found


def nearest(code: str) -> str:
    """The guide's message that is most like one of this code."""
    return _FAMILIES.get(code, _FALLBACK[0])


@lru_cache(maxsize=4096)
def applied(structure: str, guided: bool, segment: str, groups: tuple[str, ...], anchor: str) -> tuple[Applied, ...]:
    """The uses of a segment that stands in these groups, behind `anchor`."""
    uses = _message_uses(structure).get(segment, [])
    if not uses and not guided:
        others = (_message_uses(other).get(segment, []) for other in _FALLBACK)
        uses = next((found for found in others if found), [])
    if not uses:
        return (_ready(UNNAMED[segment], segment),) if segment in UNNAMED else ()
    best = max({use.at for use in uses}, key=lambda at: (_fit(at, groups, anchor), at))
    chosen = [use for use in uses if use.at == best]
    chosen = [use for use in chosen if use.map not in _SKIPPED and not _twin(use)]
    if segment == "NTE" and anchor in _ORDERS:  # a note behind an order is the order's
        chosen = [replace(use, to="ServiceRequest[1]", map="NTE[ServiceRequest]") for use in chosen[:1]]
    return tuple(_ready(use, segment) for use in chosen)


def _twin(use: Use) -> bool:
    """Of a device that is the source of what was sent or derived from it: the source."""
    return any("derivation" in reference for reference in use.references)


def _fit(at: str, groups: tuple[str, ...], anchor: str) -> tuple[int, int]:
    """How well a place of the guide fits a place in a message: the segment before, then the groups around."""
    place, _, _ = at.rpartition(".")
    inner = place.split(".")[1:]
    follow = re.search(r"follow:([A-Z0-9]{3})", at)
    behind = 0 if follow is None else 2 if follow[1] == anchor else -2
    names = [name.partition(":")[0] for name in inner]
    shared = len(set(names) & set(groups))
    return behind, 2 * shared - len(names)


def _ready(use: Use, segment: str) -> Applied:
    created = _CREATED.search(use.to)
    label = created[1] if created else (_LABEL.match(use.to) or [use.to])[0]
    type_ = bare(label)
    when = ["or", *_EITHER[1:]] if use.when == _EITHER else use.when
    test = compile_condition(when, (segment, 0), ()) if when else None
    name = use.map
    if name:
        base = name.partition("[")[2].partition("-")[0].rstrip("]")
        own = f"{segment}[{type_}]"
        if base != type_ and own in segment_maps(segment).maps:
            name = own  # NTE[ServiceRequest] named where a note of an Observation is made
    beside = [found for one in use.references if (found := _BESIDE.fullmatch(one))]
    links = tuple(link for one in use.references if (link := _link(one, beside)))
    return Applied(name, label, type_, test, links, use, name in _EXTENDING)


def _link(reference: str, beside: list[re.Match[str]]) -> Link | None:
    """`DiagnosticReport.result.reference=Observation[2].id`; None for what is not one in R4."""
    found = _REFERENCE.fullmatch(reference.replace(".reference", "").replace(".subject.id", ".subject"))
    if found is None or '"' in reference or "(" in found[2]:
        return None
    element = found[2].removesuffix(".id")
    source, target = bare(found[1]), bare(found[3])
    resolved = _holder(source, element, target)
    if resolved is None or not is_resource(target) or target == "Bundle":
        return None  # a resource has no way to name the Bundle that it stands in
    steps = walk(source, [(name, "1") for name in resolved.split(".")])
    many = steps is not None and any(step.many for step in steps[0])
    return Link(found[1], resolved, found[3], tuple((one[2], one[3]) for one in beside if one[1] == found[1]), many)


def _holder(source: str, element: str, target: str) -> str | None:
    """The path of the Reference: an element that holds others holds it in the one that may name such a target."""
    here = children(source)
    path: list[str] = []
    found: Any = None
    for name in element.split("."):
        found = here.get(bare(name))
        if found is None:
            return None
        path.append(bare(name))
        here = children(found.path) if found.types and found.types[0] == "BackboneElement" else {}
    if found is not None and found.types and found.types[0] == "BackboneElement":
        inner = [name for name, one in here.items() if one.types == ("Reference",) and target in one.targets]
        return ".".join([*path, inner[0]]) if inner else None
    return ".".join(path) if found is not None and "Reference" in found.types else None


def follows(segment: str) -> bool:
    return segment in _ANCHORS
