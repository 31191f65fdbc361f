"""Codes and what is displayed beside them: public where a published standard has them."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from functools import lru_cache
from typing import Any, Final, TypeAlias

from trivium.api import Kind
from trivium_fhir.phi import forms

Parent: TypeAlias = Mapping[str, Any]

_V2_TABLES: Final = "http://terminology.hl7.org/CodeSystem/v2-"
_OF_HL7: Final = ("http://terminology.hl7.org/", "http://hl7.org/fhir/")
_UCUM: Final = "http://unitsofmeasure.org"
_FORMS: Final[Mapping[str, Callable[[str], bool]]] = {
    "http://hl7.org/fhir/ValueSet/mimetypes": forms.is_mime_type,
    "http://hl7.org/fhir/ValueSet/currencies": forms.is_currency,
}
"""Of the codes of value sets that cannot be listed."""


@lru_cache(maxsize=8192)
def is_bound(values: str | None, text: str) -> bool:
    """Whether the value set has it; where that cannot be said, whether it looks like a code."""
    from trivium_fhir.r4.terminology import contains

    found = contains(values, None, text) if values else None
    return found if found is not None else _FORMS.get(values or "", forms.is_code)(text)


def coding_code(text: str, parent: Parent) -> Kind | None:
    system = _standard_system(parent)
    return None if (is_code_of(system, text) if system else forms.is_code(text)) else Kind.TEXT


def coding_display(text: str, parent: Parent) -> Kind | None:
    code, system = parent.get("code"), _standard_system(parent)
    named = system and isinstance(code, str) and _is_named(system, code)
    return None if named and forms.is_display(text) else Kind.TEXT


def concept_text(text: str, parent: Parent) -> Kind | None:
    """Public where it repeats the display of one of the codes."""
    codings = parent.get("coding")
    for one in codings if isinstance(codings, list) else []:
        if isinstance(one, dict) and one.get("display") == text:
            return coding_display(text, one)
    return Kind.TEXT


def unit(text: str, parent: Parent) -> Kind | None:
    code, system = parent.get("code"), _standard_system(parent)
    named = system and isinstance(code, str) and is_code_of(system, code)
    return None if forms.is_free_unit(text) or (named and forms.is_display(text)) else Kind.TEXT


def extension_code(text: str, parent: Parent) -> Kind | None:
    url = parent.get("url")
    return None if is_bound(_bound_values(url) if isinstance(url, str) else None, text) else Kind.TEXT


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
    """Whether a standard's system may have this code. A word it has only if it is listed, and HL7's own systems have no
    long number either: v2 tables are filled by sites.
    """
    if system == _UCUM:
        return forms.is_unit(code)
    looks = forms.is_code(code) if _is_of_hl7(system) else forms.is_code_shape(code) and not forms.is_word(code)
    return looks or code in _listed(system)


def _is_of_hl7(system: str) -> bool:
    return system.startswith(_OF_HL7) and not system.startswith(forms.SID)


def _is_named(system: str, code: str) -> bool:
    """Whether what is displayed beside this code is a standard's text and not a site's."""
    return code in _listed(system) if _is_of_hl7(system) else is_code_of(system, code)


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
