"""A field or component as an answer shows it, and how it changed from version to version."""

import re
from collections.abc import Sequence
from typing import Final

from pydantic import Field

from trivium_hl7 import dictionary
from trivium_hl7.dictionary import Definition
from trivium_hl7.explain import editions
from trivium_hl7.result import Result

_NOT_A_LETTER: Final = re.compile(r"[^a-z0-9]+")
UNUSED: Final = "-"
"""Usage of fields whose source does not say it: those of ROL in 2.9.1, kept for old senders."""


class Row(Result):
    """A field or component in one version."""

    path: str
    name: str
    type: str = Field(description="data type; empty: withdrawn, or not in the sources")
    usage: str = Field(
        description="R required, O optional, C conditional, B backward compatible, W withdrawn, X unused"
    )
    repeats: str | None = Field(default=None, description="most repetitions, * unbounded; absent: does not repeat")
    length: str | None = Field(default=None, description="absent: the version gives none")
    table: str | None = None
    item: int | None = Field(default=None, description="item number")


class Past(Result):
    """How something was defined in some versions."""

    versions: str
    name: str
    type: str
    usage: str
    repeats: str | None = None
    length: str | None = None
    table: str | None = None


def row(path: str, definition: Definition, *, item: int | None = None) -> Row:
    return Row(
        path=path,
        name=definition.name,
        type=definition.type,
        usage=usage(definition),
        repeats=repeats(definition),
        length=length(definition),
        table=definition.table or None,
        item=item,
    )


def usage(definition: Definition) -> str:
    return "B" if definition.usage == UNUSED else definition.usage


def repeats(definition: Definition) -> str | None:
    if definition.maximum in (None, 1):
        return None
    return str(definition.maximum) if definition.maximum else "*"


def length(definition: Definition) -> str | None:
    return None if definition.length is None else str(definition.length)


def past(chains: Sequence[tuple[str, Definition | None]]) -> tuple[Past, ...]:
    """Definitions of one place by version, oldest first, with equal neighbors put together."""
    runs: list[tuple[list[str], Definition]] = []
    for version, definition in chains:
        if definition is None:
            continue
        if runs and _same(runs[-1][1], definition) and _follows(runs[-1][0][-1], version):
            runs[-1][0].append(version)
        else:
            runs.append(([version], definition))
    return tuple(_past(versions, definition) for versions, definition in runs)


def same_name(one: str, other: str) -> bool:
    """Whether two names differ in letters and digits; the sources disagree on everything else."""
    return _letters(one) == _letters(other)


def _same(one: Definition, other: Definition) -> bool:
    return same_name(one.name, other.name) and one[1:] == other[1:]


def _past(versions: Sequence[str], definition: Definition) -> Past:
    return Past(
        versions=", ".join(editions.spans(versions)),
        name=definition.name,
        type=definition.type,
        usage=usage(definition),
        repeats=repeats(definition),
        length=length(definition),
        table=definition.table or None,
    )


def _follows(version: str, other: str) -> bool:
    order = dictionary.versions()
    return order.index(other) == order.index(version) + 1


def _letters(name: str) -> str:
    return _NOT_A_LETTER.sub("", name.casefold())
