"""FHIRPath's operators (FHIRPath 2.0 section 6): a collection in, a collection out, empty for `not known`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, DecimalException
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from trivium_fhir.fhirpath.moments import Moment, Quantity, guessed
from trivium_fhir.fhirpath.problems import ExpressionProblem, Fault
from trivium_fhir.fhirpath.values import Item, identity, plain

Operator: TypeAlias = Callable[[list[Item], list[Item]], list[Item]]
LONGEST_TEXT: Final = 1_000_000
_LARGEST: Final = Decimal(10) ** 40


def single(items: list[Item]) -> Any:
    """The one value; None if there is none."""
    if not items:
        return None
    if len(items) > 1:
        raise Fault(ExpressionProblem.NOT_SINGLE)
    return plain(items[0])


def truth(items: list[Item]) -> bool | None:
    """A collection as a condition: one item that is no boolean counts as true (section 4.5)."""
    value = single(items)
    return value if isinstance(value, bool) or value is None else True


def equal_values(a: Any, b: Any) -> bool | None:
    """None where that cannot be told: moments of two precisions, quantities of two units."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, Moment) or isinstance(b, Moment):
        a, b = _as_moment(a), _as_moment(b)
    if _comparable(a, b):
        compared = _compared(a, b)
        return None if compared is None else compared == 0
    return bool(a == b)


def _comparable(a: Any, b: Any) -> bool:
    return isinstance(a, Moment | Quantity) and type(a) is type(b)


def _compared(a: Any, b: Any) -> int | None:
    order: int | None = a.compared(b)
    return order


def _as_moment(value: Any) -> Any:
    return (guessed(value) or value) if isinstance(value, str) else value


def equal(left: list[Item], right: list[Item]) -> bool | None:
    if not left or not right:
        return None
    if len(left) != len(right):
        return False
    pairs = [equal_values(plain(a), plain(b)) for a, b in zip(left, right, strict=True)]
    if any(one is False for one in pairs):
        return False
    return None if None in pairs else True


def _equals(left: list[Item], right: list[Item]) -> list[Item]:
    return _known(equal(left, right))


def _differs(left: list[Item], right: list[Item]) -> list[Item]:
    same = equal(left, right)
    return _known(None if same is None else not same)


def equivalent(left: list[Item], right: list[Item]) -> bool:
    return sorted(map(_loose, left)) == sorted(map(_loose, right))


def _loose(item: Item) -> str:
    value = plain(item)
    if isinstance(value, str):
        return " ".join(value.lower().split())
    if isinstance(value, Moment):
        return repr(value.parts)
    return repr(Decimal(value).normalize()) if isinstance(value, int | Decimal) else repr(identity(item))


def _ordered(holds: Callable[[int], bool]) -> Operator:
    def compare(left: list[Item], right: list[Item]) -> list[Item]:
        a, b = single(left), single(right)
        if a is None or b is None:
            return []
        order = _order(a, b)
        return [] if order is None else [holds(order)]

    return compare


def _order(a: Any, b: Any) -> int | None:
    if isinstance(a, Moment) or isinstance(b, Moment):
        a, b = _as_moment(a), _as_moment(b)
    if isinstance(a, Quantity) and _number(b):
        b = Quantity(Decimal(b), a.unit if a.unit == "1" else "1")
    if _comparable(a, b):
        return _compared(a, b)
    if (_number(a) and _number(b)) or (isinstance(a, str) and isinstance(b, str)):
        return int(a > b) - int(a < b)
    raise Fault(ExpressionProblem.WRONG_TYPE)


def _number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _known(value: bool | None) -> list[Item]:
    return [] if value is None else [value]


def union(left: list[Item], right: list[Item]) -> list[Item]:
    return distinct([*left, *right])


def distinct(items: list[Item]) -> list[Item]:
    seen: dict[object, Item] = {}
    for item in items:
        seen.setdefault(identity(item), item)
    return list(seen.values())


def _within(left: list[Item], right: list[Item]) -> list[Item]:
    if not left:
        return []
    if len(left) > 1:
        raise Fault(ExpressionProblem.NOT_SINGLE)
    wanted = identity(left[0])
    return [any(identity(one) == wanted for one in right)]


def _holds(left: list[Item], right: list[Item]) -> list[Item]:
    return _within(right, left)


def _and(left: list[Item], right: list[Item]) -> list[Item]:
    a, b = truth(left), truth(right)
    if a is False or b is False:
        return [False]
    return [] if a is None or b is None else [True]


def _or(left: list[Item], right: list[Item]) -> list[Item]:
    a, b = truth(left), truth(right)
    if a or b:
        return [True]
    return [] if a is None or b is None else [False]


def _xor(left: list[Item], right: list[Item]) -> list[Item]:
    a, b = truth(left), truth(right)
    return [] if a is None or b is None else [a != b]


def _implies(left: list[Item], right: list[Item]) -> list[Item]:
    a, b = truth(left), truth(right)
    if a is False or b is True:
        return [True]
    return [] if a is None or b is None else [False]


def _joined(left: list[Item], right: list[Item]) -> list[Item]:
    return [sized(_text(single(left)) + _text(single(right)))]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Fault(ExpressionProblem.WRONG_TYPE)
    return value


def sized(text: str) -> str:
    """A text that was made, if it is not too long."""
    if len(text) > LONGEST_TEXT:
        raise Fault(ExpressionProblem.TOO_BIG)
    return text


def _arithmetic(work: Callable[[Any, Any], Any]) -> Operator:
    def calculate(left: list[Item], right: list[Item]) -> list[Item]:
        a, b = single(left), single(right)
        if a is None or b is None:
            return []
        try:
            made = work(a, b)
        except DecimalException:
            return []
        return [] if made is None else [bounded(made)]

    return calculate


def bounded(value: Any) -> Any:
    """A value that was calculated, if it is no number that is too large."""
    if _number(value) and abs(value) > _LARGEST:
        raise Fault(ExpressionProblem.TOO_BIG)
    return value


def _plus(a: Any, b: Any) -> Any:
    if isinstance(a, str) and isinstance(b, str):
        return sized(a + b)
    if isinstance(a, Moment) and isinstance(b, Quantity):
        return _moved(a, b, 1)
    if isinstance(a, Quantity) and isinstance(b, Quantity):
        return Quantity(a.value + b.value, a.unit) if a.unit == b.unit else None
    return _numeric(a, b, lambda x, y: x + y)


def _minus(a: Any, b: Any) -> Any:
    if isinstance(a, Moment) and isinstance(b, Quantity):
        return _moved(a, b, -1)
    if isinstance(a, Quantity) and isinstance(b, Quantity):
        return Quantity(a.value - b.value, a.unit) if a.unit == b.unit else None
    return _numeric(a, b, lambda x, y: x - y)


def _moved(at: Moment, by: Quantity, sign: int) -> Moment | None:
    """By the library's calendar: it knows months and leap years."""
    from fhirpathpy.engine import nodes

    library: Any = nodes  # it has no types
    made = library.FP_Time(at.text) if at.kind == "Time" else library.FP_DateTime(at.text)
    try:
        moved = made.plus(library.FP_Quantity(sign * by.value, by.unit if by.unit.isalpha() else f"'{by.unit}'"))
    except Exception:  # the library raises bare exceptions for units that are no durations
        raise Fault(ExpressionProblem.WRONG_TYPE) from None
    return guessed(str(moved))


def _numeric(a: Any, b: Any, work: Callable[[Any, Any], Any]) -> Any:
    if not (_number(a) and _number(b)):
        raise Fault(ExpressionProblem.WRONG_TYPE)
    return work(a, b)


def _divided(a: Any, b: Any) -> Any:
    return _numeric(a, b, lambda x, y: None if y == 0 else Decimal(x) / Decimal(y))


def _whole(a: Any, b: Any) -> Any:
    return _numeric(a, b, lambda x, y: None if y == 0 else int(Decimal(x) / Decimal(y)))


def _rest(a: Any, b: Any) -> Any:
    return _numeric(a, b, lambda x, y: None if y == 0 else x - y * int(Decimal(x) / Decimal(y)))


OPERATORS: Final[Mapping[str, Operator]] = MappingProxyType(
    {
        "=": _equals,
        "!=": _differs,
        "~": lambda left, right: [equivalent(left, right)],
        "!~": lambda left, right: [not equivalent(left, right)],
        "<": _ordered(lambda order: order < 0),
        "<=": _ordered(lambda order: order <= 0),
        ">": _ordered(lambda order: order > 0),
        ">=": _ordered(lambda order: order >= 0),
        "|": union,
        "in": _within,
        "contains": _holds,
        "and": _and,
        "or": _or,
        "xor": _xor,
        "implies": _implies,
        "&": _joined,
        "+": _arithmetic(_plus),
        "-": _arithmetic(_minus),
        "*": _arithmetic(lambda a, b: _numeric(a, b, lambda x, y: x * y)),
        "/": _arithmetic(_divided),
        "div": _arithmetic(_whole),
        "mod": _arithmetic(_rest),
    }
)
