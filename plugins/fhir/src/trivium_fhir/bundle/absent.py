"""What stands where R4 requires an element and the message gives none (R4, extension data-absent-reason).

A code is never guessed: `unknown` stands where the required binding has it, or the reason why there is no value.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from trivium_fhir.r4 import elements, terminology
from trivium_fhir.r4.elements import Element

REASON: Final = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_SYSTEM: Final = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
_UNKNOWN: Final = "unknown"


def absent(one: Element) -> tuple[str, Any]:
    """The JSON name and value that say that an element has no value: `("_recorded", {"extension": [...]})`."""
    kind = one.types[0]
    if kind == "code" and _takes_unknown(one):
        return one.name, _UNKNOWN
    if elements.is_primitive(kind):
        return f"_{one.name}", _many(one, _reason())
    return one.name, _many(one, _complex(one, kind))


def _complex(one: Element, kind: str) -> dict[str, Any]:
    closed = one.binding is not None and one.binding.strength == "required"
    if kind == "Coding" and not closed:
        return _coding()
    if kind == "CodeableConcept" and not closed:
        return {"coding": [_coding()]}
    return {} if kind == "BackboneElement" else _reason()  # what a part of a resource lacks is told below it


def _many(one: Element, value: dict[str, Any]) -> object:
    return [value] if one.repeats else value


def _reason() -> dict[str, Any]:
    return {"extension": [{"url": REASON, "valueCode": _UNKNOWN}]}


def _coding() -> dict[str, Any]:
    return {"system": _SYSTEM, "code": _UNKNOWN}


@cache
def _takes_unknown(one: Element) -> bool:
    bound = one.binding
    if bound is None or bound.strength != "required":
        return False
    return terminology.contains(bound.value_set, None, _UNKNOWN) is True
