"""Element paths as people write them, and the path that R4 knows."""

from __future__ import annotations

import difflib
import re
from functools import cache
from typing import Final

from trivium.api import BadInput, NotFound
from trivium_fhir.explain.problems import ElementProblem
from trivium_fhir.r4.elements import children, choices, element, resources, types

LONGEST: Final = 300
_NEAR: Final = 6
_ABSTRACT: Final = ("Resource", "DomainResource", "Element", "BackboneElement")
_STEP: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*(\[x\])?")
_INDEX: Final = re.compile(r"\[\d{0,6}\]|\(\d{1,6}\)")


def parse_element_path(text: str, *, where: str) -> str:
    """`Patient.name.given` for `patient.Name.given`, `Patient.name[0].given[1]`, `Patient/name/given`.

    A choice keeps its spelling: `Observation.value[x]` or `Observation.valueQuantity`; `Observation.value` means the
    first. Steps inside the resource of an entry or a contained one go on there when they name its type:
    `Bundle.entry.resource.Patient.name`. Raises `BadInput` for what is no path, `NotFound` for one that R4 lacks.
    """
    steps = _steps(text, where)
    path = type_named(steps[0])
    if path is None:
        raise NotFound(where=where, problem=ElementProblem.NO_SUCH_TYPE)
    for step in steps[1:]:
        further = type_named(step) if _holds_resources(path) else _named(path, step)
        if further is None:
            raise NotFound(where=where, problem=ElementProblem.NO_SUCH_ELEMENT)
        path = further
    return path


def near(text: str) -> list[str]:
    """Paths that were perhaps meant: same parent and a similar name, then the same name elsewhere."""
    try:
        steps = _steps(text, "path")
    except BadInput:
        return []
    parent = _longest_known(steps)
    if not parent:
        return list(difflib.get_close_matches(steps[0].capitalize(), _names(), n=_NEAR, cutoff=0.6))
    wrong = steps[parent.count(".") + 1 :][:1]
    names = child_names(parent)
    found = difflib.get_close_matches(wrong[0], names, n=_NEAR, cutoff=0.5) if wrong else []
    folded = [name for name in names if wrong and wrong[0].lower() in name.lower()]
    return [f"{parent}.{name}" for name in dict.fromkeys([*found, *folded])][:_NEAR]


def _steps(text: str, where: str) -> list[str]:
    if len(text) > LONGEST:
        raise BadInput(where=where, problem=ElementProblem.TOO_LONG, limit=LONGEST)
    written = _INDEX.sub("", text.strip()).replace("/", ".").strip(".")
    steps = written.split(".")
    if not all(_STEP.fullmatch(step) for step in steps):
        raise BadInput(where=where, problem=ElementProblem.UNREADABLE)
    return steps


def _longest_known(steps: list[str]) -> str:
    path = type_named(steps[0]) or ""
    for step in steps[1:] if path else ():
        further = _named(path, step)
        if further is None:
            return path
        path = further
    return path


@cache
def _folded_names() -> dict[str, str]:
    return {name.lower(): name for name in reversed(_names())}


@cache
def _names() -> tuple[str, ...]:
    return (*resources(), *types(), *_ABSTRACT)


def type_named(step: str) -> str | None:
    """A resource or type in any case. No two differ by case alone."""
    step = step.strip()
    return step if step in _names() else _folded_names().get(step.lower())


def _holds_resources(path: str) -> bool:
    return "." in path and element(path).types == ("Resource",)


def _named(path: str, step: str) -> str | None:
    names = child_names(path)
    if step in names:
        return f"{path}.{step}"
    wanted = step.lower()
    found = next((name for name in names if name.lower() in (wanted, f"{wanted}[x]")), None)
    return f"{path}.{found}" if found else None


def child_names(path: str) -> list[str]:
    """JSON names below a path, and choices as wholes."""
    try:
        return [*(choice for choice in choices(path)), *children(path)]
    except KeyError:
        return []
