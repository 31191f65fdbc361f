"""Values against the enumerated values and defined terms of their attribute (PS3.3, edition 2020a)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from trivium_dicom.terms import Terms, terms_of
from trivium_dicom.validation.definitions import Wanted
from trivium_dicom.validation.findings import Found
from trivium_dicom.validation.levels import Cell, Level, entry_of

_CODES: Final = frozenset({"CS", "SH", "LO", "IS", "DS", "US", "SS", "UL", "SL"})
_NUMBERS: Final = frozenset({"US", "SS", "UL", "SL", "IS", "DS"})
_HEXADECIMAL: Final = re.compile("[0-9A-F]{4}H")
_IMAGE_TYPE: Final = 0x00080008
_PIXEL_CHARACTERISTICS: Final = {"ORIGINAL": 1, "DERIVED": 1, "PRIMARY": 2, "SECONDARY": 2}
"""Image Type's lists come without the number of the value: these are 1 and 2 (PS3.3 C.7.6.1.1.2), the others 3."""
_LONGEST_LIST: Final = 160


def term_faults(level: Level, cell: Cell, wanted: Wanted) -> Iterator[Found]:
    """Values that are none of those listed for the attribute by a module that defines it here."""
    if cell.vr not in _CODES or cell.empty:
        return
    lists = _lists(cell.tag, wanted.modules)
    if not lists:
        return
    for number, text in enumerate(level.values(cell), 1):
        value = text.strip(" \0")
        if value:
            yield from _value_faults(level, cell, wanted, number, value, lists)


def _value_faults(
    level: Level, cell: Cell, wanted: Wanted, number: int, value: str, lists: tuple[tuple[Terms, ...], ...]
) -> Iterator[Found]:
    for of_module in lists:
        here = [one for one in of_module if one.value_number in (None, number)]
        if not here or any(_is_term(value, one, cell.vr) for one in here):
            continue
        rule = "term.enumerated" if all(one.enumerated for one in here) else "term.defined"
        if rule == "term.defined" and value in _anywhere(cell.tag):
            continue
        yield Found(rule, level, cell.tag, cell, _said(here, number, cell), wanted.module, wanted.type, "", value)
        return


def _is_term(value: str, terms: Terms, vr: str) -> bool:
    if vr in _NUMBERS:
        return _plain(value) in (_plain(term) for term in terms.values)
    return value in terms.values


def _plain(number: str) -> str:
    """A number as it can be compared: `0001H` is 1, `1.0` is 1."""
    if _HEXADECIMAL.fullmatch(number):
        return str(float(int(number[:4], 16)))
    try:
        return str(float(number))
    except ValueError:
        return number


def _said(lists: list[Terms], number: int, cell: Cell) -> str:
    """The terms; of a long list, how many there are."""
    entry = entry_of(cell.tag)
    several = entry is not None and entry.vm != "1"
    text = ", ".join(dict.fromkeys(value for one in lists for value in one.values))
    if len(text) > _LONGEST_LIST:
        text = text[:_LONGEST_LIST].rpartition(", ")[0] + " ..."
    return f"value {number}: {text}" if several else text


@lru_cache(maxsize=8192)
def _lists(tag: int, modules: frozenset[str]) -> tuple[tuple[Terms, ...], ...]:
    """The lists that hold here: all of one module together, each module's for itself, enumerated ones first."""
    found: dict[frozenset[str], list[Terms]] = {}
    for terms in terms_of(f"{tag:08x}"):
        if not _usable(tag, terms):
            continue
        for owner in (terms.modules & modules) if terms.modules else {""}:
            found.setdefault(frozenset({owner}), []).append(_numbered(tag, terms))
    lists = dict.fromkeys(tuple(one) for one in found.values())
    return tuple(sorted(lists, key=lambda one: not all(terms.enumerated for terms in one)))


@lru_cache(maxsize=4096)
def _anywhere(tag: int) -> frozenset[str]:
    """Every value that some module lists for the attribute: a defined term here too, as lists refer to each other."""
    return frozenset(value for terms in terms_of(f"{tag:08x}") for value in terms.values)


def _usable(tag: int, terms: Terms) -> bool:
    """Whether the list can be of this attribute: words are no values of a number, and one value for all modules is
    what is left of a list that holds under a condition only.
    """
    entry = entry_of(tag)
    if entry is None or entry.vr is None or (not terms.modules and len(terms.values) == 1):
        return False
    return entry.vr in _CODES and (entry.vr not in _NUMBERS or all(_is_number(one) for one in terms.values))


def _is_number(term: str) -> bool:
    return re.fullmatch(r"[+-]?\d+(\.\d+)?|[0-9A-F]{4}H", term) is not None


def _numbered(tag: int, terms: Terms) -> Terms:
    if tag != _IMAGE_TYPE or terms.value_number is not None or not terms.values:
        return terms
    number = _PIXEL_CHARACTERISTICS.get(terms.values[0], 3)
    return Terms(terms.enumerated, number, terms.values, terms.modules)
