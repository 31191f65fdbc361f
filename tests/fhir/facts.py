"""What a Bundle says that two converters should agree on, however they split it into resources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

Json: TypeAlias = Mapping[str, Any]
Fact: TypeAlias = tuple[str, str]
"""What it is of (`Patient.name.family`), and the value."""


def facts(bundle: Json) -> set[Fact]:
    """Each once: how often a converter repeats a resource is its own affair, and so are blanks around a value."""
    found: set[Fact] = set()
    for entry in bundle.get("entry", ()):
        resource = entry["resource"]
        for name, value in _of(resource):
            if value not in (None, ""):
                found.add((f"{resource['resourceType']}.{name}", str(value).strip()))
    return found


def _of(resource: Json) -> Iterator[tuple[str, object]]:
    match resource["resourceType"]:
        case "Patient":
            yield from _person(resource)
            yield "birthDate", resource.get("birthDate")
            yield "gender", resource.get("gender")
        case "RelatedPerson" | "Practitioner":
            yield from _names(resource)
        case "Observation":
            yield from _observation(resource)
        case "ServiceRequest" | "DiagnosticReport":
            yield from _identifiers(resource)
            yield "status", resource.get("status")
            yield from _codes("code", resource.get("code"))
        case "Encounter":
            yield from _identifiers(resource)
            yield "class", resource.get("class", {}).get("code")
            yield "period.start", _moment(resource.get("period", {}).get("start"))
        case "Immunization":
            yield from _codes("vaccineCode", resource.get("vaccineCode"))
            yield "lotNumber", resource.get("lotNumber")
            yield "occurrence", _moment(resource.get("occurrenceDateTime"))
        case "Appointment":
            yield from _identifiers(resource)


def _person(resource: Json) -> Iterator[tuple[str, object]]:
    yield from _identifiers(resource)
    yield from _names(resource)
    for address in resource.get("address", ()):
        for line in address.get("line", ()):
            yield "address.line", line
        for part in ("city", "state", "postalCode", "country"):
            yield f"address.{part}", address.get(part)
    for telecom in resource.get("telecom", ()):
        yield "telecom", telecom.get("value")


def _identifiers(resource: Json) -> Iterator[tuple[str, object]]:
    for identifier in resource.get("identifier", ()):
        yield "identifier", identifier.get("value")


def _names(resource: Json) -> Iterator[tuple[str, object]]:
    for name in resource.get("name", ()):
        yield "name.family", name.get("family")
        for given in name.get("given", ()):
            yield "name.given", given


def _observation(resource: Json) -> Iterator[tuple[str, object]]:
    yield "status", resource.get("status")
    yield from _codes("code", resource.get("code"))
    yield "effective", _moment(resource.get("effectiveDateTime"))
    quantity = resource.get("valueQuantity", {})
    if "value" in quantity:
        yield "value.quantity", f"{float(quantity['value']):g}"
    yield "value.unit", quantity.get("unit") or quantity.get("code")
    yield "value.string", resource.get("valueString")
    yield from _codes("value.code", resource.get("valueCodeableConcept"))


def _codes(name: str, concept: Json | None) -> Iterator[tuple[str, object]]:
    for coding in (concept or {}).get("coding", ()):
        yield name, coding.get("code")


def _moment(value: str | None) -> str | None:
    """To the day: converters differ in what they do without an offset."""
    return value[:10] if value else None
