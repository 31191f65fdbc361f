"""Answers from the dictionaries alone: a tag of a creator, a creator's elements, words of a name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from trivium.api import BadInput, NotFound
from trivium_dicom.private.answering import dictionary, of_definition, others_of, place
from trivium_dicom.private.asking import Asked, AskProblem, definitions_named
from trivium_dicom.private.creators import folded
from trivium_dicom.private.definitions import (
    Definition,
    all_definitions,
    by_creator,
    creators,
    everywhere,
    is_safe,
    listed,
)
from trivium_dicom.private.elements import Element
from trivium_dicom.private.meanings import known_creator, meaning_by_creator
from trivium_dicom.private.result import PrivateElement, PrivateTags
from trivium_dicom.private.vocabulary import Basis, Note

_GROUPS: Final = 8
_NEAR: Final = 5
_NEAR_ENOUGH: Final = 0.8


def answer_of(asked: Asked) -> PrivateTags:
    """Raises `BadInput` and `NotFound`."""
    if asked.tag is not None and asked.creator is not None:
        return _tag_of_creator(asked.tag, asked.creator)
    if asked.tag is not None:
        return _tag_alone(asked, asked.tag)
    if asked.creator is None or asked.words:
        return _words(asked)
    return _creator(asked, asked.creator)


def _tag_of_creator(tag: str, creator: str) -> PrivateTags:
    """One element; a creator that is not known, or does not define it, is told with basis none."""
    element = Element(tag.replace("x", "0"))
    notes = []
    if not element.private and tag[3] != "x":
        notes.append(Note.NEVER_PRIVATE)
    if "x" not in tag and element.block:
        row = _row(_creator_line(creator, tag), tag, Basis.CREATOR)
        return _page([row.model_copy(update={"source": None})], 1, 0, [Note.CREATOR_ELEMENT])
    meaning = meaning_by_creator(creator, tag)
    known = known_creator(creator)
    if meaning.basis is Basis.NEAR_CREATOR:
        notes.append(Note.NEAR)
    row = PrivateElement(
        path=place(tag),
        basis=meaning.basis,
        **(of_definition(meaning.definition) if meaning.definition else {"creator": known[0] if known else None}),
        safe=_safe(meaning.definition, meaning.basis),
        others=others_of(meaning),
    )
    return _page([row], 1, 0, notes)


def _creator_line(creator: str, tag: str) -> Definition:
    from trivium_dicom.private.vocabulary import Source

    known = known_creator(creator)
    return Definition(known[0] if known else "", tag, "LO", "1", "Private Creator", Source.PYDICOM, tag)


def _tag_alone(asked: Asked, tag: str) -> PrivateTags:
    """What any creator defines there: nobody can say which of them holds. Raises `BadInput` and `NotFound`."""
    if tag[3] in "02468ace":
        raise BadInput(where="tag", problem=AskProblem.STANDARD)
    found = everywhere(tag) if "x" not in tag[6:] else [one for one in all_definitions() if _fits(one.digits, tag)]
    if not found:
        raise NotFound(where="tag", problem=AskProblem.UNKNOWN_TAG)
    return _paged(found, asked, Basis.HINT, [Note.HINTS])


def _fits(digits: str, tag: str) -> bool:
    return all(a == b or "x" in (a, b) for a, b in zip(digits, tag, strict=True))


def _words(asked: Asked) -> PrivateTags:
    names = _creators_asked(asked.creator) if asked.creator else [None]
    found = [one for name in names for one in definitions_named(asked.words, name)]
    if not found:
        raise NotFound(where="words", problem=AskProblem.NO_SUCH_WORDS)
    return _paged(found, asked, Basis.CREATOR, [])


def _creators_asked(creator: str) -> list[str | None]:
    """The one that is meant, or all whose names begin so."""
    if known := known_creator(creator):
        return [known[0]]
    found = _creators_like(creator)
    if not found:
        raise NotFound(where="creator", problem=AskProblem.UNKNOWN_CREATOR)
    return list(found)


def _creator(asked: Asked, creator: str) -> PrivateTags:
    """Its elements; or, for a part of a name, the creators that have it."""
    known = known_creator(creator)
    if known is None:
        return _creators(asked, creator)
    name, exact = known
    basis = Basis.CREATOR if exact else Basis.NEAR_CREATOR
    others = [one for one in creators().spelled_otherwise(name) if one != name]
    page = _paged(listed(name), asked, basis, [] if exact else [Note.NEAR])
    return page.model_copy(update={"creators": tuple(map(_creator_row, others)) or None})


def _creators(asked: Asked, part: str) -> PrivateTags:
    found = _creators_like(part)
    if not found:
        raise NotFound(where="creator", problem=AskProblem.UNKNOWN_CREATOR)
    page = found[asked.offset : asked.offset + asked.limit]
    end = asked.offset + len(page)
    return PrivateTags(
        total=len(found),
        offset=asked.offset,
        next_offset=end if end < len(found) else None,
        creators=tuple(map(_creator_row, page)),
        dictionary=dictionary(),
    )


def _creators_like(part: str) -> list[str]:
    asked = folded(part)
    found = [one for one in by_creator() if asked in folded(one)] if len(asked) >= 2 else []
    return sorted(found, key=lambda one: (not folded(one).startswith(asked), one)) or _creators_near(asked)


def _creators_near(asked: str) -> list[str]:
    """Those that are spelled nearly so, the nearest first."""
    from difflib import get_close_matches

    names: dict[str, list[str]] = {}
    for one in by_creator():
        names.setdefault(folded(one), []).append(one)
    return [one for name in get_close_matches(asked, names, n=_NEAR, cutoff=_NEAR_ENOUGH) for one in names[name]]


def _creator_row(creator: str) -> str:
    """`SIEMENS CSA HEADER: 6 elements in 0029`."""
    rows = listed(creator)
    groups = sorted({row.group for row in rows})
    more = f" and {len(groups) - _GROUPS} more" if len(groups) > _GROUPS else ""
    return f"{creator}: {len(rows)} elements in {', '.join(groups[:_GROUPS])}{more}"


def _paged(found: Sequence[Definition], asked: Asked, basis: Basis, notes: Sequence[Note]) -> PrivateTags:
    page = found[asked.offset : asked.offset + asked.limit]
    return _page([_row(one, one.digits, basis) for one in page], len(found), asked.offset, notes)


def _row(definition: Definition, digits: str, basis: Basis) -> PrivateElement:
    return PrivateElement(
        path=place(digits), basis=basis, **of_definition(definition), safe=_safe(definition, Basis.CREATOR)
    )


def _safe(definition: Definition | None, basis: Basis) -> bool | None:
    known = definition is not None and basis is Basis.CREATOR and is_safe(definition.creator, definition.digits)
    return True if known else None


def _page(rows: Sequence[PrivateElement], total: int, offset: int, notes: Sequence[Note]) -> PrivateTags:
    end = offset + len(rows)
    return PrivateTags(
        total=total,
        counts=dict(Counter(row.basis for row in rows)) if total == len(rows) else None,
        offset=offset,
        next_offset=end if end < total else None,
        elements=tuple(rows),
        notes=tuple(note.value for note in notes) or None,
        dictionary=dictionary(),
    )
