"""Coded concepts (PS3.3 section 8): which are DICOM's own words, and so tell nothing of a patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from trivium.api import Kind, Part
from trivium_dicom.phi import is_code
from trivium_dicom.reports.elements import first_item, text

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_OLD_SNOMED: Final = ("SRT", "SNM3", "99SDM")
"""Designators under which codes of SNOMED RT were written (PS3.16 clause 8)."""


@dataclass(frozen=True, slots=True)
class Code:
    """A coded concept of a file."""

    value: str
    scheme: str
    meaning: str

    @property
    def words(self) -> str | None:
        """What PS3.16 calls it: the file's own words if they are among those, else the shortest; None for a code that
        PS3.16 does not use.
        """
        value, scheme = _today(self.value, self.scheme)
        return self.meaning if is_code(value, scheme, self.meaning) else words_of(value, scheme)

    @property
    def public(self) -> bool:
        return self.words is not None

    @property
    def reworded(self) -> bool:
        """Whether the file has other words for it: another language, another edition, or another thing."""
        return bool(self.meaning) and self.words not in (None, self.meaning)

    def is_one_of(self, scheme: str, values: frozenset[str]) -> bool:
        return self.scheme == scheme and self.value in values

    def parts(self, *, codes: bool = False) -> list[Part]:
        """What it says, each piece with what it would tell about a person. With `codes` its value and scheme too."""
        if (words := self.words) is None:
            kind: Kind | None = Kind.TEXT
            parts = [Part(text=self.meaning or self.value, phi=kind)]
        else:
            kind = None
            parts = [Part(text=words)]
            if self.reworded:
                parts += [Part(text=", in the file's words "), Part(text=self.meaning, phi=Kind.TEXT)]
        if codes and self.value:
            parts += [Part(text=" ("), Part(text=f"{self.value}, {self.scheme}", phi=kind), Part(text=")")]
        return parts


def code_in(ds: Dataset, keyword: str) -> Code | None:
    """The concept in the first item of a code sequence; None where there is none."""
    item = first_item(ds, keyword)
    if item is None:
        return None
    value = text(item, "CodeValue") or text(item, "LongCodeValue") or text(item, "URNCodeValue")
    code = Code(value, text(item, "CodingSchemeDesignator"), text(item, "CodeMeaning"))
    return code if code.value or code.meaning else None


def words_of(value: str, scheme: str) -> str | None:
    """What PS3.16 calls a code, as pydicom has it: the shortest of several, which tend to be the plain ones."""
    return _words().get(_today(value, scheme))


def _today(value: str, scheme: str) -> tuple[str, str]:
    """A code of the former SNOMED as SNOMED CT has it; others as they are."""
    if scheme not in _OLD_SNOMED:
        return value, scheme
    from pydicom.sr._snomed_dict import mapping

    return mapping["SRT"].get(value, ""), "SCT"


@cache
def _words() -> Mapping[tuple[str, str], str]:
    from pydicom.sr import _concepts_dict

    concepts: Any = _concepts_dict.concepts
    found: dict[tuple[str, str], str] = {}
    for scheme, names in concepts.items():
        for codes in names.values():
            for value, (meaning, _) in codes.items():
                key = value, scheme
                found[key] = min(found.get(key, meaning), meaning, key=len)
    return found
