"""Which values of a FHIR R4 resource carry patient data, and of which kind. Fails closed.

The question is answered from the outside in:

1. A resource, element or extension that R4 does not have: `TEXT`, its name included.
2. An element whose path says its kind (`places`).
3. A data type that does: names, addresses, contacts, dates. What an identifier numbers is said by its type (v2 table
   0203), else by the resource that it stands in.
4. Numbers and booleans are public. Codes are where they look like one: in the value set of a required binding, beside
   the system of a published standard, or no word and no long number. The display of a code is public with such a
   system alone; all other text is `TEXT`.

Decisions. Logical ids of patients, encounters, accounts and coverages are `PATIENT_ID`, as many servers make them of a
record number; those of staff that are neither UUIDs nor plain numbers are `NAME`; others `UID` where they are one, else
`ORDER`, so that the next read is possible. `urn:uuid:` is public: it names an entry within its bundle. URIs are public
where they are a standard's or an OID, else `CONTACT`: they name a site. A value that JSON must escape, or that is
longer than the host shows whole, is `TEXT`: what stands for it could not be put back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from functools import cache, lru_cache
from typing import Any, Final, TypeAlias

from trivium.api import Kind
from trivium_fhir.phi import forms
from trivium_fhir.phi.places import (
    CODE_STRINGS,
    DISPLAYS,
    IDS,
    NUMBERED_ORDERS,
    NUMBERED_PEOPLE,
    PATH_STRINGS,
    PATHS,
    TYPES,
)

Parent: TypeAlias = Mapping[str, Any]
Judge: TypeAlias = Callable[[str, Parent], Kind | None]
"""The kind of a text, given the object it stands in."""

NUMBERS: Final = frozenset({"decimal", "integer", "unsignedInt", "positiveInt", "integer64"})
_DATES: Final = frozenset({"date", "dateTime", "instant", "time"})
_URIS: Final = frozenset({"uri", "url", "canonical"})
_UID: Final = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-2](?:\.\d{1,40}){3,30}", re.ASCII | re.IGNORECASE
)
_V2_TABLES: Final = "http://terminology.hl7.org/CodeSystem/v2-"
_TABLE_0203: Final = f"{_V2_TABLES}0203"
_OF_HL7: Final = ("http://terminology.hl7.org/", "http://hl7.org/fhir/")
_UCUM: Final = "http://unitsofmeasure.org"
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
        return lambda text, parent: None if _is_bound(text, values) else Kind.TEXT
    if datatype in _URIS:
        return lambda text, parent: of_uri(text)
    if datatype in ("oid", "uuid"):
        return _always(Kind.UID)
    if path in CODE_STRINGS:
        return lambda text, parent: None if forms.is_code(text) else Kind.TEXT
    if path in PATH_STRINGS:
        return lambda text, parent: None if forms.is_element_path(text) else Kind.TEXT
    return _always(TYPES.get(owner, role if role in (Kind.NAME, Kind.ADDRESS) and owner == "Extension" else Kind.TEXT))


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


@lru_cache(maxsize=8192)
def _is_bound(text: str, values: str | None) -> bool:
    if forms.is_mime_type(text) or forms.is_code(text):
        return True
    if values is None:
        return False
    from trivium_fhir.r4.terminology import contains

    return contains(values, None, text) is True


def _of_identifier(text: str, parent: Parent, role: Kind) -> Kind:
    if parent.get("system") == "urn:dicom:uid":
        return Kind.UID
    types = _types_of(parent.get("type"))
    if types & NUMBERED_PEOPLE and role is not Kind.NAME:
        return Kind.PATIENT_ID
    if types & NUMBERED_ORDERS:
        return Kind.ORDER
    return role


def _types_of(concept: object) -> set[str]:
    codings = concept.get("coding") if isinstance(concept, dict) else None
    found = codings if isinstance(codings, list) else []
    return {
        one["code"]
        for one in found
        if isinstance(one, dict) and isinstance(one.get("code"), str) and one.get("system") == _TABLE_0203
    }


def _coding_code(text: str, parent: Parent) -> Kind | None:
    system = _standard_system(parent)
    return None if (is_code_of(system, text) if system else forms.is_code(text)) else Kind.TEXT


def _coding_display(text: str, parent: Parent) -> Kind | None:
    code, system = parent.get("code"), _standard_system(parent)
    named = system and isinstance(code, str) and is_code_of(system, code)
    return None if named and forms.is_display(text) else Kind.TEXT


def _concept_text(text: str, parent: Parent) -> Kind | None:
    """Public where it repeats the display of one of the codes."""
    codings = parent.get("coding")
    for one in codings if isinstance(codings, list) else []:
        if isinstance(one, dict) and one.get("display") == text:
            return _coding_display(text, one)
    return Kind.TEXT


def _extension_code(text: str, parent: Parent) -> Kind | None:
    url = parent.get("url")
    return None if _is_bound(text, _bound_values(url) if isinstance(url, str) else None) else Kind.TEXT


@lru_cache(maxsize=512)
def _bound_values(url: str) -> str | None:
    """The value set that a standard extension's code is bound to."""
    from trivium_fhir.r4.extensions import extension

    try:
        binding = extension(url).binding
    except KeyError:
        return None
    return binding.value_set if binding and binding.strength == "required" else None


def _standard_system(parent: Parent) -> str:
    system = parent.get("system")
    return system if isinstance(system, str) and forms.is_code_system(system) else ""


def is_code_of(system: str, code: str) -> bool:
    """Whether a standard's system may have this code. A word is one of HL7's own systems only if it is listed there:
    v2 tables are filled by sites.
    """
    if system == _UCUM:
        return forms.is_unit(code)
    if not forms.is_code_shape(code) or not system.startswith(_OF_HL7):
        return forms.is_code_shape(code)
    return forms.is_code(code) or code in _listed(system)


@lru_cache(maxsize=512)
def _listed(system: str) -> Container[str]:
    from trivium_fhir.r4.terminology import code_system
    from trivium_hl7 import dictionary

    table = dictionary.table(system.removeprefix(_V2_TABLES)) if system.startswith(_V2_TABLES) else None
    if table:
        return table.codes
    try:
        return code_system(system).concepts
    except KeyError:
        return ()


def _unit(text: str, parent: Parent) -> Kind | None:
    code, system = parent.get("code"), _standard_system(parent)
    named = system and isinstance(code, str) and is_code_of(system, code)
    return None if forms.is_free_unit(text) or (named and forms.is_display(text)) else Kind.TEXT


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
    "Coding.code": _coding_code,
    "Coding.display": _coding_display,
    "Extension.valueCode": _extension_code,
    "CodeableConcept.text": _concept_text,
    "Quantity.code": _coding_code,
    "Quantity.unit": _unit,
    "Reference.display": _reference_display,
    "Reference.type": _resource_name,
}
