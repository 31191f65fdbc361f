"""A bundle made ready to be sent, or the reason why it may not go out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from trivium.api import BadInput, TooLarge
from trivium_fhir.phi import forms
from trivium_fhir.servers.marks import any_mark
from trivium_fhir.servers.problems import BundleProblem
from trivium_fhir.servers.words import Method, Note

MOST_ENTRIES: Final = 1_000
MOST_BYTES: Final = 10_000_000
_WHERE: Final = "bundle"
_ID: Final = re.compile(r"([A-Z][A-Za-z]{2,40})/([A-Za-z0-9.-]{1,64})", re.ASCII)
_CONDITION: Final = re.compile(r"[a-zA-Z_][A-Za-z0-9_.:-]{0,80}=[^&\s]+(?:&[a-zA-Z_][A-Za-z0-9_.:-]{0,80}=[^&\s]+)*")


@dataclass(frozen=True, slots=True)
class Entry:
    """What is asked for one resource."""

    index: int
    """From 1."""
    method: Method
    type: str
    resource: Mapping[str, Any]
    repeat_safe: bool
    """Whether doing it twice leaves what doing it once leaves: by id, or under a condition."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A bundle that may be sent."""

    kind: str
    """transaction or batch."""
    entries: tuple[Entry, ...]
    payload: bytes
    """The text as it was given, in UTF-8: nothing in it is changed."""
    notes: tuple[Note, ...]

    @property
    def types(self) -> dict[str, int]:
        """Entries by type of resource."""
        return dict(sorted(Counter(entry.type for entry in self.entries).items()))

    @property
    def repeat_safe(self) -> bool:
        return all(entry.repeat_safe for entry in self.entries)


def prepare(text: str, *, max_bytes: int = MOST_BYTES) -> Outgoing:
    """The bundle in `text` (R4 Bundle, http.html#transaction), valid by R4 itself; profiles are for the server.

    Raises `BadInput` or `TooLarge`; nothing was sent.
    """
    payload = _encoded(text, max_bytes)
    bundle = _bundle(text)
    entries = bundle.get("entry")
    if not isinstance(entries, list) or not entries:
        raise BadInput(where=_WHERE, problem=BundleProblem.NO_ENTRIES)
    if len(entries) > MOST_ENTRIES:
        raise TooLarge(where=_WHERE, problem=BundleProblem.TOO_MANY, limit=MOST_ENTRIES)
    _check_marks(bundle, entries)
    found = tuple(_entry(number, one) for number, one in enumerate(entries, 1))
    _check_full_urls(entries)
    _check_content(bundle)
    return Outgoing(str(bundle["type"]), found, payload, tuple(_notes(bundle, found)))


def _encoded(text: str, limit: int) -> bytes:
    if len(text) > limit:
        raise TooLarge(where=_WHERE, problem=BundleProblem.TOO_LONG, limit=limit)
    try:
        payload = text.encode()
    except UnicodeEncodeError:  # half a character (a lone surrogate)
        raise BadInput(where=_WHERE, problem=BundleProblem.NOT_TEXT) from None
    if len(payload) > limit:
        raise TooLarge(where=_WHERE, problem=BundleProblem.TOO_LONG, limit=limit)
    return payload


def _bundle(text: str) -> dict[str, Any]:
    from trivium_fhir.validation.reading import read_json

    bundle = read_json(text, where=_WHERE)  # also refuses names that are there twice, which a server may read otherwise
    if bundle.get("resourceType") != "Bundle":
        raise BadInput(where=_WHERE, problem=BundleProblem.NOT_BUNDLE)
    if bundle.get("type") not in ("transaction", "batch"):
        raise BadInput(where="bundle.type", problem=BundleProblem.NOT_BUNDLE)
    return bundle


def _check_marks(bundle: Mapping[str, Any], entries: list[Any]) -> None:
    for number, one in enumerate(entries, 1):
        if any_mark(one):
            raise BadInput(where=_place(number), problem=BundleProblem.WITHHELD)
    if any_mark({key: value for key, value in bundle.items() if key != "entry"}):
        raise BadInput(where=_WHERE, problem=BundleProblem.WITHHELD)


def _entry(number: int, entry: Any) -> Entry:
    where = _place(number)
    request = entry.get("request") if isinstance(entry, dict) else None
    request = request if isinstance(request, dict) else {}
    method, url = request.get("method"), request.get("url")
    if not isinstance(method, str) or not isinstance(url, str):
        raise BadInput(where=where, problem=BundleProblem.NO_REQUEST)
    if method not in list(Method):
        raise BadInput(where=where, problem=BundleProblem.METHOD)
    condition = request.get("ifNoneExist")
    resource = entry.get("resource")
    kind, by_id = _target(where, method, url)
    if not isinstance(resource, dict) or resource.get("resourceType") != kind:
        raise BadInput(where=where, problem=BundleProblem.RESOURCE)
    if by_id is not None and resource.get("id") != by_id:
        raise BadInput(where=where, problem=BundleProblem.RESOURCE)
    if condition is not None and not (method == "POST" and _is_condition(condition)):
        raise BadInput(where=where, problem=BundleProblem.CONDITION)
    return Entry(number, Method(method), kind, resource, method == "PUT" or condition is not None)


def _target(where: str, method: str, url: str) -> tuple[str, str | None]:
    """The type that a request is for, and the id that it names."""
    if method == "POST" and forms.is_resource(url):
        return url, None
    found = _ID.fullmatch(url)
    if method == "PUT" and found and forms.is_resource(found[1]):
        return found[1], found[2]
    kind, mark, condition = url.partition("?")
    if method == "PUT" and mark and forms.is_resource(kind) and _is_condition(condition):
        return kind, None
    raise BadInput(where=where, problem=BundleProblem.URL)


def _is_condition(text: object) -> bool:
    return isinstance(text, str) and len(text) <= 2_000 and _CONDITION.fullmatch(text) is not None


def _check_full_urls(entries: list[Any]) -> None:
    seen: set[str] = set()
    for number, one in enumerate(entries, 1):
        url = one.get("fullUrl")
        if isinstance(url, str):
            if url in seen:
                raise BadInput(where=_place(number), problem=BundleProblem.DUPLICATE)
            seen.add(url)


def _check_content(bundle: dict[str, Any]) -> None:
    """Refuse what R4 does not allow, with the first place of it."""
    from trivium_fhir.validation import Severity, report

    errors = [one for one in report(bundle).findings if one.severity is Severity.ERROR]
    if errors:
        where = f"{_WHERE} (first: {errors[0].code} at {errors[0].first})"
        raise BadInput(where=where, problem=BundleProblem.INVALID, number=sum(one.count for one in errors))


def _notes(bundle: Mapping[str, Any], entries: tuple[Entry, ...]) -> Iterator[Note]:
    if not all(entry.repeat_safe for entry in entries):
        yield Note.NOT_REPEATABLE
    if bundle["type"] == "batch":
        yield Note.BATCH


def _place(number: int) -> str:
    return f"bundle.entry[{number}]"
