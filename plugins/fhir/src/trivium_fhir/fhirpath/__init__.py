"""FHIRPath (2.0, as FHIR R4 uses it): expressions compiled once, asked of resources as often as needed.

Grammar, R4's type tables and calendar arithmetic are those of `fhirpathpy`; the evaluation is ours, because the
library's evaluates what it could not read, prints what it traces, quotes values in its exceptions, counts `birthDate`
with an extension twice, and has no `hasValue`, `resolve`, `memberOf`, `conformsTo` and `htmlChecks` (decision 19).

    evaluate(patient, "Patient.name.where(use = 'official').given")
    expression("name.exists() or telecom.exists()").holds(contact, "Patient.contact", environment)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from trivium.api import BadInput
from trivium_fhir.fhirpath.compiling import compiled
from trivium_fhir.fhirpath.moments import Moment, Quantity
from trivium_fhir.fhirpath.operators import truth
from trivium_fhir.fhirpath.parsing import parse
from trivium_fhir.fhirpath.problems import ExpressionProblem, Fault
from trivium_fhir.fhirpath.scope import Decide, Environment, Evaluate, Resolve, Scope
from trivium_fhir.fhirpath.values import Item, Node, Watch, node_of

__all__ = [
    "Environment",
    "Expression",
    "ExpressionProblem",
    "Item",
    "Node",
    "Watch",
    "environment",
    "evaluate",
    "expression",
    "node_of",
    "written",
]


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression."""

    text: str
    work: Evaluate

    def items(self, node: Node, around: Environment) -> list[Item]:
        """What the expression is, asked of an element: nodes with their types, and values of FHIRPath.

        Raises `BadInput` with the position in the expression, `TooLarge` when it visits too much.
        """
        focus: list[Item] = [node]
        try:
            return self.work(Scope(around, focus), focus)
        except RecursionError:
            raise BadInput(where="expression", problem=ExpressionProblem.TOO_DEEP) from None

    def holds(self, value: Any, type_: str, around: Environment, extra: Any = None) -> bool | None:
        """The expression as an invariant of an element: None where it says nothing (an empty collection).

        `value` is the element's JSON (None for a primitive with extensions only, which are then in `extra`, the
        JSON of `_name`); `type_` is its type or, for a backbone element, its path: `HumanName`, `Patient.contact`.
        """
        try:
            return truth(self.items(node_of(value, type_, extra), around))
        except Fault as fault:
            raise BadInput(where="expression", problem=fault.problem, position=1) from None


@lru_cache(maxsize=2_048)
def expression(text: str) -> Expression:
    """A compiled expression, kept. Raises `BadInput` with the position of what is wrong in it."""
    return Expression(text, compiled(parse(text)))


def environment(
    resource: Mapping[str, Any],
    *,
    root: Mapping[str, Any] | None = None,
    resolve: Resolve | None = None,
    decide: Decide | None = None,
    variables: Mapping[str, Any] | None = None,
    watch: Watch | None = None,
) -> Environment:
    """What expressions on (elements of) `resource` stand in; make one a resource and use it for all of them.

    `root` is the resource around a contained one, or the bundle around an entry where `resolve()` shall look there.
    """
    node = node_of(resource, "Resource", watch=watch)
    around = node if root is None else node_of(root, "Resource", watch=watch)
    return Environment(node, around, resolve, decide, variables or {})


def evaluate(
    resource: Mapping[str, Any], text: str, *, context: Mapping[str, Any] | None = None, type_: str = "Resource"
) -> list[Any]:
    """Plain JSON values of an expression asked of a resource; `context` are further variables (`%name`).

    Raises `BadInput` with the position in the expression, `TooLarge` when it visits too much.
    """
    node = node_of(resource, type_)
    around = Environment(node, node, variables=context or {})
    return [written(item) for item in expression(text).items(node, around) if not _bare(item)]


def _bare(item: Item) -> bool:
    """A primitive without a value: there is nothing to write."""
    return isinstance(item, Node) and item.value is None


def written(item: Item) -> Any:
    """An item as JSON."""
    match item:
        case Node():
            return item.value
        case Moment():
            return item.text
        case Quantity():
            return {"value": item.value, "unit": item.unit}
    return item
