"""Message structures: which segments a message has, in which order and groups, by version (HL7 v2.9 chapter 2.5).

A structure is named as MSH-9.3 names it. In the knowledge of 2.9.1 some names carry a suffix (`ADT_A01-B`), one for
each set of events that shares a variant; `structure_of` finds the right one, `plain` takes the suffix off.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from trivium_hl7.dictionary import load, versions


class Node(NamedTuple):
    """A segment or a group at its place in a structure."""

    id: str
    minimum: int
    maximum: int
    """0 = unbounded."""
    children: tuple[Node, ...]
    """Of a group; empty for a segment."""
    choice: bool
    """Whether just one of the children stands here."""
    status: str
    """`B` kept for backward compatibility, `D` deprecated, or empty."""

    @property
    def is_group(self) -> bool:
        return bool(self.children)


class Exchange(NamedTuple):
    """A message of the standard and what answers it (HL7 v2.9 chapter 2.9), as `CODE-EVENT` of each answer."""

    structure: str
    response: tuple[str, ...]
    """In original mode."""
    accept: tuple[str, ...]
    """In enhanced mode: the immediate accept acknowledgment ..."""
    application: tuple[str, ...]
    """... and the application's answer."""


def plain(structure_id: str) -> str:
    """The name that MSH-9.3 carries."""
    return structure_id.partition("-")[0]


@cache
def structure(structure_id: str, version: str) -> tuple[Node, ...] | None:
    """The structure's nodes, MSH first; None where `version` has no such structure."""
    rows = _rows(structure_id, version)
    return None if rows is None else _nodes(rows)


@cache
def structures(version: str) -> tuple[str, ...]:
    """Every structure of a version, by name."""
    return tuple(name for name in load("messages")["structures"] if _rows(name, version) is not None)


@cache
def structure_of(code: str, event: str, version: str) -> str | None:
    """The structure of the message `code^event` in `version`, or None."""
    if code == "ACK":
        return "ACK"
    exchange = exchange_of(code, event)
    for name in (
        exchange.structure if exchange else "",
        f"{code}_{event}",
        plain(exchange.structure) if exchange else "",
    ):
        if name and _rows(name, version) is not None:
            return name
    return None


@cache
def exchange_of(code: str, event: str) -> Exchange | None:
    """What the standard (2.9.1) says of the message `code^event`."""
    row = load("messages")["messages"].get(f"{code}^{event}")
    if row is None:
        return None
    name, response, accept, application = [*row, *[None] * 4][:4]
    return Exchange(name or "", tuple(response or ()), tuple(accept or ()), tuple(application or ()))


def events() -> dict[str, str]:
    """Event code to its name."""
    names: dict[str, str] = load("messages")["events"]
    return names


def title(structure_id: str) -> str:
    """The structure's name in words; empty where the sources have none."""
    titles: dict[str, str] = load("messages")["titles"]
    return titles.get(structure_id) or titles.get(plain(structure_id), "")


def walk(nodes: Sequence[Node]) -> Iterator[Node]:
    """Every node, outer before inner."""
    for node in nodes:
        yield node
        yield from walk(node.children)


def _rows(structure_id: str, version: str) -> list[Any] | None:
    by_version = load("messages")["structures"].get(structure_id)
    if by_version is None or version not in versions():
        return None
    rows = by_version.get(version)
    while isinstance(rows, str):
        rows = by_version[rows]
    found: list[Any] | None = rows
    return found


def _nodes(rows: Sequence[Any]) -> tuple[Node, ...]:
    nodes = []
    for row in rows:
        name, minimum, maximum, children, mark = [*row, None, None][:5]
        inner = _nodes(children or ())
        nodes.append(Node(name, minimum, maximum, inner, mark == "choice", mark if mark in ("B", "D") else ""))
    return tuple(nodes)
