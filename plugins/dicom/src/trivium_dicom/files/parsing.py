"""Data elements of bytes that nobody vouches for, into a pydicom `Dataset`: without recursion, and without an error.

The walk keeps its own stack, so that a file can nest as deep as it likes; what is deeper than the limit is walked over
and left out. Where a length does not fit, what is outside is believed: reading goes on behind the item or sequence.
Where nothing tells how it goes on, reading ends, and what was had until there is kept. Notes say what was odd.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pydicom.dataset import Dataset

from trivium.api import TooLarge
from trivium_dicom.files.ambiguous import Ambiguous
from trivium_dicom.files.converting import converted, vr_of
from trivium_dicom.files.encoding import (
    DELIMITERS,
    EXPLICIT_LE,
    IMPLICIT_LE,
    ITEM,
    ITEM_END,
    SEQUENCE_END,
    UNDEFINED,
    Encoding,
    Header,
)
from trivium_dicom.files.frames import Frame, SequenceFrame, SetFrame
from trivium_dicom.files.limits import Limits
from trivium_dicom.files.probing import encoding_of_item, end_of_fragments, holds_items
from trivium_dicom.files.problems import FileProblem, Notes, Oddity

PIXELS: Final = frozenset((0x7FE00008, 0x7FE00009, 0x7FE00010))
"""Float, double float and integer pixel data: what is left of one that the end of the file cuts is kept."""
_FRAGMENTS: Final = 10
"""So many times more fragments of pixel data than elements are looked at, one by one."""
_UNKNOWN_MOST: Final = 0xFFFF
"""A longer value of VR UN is not taken for what the dictionary says, as pydicom does not."""


class Parser:
    """One walk over one data set. `at` is where it stands, and where it ended."""

    def __init__(
        self,
        content: bytes,
        at: int,
        encoding: Encoding,
        limits: Limits,
        notes: Notes,
        *,
        where: str,
        until: Callable[[int], bool],
        end: int | None = None,
    ) -> None:
        """`until` says of a tag that the data set ends before it."""
        self.content = content
        self.at = at
        self.notes = notes
        self._limits = limits
        self._where = where
        self._until = until
        self._root = SetFrame(encoding, len(content) if end is None else end, at=at)
        self._stack: list[Frame] = [self._root]
        self._counted = 0
        self._stopped = False
        self._ambiguous: list[Ambiguous] = []

    def run(self) -> Dataset:
        """Raises `TooLarge` beyond the limit of elements."""
        while not self._stopped:
            frame = self._stack[-1]
            if isinstance(frame, SequenceFrame):
                self._next_item(frame)
            else:
                self._next_element(frame)
        while len(self._stack) > 1:
            self._close()
        dataset = self._root.finished()
        for one in self._ambiguous:
            one.settle(self.notes)
        return dataset

    # Data sets

    def _next_element(self, frame: SetFrame) -> None:
        if self.at >= frame.end:
            self._end_of(frame)
            return
        header = self._header(frame)
        if header is None:
            self._rest(frame)
        elif header.tag in DELIMITERS:
            self._delimiter_in_set(frame, header)
        elif frame is self._root and self._until(header.tag):
            self._stopped = True
        elif self._is_garbage(frame, header):
            self._stop(self._trailing())
        else:
            self._count()
            self._order(frame, header)
            self._element(frame, header)

    def _header(self, frame: SetFrame) -> Header | None:
        """The next header. In implicit VR, one that only makes sense as an explicit one is read so."""
        header = frame.encoding.header_at(self.content, self.at, frame.end)
        if header is None or not frame.encoding.implicit or header.length <= frame.end - header.value_at:
            return header
        other = EXPLICIT_LE.header_at(self.content, self.at, frame.end)
        if other is None or other.odd or other.vr is None or other.length > frame.end - other.value_at:
            return header
        return other._replace(odd=True)

    def _is_garbage(self, frame: SetFrame, header: Header) -> bool:
        """At the top: file meta information or a command again, or what is odd and out of order at once."""
        if frame is not self._root or frame.previous < 0:
            return False
        ascends = header.tag > frame.previous
        if header.tag >> 16 in (0x0000, 0x0002):
            return not ascends
        doubtful = header.odd or vr_of(header.tag, frame.creator_of(header.tag)) is None
        return doubtful and (not ascends or (header.odd and header.value_at + header.length > frame.end))

    def _element(self, frame: SetFrame, header: Header) -> None:
        vr = self._vr(frame, header)
        if header.length == UNDEFINED:
            self._undefined(frame, header, vr)
            return
        end = header.value_at + header.length
        if end > frame.end:
            self._too_long(frame, header, vr)
        elif vr == "SQ":
            self._open_sequence(frame, header, end)
        elif vr == "UN" and holds_items(self.content, header.value_at, end, frame.encoding):
            self._open_sequence(frame, header, end, IMPLICIT_LE if frame.encoding.little else None)
        else:
            self._put(frame, header.tag, vr, header.value_at, end)
            self.at = end

    def _vr(self, frame: SetFrame, header: Header) -> str:
        """As stated, or as a dictionary knows it where none is stated, or UN."""
        if header.odd:
            self.notes.add(
                Oddity.MIXED_VR if header.vr is None or frame.encoding.implicit else Oddity.UNKNOWN_VR, self.at
            )
            if header.vr is not None and not frame.encoding.implicit:
                return "UN"
        if header.vr is not None and header.vr != "UN":
            return header.vr
        known = vr_of(header.tag, frame.creator_of(header.tag))
        if known is None or (header.vr == "UN" and UNDEFINED != header.length > _UNKNOWN_MOST):
            return "UN"
        return known

    def _put(self, frame: SetFrame, tag: int, vr: str, start: int, end: int, *, undefined: bool = False) -> None:
        if not frame.kept:
            return
        raw = self.content[start:end]
        value, vr, oddity = converted(vr, raw, frame.encoding.little, frame.charset, tag, self._limits.values)
        if oddity is not None:
            self.notes.add(oddity, self.at)
        frame.put(tag, vr, value, start, undefined=undefined)
        if tag == 0x00080005 and not frame.charset.known:
            self.notes.add(Oddity.UNKNOWN_CHARSET, self.at)
        if " or " in vr:
            around = [one.dataset for one in reversed(self._stack) if isinstance(one, SetFrame)]
            self._ambiguous.append(Ambiguous(around, tag, frame.encoding.little))

    def _too_long(self, frame: SetFrame, header: Header, vr: str) -> None:
        """A value that ends behind what it is in."""
        if frame.end < self._root.end:
            self.notes.add(Oddity.WRONG_LENGTH, self.at)
            self.at = frame.end
            return
        if vr == "SQ":
            self.notes.add(Oddity.TRUNCATED, self.at)
            self._open_sequence(frame, header, frame.end)
            return
        if header.tag in PIXELS:
            self._put(frame, header.tag, vr, header.value_at, frame.end)
        self._stop(Oddity.TRUNCATED)

    def _order(self, frame: SetFrame, header: Header) -> None:
        if header.tag == frame.previous or (header.tag < frame.previous and header.tag in frame.dataset):
            self.notes.add(Oddity.REPEATED, self.at)
        elif header.tag < frame.previous:
            self.notes.add(Oddity.UNORDERED, self.at)
        frame.previous = max(header.tag, frame.previous)

    def _end_of(self, frame: SetFrame) -> None:
        """A data set at its last byte."""
        if frame is self._root:
            self._stopped = True
            return
        if frame.undefined:
            self.notes.add(Oddity.TRUNCATED if frame.end == self._root.end else Oddity.DELIMITER, self.at)
        self._close()

    def _rest(self, frame: SetFrame) -> None:
        """Fewer bytes than a header needs are left."""
        if frame.end < self._root.end:
            self.notes.add(Oddity.WRONG_LENGTH, self.at)
            self.at = frame.end
        else:
            self._stop(self._trailing(Oddity.TRUNCATED))

    def _delimiter_in_set(self, frame: SetFrame, header: Header) -> None:
        if frame is self._root:
            if header.length:
                self._stop(self._trailing())
            else:
                self.notes.add(Oddity.DELIMITER, self.at)
                self.at = header.value_at
        elif header.tag == ITEM_END:
            if not frame.undefined:
                self.notes.add(Oddity.DELIMITER, self.at)
            self.at = header.value_at if frame.undefined else frame.end
            self._close()
        else:  # the item's own delimiter is missing
            self.notes.add(Oddity.DELIMITER, self.at)
            if not frame.undefined:
                self.at = frame.end
            self._close()

    # Undefined length

    def _undefined(self, frame: SetFrame, header: Header, vr: str) -> None:
        """A sequence; the fragments of encapsulated pixel data (PS3.5 A.4); or what only its delimiter ends."""
        following = frame.encoding.tag_at(self.content, header.value_at)
        stated_unknown = header.vr == "UN"
        if vr == "SQ" or stated_unknown or (vr == "UN" and following in (ITEM, SEQUENCE_END)):
            implicit = stated_unknown and frame.encoding.little
            self._open_sequence(frame, header, frame.end, IMPLICIT_LE if implicit else None, undefined=True)
            return
        end = None
        if following in (ITEM, SEQUENCE_END):
            most = _FRAGMENTS * self._limits.elements
            end = end_of_fragments(self.content, header.value_at, frame.end, frame.encoding, most=most)
        if end is None:
            end = self.content.find(self._delimiter(frame.encoding), header.value_at, frame.end)
            self.notes.add(Oddity.DELIMITER, self.at)
        if end < 0:
            if header.tag in PIXELS:
                self._put(frame, header.tag, vr, header.value_at, frame.end, undefined=True)
            self._stop(Oddity.TRUNCATED)
            return
        self._put(frame, header.tag, vr, header.value_at, end, undefined=True)
        self.at = end + 8

    @staticmethod
    def _delimiter(encoding: Encoding) -> bytes:
        return bytes.fromhex("feffdde000000000" if encoding.little else "fffee0dd00000000")

    # Sequences

    def _open_sequence(
        self, frame: SetFrame, header: Header, end: int, encoding: Encoding | None = None, *, undefined: bool = False
    ) -> None:
        deep = len(self._stack) // 2 >= self._limits.depth
        if deep and frame.kept:
            self.notes.add(Oddity.TOO_DEEP, self.at)
        self.at = header.value_at
        if deep and not undefined:
            self.at = end
            return
        kept = frame.kept and not deep
        self._stack.append(
            SequenceFrame(header.tag, self.at, encoding or frame.encoding, end, undefined, frame.charset, kept)
        )

    def _next_item(self, frame: SequenceFrame) -> None:
        if self.at >= frame.end:
            if frame.undefined:
                self.notes.add(Oddity.TRUNCATED if frame.end == self._root.end else Oddity.DELIMITER, self.at)
            self._close()
            return
        header = frame.encoding.header_at(self.content, self.at, frame.end)
        if header is None:
            self._broken_sequence(frame)
        elif header.tag == SEQUENCE_END:
            if not frame.undefined:
                self.notes.add(Oddity.DELIMITER, self.at)
            self.at = header.value_at if frame.undefined else frame.end
            self._close()
        elif header.tag == ITEM:
            self._count()
            self._open_item(frame, header)
        elif header.tag == ITEM_END and not header.length:
            self.notes.add(Oddity.DELIMITER, self.at)
            self.at = header.value_at
        else:
            self._broken_sequence(frame)

    def _open_item(self, frame: SequenceFrame, header: Header) -> None:
        start, undefined = header.value_at, header.length == UNDEFINED
        end = frame.end if undefined else start + header.length
        if end > frame.end:
            self.notes.add(Oddity.TRUNCATED if frame.end == self._root.end else Oddity.WRONG_LENGTH, self.at)
            end = frame.end
        encoding = encoding_of_item(self.content, start, end, frame.encoding)
        item = SetFrame(encoding, end, undefined, self.at, frame.charset, frame.kept)
        self._stack.append(item)
        self.at = start

    def _broken_sequence(self, frame: SequenceFrame) -> None:
        """Neither an item nor a delimiter: go on behind a sequence whose end is known, or with a next element."""
        around = self._stack[-2]
        if not frame.undefined and frame.end < self._root.end:
            self.notes.add(Oddity.WRONG_LENGTH, self.at)
            self.at = frame.end
            self._close()
            return
        header = around.encoding.header_at(self.content, self.at, frame.end)
        follows = header is not None and not header.odd and header.length <= frame.end - header.value_at
        if follows and header is not None and header.tag > frame.tag and vr_of(header.tag, None) is not None:
            self.notes.add(Oddity.DELIMITER, self.at)
            self._close()
        else:
            self._stop(self._trailing(Oddity.TRUNCATED if header is None else Oddity.BEYOND))

    # Ends

    def _close(self) -> None:
        """Put what is finished into what is around it."""
        frame = self._stack.pop()
        around = self._stack[-1]
        if not frame.kept:
            return
        if isinstance(frame, SequenceFrame) and isinstance(around, SetFrame):
            around.put(frame.tag, "SQ", frame.finished(), frame.at, undefined=frame.undefined)
        elif isinstance(frame, SetFrame) and isinstance(around, SequenceFrame):
            item = frame.finished()
            item.is_undefined_length_sequence_item = frame.undefined
            item.seq_item_tell = item.file_tell = self.notes.base + frame.at
            around.items.append(item)

    def _stop(self, oddity: Oddity) -> None:
        self.notes.add(oddity, self.at)
        self._stopped = True

    def _trailing(self, otherwise: Oddity = Oddity.BEYOND) -> Oddity:
        """What the bytes are that no element can be read from."""
        left = self._root.end - self.at
        zero = len(self._stack) == 1 and self.content.count(0, self.at, self._root.end) == left
        return Oddity.PADDING if zero else otherwise

    def _count(self) -> None:
        self._counted += 1
        if self._counted > self._limits.elements:
            raise TooLarge(where=self._where, problem=FileProblem.TOO_MANY, limit=self._limits.elements)


__all__ = ["PIXELS", "Parser"]
