"""An element as it stands in the bytes of a file, found again from where its value begins.

Reading turns values into objects, as far as they go. What is to be judged is what was stored: the VR, the length, the
padding, the bytes of text. A header that is not where it should be is not believed (PS3.5 7.1).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final, NamedTuple

from trivium_dicom.files.encoding import LONG, SHORT, UNDEFINED


class Stored(NamedTuple):
    vr: str | None
    """None in implicit VR."""
    raw: bytes | None
    """The value; None for a length that is undefined or beyond the end."""
    little: bool


_LITTLE_TAG: Final = struct.Struct("<HH")
_BIG_TAG: Final = struct.Struct(">HH")


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes that the places of elements are counted in: a file, or what it has inflated to."""

    content: bytes

    def find(self, tag: int, at: int) -> Stored | None:
        """The element `tag` whose value begins at byte `at`; None if there is none."""
        group, element = tag >> 16, tag & 0xFFFF
        for little, form in ((True, _LITTLE_TAG), (False, _BIG_TAG)):
            head = form.pack(group, element)
            if self.content[at - 12 : at - 8] == head and (found := self._long(at, little)):
                return found
            if self.content[at - 8 : at - 4] == head:
                return self._short(at, little)
        return None

    def _long(self, at: int, little: bool) -> Stored | None:
        """With a VR and a length of 32 bits behind two reserved bytes."""
        vr = self.content[at - 8 : at - 6]
        if vr not in LONG:
            return None
        return Stored(vr.decode("ascii"), self._value(at, self._number(at - 4, 4, little)), little)

    def _short(self, at: int, little: bool) -> Stored:
        """With a VR and a length of 16 bits, or with no VR at all."""
        vr = self.content[at - 4 : at - 2]
        if vr in SHORT:
            return Stored(vr.decode("ascii"), self._value(at, self._number(at - 2, 2, little)), little)
        return Stored(None, self._value(at, self._number(at - 4, 4, little)), little)

    def _number(self, at: int, size: int, little: bool) -> int:
        return int.from_bytes(self.content[at : at + size], "little" if little else "big")

    def _value(self, at: int, length: int) -> bytes | None:
        if length == UNDEFINED or at + length > len(self.content):
            return None
        return self.content[at : at + length]
