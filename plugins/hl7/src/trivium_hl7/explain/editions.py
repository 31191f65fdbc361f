"""Which version an answer is about, and how versions are written in answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from trivium.api import BadInput
from trivium_hl7 import dictionary
from trivium_hl7.explain.problems import QuestionProblem


class Edition(NamedTuple):
    version: str
    notes: tuple[str, ...]
    """Why it is not the one that was asked for."""


def asked(version: str | None, *, where: str = "version") -> str | None:
    """The version that is meant; None where none is named."""
    if version is None:
        return None
    text = version.strip().lower().removeprefix("hl7").strip(" -").removeprefix("v")
    found = dictionary.nearest_version(text)
    if found is None:
        raise BadInput(where=where, problem=QuestionProblem.UNKNOWN_VERSION)
    return found


def edition(version: str | None, having: Sequence[str], *, what: str) -> Edition:
    """The version to explain something in that is defined in the versions `having`.

    Unasked it is 2.5.1, which most interfaces speak, or the nearest that has it, a later one first.
    """
    named = asked(version)
    wanted = named or dictionary.FALLBACK_VERSION
    notes = (
        () if named is None or named == _plain(version) else (f"read as version {named}, the nearest with definitions",)
    )
    if wanted in having:
        return Edition(wanted, notes)
    order = dictionary.versions()
    later = [v for v in order[order.index(wanted) :] if v in having]
    found = later[0] if later else having[-1]
    return Edition(found, (*notes, f"version {wanted} has no such {what}; explained as version {found} has it"))


def spans(having: Sequence[str]) -> tuple[str, ...]:
    """Versions as runs: `2.1 to 2.3.1`, `2.5`."""
    order = dictionary.versions()
    runs: list[list[str]] = []
    for version in sorted(having, key=order.index):
        if runs and order.index(version) == order.index(runs[-1][-1]) + 1:
            runs[-1].append(version)
        else:
            runs.append([version])
    return tuple(run[0] if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs)


def _plain(version: str | None) -> str:
    return (version or "").strip()
