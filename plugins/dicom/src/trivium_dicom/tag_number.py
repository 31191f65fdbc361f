"""A DICOM tag number in any usual spelling (PS3.5 clause 7.1).

`(0010,0010)`, `0010,0010`, `10,10`, `00100010`, `0x00100010`, `0x100010`, `x00100010`, `0010:0010`, `0010\\0010`, and
with `x` for any digit where elements repeat: `(60xx,3000)`. A group alone is `0010`, `(0010,)` or `(0010,xxxx)`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_PAIR: Final = re.compile(r"\(?\s*(?:0x)?([0-9a-fx]{1,4})\s*([,:;\\/|.-]|\s)\s*(?:0x)?([0-9a-fx]{0,4})\s*\)?")
_WHOLE: Final = re.compile(r"\(?(?:0x|x)?([0-9a-f]{2}[0-9a-fx]{2}[0-9a-fx]{4})\)?")
_INTEGER: Final = re.compile(r"0x([0-9a-f]{5,7})")
_GROUP: Final = re.compile(r"\(?(?:0x)?([0-9a-f]{2}[0-9a-fx]{2})\)?")

# A digit, or punctuation that nobody puts between words: only such text can be a number, except eight digits together.
_MARKED: Final = re.compile(r"[0-9]|[a-f]\s*[,:\\]\s*[a-f]")


@dataclass(frozen=True, slots=True)
class TagNumber:
    """Eight hexadecimal digits, lower case, `x` for any. An element of `xxxx` means the whole group."""

    digits: str

    @property
    def group(self) -> str:
        return self.digits[:4]

    @property
    def element(self) -> str:
        return self.digits[4:]

    @property
    def whole_group(self) -> bool:
        return self.element == "xxxx"

    @property
    def exact(self) -> bool:
        """No digit is left open."""
        return "x" not in self.digits

    def __int__(self) -> int:
        return int(self.digits, 16)


def parse_tag_number(text: str) -> TagNumber | None:
    """Read a tag number; None for text that is none, which may be words (`dead beef`, `face`)."""
    text = text.strip().lower()
    if not (_MARKED.search(text) or _WHOLE.fullmatch(text)):
        return None
    if pair := _PAIR.fullmatch(text):
        return _from_pair(*pair.groups())
    if whole := _WHOLE.fullmatch(text):
        return TagNumber(whole[1])
    if integer := _INTEGER.fullmatch(text):
        return TagNumber(integer[1].zfill(8))
    if group := _GROUP.fullmatch(text):
        return TagNumber(f"{group[1]}xxxx")
    return None


def _from_pair(group: str, separator: str, element: str) -> TagNumber | None:
    """Short parts are filled up with zeros, unless only a space stands between: `10 10` may be words."""
    if separator.isspace() and (len(group) < 4 or len(element) < 4):
        return None
    if "x" in (group + element) and (len(group) < 4 or len(element) not in (0, 4)):
        return None
    return TagNumber(group.zfill(4) + (element.zfill(4) if element else "xxxx"))


def written(digits: str) -> str:
    """`(0010,0010)`; `(60xx,3000)` for a repeating element."""
    upper = digits.upper().replace("X", "x")
    return f"({upper[:4]},{upper[4:]})"
