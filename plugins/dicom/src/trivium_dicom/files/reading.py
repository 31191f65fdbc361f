"""Read the bytes of a file into a data set, whatever they are: all of it, what can be had of it, or a coded error.

Runs in a worker process. Nothing here shows a value: oddities are told by what they are and where. Every value is read
once and for all here, so that nobody who asks the data set for one meets an error of pydicom's.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from trivium.api import BadInput, ToolFailure
from trivium_dicom.files.encoding import (
    EXPLICIT_LE,
    IMPLICIT_LE,
    IMPLICIT_LITTLE,
    UNDEFINED,
    Encoding,
    encoding_of,
    recognized,
    syntax_of,
)
from trivium_dicom.files.inflating import DEFLATED, DEFLATED_SYNTAXES, inflated
from trivium_dicom.files.limits import Limits
from trivium_dicom.files.problems import CUT, FileProblem, Note, Notes, Oddity

if TYPE_CHECKING:
    from pydicom.dataset import Dataset, FileDataset, FileMetaDataset

    from trivium_dicom.files.parsing import Parser

_PREFIX: Final = b"DICM"
_ENOUGH: Final = 2.0
"""Elements in implicit VR that make bytes without a preamble a DICOM file; one is enough if it is all."""


@dataclass(slots=True)
class Reading:
    """A file that was read."""

    dataset: FileDataset
    """With `file_meta`, which is empty where the file has none."""
    transfer_syntax: str
    """As the file says, or as it was guessed."""
    size: int
    """Bytes of the whole file."""
    notes: list[Note] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return not any(note.oddity in CUT for note in self.notes)


def read(
    content: bytes, limits: Limits, *, where: str = "path", size: int | None = None, pixels: bool = True
) -> Reading:
    """Read a file. `size` is the whole file's where `content` is only its beginning; without `pixels` reading ends
    before the pixel data.

    Raises `BadInput` and `TooLarge` with `FileProblem`.
    """
    reader = _Reader(content, limits, where, len(content) if size is None else size, pixels)
    try:
        with _quiet():
            return reader.read()
    except (ToolFailure, MemoryError):
        raise
    except Exception:  # no file is known to lead here, but nobody has seen all files
        raise BadInput(where=where, problem=FileProblem.UNREADABLE, at=reader.at) from None


class _Reader:
    def __init__(self, content: bytes, limits: Limits, where: str, size: int, pixels: bool) -> None:
        self._content = content
        self._limits = limits
        self._where = where
        self._size = size
        self._pixels = pixels
        self._notes = Notes()
        self._parser: Parser | None = None

    @property
    def at(self) -> int:
        """Where it stands."""
        return self._notes.base + (self._parser.at if self._parser else 0)

    def read(self) -> Reading:
        from pydicom.dataset import FileDataset

        start = self._preamble()
        meta, start = self._meta(start)
        syntax = _stated_syntax(meta)
        encoding, content, start = self._body(syntax, start, bool(meta))
        command, start = self._command(content, start)
        body = self._data_set(content, start, encoding) if encoding and start < len(content) else _empty()
        if not (body or meta or command):
            raise BadInput(where=self._where, problem=FileProblem.NOT_DICOM)
        for element in command:
            body.setdefault(element.tag, element)
        encoding = encoding or encoding_of(syntax)
        preamble = self._content[:128] if self._content[128:132] == _PREFIX else None
        dataset = FileDataset(io.BytesIO(), body, preamble, meta, encoding.implicit, encoding.little)
        dataset.set_original_encoding(encoding.implicit, encoding.little, body.original_character_set)
        return Reading(dataset, syntax or syntax_of(encoding), self._size, self._told())

    def _preamble(self) -> int:
        """The byte behind it."""
        if self._content[128:132] == _PREFIX:
            return 132
        self._notes.add(Oddity.NO_PREAMBLE, 0)
        return 4 if self._content[:4] == _PREFIX else 0

    def _meta(self, start: int) -> tuple[FileMetaDataset, int]:
        """The file meta information, and the byte behind it (PS3.10 7.1)."""
        from pydicom.dataset import FileMetaDataset

        encoding = next((one for one in (EXPLICIT_LE, IMPLICIT_LE) if self._begins_meta(start, one)), None)
        if encoding is None:
            self._notes.add(Oddity.NO_META, start)
            return FileMetaDataset(), start
        if encoding.implicit:
            self._notes.add(Oddity.META_ENCODING, start)
        elements, end = self._parsed(self._content, start, encoding, group=0x0002)
        length = elements.get("FileMetaInformationGroupLength")
        if isinstance(length, int) and start + 12 + length != end:
            self._notes.add(Oddity.META_LENGTH, start)
        return FileMetaDataset(elements), end

    def _begins_meta(self, start: int, encoding: Encoding) -> bool:
        header = encoding.header_at(self._content, start, len(self._content))
        if header is None or header.tag >> 16 != 0x0002:
            return False
        return not header.odd and header.length <= len(self._content) - header.value_at

    def _body(self, syntax: str, start: int, has_meta: bool) -> tuple[Encoding | None, bytes, int]:
        """What the data set is encoded in, the bytes it is in, and where it begins there.

        Raises `BadInput` for bytes that are no data set at all, behind nothing that says that one follows.
        """
        content = self._content
        if not syntax and has_meta:
            self._notes.add(Oddity.NO_TRANSFER_SYNTAX, start)
        elif syntax and not _is_listed(syntax):
            self._notes.add(Oddity.UNKNOWN_TRANSFER_SYNTAX, start)
        if start >= len(content):
            if not has_meta:
                raise BadInput(where=self._where, problem=FileProblem.NOT_DICOM)
            self._notes.add(Oddity.TRUNCATED, start)
            return None, content, start
        found = recognized(content, start, encoding_of(syntax) if syntax else None)
        if syntax in DEFLATED_SYNTAXES:
            if found is not None and found[1] >= _ENOUGH:  # it is not deflated at all
                self._notes.add(Oddity.OTHER_SYNTAX, start)
                return found[0], content, start
            content, start = self._inflated(start), 0
            found = recognized(content, 0, EXPLICIT_LE)
        unsure = found is None or found[1] < 1
        if unsure and has_meta and _could_be(content, start, encoding_of(syntax or IMPLICIT_LITTLE)):
            found = encoding_of(syntax or IMPLICIT_LITTLE), 0.0
        if found is None or not self._enough(found, content, start, has_meta):
            if not has_meta:
                raise BadInput(where=self._where, problem=FileProblem.NOT_DICOM)
            self._notes.add(Oddity.BEYOND, start)
            return None, content, start
        if syntax and found[0] != encoding_of(syntax):
            self._notes.add(Oddity.OTHER_SYNTAX, start)
        return found[0], content, start

    def _enough(self, found: tuple[Encoding, float], content: bytes, start: int, has_meta: bool) -> bool:
        """Whether it is certain enough that these are data elements."""
        encoding, score = found
        if has_meta or score >= _ENOUGH:
            return True
        header = encoding.header_at(content, start, len(content))
        return header is not None and header.value_at + header.length == len(content)

    def _inflated(self, start: int) -> bytes:
        whole = inflated(self._content[start:], self._limits, where=self._where)
        self._notes.base = start
        if not whole.whole:
            self._notes.add(Oddity.SPOILED_DEFLATE, len(whole.content))
        return whole.content

    def _command(self, content: bytes, start: int) -> tuple[Dataset, int]:
        """Elements of a command before the data set, which are in implicit VR (PS3.7 6.3.1)."""
        header = IMPLICIT_LE.header_at(content, start, len(content))
        if header is None or header.tag != 0 or header.length != 4:
            return _empty(), start
        return self._parsed(content, start, IMPLICIT_LE, group=0x0000)

    def _parsed(self, content: bytes, start: int, encoding: Encoding, *, group: int) -> tuple[Dataset, int]:
        """The elements of one group, and the byte behind them."""
        parser = self._parser_at(content, start, encoding, lambda tag: tag >> 16 != group)
        return parser.run(), parser.at

    def _data_set(self, content: bytes, start: int, encoding: Encoding) -> Dataset:
        from trivium_dicom.files.parsing import PIXELS

        return self._parser_at(content, start, encoding, lambda tag: not self._pixels and tag in PIXELS).run()

    def _parser_at(self, content: bytes, start: int, encoding: Encoding, until: Callable[[int], bool]) -> Parser:
        from trivium_dicom.files.parsing import Parser

        self._parser = Parser(content, start, encoding, self._limits, self._notes, where=self._where, until=until)
        return self._parser

    def _told(self) -> list[Note]:
        """The notes. Where only the beginning was given, its end is no fault of the file."""
        notes = self._notes.found
        if self._size <= len(self._content):
            return notes
        kept = [note for note in notes if note.oddity is not Oddity.TRUNCATED]
        return [*kept, Note(Oddity.HEAD_ONLY, len(self._content))] if len(kept) < len(notes) else kept


@contextmanager
def _quiet() -> Iterator[None]:
    """Without pydicom's own checks of values, whose warnings quote them."""
    import warnings

    from pydicom import config

    mode = config.settings.reading_validation_mode
    config.settings.reading_validation_mode = config.IGNORE
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        config.settings.reading_validation_mode = mode


def _could_be(content: bytes, start: int, encoding: Encoding) -> bool:
    """Whether an element that no dictionary has could stand there."""
    header = encoding.header_at(content, start, len(content))
    if header is None or (header.odd and header.vr is None):
        return False
    return header.length == UNDEFINED or header.value_at + header.length <= len(content)


def _stated_syntax(meta: FileMetaDataset) -> str:
    value = meta.get("TransferSyntaxUID")
    return str(value).strip(" \0") if isinstance(value, str) else ""


def _is_listed(syntax: str) -> bool:
    from pydicom.uid import UID

    uid = UID(syntax)
    return uid.name != syntax and uid.type == "Transfer Syntax"


def _empty() -> Dataset:
    from pydicom.dataset import Dataset

    return Dataset()


__all__ = ["DEFLATED", "Note", "Reading", "inflated", "read"]
