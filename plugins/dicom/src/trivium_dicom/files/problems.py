"""What can be wrong with a file, and what is only odd about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from trivium.api import Problem


class FileProblem(Problem):
    NOT_DICOM = "is not a DICOM file: no data element can be read at its beginning"
    INFLATES_TOO_FAR = "is deflated, and inflates to more than {limit} bytes"
    SPOILED_DEFLATE = "is deflated, and cannot be inflated"
    TOO_MANY = "has more than {limit} data elements"
    UNREADABLE = "cannot be read beyond byte {at}"


class Oddity(StrEnum):
    """What was odd in reading a file that could be read all the same."""

    NO_PREAMBLE = "no preamble of 128 bytes and DICM before the file meta information (PS3.10 7.1)"
    NO_META = "no file meta information: the transfer syntax is guessed (PS3.10 7.1)"
    META_LENGTH = "the file meta information is longer or shorter than its group length says (PS3.10 7.1)"
    META_ENCODING = "the file meta information is not in explicit VR little endian (PS3.10 7.1)"
    NO_TRANSFER_SYNTAX = "no transfer syntax (0002,0010): it is guessed"
    UNKNOWN_TRANSFER_SYNTAX = "a transfer syntax that PS3.6 does not list: it is read as explicit VR little endian"
    OTHER_SYNTAX = "the data set is not encoded as its transfer syntax says"
    SPOILED_DEFLATE = "the deflated data set is spoiled: what follows is missing"
    TRUNCATED = "the file ends in the middle of an element"
    BEYOND = "bytes that are no data element end the reading"
    PADDING = "zero bytes follow the last element"
    WRONG_LENGTH = "the length of a sequence, item or element does not fit what is in it or around it"
    DELIMITER = "a delimiter is missing, or stands where none belongs"
    UNKNOWN_VR = "a value representation that PS3.5 does not have: the value is left as bytes"
    MIXED_VR = "an element in implicit VR among explicit ones, or the other way around"
    UNORDERED = "elements are not in the order of their tags (PS3.5 7.1)"
    REPEATED = "an element stands twice in one data set: the last one counts (PS3.5 7.1)"
    UNREADABLE_VALUE = "a value that is not of its value representation is shown as it stands, or not"
    UNKNOWN_CHARSET = "an unknown character set (0008,0005): text may be wrong"
    WRONG_CHARSET = "text that is not in the character set that (0008,0005) says: some of it may be wrong"
    TOO_DEEP = "sequences deeper than the limit are left out"
    HEAD_ONLY = "only the beginning of the file was read"


CUT: Final = (Oddity.TRUNCATED, Oddity.BEYOND, Oddity.HEAD_ONLY, Oddity.SPOILED_DEFLATE, Oddity.TOO_DEEP)
"""After these a reading is not whole."""
_MOST_ALIKE: Final = 20


@dataclass(frozen=True, slots=True)
class Note:
    oddity: Oddity
    at: int | None = None
    """The byte of the file; behind the file meta information of a deflated file, of the file as if it were inflated."""


@dataclass(slots=True)
class Notes:
    """Notes on one file, in the order of their finding; of one oddity the first 20."""

    base: int = 0
    """Where in the file the bytes begin that are being read."""
    found: list[Note] = field(default_factory=list)
    _counts: dict[Oddity, int] = field(default_factory=dict)

    def add(self, oddity: Oddity, at: int | None = None) -> None:
        if oddity is Oddity.TRUNCATED:  # what is cut is cut at each level: the innermost tells where
            self.found = [note for note in self.found if note.oddity is not oddity]
            self._counts[oddity] = 0
        count = self._counts[oddity] = self._counts.get(oddity, 0) + 1
        if count <= _MOST_ALIKE:
            self.found.append(Note(oddity, None if at is None else at + self.base))
