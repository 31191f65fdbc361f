"""Bindings: whether codes are in the value sets that R4 binds, as far as that can be decided offline."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from trivium_fhir.r4 import terminology
from trivium_fhir.r4.elements import Binding
from trivium_fhir.validation.findings import At, Code, Findings, Severity


def check_binding(findings: Findings, binding: Binding, type_name: str, value: Any, at: At) -> None:
    """Check a code, a Coding, a CodeableConcept or a Quantity's unit. Preferred and example bindings ask nothing."""
    codings = _codings(type_name, value)
    if binding.max_value_set is not None:
        _must(findings, binding.max_value_set, codings, at, type_name)
    value_set = binding.value_set
    if value_set is None:
        return
    if binding.strength == "required":
        _must(findings, value_set, codings, at, type_name)
        if not codings and not isinstance(value, str) and type_name != "Quantity" and not _excused(value):
            findings.add(Code.NO_CODE, at, _page(value_set))
    elif binding.strength == "extensible" and codings and _none_in(value_set, codings):
        findings.add(Code.EXTENSIBLE_CODE, at, _page(value_set), severity=Severity.WARNING)


def _must(findings: Findings, value_set: str, codings: list[tuple[str | None, str]], at: At, type_name: str) -> None:
    if codings and _none_in(value_set, codings):
        findings.add(Code.REQUIRED_CODE, at, _page(value_set), detail=type_name)


def _none_in(value_set: str, codings: list[tuple[str | None, str]]) -> bool:
    """No coding is in the value set, and that is certain of each."""
    return all(_contains(value_set, system, code) is False for system, code in codings)


@lru_cache(maxsize=4096)
def _contains(value_set: str, system: str | None, code: str) -> bool | None:
    return terminology.contains(value_set, system, code)


def _page(value_set: str) -> str:
    return value_set.partition("|")[0]


def _codings(type_name: str, value: Any) -> list[tuple[str | None, str]]:
    """System and code of each coding that has a code; those of the wrong JSON type are found elsewhere."""
    if isinstance(value, str):
        return [(None, value)]
    listed = value.get("coding") if type_name == "CodeableConcept" else [value]
    if not isinstance(listed, list):
        return []
    found = []
    for one in listed:
        code = one.get("code") if isinstance(one, dict) else None
        system = one.get("system") if isinstance(one, dict) else None
        if isinstance(code, str):
            found.append((system if isinstance(system, str) else None, code))
    return found


def _excused(value: Any) -> bool:
    """An extension says why there is no code."""
    return isinstance(value, dict) and ("extension" in value or "_code" in value)
