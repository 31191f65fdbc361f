"""A server's capability statement as a result: names of R4 alone, since a server may write anything into others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from trivium.api import Kind, NotFound
from trivium_fhir.phi import forms
from trivium_fhir.servers import statements
from trivium_fhir.servers.problems import StatusProblem
from trivium_fhir.servers.results import Capabilities, OfferedType
from trivium_fhir.servers.words import Note

_VERSION: Final = re.compile(r"\d{1,2}(?:\.\d{1,3}){1,2}(?:-[a-z0-9]{1,12})?", re.ASCII)
_FORMATS: Final = frozenset({"json", "xml", "ttl", "turtle", "html"})
_OPERATION: Final = re.compile(r"\$?([a-z][a-z-]{1,40})", re.ASCII)


def capabilities(
    endpoint: str, statement: Mapping[str, Any], resource: str | None, limit: int, offset: int
) -> Capabilities:
    """Raises `NotFound` for a type that the server does not list."""
    known = [entry for entry in statements.entries_of(statement) if _is_known(entry)]
    if resource is not None:
        known = [entry for entry in known if entry["type"] == resource]
        if not known:
            raise NotFound(where=f"endpoint {endpoint}, {resource}", problem=StatusProblem.NOT_LISTED)
    known.sort(key=lambda entry: str(entry["type"]))
    version = statement.get("fhirVersion")
    said = version if isinstance(version, str) and _VERSION.fullmatch(version) else None
    software, kind = _software(statement)
    return Capabilities(
        endpoint=endpoint,
        fhir_version=said,
        software=software,
        software_phi=kind,
        formats=tuple(one for one in statements.texts_of(statement, "format") if _is_format(one)),
        system_interactions=statements.interactions_of(statements.rest_of(statement)),
        types=tuple(_offered(entry) for entry in known[offset : offset + limit]),
        types_total=len(known),
        next_offset=offset + limit if offset + limit < len(known) else None,
        notes=() if said is None or said.startswith("4.0") else (str(Note.OTHER_VERSION),),
    )


def _is_known(entry: Mapping[str, Any]) -> bool:
    return isinstance(entry.get("type"), str) and forms.is_resource(entry["type"])


def _is_format(text: str) -> bool:
    return text in _FORMATS or forms.is_mime_type(text)


def _software(statement: Mapping[str, Any]) -> tuple[str | None, Kind | None]:
    """Name and version; the name is a text of the server's, which may be anything."""
    found = statement.get("software")
    parts = [found.get(key) for key in ("name", "version")] if isinstance(found, dict) else []
    texts = [one for one in parts if isinstance(one, str)]
    if not texts:
        return None, None
    text = " ".join(texts)
    return text[:200], None if all(map(forms.is_code, texts)) else Kind.TEXT


def _offered(entry: Mapping[str, Any]) -> OfferedType:
    from trivium_fhir.r4.search import parameters

    kind = str(entry["type"])
    named, known = statements.names_of(entry, "searchParam"), parameters(kind).keys()
    return OfferedType(
        type=kind,
        interactions=statements.interactions_of(entry),
        search_parameters=tuple(sorted(named & known)),
        own_search_parameters=len(named - known) or None,
        includes=tuple(one for one in statements.texts_of(entry, "searchInclude") if _is_include(one)),
        reverse_includes=tuple(one for one in statements.texts_of(entry, "searchRevInclude") if _is_include(one)),
        operations=tuple(sorted(one for one in statements.names_of(entry, "operation") if _is_operation(one))),
        conditional_create=_flag(entry, "conditionalCreate"),
        conditional_update=_flag(entry, "conditionalUpdate"),
    )


def _is_include(text: str) -> bool:
    from trivium_fhir.r4.search import parameters

    kind, _, rest = text.partition(":")
    return forms.is_resource(kind) and rest.partition(":")[0] in parameters(kind)


def _is_operation(text: str) -> bool:
    from trivium_fhir.r4.search import operations

    found = _OPERATION.fullmatch(text)
    return found is not None and any(name.endswith(f"${found[1]}") for name in operations())


def _flag(entry: Mapping[str, Any], key: str) -> bool | None:
    found = entry.get(key)
    return found if isinstance(found, bool) else None
