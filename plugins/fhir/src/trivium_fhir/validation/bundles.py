"""Bundles: entries by fullUrl, and the rules on fullUrl and request that R4's invariants leave out (bundle.html)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

from trivium_fhir.r4.elements import is_resource
from trivium_fhir.validation.findings import At, Code, Findings
from trivium_fhir.validation.walking import Place

_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+", re.ASCII)
_REST: Final = re.compile(r"(?P<base>https?://\S+/)(?P<type>[A-Za-z]+)/(?P<id>[A-Za-z0-9\-.]{1,64})", re.ASCII)
_HISTORY: Final = "/_history/"
_PARTS: Final = (
    ("request", "bdl-3", ("batch", "transaction", "history")),
    ("response", "bdl-4", ("batch-response", "transaction-response", "history")),
    ("search", "bdl-2", ("searchset",)),
)


@dataclass(slots=True)
class Index:
    """The entries of one bundle."""

    by_url: dict[str, Place] = field(default_factory=dict)
    by_name: dict[str, Place] = field(default_factory=dict)
    """By type and id, for references where the entries have no fullUrl on a server."""
    bases: dict[int, str] = field(default_factory=dict)
    """The server's base URL of an entry, by the `id()` of its resource's place."""

    def resolve(self, written: str, inside: Place) -> Place | None:
        """A reference from a resource of the bundle: a fullUrl, or relative to the base of its own entry."""
        plain = written.partition("#")[0].partition(_HISTORY)[0]
        if found := self.by_url.get(plain):
            return found
        base = self.bases.get(id(inside))
        return (self.by_url.get(base + plain) if base else None) or self.by_name.get(plain)


def index(bundle: Place) -> Index:
    """The entries of a bundle that have a resource."""
    found = Index()
    urls = {id(node["resource"]): node.get("fullUrl") for node in _entries(bundle) if "resource" in node}
    for place in bundle.entries:
        name, url = place.node.get("id"), urls.get(id(place.node))
        if isinstance(name, str):
            found.by_name.setdefault(f"{place.type}/{name}", place)
        if isinstance(url, str):
            found.by_url.setdefault(url, place)
            if on_server := _REST.fullmatch(url):
                found.bases[id(place)] = on_server["base"]
    return found


def check_bundle(findings: Findings, bundle: Place) -> None:
    seen: set[tuple[str, str]] = set()
    kind = bundle.node.get("type")
    for number, entry in _numbered(bundle):
        at: At = (bundle.at, "entry", number)
        _check_url(findings, entry, at, seen, history=kind == "history")
        _check_request(findings, entry, at)
        _check_parts(findings, entry, at, kind)


def _check_parts(findings: Findings, entry: dict[str, Any], at: At, kind: Any) -> None:
    """Entries have a request, a response or a search part where the type of the bundle says so."""
    for part, key, types in _PARTS:
        if part != "search" and ((part in entry) != (kind in types)):
            findings.add(Code.INVARIANT, (at, part, None), key, detail=f"expected in: {', '.join(types)}")
        elif part == "search" and part in entry and kind not in types:
            findings.add(Code.INVARIANT, (at, part, None), key, detail=f"allowed in: {', '.join(types)}")


def _check_url(findings: Findings, entry: dict[str, Any], at: At, seen: set[tuple[str, str]], *, history: bool) -> None:
    url, resource = entry.get("fullUrl"), entry.get("resource")
    if not isinstance(url, str) or not url:
        return
    here: At = (at, "fullUrl", None)
    if not _ABSOLUTE.fullmatch(url):
        findings.add(Code.FULL_URL_FORM, here)
    key = (url, _version(resource))
    if key in seen and not history:
        findings.add(Code.DUPLICATE_URL, here, "bdl-7")
    seen.add(key)
    on_server = _REST.fullmatch(url)
    if on_server is None or not isinstance(resource, dict) or not is_resource(on_server["type"]):
        return
    name = resource.get("id")
    if resource.get("resourceType") != on_server["type"] or (name is not None and name != on_server["id"]):
        findings.add(Code.FULL_URL_ID, here)


def _check_request(findings: Findings, entry: dict[str, Any], at: At) -> None:
    """A request that creates or updates names the type of the resource beside it."""
    request, resource = entry.get("request"), entry.get("resource")
    if not isinstance(request, dict) or not isinstance(resource, dict):
        return
    url, type_name = request.get("url"), resource.get("resourceType")
    if request.get("method") not in ("POST", "PUT") or not isinstance(url, str):
        return
    named = re.split(r"[/?]", url.rstrip("/"), maxsplit=1)[0]
    if is_resource(named) and named != type_name and "$" not in url:
        findings.add(Code.REQUEST_URL, ((at, "request", None), "url", None))


def _version(resource: Any) -> str:
    meta = resource.get("meta") if isinstance(resource, dict) else None
    version = meta.get("versionId") if isinstance(meta, dict) else None
    return version if isinstance(version, str) else ""


def _numbered(bundle: Place) -> list[tuple[int, dict[str, Any]]]:
    listed = bundle.node.get("entry")
    return [(i, one) for i, one in enumerate(listed) if isinstance(one, dict)] if isinstance(listed, list) else []


def _entries(bundle: Place) -> list[dict[str, Any]]:
    return [one for _, one in _numbered(bundle)]
