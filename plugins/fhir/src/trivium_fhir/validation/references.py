"""References: their form, what they may point to, and whether that is there (references.html, bundle.html)."""

from __future__ import annotations

import re
from typing import Final

from trivium_fhir.r4.elements import is_resource
from trivium_fhir.validation.bundles import Index
from trivium_fhir.validation.findings import Code, Findings
from trivium_fhir.validation.shapes import rule
from trivium_fhir.validation.walking import Place, Reference

_LITERAL: Final = re.compile(
    r"(?P<base>https?://[^\s?#|]+?/)?(?P<type>[A-Za-z]+)/(?P<id>[A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]{1,64})?"
    r"(?:#\S*)?",
    re.ASCII,
)
_CONDITIONAL: Final = re.compile(r"(?P<type>[A-Za-z]+)\?\S+", re.ASCII)
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+", re.ASCII)
_ANY: Final = frozenset({"Resource", "Any"})


def check_references(findings: Findings, references: list[Reference], indexes: dict[int, Index]) -> None:
    """`indexes` has the entries of each bundle by the `id()` of its place."""
    for one in references:
        written = one.node.get("reference")
        pointed = _pointed(findings, one, written, indexes) if isinstance(written, str) and written else None
        _check_types(findings, one, pointed)


def check_contained(findings: Findings, places: list[Place]) -> None:
    """dom-3: whatever is contained is referred to, or refers to the resource around it."""
    for place in places:
        for inner in place.contains:
            name = inner.node.get("id")
            if isinstance(name, str) and name not in place.links and "" not in place.links:
                findings.add(Code.UNREFERENCED, inner.at, "dom-3")


def _pointed(findings: Findings, one: Reference, written: str, indexes: dict[int, Index]) -> str | None:
    """The type of what a reference points to, as far as that shows; its form is checked on the way."""
    if written.startswith("#"):
        return _local(findings, one, written[1:])
    entry = _entry(one.owner, written, indexes)
    if entry is not None:
        return entry.type
    if written.startswith(("urn:uuid:", "urn:oid:")):
        if _in_bundle(one.owner):
            findings.add(Code.UNRESOLVED, (one.at, "reference", None))
        return None
    return _type_written(findings, one, written)


def _local(findings: Findings, one: Reference, name: str) -> str | None:
    root = one.owner.root
    if not name:
        return root.type
    if name not in root.held:
        findings.add(Code.UNRESOLVED, (one.at, "reference", None), "ref-1")
        return None
    return root.held[name].type


def _entry(owner: Place, written: str, indexes: dict[int, Index]) -> Place | None:
    """The entry that a reference resolves to, in the bundle around it or in one around that."""
    inside, bundle = owner, owner.around
    while bundle is not None:
        index = indexes.get(id(bundle))
        found = index.resolve(written, inside.root) if index is not None else None
        if found is not None:
            return found
        inside, bundle = bundle, bundle.around
    return None


def _in_bundle(owner: Place) -> bool:
    around: Place | None = owner
    while around is not None:
        if around.type == "Bundle":
            return True
        around = around.around
    return False


def _type_written(findings: Findings, one: Reference, written: str) -> str | None:
    literal = _LITERAL.fullmatch(written) or _CONDITIONAL.fullmatch(written)
    if literal is not None and is_resource(literal["type"]):
        return literal["type"]
    if not _ABSOLUTE.fullmatch(written):
        findings.add(Code.REFERENCE_FORM, (one.at, "reference", None))
    return None


def _check_types(findings: Findings, one: Reference, pointed: str | None) -> None:
    said = one.node.get("type")
    said = said.rpartition("/")[2] if isinstance(said, str) else None
    if said is not None and pointed is not None and said != pointed and is_resource(said):
        findings.add(Code.REFERENCE_TYPE, (one.at, "type", None))
    actual = pointed or (said if said is not None and is_resource(said) else None)
    targets = one.child.element.targets
    if actual is not None and targets and actual not in targets and _ANY.isdisjoint(targets):
        allowed = ", ".join(targets)
        findings.add(Code.REFERENCE_TARGET, one.at, rule(one.child.element.path), detail=f"allowed: {allowed}")
