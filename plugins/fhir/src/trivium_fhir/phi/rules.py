"""Which values of a FHIR R4 resource carry patient data, and of which kind. Fails closed.

The question is answered from the outside in:

1. A resource, element or extension that R4 does not have: `TEXT`, its name included.
2. An element whose path says its kind (`places`).
3. A data type that does: names, addresses, contacts, dates. What an identifier numbers is said by its type (v2 table
   0203), else by the resource that it stands in.
4. Numbers and booleans are public, but ages. Codes are public in the value set of a required binding, and elsewhere
   where they look like one: no word and no long number, or beside the system of a published standard one that it may
   have. The display of a code is public with such a system alone; all other text is `TEXT`.

Decisions. Logical ids of patients, encounters, accounts and coverages are `PATIENT_ID`, as many servers make them of a
record number; those of staff that are neither UUIDs nor plain numbers are `NAME`; others `UID` where they are one, else
`ORDER`, so that the next read is possible. `urn:uuid:` is public: it names an entry within its bundle. URIs are public
where they are a standard's or an OID, else `CONTACT`: they name a site. A value that JSON must escape, or that is
longer than the host shows whole, is `TEXT`: what stands for it could not be put back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Final, TypeAlias

from trivium.api import Kind
from trivium_fhir.phi import codings, forms
from trivium_fhir.phi.codings import Parent
from trivium_fhir.phi.places import (
    CODE_STRINGS,
    DISPLAYS,
    EXTENSION_PARTS,
    IDS,
    NUMBERED_ORDERS,
    NUMBERED_PEOPLE,
    PATH_STRINGS,
    PATHS,
    TYPES,
)

Judge: TypeAlias = Callable[[str, Parent], Kind | None]
"""The kind of a text, given the object it stands in."""

NUMBERS: Final = frozenset({"decimal", "integer", "unsignedInt", "positiveInt", "integer64"})
_DATES: Final = frozenset({"date", "dateTime", "instant", "time"})
_URIS: Final = frozenset({"uri", "url", "canonical"})
_UID: Final = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-2](?:\.\d{1,40}){3,30}", re.ASCII | re.IGNORECASE
)
_TABLE_0203: Final = "http://terminology.hl7.org/CodeSystem/v2-0203"
_OF_DICOM: Final = "urn:dicom:uid"
_REFERENCE: Final = re.compile(r"(?:\A|/)([A-Z][A-Za-z]{2,40})/[A-Za-z0-9.-]{1,64}(?:/_history/[A-Za-z0-9.-]{1,64})?\Z")


def kind_of(path: str, datatype: str, value: object, siblings: Parent, *, role: Kind = Kind.TEXT) -> Kind | None:
    """The kind of one primitive value; None: public.

    `path` is the element's, within its data type where it stands in one (`Identifier.value`, `Patient.birthDate`),
    `datatype` its R4 type, `siblings` the object that holds it, `role` what the identifiers of the place number.
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return PATHS.get(path) if datatype in NUMBERS else Kind.TEXT
    return judge(path, datatype, None, role)(value, siblings) if isinstance(value, str) else Kind.TEXT


@cache  # bounded by the elements of R4
def judge(path: str, datatype: str, values: str | None, role: Kind) -> Judge:
    """How texts at this place are judged. `values` is the value set that binds a code here, if it is required."""
    found = _judge(path, datatype, values, role)
    if found is _free_text:
        return found

    def whole(text: str, parent: Parent) -> Kind | None:
        kind = found(text, parent)
        return kind if kind is Kind.TEXT or forms.is_printable(text) else Kind.TEXT

    return whole


def _judge(path: str, datatype: str, values: str | None, role: Kind) -> Judge:
    owner = path.partition(".")[0]
    if path in _SPECIAL:
        return _SPECIAL[path]
    if path == "Identifier.value":
        return lambda text, parent: _of_identifier(text, parent, role)
    if path in PATHS:
        return _always(PATHS[path])
    if datatype == "id" or (datatype == "string" and path == f"{owner}.id" and owner not in TYPES):
        return _id_judge(owner)
    if datatype in _DATES:
        return _always(Kind.BIRTH_DATE if role is Kind.BIRTH_DATE else Kind.DATE)
    if datatype == "code":
        return _where(forms.is_language if path.endswith(".language") else partial(codings.is_bound, values))
    if datatype in _URIS:
        return lambda text, parent: of_uri(text)
    if datatype in ("oid", "uuid"):
        return _always(Kind.UID)
    if path in CODE_STRINGS:
        return _where(forms.is_code)
    if path in PATH_STRINGS:
        return _where(forms.is_element_path)
    return _always(TYPES.get(owner, role if role in (Kind.NAME, Kind.ADDRESS) and owner == "Extension" else Kind.TEXT))


def _where(fits: Callable[[str], bool]) -> Judge:
    return lambda text, parent: None if fits(text) else Kind.TEXT


def _free_text(text: str, parent: Parent) -> Kind:
    return Kind.TEXT


def _always(kind: Kind) -> Judge:
    return _free_text if kind is Kind.TEXT else lambda text, parent: kind


def _id_judge(owner: str) -> Judge:
    if not forms.is_resource(owner):  # the id of an element, within its resource
        return _always(Kind.TEXT)
    return lambda text, parent: of_id(owner, text)


def of_id(resource: str, text: str) -> Kind:
    """Of a logical id."""
    fixed = IDS.get(resource)
    if fixed is Kind.PATIENT_ID:
        return fixed
    if _UID.fullmatch(text):
        return Kind.UID
    return Kind.ORDER if fixed is None or (text.isascii() and text.isdigit()) else fixed


def of_uri(text: str) -> Kind | None:
    """Of a URI."""
    if forms.is_standard(text) or forms.is_urn_uuid(text):
        return None
    return Kind.CONTACT if forms.is_uri(text) else Kind.TEXT


def _of_identifier(text: str, parent: Parent, role: Kind) -> Kind:
    types = _types_of(parent.get("type"))
    if types & NUMBERED_PEOPLE and role is not Kind.NAME:
        return Kind.PATIENT_ID
    if types & NUMBERED_ORDERS:
        return Kind.ORDER
    return of_number(text, parent.get("system"), role)


def of_number(text: str, system: object, role: Kind) -> Kind:
    """Of an identifier's value in a place whose identifiers number `role`: a UID is one wherever it stands."""
    if system == _OF_DICOM:
        return Kind.UID
    is_urn = forms.is_oid(text) or forms.is_urn_uuid(text)
    return Kind.UID if is_urn and role in (Kind.ORDER, Kind.TEXT) else role


def _types_of(concept: object) -> set[str]:
    given = concept.get("coding") if isinstance(concept, dict) else None
    found = given if isinstance(given, list) else []
    return {
        one["code"]
        for one in found
        if isinstance(one, dict) and isinstance(one.get("code"), str) and one.get("system") == _TABLE_0203
    }


def of_part(text: str) -> Kind | None:
    """Of the name of an extension within a standard's extension."""
    return None if forms.is_code(text) or text in _parts() else of_uri(text)


@cache
def _parts() -> frozenset[str]:
    from trivium_fhir.r4.extensions import extensions

    return EXTENSION_PARTS.union(part.name for one in extensions().values() for part in one.parts)


def _reference_display(text: str, parent: Parent) -> Kind | None:
    return DISPLAYS.get(referred_type(parent), Kind.TEXT)


def referred_type(reference: Parent) -> str:
    """The type of resource that a Reference says it refers to; empty: it does not say."""
    named, target = reference.get("type"), reference.get("reference")
    if isinstance(named, str):
        return named
    found = _REFERENCE.search(target) if isinstance(target, str) and len(target) <= forms.LONGEST_VALUE else None
    return found[1] if found else ""


def _resource_name(text: str, parent: Parent) -> Kind | None:
    return None if forms.is_resource(text) else of_uri(text)


_SPECIAL: Final[Mapping[str, Judge]] = {
    "Coding.code": codings.coding_code,
    "Coding.display": codings.coding_display,
    "Extension.valueCode": codings.extension_code,
    "CodeableConcept.text": codings.concept_text,
    "Quantity.code": codings.coding_code,
    "Quantity.unit": codings.unit,
    "Reference.display": _reference_display,
    "Reference.type": _resource_name,
    "Observation.referenceRange.text": _where(forms.is_range),
}
