"""Message structures: which segments a message has, in which order and groups, by version (HL7 v2.9 chapter 2.5).

A structure is named as MSH-9.3 names it. In the knowledge of 2.9.1 some names carry a suffix (`ADT_A01-B`), one for
each set of events that shares a variant; `structure_of` finds the right one, `plain` takes the suffix off.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from trivium_hl7 import dictionary
from trivium_hl7.dictionary import load, versions

ANY_SEGMENT: Final = "ANYHL7SEGMENT"
"""The id of a node that stands for whatever segments a site or a query chooses."""
_FIRST_TABLE: Final = "2.3.1"
"""The first version whose tables the sources have; 2.3 is judged by it."""


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
    """The structure of the message `code^event` in `version`, or None where the version has no such message.

    Without an event, as old senders write it: the structure of this code, if the version has just one.
    """
    if code == "ACK":
        return "ACK" if _rows("ACK", version) is not None else None
    if not event:
        heads = {name for name in structures(version) if name[:3] == code}
        return heads.pop() if len(heads) == 1 else None
    return next((name for name in _candidates(code, event, version) if _rows(name, version) is not None), None)


def named(name: str, version: str) -> str | None:
    """The structure that MSH-9.3 names, for events that the standard leaves to a site; None where there is none.

    Of variants that one name has in 2.9.1, the one of the site's own events (`Znn`), or the first.
    """
    variants = [one for one in structures(version) if plain(one) == name]
    sites = exchange_of(name[:3], "Znn") if variants else None
    return sites.structure if sites and sites.structure in variants else next(iter(variants), None)


@cache
def names_of(code: str, event: str, version: str) -> tuple[str, ...]:
    """What MSH-9.3 may say in the message `code^event`, the best first; empty where the version has no such message.

    More than one where table 0354 names two for an event (A31 in 2.3.1) or a profile writes another (`RSP_K21`).
    """
    found = structure_of(code, event, version)
    if found is None:
        return ()
    message, own, data = f"{code}^{event}", f"{code}_{event}", load("messages")
    groups = data["groups"].get(message, [])
    # In 2.7.1 our source has a structure for each event where table 0354 has groups.
    best = groups[0] if found == own and groups and _rows(groups[0], version) is None else plain(found)
    others = [name for name in (own, data["named_too"].get(message, "")) if _in_table(name, version)]
    return tuple(dict.fromkeys([best, *others]))


@cache
def messages(version: str) -> tuple[tuple[str, str], ...]:
    """Every message of a version, as code and event; the general acknowledgment is `("ACK", "")`."""
    data = load("messages")
    own = [plain(name).replace("_", "^") for name in structures(version) if "_" in name and "nn" not in name]
    known = dict.fromkeys([*data["messages"], *data["groups"], *own])
    pairs = [(one.partition("^")[0], one.partition("^")[2]) for one in known]
    found = [pair for pair in pairs if pair[0] != "ACK" and "nn" not in pair[1] and has(*pair, version)]
    return (("ACK", ""), *sorted(found))


@cache
def has(code: str, event: str, version: str) -> bool:
    """Whether the standard of this version defines the message, not just a structure that would fit it."""
    found = structure_of(code, event, version)
    if found is None or code == "ACK":
        return found is not None
    if version == versions()[-1]:
        head = exchange_of(*plain(found).split("_"))  # the source forgot the messages of a few structures (REF_I12)
        return head is None or exchange_of(code, event) is not None
    if plain(found) == f"{code}_{event}":
        return True
    known = dictionary.code("0003", event)
    return known is not None and max(version, _FIRST_TABLE) in known.versions


def _in_table(name: str, version: str) -> bool:
    """Whether table 0354 of the version lists the structure."""
    known = dictionary.code("0354", name)
    return known is not None and version in known.versions


def _candidates(code: str, event: str, version: str) -> Iterator[str]:
    """Names to look for. Up to 2.2 each event has a structure of its own; then events share one (table 0354)."""
    message, own = f"{code}^{event}", f"{code}_{event}"
    data = load("messages")
    exchange = exchange_of(code, event)
    if exchange:
        yield exchange.structure
    if version in versions()[:2] or _in_table(own, version):
        yield own
    if _is_early(version):
        yield data["groups_early"].get(message, own)
    yield from data["groups"].get(message, ())
    yield own


def _is_early(version: str) -> bool:
    return version in load("messages")["early"]


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
