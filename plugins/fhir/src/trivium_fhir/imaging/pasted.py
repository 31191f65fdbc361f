"""Rows out of pasted JSON: answers of `pacs_query`, rows by keyword, or the DICOM JSON Model (PS3.18 annex F)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from trivium.api import BadInput, TooLarge
from trivium_fhir.imaging.heads import clean
from trivium_fhir.imaging.problems import ImagingProblem
from trivium_fhir.imaging.rows import BELOW, WANTED, Row

MOST_ROWS: Final = 20_000
_DEEPEST: Final = 6
_MOST_VALUES: Final = 100
_TAG: Final = re.compile(r"[0-9A-Fa-f]{8}")
_GROUPS: Final = ("Alphabetic", "Ideographic", "Phonetic")
_ANSWERS: Final = ("studies", "series", "instances", "rows", "result")
_KNOWN: Final = frozenset(WANTED).union(*BELOW.values())


def rows_of(text: str, *, where: str) -> list[Row]:
    """Raises `BadInput` for what is no JSON or holds no rows, `TooLarge` beyond 20,000 rows."""
    try:
        found = json.loads(text)
    except RecursionError:
        raise BadInput(where=where, problem=ImagingProblem.TOO_DEEP) from None
    except ValueError:
        raise BadInput(where=where, problem=ImagingProblem.NOT_JSON) from None
    objects = list(_objects(found, 0))
    if len(objects) > MOST_ROWS:
        raise TooLarge(where=where, problem=ImagingProblem.TOO_MANY_ROWS, limit=MOST_ROWS)
    rows = [row for row in map(row_of, objects) if row]
    if not rows:
        raise BadInput(where=where, problem=ImagingProblem.NOT_ROWS)
    return rows


def _objects(found: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    """The rows in an answer, wherever it lists them."""
    if depth > _DEEPEST:
        return
    if isinstance(found, list):
        for one in found:
            yield from _objects(one, depth + 1)
    elif isinstance(found, dict):
        inner = [found[name] for name in _ANSWERS if isinstance(found.get(name), list | dict)]
        if inner:
            for one in inner:
                yield from _objects(one, depth + 1)
        else:
            yield found


def row_of(found: Mapping[str, Any], depth: int = 0) -> Row:
    """One object, by keyword or by tag, values plain or as `{"vr", "Value"}`; what nobody asks for is left."""
    row: dict[str, list[Any]] = {}
    for name, value in found.items():
        keyword = _keyword(name)
        if keyword not in _KNOWN:
            continue
        values = list(_values(value, keyword, depth))[:_MOST_VALUES]
        if values:
            row[keyword] = values
    return row


def _keyword(name: str) -> str:
    if not _TAG.fullmatch(name):
        return name
    from pydicom.datadict import keyword_for_tag

    return keyword_for_tag(int(name, 16))


def _values(value: Any, keyword: str, depth: int) -> Iterator[Any]:
    if isinstance(value, dict) and ("vr" in value or "Value" in value):
        value = value.get("Value", ())
    for one in value if isinstance(value, list | tuple) else [value]:
        if keyword in BELOW:
            if isinstance(one, dict) and depth < _DEEPEST and (row := row_of(one, depth + 1)):
                yield row
        elif read := _text(one):
            yield read


def _text(value: Any) -> str:
    if isinstance(value, dict):
        groups = [group if isinstance(group := value.get(name), str) else "" for name in _GROUPS]
        return clean("=".join(groups).rstrip("="))
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return clean(str(value))
