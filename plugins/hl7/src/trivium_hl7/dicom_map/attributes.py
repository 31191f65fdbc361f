"""A DICOM attribute in any usual spelling: tag number, keyword, words of its name, or a path through sequences.

`(0008,0050)`, `00080050`, `0x00080050`, `8,50`, `AccessionNumber`, `accession number`; and for what stands in an item
of a sequence `00400100/00080060`, `ScheduledProcedureStepSequence.Modality`, `(0040,0100) > modality`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final, NamedTuple

from trivium_hl7.dictionary import load

_NUMBER: Final = re.compile(r"\(?(?:0x|x)?([0-9a-f]{8})\)?")
_PAIR: Final = re.compile(r"\(?(?:0x)?([0-9a-f]{1,4})\s?[,:;\\/|-]\s?(?:0x)?([0-9a-f]{1,4})\)?")
_STEP: Final = re.compile(r"\s*(?:>|/|\[\d*\]\s*\.?|\.(?=\s*[(A-Za-z0-9]))\s*")
_MOST_NEAR: Final = 8
_NEAR: Final = 0.75
_DEEPEST: Final = 8
"""Levels of sequences; the deepest row has three."""
_ALIASES: Final = {
    "accession": "00080050",
    "mrn": "00100020",
    "studyuid": "0020000D",
    "sps": "00400100",
    "priority": "00401003",
    "charset": "00080005",
    "characterset": "00080005",
}
"""What people say that no name says."""


class Attribute(NamedTuple):
    """A data element of DICOM PS3.6."""

    tag: str
    """Eight hexadecimal digits."""
    keyword: str
    name: str
    vr: str
    """Empty for elements that have no row."""

    @property
    def written(self) -> str:
        return f"({self.tag[:4]},{self.tag[4:]})"


class Asked(NamedTuple):
    """What a text names."""

    path: tuple[Attribute, ...]
    """Outermost first; empty when the text names nothing."""
    near: tuple[Attribute, ...]
    """Others that have the words, or are spelled nearly so; mapped ones first."""
    number: str = ""
    """A tag number that the dictionary does not have."""


def attribute(tag: str) -> Attribute | None:
    keyword = _keywords().get(tag)
    if keyword is None:
        return None
    name, vr = load("dicom")["names"].get(tag) or (_spaced(keyword), "")
    return Attribute(tag, keyword, name, vr)


def written(path: str) -> str:
    """`(0040,0100)/(0008,0060)` for a path of the knowledge file."""
    return "/".join(f"({tag[:4]},{tag[4:]})" for tag in path.split("/"))


def keywords(path: str) -> str:
    """`ScheduledProcedureStepSequence/Modality` for a path of the knowledge file."""
    return "/".join(_keywords().get(tag, tag) for tag in path.split("/"))


@lru_cache(maxsize=256)
def read_attribute(text: str) -> Asked:
    text = text.strip()
    parts = [text] if _number(text) else [part for part in _STEP.split(text) if part]
    found: list[Attribute] = []
    near: tuple[Attribute, ...] = ()
    if len(parts) > _DEEPEST:
        return Asked((), ())
    for part in parts:
        if number := _number(part):
            one = attribute(number)
            if one is None:
                return Asked((), (), number)
        else:
            one, near = _by_words(part)
            if one is None:
                return Asked((), near)
        found.append(one)
    return Asked(tuple(found), near if len(found) == 1 else ())


def _number(text: str) -> str:
    text = text.strip().lower()
    if whole := _NUMBER.fullmatch(text):
        return whole[1].upper()
    if pair := _PAIR.fullmatch(text):
        return (pair[1].zfill(4) + pair[2].zfill(4)).upper()
    return ""


def _by_words(text: str) -> tuple[Attribute | None, tuple[Attribute, ...]]:
    asked = _compact(text)
    if not asked:
        return None, ()
    if exact := _by_compact().get(asked) or _ALIASES.get(asked):
        return attribute(exact), ()
    having = _having(_words(text))
    if having:
        return having[0], tuple(having[1:_MOST_NEAR])
    return None, _spelled_nearly(asked)


def _having(words: Sequence[str]) -> list[Attribute]:
    """Elements each of whose names has, at the start of a word, every word asked for; mapped and short names first."""
    tags = [
        tag
        for tag, names in _name_words().items()
        if all(any(name.startswith(word) for name in names) for word in words)
    ]
    mapped = _with_rows()
    tags.sort(key=lambda tag: (tag not in mapped, len(_keywords()[tag]), tag))
    return [one for tag in tags[:_MOST_NEAR] if (one := attribute(tag))]


def _spelled_nearly(asked: str) -> tuple[Attribute, ...]:
    from difflib import get_close_matches

    forms = _by_compact()
    near = get_close_matches(asked, forms, n=_MOST_NEAR, cutoff=_NEAR)
    mapped = _with_rows()
    tags = sorted((forms[form] for form in near), key=lambda tag: tag not in mapped)
    return tuple(one for tag in dict.fromkeys(tags) if (one := attribute(tag)))


@cache
def _with_rows() -> frozenset[str]:
    maps = load("dicom")["maps"].values()
    return frozenset(tag for _, _, _, rows in maps for row in rows for tag in row[0].split("/"))


@cache
def _by_compact() -> dict[str, str]:
    forms: dict[str, str] = {}
    for tag, keyword in _keywords().items():
        forms.setdefault(keyword.lower(), tag)
    for tag, (name, _) in load("dicom")["names"].items():
        forms.setdefault(_compact(name), tag)
    return forms


@cache
def _name_words() -> dict[str, tuple[str, ...]]:
    return {tag: tuple(_words(_spaced(keyword))) for tag, keyword in _keywords().items()}


def _keywords() -> dict[str, str]:
    found: dict[str, str] = load("dicom")["keywords"]
    return found


def _compact(text: str) -> str:
    """Lower case letters and digits only; `Patient's Name` is `patientname`, as its keyword is."""
    return "".join(_words(text))


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", re.sub(r"['\u2019]s?\b", "", text.lower()))


def _spaced(keyword: str) -> str:
    """`SOPInstanceUID` is `SOP Instance UID`."""
    return " ".join(re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*|[0-9]+", keyword))
