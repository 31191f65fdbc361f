"""A FHIRPath expression asked of a resource, with what each part of the result would tell of a person.

An element that an expression only reaches is told with its own kind. Once an expression compares, converts or computes
with a value that is not public, the whole answer is made of that value: how many items there are, whether it is true,
and that it failed. It is then one text, which the host shows or withholds as one.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import Any, Final

from trivium.api import Kind, ToolFailure
from trivium_fhir.explain.evaluation_model import Evaluation, Leaf
from trivium_fhir.explain.node_kinds import HIDDEN, Lookout, is_known, kind, leaves
from trivium_fhir.fhirpath import Item, Node, environment, expression, written
from trivium_fhir.fhirpath.values import is_tame, system_type
from trivium_fhir.r4.elements import is_primitive
from trivium_fhir.r4.terminology import contains
from trivium_fhir.validation.reading import read

_LEAVES: Final = 400
_LONGEST: Final = 1_000
_TYPE_INFO: Final = "SimpleTypeInfo"


def evaluate(text: str, asked: str, limit: int, offset: int) -> Evaluation:
    """Runs in a worker. Raises `BadInput` for what cannot be read, with the position in the expression."""
    compiled, lookout = expression(asked), Lookout()
    around = environment(read(text), decide=contains, watch=lookout)
    try:
        answer = _answer(compiled.items(around.resource, around), limit, offset)
    except ToolFailure as failure:
        if not lookout.learned:
            raise
        return Evaluation(derived=str(failure))
    return Evaluation(derived=answer.model_dump_json(exclude_none=True)) if lookout.learned else answer


def _answer(items: list[Item], limit: int, offset: int) -> Evaluation:
    page = items[offset : offset + limit]
    found = [leaf for number, item in enumerate(page, offset + 1) for leaf in _item(number, item)]
    return Evaluation(
        count=len(items),
        truth=_truth(items),
        values=tuple(found[:_LEAVES]),
        next_offset=offset + limit if offset + limit < len(items) else None,
        cut=len(found) > _LEAVES or None,
    )


def _truth(items: list[Item]) -> bool | None:
    """Of a single boolean: that there is something else is seen in the count."""
    value = written(items[0]) if len(items) == 1 else None
    return value if isinstance(value, bool) and _kind(items[0]) is None else None


def _item(number: int, item: Item) -> Iterator[Leaf]:
    if not isinstance(item, Node):
        yield Leaf(item=number, type=system_type(item), value=_said(written(item)), phi=_kind(item))
        return
    for path, node in islice(leaves(item), _LEAVES + 1):
        if node.value is not None:
            yield Leaf(item=number, type=_type(node), path=path or None, value=_said(node.value), phi=_kind(node))


def _kind(item: Item) -> Kind | None:
    """What was made of public values is public, but a text: nobody knows how it was put together."""
    if not isinstance(item, Node):
        return Kind.TEXT if isinstance(item, str) else None
    return None if _is_type_info(item) else kind(item)


def _is_type_info(node: Node) -> bool:
    """What `type()` makes holds names of R4 and FHIRPath alone."""
    return node.above is not None and node.above.type == _TYPE_INFO


def _type(node: Node) -> str:
    known = is_primitive(node.type) or node.above is None or is_known(node.above, node.name)
    return node.type if known and "." not in node.type else "string" if _is_type_info(node) else HIDDEN


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return f"{value.get('value')} {value.get('unit')}"
    text = format(value, "f") if isinstance(value, Decimal) and is_tame(value) else str(value)
    return text[:_LONGEST].encode("utf-8", "replace").decode("utf-8")  # half a pair of surrogates cannot be sent
