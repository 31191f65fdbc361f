"""Enumerated values and defined terms of an attribute."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from trivium_dicom import iods
from trivium_dicom.explain.model import TermSet
from trivium_dicom.terms import Terms, terms_of

_MOST_VALUES: Final = 90
_MOST_MODULES: Final = 4


def allowed_values(tag: str, modules: Collection[str] | None) -> list[TermSet]:
    """The sets that hold in most places first; `modules`: those of one IOD.

    With modules, a set that names none of them is left out.
    """
    found = [one for one in terms_of(tag) if modules is None or not one.modules or one.modules & set(modules)]
    ranked = sorted(found, key=lambda one: -len(one.modules) if one.modules else -1000)
    return [_set(one, modules) for one in ranked]


def _set(terms: Terms, modules: Collection[str] | None) -> TermSet:
    where = sorted(_name(id) for id in terms.modules if modules is None or id in modules)  # noqa: A001
    return TermSet(
        enumerated=terms.enumerated,
        value_number=terms.value_number,
        values=list(terms.values[:_MOST_VALUES]),
        modules=where[:_MOST_MODULES] or None,
        more=max(0, len(terms.values) - _MOST_VALUES) + max(0, len(where) - _MOST_MODULES) or None,
    )


def _name(id: str) -> str:  # noqa: A002
    """Of a module; a macro that is no module of its own goes by its id."""
    found = iods.module(id)
    return found.name if found else f"{id.replace('-', ' ')} (macro)"
