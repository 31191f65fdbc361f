"""Facts of two Bundles of one message side by side, with what our account says of the values that differ."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from tests.fhir.facts import Fact, facts

from trivium_fhir.bundle.assembling import make_bundle
from trivium_fhir.convert.engine import convert
from trivium_hl7.reader import parse_message

Side: TypeAlias = Literal["ours", "theirs"]


@dataclass(frozen=True, slots=True)
class Told:
    """What the account says of one value of the message."""

    at: str
    """`PID-3`."""
    value: str
    reason: str | None
    path: str | None
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """One message, converted by us and by another."""

    name: str
    ours: frozenset[Fact]
    theirs: frozenset[Fact]
    types: tuple[frozenset[str], frozenset[str]]
    """Of the resources: ours, theirs."""
    told: tuple[Told, ...]
    filled: frozenset[str]
    """Paths of what R4 requires and the message does not give."""

    def differences(self) -> Iterator[tuple[Side, Fact]]:
        for fact in sorted(self.ours - self.theirs):
            yield "ours", fact
        for fact in sorted(self.theirs - self.ours):
            yield "theirs", fact

    def made_by(self, side: Side, resource: str) -> bool:
        """Whether a side has any fact of this type of resource."""
        return any(kind.startswith(f"{resource}.") for kind, _ in getattr(self, side))


def pair(message: Path) -> Pair:
    read = parse_message(message.read_bytes())
    conversion = convert(read)
    told: list[Told] = []
    for leaf, _, entries in conversion.ledger.leaf_entries():
        seg = read.segments[leaf.segment - 1]
        part = seg.field(leaf.field)[leaf.repetition - 1][leaf.component - 1]
        value = part if isinstance(part, str) else part[leaf.subcomponent - 1]
        for one in entries:
            rows = tuple(f"{row.map} {row.v2}".rstrip() for row in one.rows)
            told.append(Told(f"{seg.id}-{leaf.field}", value, one.reason, one.path, rows))
    made = make_bundle(conversion, read)
    other = json.loads(message.with_suffix(".fhir.json").read_text(encoding="utf-8"))
    filled = frozenset(default.path for default in conversion.ledger.defaults)
    types = (frozenset(made.types()), frozenset(entry["resource"]["resourceType"] for entry in other["entry"]))
    return Pair(message.stem, frozenset(facts(made.resource)), frozenset(facts(other)), types, tuple(told), filled)


def stands_in(value: str, leaf: str) -> bool:
    """Whether a value of FHIR is what stands in a component of v2: as it is, as a date, or as a part."""
    return value == leaf.strip() or value.replace("-", "") == leaf[:8] or leaf in value.split() or value == f"{leaf}&L"
