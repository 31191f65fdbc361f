"""Which elements are meant by what a caller writes: tags, keywords, paths, groups and modules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from trivium.api import NotFound, Problem, TooLarge

_MOST: Final = 100
_LONGEST: Final = 200
PRIVATE: Final = "private"


class SelectProblem(Problem):
    TOO_MANY = "has more than {limit} entries"
    TOO_LONG = "has an entry of more than {limit} characters"
    UNKNOWN = "has an entry, number {number}, that is no tag, keyword, path, group or module"


@dataclass(frozen=True, slots=True)
class Selector:
    """A row is meant if the tags of its path begin so, or have `anywhere` in them; what is below it is meant too."""

    name: str
    """As the dictionary calls it."""
    path: tuple[str, ...] = ()
    """Tags from the top, eight hexadecimal digits each, `x` for any."""
    anywhere: tuple[str, ...] = ()
    """Tags one after the other, at any depth."""
    top: frozenset[str] = frozenset()
    """Tags at the top level."""
    private: bool = False

    def holds(self, tags: Sequence[str]) -> bool:
        """`tags`: from the top to the element, eight hexadecimal digits each."""
        if self.private:
            return any(int(tag[3], 16) % 2 for tag in tags)
        if self.top:
            return tags[0] in self.top
        if self.path:
            return _begins(tags, self.path)
        return any(_begins(tags[start:], self.anywhere) for start in range(len(tags)))


def selectors(entries: Sequence[str], *, where: str) -> tuple[Selector, ...]:
    """Raises `NotFound` for an entry that means nothing, `TooLarge` for too many."""
    if len(entries) > _MOST:
        raise TooLarge(where=where, problem=SelectProblem.TOO_MANY, limit=_MOST)
    found = []
    for number, entry in enumerate(entries, 1):
        if len(entry) > _LONGEST:
            raise TooLarge(where=where, problem=SelectProblem.TOO_LONG, limit=_LONGEST)
        one = _selector(entry.strip())
        if one is None:
            raise NotFound(where=where, problem=SelectProblem.UNKNOWN, number=number)
        found.append(one)
    return tuple(found)


def chosen(tags: Sequence[str], among: Sequence[Selector]) -> bool:
    return any(one.holds(tags) for one in among)


def _selector(entry: str) -> Selector | None:
    from trivium_dicom.tag_path import steps_of

    if entry.lower() == PRIVATE:
        return Selector(PRIVATE, private=True)
    steps = steps_of(entry)
    if len(steps) > 1:
        tags = [_tag(step) for step in steps]
        return (
            Selector("/".join(map(_named, filter(None, tags))), path=tuple(filter(None, tags))) if all(tags) else None
        )
    if tag := _tag(entry):
        return Selector(_named(tag), anywhere=(tag,))
    return _module(entry)


def _tag(text: str) -> str | None:
    """Of a number, group or keyword; None for anything else, a word that is only near a name too."""
    from trivium_dicom.tag_number import parse_tag_number
    from trivium_dicom.words import compact

    if number := parse_tag_number(text):
        return number.digits
    return _keywords().get(compact(text))


@cache
def _keywords() -> Mapping[str, str]:
    """Keywords and names to tags; a keyword goes before a name, and what is in use before what is retired."""
    from trivium_dicom.dictionary import entries
    from trivium_dicom.words import compact

    found: dict[str, str] = {}
    for retired in (False, True):
        for entry in entries():
            if entry.retired is retired:
                found.setdefault(compact(entry.keyword), entry.digits)
        for entry in entries():
            if entry.retired is retired:
                found.setdefault(compact(entry.name), entry.digits)
    found.pop("", None)
    return found


def _module(text: str) -> Selector | None:
    from trivium_dicom.iods import module, module_ids
    from trivium_dicom.words import compact

    asked = compact(text).removesuffix("module")
    if not asked:
        return None
    for one in filter(None, map(module, module_ids())):
        if asked in (compact(one.id), compact(one.name)):
            return Selector(one.name, top=frozenset(one.attributes)) if one.attributes else None
    return None


def _named(tag: str) -> str:
    from trivium_dicom.tag_number import written

    return written(tag)


def _begins(tags: Sequence[str], pattern: Sequence[str]) -> bool:
    if len(tags) < len(pattern):
        return False
    return all(_fits(mask, tag) for mask, tag in zip(pattern, tags, strict=False))


def _fits(mask: str, tag: str) -> bool:
    return mask == tag or ("x" in mask and all(a in ("x", b) for a, b in zip(mask, tag, strict=True)))
