"""A resource from JSON text: bounded in length, depth and numbers, decimals exact, nothing ambiguous let through."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Final, NoReturn

from trivium.api import BadInput, TooLarge
from trivium_fhir.validation.problems import ResourceProblem

LONGEST: Final = 10_000_000
DEEPEST: Final = 120
_LONGEST_NUMBER: Final = 400

Json = dict[str, Any]


def read(text: str, *, where: str = "resource") -> Json:
    """Read a resource from FHIR JSON or FHIR XML; which of them it is shows in the first character.

    Raises `BadInput` where it is neither, `TooLarge` beyond the bounds.
    """
    if len(text) > LONGEST:
        raise TooLarge(where=where, problem=ResourceProblem.TOO_LARGE, limit=LONGEST)
    start = text.lstrip("\ufeff \t\r\n")
    if not start:
        raise BadInput(where=where, problem=ResourceProblem.EMPTY)
    if start.startswith("<"):
        from trivium_fhir.validation.xml import read_xml

        return read_xml(start, where=where)
    return read_json(start, where=where)


def read_json(text: str, *, where: str = "resource") -> Json:
    """Read FHIR JSON. Numbers with a point or exponent become `Decimal`, as written."""
    reader = _Reader(where)
    try:
        found = json.loads(
            text,
            object_pairs_hook=reader.pairs,
            parse_float=reader.decimal,
            parse_int=reader.whole,
            parse_constant=reader.constant,
        )
    except json.JSONDecodeError as error:
        raise BadInput(where=where, problem=ResourceProblem.NOT_JSON, position=error.pos + 1) from None
    except RecursionError:
        raise TooLarge(where=where, problem=ResourceProblem.TOO_DEEP, limit=DEEPEST) from None
    if not isinstance(found, dict):
        raise BadInput(where=where, problem=ResourceProblem.NOT_OBJECT)
    check_depth(found, where=where)
    return found


def check_depth(resource: Json, *, where: str = "resource") -> None:
    """Refuse what is nested deeper than any resource, so that what follows may recurse. Cycles are refused too."""
    level: list[Any] = [resource]
    for _ in range(DEEPEST):
        level = [
            child
            for one in level
            for child in (one.values() if isinstance(one, dict) else one)
            if isinstance(child, dict | list)
        ]
        if not level:
            return
    raise TooLarge(where=where, problem=ResourceProblem.TOO_DEEP, limit=DEEPEST)


class _Reader:
    def __init__(self, where: str) -> None:
        self._where = where

    def pairs(self, pairs: list[tuple[str, Any]]) -> Json:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise BadInput(where=self._where, problem=ResourceProblem.DUPLICATE_KEY)
        return found

    def decimal(self, written: str) -> Decimal:
        self._bound(written)
        return Decimal(written)

    def whole(self, written: str) -> int:
        self._bound(written)
        return int(written)

    def constant(self, written: str) -> NoReturn:
        raise BadInput(where=self._where, problem=ResourceProblem.NOT_A_NUMBER)

    def _bound(self, written: str) -> None:
        if len(written) > _LONGEST_NUMBER:
            raise TooLarge(where=self._where, problem=ResourceProblem.LONG_NUMBER, limit=_LONGEST_NUMBER)
