"""Which identifier of a resource says which one it is, and the search that finds it (R4, search, token)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

KNOWN_BY_IDENTIFIER: Final = frozenset(
    {
        "Account",
        "AllergyIntolerance",
        "Appointment",
        "Condition",
        "Device",
        "DiagnosticReport",
        "DocumentReference",
        "Encounter",
        "EpisodeOfCare",
        "HealthcareService",
        "ImagingStudy",
        "Immunization",
        "Location",
        "MedicationRequest",
        "Observation",
        "Organization",
        "Patient",
        "Practitioner",
        "Procedure",
        "ServiceRequest",
        "Specimen",
        "Task",
    }
)
"""Resources whose identifiers are their own. Not Coverage and RelatedPerson: a member's number is the family's, and one
person is a relative of several patients."""
_FIRST_OF_ALL: Final[Mapping[str, str]] = {"Patient": "MR", "DiagnosticReport": "FILL"}
"""The kind of identifier that tells more surely than others; a placer's number may be that of several reports."""
_PAST: Final = frozenset({"old", "temp"})
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_SPECIAL: Final = re.compile(r"([\\$,|])")


def identifier_of(body: Mapping[str, Any]) -> dict[str, Any] | None:
    """The identifier to know a resource by: one with a system, else the first with a value; None if it has none."""
    if "identifier" not in body and "masterIdentifier" not in body:
        return None
    if body["resourceType"] not in KNOWN_BY_IDENTIFIER:
        return None
    usable = [one for one in _identifiers(body) if one.get("value") and one.get("use") not in _PAST]
    if not usable:
        return None
    first = _FIRST_OF_ALL.get(body["resourceType"])
    return max(usable, key=lambda one: (is_global(one), first in _kinds(one)))


def is_global(identifier: Mapping[str, Any]) -> bool:
    """It has a system that is a URI, so that its value means the same everywhere."""
    return _URI.fullmatch(identifier.get("system") or "") is not None


def search_for(identifier: Mapping[str, Any]) -> str:
    """`identifier=system|value`, with what has a meaning in a search escaped, then percent-encoded.

    The bar and colons stay as R4 writes them (http, conditional references), so that the value stands by itself.
    """
    system, value = (quote(_SPECIAL.sub(r"\\\1", identifier[key]), safe=":/") for key in ("system", "value"))
    return f"identifier={system}|{value}"


def _identifiers(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    held = body.get("identifier") or []
    listed = held if isinstance(held, list) else [held]
    master = body.get("masterIdentifier")
    return [master, *listed] if master else listed


def _kinds(identifier: Mapping[str, Any]) -> set[str]:
    return {coding.get("code", "") for coding in identifier.get("type", {}).get("coding", ())}
