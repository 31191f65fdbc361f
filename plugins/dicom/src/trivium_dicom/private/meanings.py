"""Which definition holds for a private element: by its creator, or what can be said where that does not help."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from trivium_dicom.private.creators import folded, trimmed, vendor_of
from trivium_dicom.private.definitions import Definition, also_named, creators, defined, everywhere
from trivium_dicom.private.vocabulary import Basis

_OTHERS: Final = 5


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a private element is taken for."""

    basis: Basis
    definition: Definition | None = None
    others: tuple[Definition, ...] = ()
    """Definitions that could hold as well; some of them."""
    more: int = 0
    """How many others there are beside."""
    by_vendor: bool = False
    """A hint that rests on the maker of the device, or on creators elsewhere in the same data set."""


NOTHING: Final = Meaning(Basis.NONE)


def known_creator(creator: str) -> tuple[str, bool] | None:
    """The dictionaries' name of a creator, and whether it is written just so."""
    names = creators()
    if exact := names.exact(creator):
        return exact, True
    near = names.spelled_otherwise(creator) or names.of_other_versions(creator)
    return (near[0], False) if near else None


def meaning_by_creator(creator: str, digits: str) -> Meaning:
    """`digits`: eight, `x` where open. The exact name first, then other spellings, then other versions."""
    names = creators()
    exact = names.exact(creator)
    if exact and (found := defined(exact, digits)):
        return Meaning(Basis.CREATOR, found, also_named(found, digits))
    for near in (names.spelled_otherwise(creator), names.of_other_versions(creator)):
        candidates = [one for name in near if (one := defined(name, digits))]
        if candidates:
            return _near(candidates)
    return NOTHING


def _near(candidates: Sequence[Definition]) -> Meaning:
    """The first one; those that say something else beside it."""
    first = next((one for one in candidates if one.name), candidates[0])
    others = [one for one in candidates if not _same(one, first)]
    return Meaning(Basis.NEAR_CREATOR, first, tuple(others[:_OTHERS]), max(0, len(others) - _OTHERS))


def meaning_without_creator(digits: str, *, maker: str = "", beside: Collection[str] = ()) -> Meaning:
    """A hint: what creators define there that the data set has elsewhere, or that belong to its maker, or any.

    A definition is given only where all of these agree.
    """
    found = everywhere(digits)
    if not found:
        return NOTHING
    elsewhere = {trimmed(one) for one in beside}
    starts = vendor_of(maker)
    for favored in (
        [one for one in found if trimmed(one.creator) in elsewhere],
        [one for one in found if starts and folded(one.creator).startswith(starts)],
    ):
        if favored:
            return _hint(favored, by_vendor=True)
    return _hint(found, by_vendor=False)


def _hint(found: Sequence[Definition], *, by_vendor: bool) -> Meaning:
    named = [one for one in found if one.name]
    first = named[0] if named else found[0]
    agreed = all(_same(one, first) for one in named)
    others = [one for one in named or found if one is not first or not agreed]
    if agreed:
        others = []
    return Meaning(
        Basis.HINT,
        first if agreed else None,
        tuple(others[:_OTHERS]),
        max(0, len(others) - _OTHERS),
        by_vendor=by_vendor,
    )


def _same(one: Definition, other: Definition) -> bool:
    return folded(one.name or "") == folded(other.name or "")
