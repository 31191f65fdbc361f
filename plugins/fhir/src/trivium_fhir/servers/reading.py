"""What servers answer to reads and searches, as results: bounded, and without any address of the server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from trivium_fhir.phi import composed
from trivium_fhir.servers.net.directory import Servers
from trivium_fhir.servers.net.server import Server
from trivium_fhir.servers.results import FoundResources, ReadResource
from trivium_fhir.servers.words import Note

MOST_CHARACTERS: Final = 200_000
_MOST_ENTRIES: Final = 500
_PER_LEAF: Final = 24
"""Characters that a value is counted as at least, with its name and punctuation."""


def read_result(server: Server, resource: dict[str, Any], kind: str, logical_id: str, subset: bool) -> ReadResource:
    notes = [Note.NOT_ELEMENTS] if subset else []
    if resource.get("id") != logical_id:
        notes.append(Note.OTHER_RESOURCE)
    return ReadResource(
        endpoint=server.name, type=kind, resource=composed(resource, indent=1), notes=tuple(map(str, notes))
    )


def search_result(
    servers: Servers,
    server: Server,
    kind: str,
    bundle: Mapping[str, Any],
    sent: Sequence[str],
    notes: Sequence[Note] = (),
) -> FoundResources:
    """One page. `sent` are the names of the parameters that the server should have used; none: not asked here."""
    entries = list(_entries(bundle))
    shown = list(_within_bounds(entries))
    modes = [_mode(one, kind) for one in shown]
    found = [*notes, *_ignored(bundle, sent)]
    following = link(bundle, "next")
    cursor = None
    if following:
        url = _absolute(server, following)
        if server.same_origin(url):
            cursor = servers.cursor(server.name, kind, url)
        else:
            found.append(Note.OTHER_PAGE)
    if "outcome" in modes:
        found.append(Note.OUTCOME)
    total = bundle.get("total")
    return FoundResources(
        endpoint=server.name,
        type=kind,
        total=total if isinstance(total, int) and not isinstance(total, bool) and total >= 0 else None,
        matches=modes.count("match"),
        included=modes.count("include"),
        bundle=composed({"resourceType": "Bundle", "type": "searchset", "entry": shown}, indent=1),
        left_out=len(entries) - len(shown) or None,
        next_cursor=cursor,
        notes=tuple(map(str, found)),
    )


def link(bundle: Mapping[str, Any], relation: str) -> str:
    """A link of the bundle; empty: none."""
    links = bundle.get("link")
    for one in links if isinstance(links, list) else []:
        if isinstance(one, dict) and one.get("relation") == relation and isinstance(one.get("url"), str):
            return str(one["url"])
    return ""


def _absolute(server: Server, url: str) -> str:
    from urllib.parse import urljoin

    return urljoin(f"{server.endpoint.base_url}/", url)


def _entries(bundle: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Resources with their part in the search; addresses are left out."""
    entries = bundle.get("entry")
    for one in entries if isinstance(entries, list) else []:
        if isinstance(one, dict) and isinstance(one.get("resource"), dict):
            yield {"resource": one["resource"]} | (
                {"search": one["search"]} if isinstance(one.get("search"), dict) else {}
            )


def _within_bounds(entries: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """From the first entry on, as many as may be shown."""
    left = MOST_CHARACTERS
    for one in entries[:_MOST_ENTRIES]:
        left -= size(one)
        if left < 0:
            return
        yield one


def size(value: Any) -> int:
    """About how many characters a JSON value has."""
    total, pending = 0, [value]
    while pending:
        one = pending.pop()
        if isinstance(one, dict):
            pending += one.values()
            total += sum(map(len, one))
        elif isinstance(one, list):
            pending += one
        else:
            total += _PER_LEAF + (len(one) if isinstance(one, str) else 0)
    return total


def _mode(entry: Mapping[str, Any], kind: str) -> str:
    mode = entry["search"].get("mode") if "search" in entry else None
    if isinstance(mode, str):
        return mode
    found = entry["resource"].get("resourceType")
    return "match" if found == kind else "outcome" if found == "OperationOutcome" else "include"


def _ignored(bundle: Mapping[str, Any], sent: Sequence[str]) -> list[Note]:
    """Whether the self link, which says what the server searched by (R4 3.1.1.4), has every parameter."""
    if not sent:
        return []
    own = link(bundle, "self")
    if not own:
        return [Note.NO_SELF]
    used = {name.partition(":")[0] for name, _ in parse_qsl(urlsplit(own).query, keep_blank_values=True)}
    judged = {name for name in sent if not name.startswith("_") or name in ("_id", "_lastUpdated", "_has")}
    return [Note.IGNORED] if judged - used else []
