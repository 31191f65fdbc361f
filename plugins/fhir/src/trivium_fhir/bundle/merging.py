"""Drafts with one id become one resource that has what each of them has."""

from __future__ import annotations

from typing import Any

from trivium_fhir.convert.model import Draft, Ledger, Reason


def merge(into: Draft, other: Draft, ledger: Ledger) -> None:
    """Lists are joined without repeats; where both have a single value, the first stands, and that is recorded."""
    into.pointers += other.pointers
    if into.body == other.body:
        return
    for name, value in other.body.items():
        mine = into.body.get(name)
        if mine is None:
            into.body[name] = value
        elif isinstance(mine, list) and isinstance(value, list):
            _join(into, name, value)
        elif not _covers(mine, value):
            ledger.drop(other, f"{other.type}.{name}", Reason.ONE_VALUE)


def _join(into: Draft, name: str, theirs: list[Any]) -> None:
    """What a list holds is remembered: of one practitioner a message may have ten thousand names."""
    mine: list[Any] = into.body[name]
    held: set[str] | None = into.slots.get(("merged", name))
    if held is None:
        held = into.slots["merged", name] = {repr(one) for one in mine}
    for one in theirs:
        if (key := repr(one)) not in held:
            held.add(key)
            mine.append(one)


def _covers(mine: Any, theirs: Any) -> bool:
    """Everything of `theirs` is in `mine`."""
    if isinstance(mine, dict) and isinstance(theirs, dict):
        return all(name in mine and _covers(mine[name], value) for name, value in theirs.items())
    return bool(mine == theirs)
