"""What the parser is inside of: data sets, and sequences of items, each up to a byte."""

from __future__ import annotations

from collections.abc import MutableSequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag

from trivium_dicom.files.charsets import DEFAULT, CharacterSet, character_set
from trivium_dicom.files.encoding import Encoding

CHARSET_TAG: Final = 0x00080005


@dataclass(slots=True)
class SetFrame:
    """A data set, or an item."""

    encoding: Encoding
    end: int
    """Where it ends, or what is around it ends, where its length is undefined."""
    undefined: bool = False
    at: int = 0
    charset: CharacterSet = DEFAULT
    kept: bool = True
    """False: nested too deep, only to find its end."""
    dataset: Dataset = field(default_factory=Dataset)
    previous: int = -1
    """The tag before."""

    def creator_of(self, tag: int) -> str | None:
        """Who reserved the block of a private element (PS3.5 7.8.1)."""
        found: Any = self.dataset.get(BaseTag((tag & 0xFFFF0000) | ((tag & 0xFFFF) >> 8)))
        return found.value if found is not None and isinstance(found.value, str) else None

    def put(self, tag: int, vr: str, value: object, at: int, *, undefined: bool = False) -> None:
        element = DataElement(BaseTag(tag), vr, value, at, undefined, already_converted=True)
        element.VR = vr  # pydicom gives a well-known VR to what could not be read in it
        self.dataset[element.tag] = element
        if tag == CHARSET_TAG:
            terms = (value,) if isinstance(value, str) else value if isinstance(value, MutableSequence) else ()
            self.charset = character_set(tuple(map(str, terms)))

    def finished(self) -> Dataset:
        encoding = self.encoding
        self.dataset.set_original_encoding(encoding.implicit, encoding.little, list(self.charset.python_names))
        return self.dataset


@dataclass(slots=True)
class SequenceFrame:
    tag: int
    at: int
    """The byte of its first item."""
    encoding: Encoding
    """Of its items, unless they show another."""
    end: int
    undefined: bool
    charset: CharacterSet
    kept: bool
    items: list[Dataset] = field(default_factory=list)

    def finished(self) -> Sequence:
        sequence = Sequence(self.items)
        sequence.is_undefined_length = self.undefined
        return sequence


Frame = SetFrame | SequenceFrame
