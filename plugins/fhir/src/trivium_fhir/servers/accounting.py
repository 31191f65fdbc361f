"""The account of a bundle that was sent: what the server says became of each entry, and of the whole."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from trivium.api import Fact, Kind, PeerFailed, Preflight
from trivium_fhir.phi import forms
from trivium_fhir.phi.rules import of_id
from trivium_fhir.servers.answers import ISSUE_CODES, is_unreadable, issues_of, json_of, parsed, raise_status
from trivium_fhir.servers.net.exchange import Reply
from trivium_fhir.servers.net.server import Server
from trivium_fhir.servers.outgoing import Entry, Outgoing
from trivium_fhir.servers.problems import WriteProblem
from trivium_fhir.servers.results import EntryResult, ServerIssue, WrittenBundle
from trivium_fhir.servers.words import NEXT, Outcome

_MOST_ISSUES: Final = 50
_LONGEST: Final = 1_000
_FACTS: Final = 3
_SEVERITIES: Final = frozenset({"fatal", "error", "warning", "information"})
_STATUS: Final = re.compile(r"([1-5]\d\d)(?:\s.*)?", re.ASCII | re.DOTALL)
_LOCATION: Final = re.compile(r"(?:.*/)?([A-Z][A-Za-z]{2,40})/([A-Za-z0-9.-]{1,64})(?:/_history/[A-Za-z0-9.-]{1,64})?")
_REFUSALS: Final = frozenset({400, 404, 405, 406, 409, 410, 412, 413, 415, 422, 501})
"""Statuses that say that nothing of a transaction was stored, with reasons that the caller can do something about."""


def preflight(outgoing: Outgoing, server: Server) -> Preflight:
    """What a person reads beside the name of the endpoint and the counts."""
    patients = [entry.resource for entry in outgoing.entries if entry.type == "Patient"]
    facts = [
        Fact(label="Kind", value=outgoing.kind),
        Fact(label="Connection", value="TLS" if _secured(server) else "not encrypted, this computer alone"),
        Fact(label="Resources", value=", ".join(f"{number} {name}" for name, number in outgoing.types.items())),
        *(Fact(label="Patient", value=_name(one), kind=Kind.NAME) for one in patients[:_FACTS]),
        *(Fact(label="Patient ID", value=_number(one), kind=Kind.PATIENT_ID) for one in patients[:_FACTS]),
        Fact(label="Sent twice", value="changes nothing more" if outgoing.repeat_safe else "makes resources twice"),
    ]
    counts = {"bundles": 1, "entries": len(outgoing.entries), "bytes": len(outgoing.payload)}
    return Preflight(counts=counts, facts=tuple(fact for fact in facts if fact.value))


def planned(outgoing: Outgoing, server: Server) -> WrittenBundle:
    """The result of a rehearsal."""
    return _result(outgoing, server, Outcome.PLANNED)


def account(outgoing: Outgoing, server: Server, reply: Reply, limit: int) -> WrittenBundle:
    """The result of a sending. Raises `PeerFailure` where the server did not take the request, or where its answer
    does not say what became of it."""
    if reply.status in (401, 403, 429, 503):
        raise_status(reply, server.where)
    if reply.status >= 500 and reply.status != 501:
        raise PeerFailed(where=server.where, problem=WriteProblem.SERVER_ERROR, status=reply.status)
    if 300 <= reply.status < 400:
        raise PeerFailed(where=server.where, problem=WriteProblem.REDIRECT)
    if reply.status in _REFUSALS:
        answer = parsed(reply.body)
        issues = () if is_unreadable(answer) else _issues(answer)
        return _result(outgoing, server, Outcome.REJECTED, status=reply.status, issues=issues)
    entries = _answered(outgoing, server, reply)
    found = [_entry(asked, one) for asked, one in zip(outgoing.entries, entries, strict=True)]
    named = [issue for asked, one in zip(outgoing.entries, entries, strict=True) for issue in _told(asked, one)]
    return _accounted(outgoing, server, reply.status, found, named, limit)


def _answered(outgoing: Outgoing, server: Server, reply: Reply) -> list[Any]:
    """Entry by entry, which a server answers in the order of the request (R4 http.html#transaction-response)."""
    unreadable = PeerFailed(where=server.where, problem=WriteProblem.UNREADABLE)
    if reply.status not in (200, 201, 202):
        raise unreadable
    try:
        answer = json_of(reply, server.where)
    except Exception:
        raise unreadable from None
    found = answer.get("entry") if isinstance(answer, dict) and answer.get("resourceType") == "Bundle" else None
    if not isinstance(found, list) or len(found) != len(outgoing.entries):
        raise unreadable
    return found


def _accounted(
    outgoing: Outgoing,
    server: Server,
    status: int,
    entries: list[EntryResult],
    issues: list[ServerIssue],
    limit: int,
) -> WrittenBundle:
    failed = [one for one in entries if one.status is None or one.status >= 300]
    fine = [one for one in entries if one.status is not None and one.status < 300]
    outcome = Outcome.APPLIED if not failed else Outcome.PARTLY if fine else Outcome.REJECTED
    shown = [*failed, *fine][:limit]
    return _result(
        outgoing,
        server,
        outcome,
        status=status,
        created=sum(one.status == 201 for one in fine),
        found_or_updated=sum(one.status != 201 for one in fine),
        failed=len(failed),
        issues=tuple(issues[:_MOST_ISSUES]),
        results=tuple(shown),
        results_left_out=len(entries) - len(shown) or None,
    )


def _entry(asked: Entry, answered: Any) -> EntryResult:
    response = _response(answered)
    written = response.get("status")
    status = _STATUS.fullmatch(written.strip()) if isinstance(written, str) and len(written) < 200 else None
    logical_id = _id_of(asked, response, answered.get("resource") if isinstance(answered, dict) else None)
    return EntryResult(
        entry=asked.index,
        type=asked.type,
        status=int(status[1]) if status else None,
        id=logical_id,
        id_phi=of_id(asked.type, logical_id) if logical_id else None,
    )


def _response(answered: Any) -> Mapping[str, Any]:
    response = answered.get("response") if isinstance(answered, dict) else None
    return response if isinstance(response, dict) else {}


def _told(asked: Entry, answered: Any) -> tuple[ServerIssue, ...]:
    """What is more than that all went well."""
    issues = _issues(_response(answered).get("outcome"), asked.index)
    return tuple(one for one in issues if one.severity != "information")


def _id_of(asked: Entry, response: Mapping[str, Any], resource: Any) -> str | None:
    location = response.get("location")
    found = _LOCATION.fullmatch(location) if isinstance(location, str) and len(location) < 2_000 else None
    if found and found[1] == asked.type:
        return found[2]
    own = resource.get("id") if isinstance(resource, dict) and resource.get("resourceType") == asked.type else None
    return own if isinstance(own, str) and len(own) <= 64 else None


def _issues(outcome: Any, entry: int | None = None) -> tuple[ServerIssue, ...]:
    return tuple(_issue(one, entry) for one in issues_of(outcome)[:_MOST_ISSUES])


def _issue(issue: Mapping[str, Any], entry: int | None) -> ServerIssue:
    severity, code, places = issue.get("severity"), issue.get("code"), issue.get("expression")
    details = issue.get("details")
    texts = (issue.get("diagnostics"), details.get("text") if isinstance(details, dict) else None)
    text = "; ".join(one for one in texts if isinstance(one, str) and one)
    return ServerIssue(
        entry=entry,
        severity=severity if isinstance(severity, str) and severity in _SEVERITIES else None,
        code=code if isinstance(code, str) and code in ISSUE_CODES else None,
        places=tuple(one for one in places[:20] if isinstance(one, str) and forms.is_element_path(one))
        if isinstance(places, list)
        else (),
        text=text[:_LONGEST] or None,
    )


def _result(outgoing: Outgoing, server: Server, outcome: Outcome, **found: Any) -> WrittenBundle:
    return WrittenBundle(
        outcome=outcome,
        next_step=NEXT[outcome],
        endpoint=server.name,
        entries=len(outgoing.entries),
        types=outgoing.types,
        repeat_safe=outgoing.repeat_safe,
        notes=tuple(map(str, outgoing.notes)),
        **found,
    )


def _secured(server: Server) -> bool:
    return server.endpoint.base_url.startswith("https://")


def _name(patient: Mapping[str, Any]) -> str:
    """Family and first given name, as a person knows them from a list."""
    names = patient.get("name")
    first = names[0] if isinstance(names, list) and names and isinstance(names[0], dict) else {}
    given = first.get("given")
    parts = [first.get("family"), given[0] if isinstance(given, list) and given else None, first.get("text")]
    found = [one for one in parts if isinstance(one, str) and one]
    return "^".join(found[:2])


def _number(patient: Mapping[str, Any]) -> str:
    identifiers = patient.get("identifier")
    for one in identifiers if isinstance(identifiers, list) else []:
        if isinstance(one, dict) and isinstance(one.get("value"), str):
            return str(one["value"])
    return ""
