"""Names of persons in DICOM (PN, PS3.5 clause 6.2.1) and what R4 and HL7 v2 make of them."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

REPRESENTATION: Final = "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation"
_REPRESENTATIONS: Final = ("ABC", "IDE", "SYL")
"""Alphabetic, ideographic, phonetic: the order of the groups."""


class PersonName(NamedTuple):
    """One group of a name."""

    representation: str
    family: str = ""
    given: str = ""
    middle: str = ""
    prefix: str = ""
    suffix: str = ""


def groups_of(name: str) -> list[PersonName]:
    """The groups that say something. Components beyond the fifth are no part of a name and are left."""
    found = []
    for representation, group in zip(_REPRESENTATIONS, name.split("="), strict=False):
        parts = [part.strip() for part in group.split("^")][:5]
        if any(parts):
            found.append(PersonName(representation, *parts))
    return found


def human_names(name: str) -> list[dict[str, Any]]:
    """R4 HumanName for each group; only where there are several, or one that is not alphabetic, it says which."""
    groups = groups_of(name)
    plain = [group.representation for group in groups] == ["ABC"]
    return [_human_name(group, plain=plain) for group in groups]


def _human_name(group: PersonName, *, plain: bool) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if not plain:
        body["extension"] = [{"url": REPRESENTATION, "valueCode": group.representation}]
    if group.family:
        body["family"] = group.family
    if given := [part for part in (group.given, group.middle) if part]:
        body["given"] = given
    if group.prefix:
        body["prefix"] = [group.prefix]
    if group.suffix:
        body["suffix"] = [group.suffix]
    return body
