"""Find an IOD, a module or a functional group macro by what somebody calls it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from trivium_dicom import iods
from trivium_dicom.iods.modalities import SPOKEN
from trivium_dicom.uids.form import bare
from trivium_dicom.uids.registered import registered
from trivium_dicom.words import Hit, Index


@dataclass(frozen=True, slots=True)
class Subject:
    kind: str
    """iod, module or macro."""
    id: str
    name: str
    names: tuple[str, ...] = ()
    """Other ones: of its SOP classes, and what people say."""


def by_sop_class(text: str) -> Subject | None:
    """The IOD of a SOP class UID."""
    found = iods.iod_of(bare(text))
    return Subject("iod", found.id, found.name) if found else None


def by_words(text: str) -> list[Hit[Subject]]:
    """Best first; an IOD before a module or macro of the same name, unless the text says module or macro."""
    said = text.lower()
    for kind in ("module", "macro"):
        if said.rstrip().endswith(kind):
            return _index(kind).find(said.rstrip().removesuffix(kind)) or _all().find(text)
    plain = said.rstrip().removesuffix("iod")
    return _index("iod").exact(plain) or _all().find(plain)


def module_in(iod: iods.Iod, text: str) -> Subject | None:
    """A module or macro of one IOD, by its id or words of its name."""
    inside = [Subject("module", use.module.id, use.module.name) for use in iod.modules]
    inside += [Subject("macro", use.id, use.name) for use in iod.macros]
    hits = _of(inside).find(text.lower().removesuffix("module").removesuffix("macro"))
    return hits[0].entry if hits else None


@cache
def macros() -> Mapping[str, tuple[iods.MacroUse, tuple[str, ...]]]:
    """Each functional group macro as its first IOD uses it, with the ids of the IODs that do."""
    users: dict[str, list[str]] = {}
    first: dict[str, iods.MacroUse] = {}
    for one in _iods():
        for use in one.macros:
            first.setdefault(use.id, use)
            users.setdefault(use.id, []).append(one.id)
    return {macro: (first[macro], tuple(dict.fromkeys(ids))) for macro, ids in users.items()}


@cache
def users_of(module: str) -> tuple[str, ...]:
    """Names of the IODs that a module is in."""
    return tuple(one.name for one in _iods() if any(use.module.id == module for use in one.modules))


@cache
def _iods() -> tuple[iods.Iod, ...]:
    return tuple(found for one in iods.iod_ids() if (found := iods.iod(one)))


@cache
def _index(kind: str) -> Index[Subject]:
    return _of(_subjects()[kind])


@cache
def _all() -> Index[Subject]:
    return _of([one for found in _subjects().values() for one in found])


def _of(subjects: Sequence[Subject]) -> Index[Subject]:
    return Index(
        subjects,
        keyword=lambda one: one.id,
        names=lambda one: (one.name, *one.names),
        rank=lambda one: ("iod", "module", "macro").index(one.kind),
        kinds="attribute attributes file object sop class",
    )


@cache
def _subjects() -> Mapping[str, Sequence[Subject]]:
    modules = [found for one in iods.module_ids() if (found := iods.module(one))]
    return {
        "iod": [Subject("iod", one.id, one.name, _spoken(one)) for one in _iods()],
        "module": [Subject("module", one.id, one.name) for one in modules],
        "macro": [Subject("macro", macro, use.name) for macro, (use, _) in macros().items()],
    }


def _spoken(iod: iods.Iod) -> tuple[str, ...]:
    known = [registered()[uid] for uid in iod.sop_classes if uid in registered()]
    classes = [name for one in known for name in (one.name, one.name.removesuffix(" Storage"), one.keyword)]
    spoken = SPOKEN.get(iod.id, ())
    images = [f"{word} image" for word in spoken if word.isupper()] if iod.id.endswith("-image") else []
    return (*classes, *spoken, *images)
