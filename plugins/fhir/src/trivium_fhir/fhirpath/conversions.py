"""Conversions between types of FHIRPath, and the time (FHIRPath 2.0 sections 5.5 and 5.9)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from trivium_fhir.fhirpath.moments import Moment, Quantity, moment
from trivium_fhir.fhirpath.operators import single
from trivium_fhir.fhirpath.scope import Evaluate, Scope
from trivium_fhir.fhirpath.values import Item

Work = Callable[..., list[Item]]
_TRUE: Final = frozenset({"true", "t", "yes", "y", "1", "1.0"})
_FALSE: Final = frozenset({"false", "f", "no", "n", "0", "0.0"})
_DIGITS: Final = 40
_WHOLE: Final = re.compile(r"[+-]?[0-9]+")
_DECIMAL: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_QUANTITY: Final = re.compile(r"([+-]?[0-9]+(?:\.[0-9]+)?)\s*(?:'([^']+)'|([a-zA-Z]+))?")


def _boolean(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | Decimal):
        return bool(value) if value in (0, 1) else None
    text = value.lower() if isinstance(value, str) else ""
    return True if text in _TRUE else False if text in _FALSE else None


def _integer(value: Any) -> int | None:
    if isinstance(value, bool | int):
        return int(value)
    if isinstance(value, str) and len(value) <= _DIGITS and _WHOLE.fullmatch(value):
        return int(value)
    return None


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, int | Decimal):
        return Decimal(value)
    return Decimal(value) if isinstance(value, str) and len(value) <= _DIGITS and _DECIMAL.fullmatch(value) else None


def _string(value: Any) -> str | None:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int():
            return str(value)
        case Decimal():
            return format(value, "f")
        case Moment():
            return value.text
        case Quantity():
            return f"{value.value:f} '{value.unit}'"
    return None


def _moment(kind: str) -> Callable[[Any], Moment | None]:
    def convert(value: Any) -> Moment | None:
        text = value.text if isinstance(value, Moment) else value
        if not isinstance(text, str):
            return None
        if kind == "date":
            text = text.partition("T")[0]
        return moment(text, kind)

    return convert


def _quantity(value: Any) -> Quantity | None:
    if isinstance(value, Quantity):
        return value
    if isinstance(value, int | Decimal):
        return Quantity(Decimal(value), "1")
    read = _QUANTITY.fullmatch(value) if isinstance(value, str) and len(value) <= 2 * _DIGITS else None
    return Quantity(Decimal(read[1]), read[2] or read[3] or "1") if read else None


def _to(convert: Callable[[Any], Any]) -> Work:
    def run(scope: Scope, focus: list[Item], *unit: Evaluate) -> list[Item]:
        value = single(focus)
        made = None if value is None else convert(value)
        if made is None or (unit and single(unit[0](scope, scope.this)) != getattr(made, "unit", None)):
            return []
        return [made]

    return run


def _converts(convert: Callable[[Any], Any]) -> Work:
    def run(scope: Scope, focus: list[Item]) -> list[Item]:
        value = single(focus)
        return [] if value is None else [convert(value) is not None]

    return run


def _clock(kind: str) -> Work:
    """In UTC: an answer does not tell where the server stands."""

    def run(scope: Scope, focus: list[Item]) -> list[Item]:
        now = datetime.now(UTC)
        text = {"date": f"{now:%Y-%m-%d}", "time": f"{now:%H:%M:%S}"}.get(kind, f"{now:%Y-%m-%dT%H:%M:%S}Z")
        return [moment(text, kind)]

    return run


_CONVERTED: Final[Mapping[str, Callable[[Any], Any]]] = MappingProxyType(
    {
        "Boolean": _boolean,
        "Integer": _integer,
        "Decimal": _decimal,
        "String": _string,
        "Date": _moment("date"),
        "DateTime": _moment("dateTime"),
        "Time": _moment("time"),
        "Quantity": _quantity,
    }
)
CONVERSIONS: Final[Mapping[str, tuple[Work, int, int]]] = MappingProxyType(
    {
        **{f"to{name}": (_to(work), 0, int(name == "Quantity")) for name, work in _CONVERTED.items()},
        **{f"convertsTo{name}": (_converts(work), 0, 0) for name, work in _CONVERTED.items()},
        "now": (_clock("dateTime"), 0, 0),
        "today": (_clock("date"), 0, 0),
        "timeOfDay": (_clock("time"), 0, 0),
    }
)
