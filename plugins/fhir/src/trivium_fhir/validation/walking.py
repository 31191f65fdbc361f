"""What one walk over a resource gathers besides findings, for the rules that need more than one element."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from trivium_fhir.validation.findings import At, Findings
from trivium_fhir.validation.shapes import Child

Json = dict[str, Any]


@dataclass(slots=True, eq=False)
class Place:
    """A resource where it stands: at the top, in a bundle's entry, contained, or in a Parameters part."""

    node: Json
    type: str
    at: At
    around: Place | None
    """The resource it stands in."""
    contained: bool = False
    links: set[str] = field(default_factory=set)
    """The `#id` that it and its contained resources refer to, without `#`."""
    held: dict[str, Place] = field(default_factory=dict)
    """Its contained resources by id."""
    contains: list[Place] = field(default_factory=list)
    """Its contained resources."""
    entries: list[Place] = field(default_factory=list)
    """Resources in it that are not contained: a bundle's entries."""

    @property
    def root(self) -> Place:
        """The resource that `#id` is looked up in: for a contained resource the one around it."""
        return self.around.root if self.contained and self.around is not None else self


@dataclass(slots=True)
class Reference:
    """A Reference object, and what R4 lets it point to."""

    node: Json
    at: At
    child: Child
    owner: Place


@dataclass(slots=True)
class Duty:
    """Invariants to be checked on a node."""

    keys: tuple[str, ...]
    node: Any
    type: str
    """Type of the node, or path of a backbone element."""
    at: At
    owner: Place


@dataclass(slots=True)
class Gathered:
    findings: Findings = field(default_factory=Findings)
    places: list[Place] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    duties: list[Duty] = field(default_factory=list)
    narratives: list[tuple[str, At]] = field(default_factory=list)
