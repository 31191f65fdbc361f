"""Functions on numbers (FHIRPath 2.0 section 5.7)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal, DecimalException
from types import MappingProxyType
from typing import Any, Final

from trivium_fhir.fhirpath.moments import Quantity
from trivium_fhir.fhirpath.operators import bounded, single
from trivium_fhir.fhirpath.problems import ExpressionProblem, Fault
from trivium_fhir.fhirpath.scope import Evaluate, Scope
from trivium_fhir.fhirpath.values import Item

Work = Callable[..., list[Item]]
_MOST_POWER: Final = 128


def _on_number(work: Callable[..., Any]) -> Work:
    """Empty in or no such number (the root of -1): empty out."""

    def run(scope: Scope, focus: list[Item], *arguments: Evaluate) -> list[Item]:
        value = single(focus)
        given = [single(one(scope, scope.this)) for one in arguments]
        if value is None or None in given:
            return []
        try:
            return [bounded(work(value if isinstance(value, Quantity) else _number(value), *map(_number, given)))]
        except (DecimalException, ValueError, OverflowError, ZeroDivisionError):
            return []

    return run


def _number(value: Any) -> int | Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Fault(ExpressionProblem.WRONG_TYPE)
    return value


def _absolute(value: Any) -> Any:
    return Quantity(abs(value.value), value.unit) if isinstance(value, Quantity) else abs(value)


def _rounded(value: Any, places: Any = 0) -> Any:
    if not 0 <= places <= _MOST_POWER:
        raise Fault(ExpressionProblem.WRONG_TYPE)
    return Decimal(_number(value)).quantize(Decimal(1).scaleb(-int(places)), rounding=ROUND_HALF_UP)


def _power(value: Any, exponent: Any) -> Any:
    if abs(exponent) > _MOST_POWER:
        raise Fault(ExpressionProblem.TOO_BIG)
    base = _number(value)
    if isinstance(base, int) and isinstance(exponent, int) and exponent >= 0:
        return base**exponent
    return Decimal(base) ** Decimal(exponent)


NUMBERS: Final[Mapping[str, tuple[Work, int, int]]] = MappingProxyType(
    {
        "abs": (_on_number(_absolute), 0, 0),
        "ceiling": (_on_number(lambda value: math.ceil(_number(value))), 0, 0),
        "floor": (_on_number(lambda value: math.floor(_number(value))), 0, 0),
        "truncate": (_on_number(lambda value: math.trunc(_number(value))), 0, 0),
        "round": (_on_number(_rounded), 0, 1),
        "exp": (_on_number(lambda value: Decimal(_number(value)).exp()), 0, 0),
        "ln": (_on_number(lambda value: Decimal(_number(value)).ln()), 0, 0),
        "log": (_on_number(lambda value, base: Decimal(_number(value)).ln() / Decimal(base).ln()), 1, 1),
        "sqrt": (_on_number(lambda value: Decimal(_number(value)).sqrt()), 0, 0),
        "power": (_on_number(_power), 1, 1),
    }
)
