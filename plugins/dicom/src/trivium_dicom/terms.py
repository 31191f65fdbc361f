"""Enumerated values and defined terms of attributes (PS3.3), as of edition 2020a: a newer value is missing here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from trivium_dicom.knowledge import load


@dataclass(frozen=True, slots=True)
class Terms:
    enumerated: bool
    """No other value is allowed; else these are defined terms, and others may be used."""
    value_number: int | None
    """Which value of a multi-valued attribute, from 1; None: any."""
    values: tuple[str, ...]
    modules: frozenset[str]
    """Ids of modules and macros where this holds; empty: everywhere."""


@cache
def terms_of(tag: str) -> tuple[Terms, ...]:
    """What the values of an attribute can be, by its tag in eight hexadecimal digits."""
    return tuple(
        Terms(row[0] == "e", row[1], tuple(row[2]), frozenset(row[3] if len(row) > 3 else ()))
        for row in _terms().get(tag.upper(), ())
    )


@cache
def vocabulary() -> frozenset[str]:
    """Every value of every attribute: words that DICOM knows."""
    return frozenset(value for rows in _terms().values() for row in rows for value in row[2])


@cache
def _terms() -> Mapping[str, list[list[Any]]]:
    terms: Mapping[str, list[list[Any]]] = load("terms")["terms"]
    return terms
