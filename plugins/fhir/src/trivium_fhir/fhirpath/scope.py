"""What an expression is asked of: the resource, the variables, and how much of it may be visited."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from trivium.api import TooLarge
from trivium_fhir.fhirpath.problems import ExpressionProblem
from trivium_fhir.fhirpath.values import Item, Node

MOST_STEPS: Final = 2_000_000

Resolve: TypeAlias = Callable[[str], "Mapping[str, Any] | None"]
"""The resource that a reference names, if it is at hand."""
Decide: TypeAlias = "Callable[[str, str | None, str], bool | None]"
"""Whether a value set has a code of a system; None if that cannot be told."""


@dataclass(slots=True)
class Environment:
    """One resource and what stands around it; good for many expressions on it."""

    resource: Node
    """`%resource`: the resource that holds the element asked about, a contained one too."""
    root: Node
    """`%rootResource`: the resource around it, itself if it is not contained."""
    resolve: Resolve | None = None
    decide: Decide | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    most: int = MOST_STEPS
    steps: int = 0
    descendants: list[Node] | None = None
    """Of `%resource`, once they were asked for."""

    def count(self, number: int) -> None:
        """Elements visited. Raises `TooLarge` beyond the limit, so that no resource keeps an expression busy."""
        self.steps += number
        if self.steps > self.most:
            raise TooLarge(where="expression", problem=ExpressionProblem.TOO_MUCH, limit=self.most)


class Scope:
    """`$this`, `$index` and `$total` at one point of an evaluation, and `%context`."""

    __slots__ = ("context", "environment", "index", "this", "total")

    def __init__(self, environment: Environment, context: list[Item]) -> None:
        self.environment = environment
        self.context = context
        self.this = context
        self.index: int | None = None
        self.total: list[Item] = []

    @contextmanager
    def kept(self) -> Iterator[None]:
        """What a function sets for its own arguments ends with it."""
        before = self.this, self.index, self.total
        try:
            yield
        finally:
            self.this, self.index, self.total = before


Evaluate: TypeAlias = Callable[[Scope, "list[Item]"], "list[Item]"]
