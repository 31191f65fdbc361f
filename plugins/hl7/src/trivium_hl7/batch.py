"""Several messages in one source: batch files, messages one after the other, MLLP frames one after the other.

    file: [FHS] { [BHS] { message } [BTS] } [FTS]        HL7 v2.5.1 chapter 2.10.3

Each message is cut out before its bytes become text, because each names its character set itself (MSH-18).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from trivium.api import BadInput, TooLarge
from trivium_hl7.charsets import wide_text
from trivium_hl7.problems import MessageProblem, Note, Remark, SizeProblem
from trivium_hl7.reader import Limits, Message, Segment, parse_message
from trivium_hl7.separators import Separators, read_separators

_WHERE: Final = "message"
_BYTE_ORDER_MARK: Final = "\ufeff|\xef\xbb\xbf"
_START: Final = re.compile(
    rf"(?:\A|(?<=[\r\n\x0b\x1c]))[ \t]*+(?:{_BYTE_ORDER_MARK})?\x0b?"
    r"(?P<id>(?:MSH|FHS|BHS)(?=[^\w\s][^\r\n])|(?:BTS|FTS)(?=[^\w\s]|[\r\n]|\Z))"
)
"""Where a message or an envelope's segment begins; a bare `MSH|` begins nothing."""
_BARE: Final = re.compile(r"[^\w\s]*(?:[\r\n]|\Z)")
_FRAMING: Final = "\r\n\x0b\x1c"
_COUNT: Final = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Entry:
    """One message of several, not yet read."""

    number: int
    """From 1."""
    line: int
    """On which line it begins, from 1."""
    batch: int
    """In which BHS, from 1; 0 outside of any."""
    source: str | bytes
    """Without the framing around it."""

    def read(self, limits: Limits) -> Message:
        """Raises what `parse_message` does."""
        return parse_message(self.source, limits=limits)


class Envelope(NamedTuple):
    """A batch or file: its header and trailer segments, what the trailer counts, and what there is."""

    header: Segment | None
    trailer: Segment | None
    line: int
    declared: int | None
    """BTS-1 counts messages, FTS-1 counts batches."""
    found: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What stands in a source, in its order."""

    messages: tuple[Entry, ...]
    files: tuple[Envelope, ...]
    batches: tuple[Envelope, ...]
    framed: bool
    """Whether MLLP framing bytes stand between or around the messages."""
    notes: tuple[Note, ...]

    @property
    def is_single(self) -> bool:
        """One message without an envelope, which `parse_message` reads by itself."""
        return len(self.messages) == 1 and not (self.files or self.batches)


class _Piece(NamedTuple):
    id: str
    line: int
    source: str | bytes


_DEFAULT_LIMITS: Final = Limits()


def read_batch(source: str | bytes, limits: Limits = _DEFAULT_LIMITS) -> Batch:
    """Find the messages and envelopes of a source. Messages are read one by one later, each with its own faults.

    Raises `BadInput` where no message and no envelope begins, `TooLarge` for a source that is.
    """
    if len(source) > limits.characters:
        problem = SizeProblem.BYTES if isinstance(source, bytes) else SizeProblem.CHARACTERS
        raise TooLarge(where=_WHERE, problem=problem, limit=limits.characters)
    if isinstance(source, bytes) and (wide := wide_text(source)):
        source = wide[0]
    pieces, stray = _pieces(source, limits)
    if not pieces:
        raise BadInput(where=_WHERE, problem=MessageProblem.NO_HEADER if source.strip() else MessageProblem.EMPTY)
    builder = _Builder()
    for piece in pieces:
        builder.add(piece)
    framed = b"\x0b" in source if isinstance(source, bytes) else "\x0b" in source
    notes = [Note("text before the first message", Remark.STRAY)] if stray else []
    return builder.batch(framed, notes)


def begins_several(text: str) -> bool:
    """Whether `text` is more than one message: a second one begins in it, or an envelope does."""
    found = _beginnings(text)
    first = next(found, None)
    return first is not None and (first["id"] != "MSH" or next(found, None) is not None)


def _beginnings(text: str) -> Iterator[re.Match[str]]:
    """Where something begins. A trailer without a value closes only what is open; elsewhere it is a segment."""
    opened = {"BTS": False, "FTS": False}
    for found in _START.finditer(text):
        name = found["id"]
        if name in opened:
            if not opened[name] and _BARE.match(text, found.end()):
                continue
            opened[name] = False
        elif name != "MSH":
            opened["BTS" if name == "BHS" else "FTS"] = True
        yield found


def _pieces(source: str | bytes, limits: Limits) -> tuple[list[_Piece], bool]:
    """The source cut where something begins, and whether anything stands before."""
    text = source if isinstance(source, str) else source.decode("latin-1")  # one character a byte, so places agree
    pieces: list[_Piece] = []
    line, counted = 1, 0
    starts = list(_bounded(_beginnings(text), limits))
    ends = [*(following.start() for following in starts[1:]), len(text)]
    for found, end in zip(starts, ends, strict=False):
        begin = found.start("id")
        line += _line_ends(text, counted, begin)
        counted = begin
        body = text[begin:end]
        kept = begin + len(body.rstrip(_FRAMING))
        pieces.append(_Piece(found["id"], line, source[begin:kept]))
    stray = bool(text[: starts[0].start()].strip()) if starts else False
    return pieces, stray


def _bounded(found: Iterator[re.Match[str]], limits: Limits) -> Iterator[re.Match[str]]:
    for number, one in enumerate(found):
        if number >= limits.messages:
            raise TooLarge(where=_WHERE, problem=SizeProblem.MESSAGES, limit=limits.messages)
        yield one


def _line_ends(text: str, begin: int, end: int) -> int:
    return text.count("\r", begin, end) + text.count("\n", begin, end) - text.count("\r\n", begin, end)


class _Builder:
    """Sorts pieces into messages and the envelopes around them."""

    def __init__(self) -> None:
        self._messages: list[Entry] = []
        self._files: list[Envelope] = []
        self._batches: list[Envelope] = []
        self._notes: list[Note] = []
        self._separators = Separators()
        self._open_file = self._open_batch = False
        self._loose = False
        """Whether messages outside of a BHS have begun a batch of their own."""
        self._in_file = 0

    def add(self, piece: _Piece) -> None:
        match piece.id:
            case "MSH":
                self._message(piece)
            case "FHS":
                self._close_batch()
                self._close_file()
                self._files.append(Envelope(self._envelope(piece), None, piece.line, None, 0))
                self._open_file, self._in_file, self._loose = True, 0, False
            case "BHS":
                self._close_batch()
                self._batches.append(Envelope(self._envelope(piece), None, piece.line, None, 0))
                self._open_batch, self._loose = True, False
                self._in_file += 1
            case "BTS":
                self._end_batch(piece)
            case _:
                self._end_file(piece)

    def batch(self, framed: bool, notes: Sequence[Note]) -> Batch:
        self._close_batch()
        self._close_file()
        return Batch(tuple(self._messages), tuple(self._files), tuple(self._batches), framed, (*notes, *self._notes))

    def _message(self, piece: _Piece) -> None:
        number = len(self._messages) + 1
        self._messages.append(Entry(number, piece.line, len(self._batches) if self._open_batch else 0, piece.source))
        if self._open_batch:
            last = self._batches[-1]
            self._batches[-1] = last._replace(found=last.found + 1)
        elif not self._loose:
            self._loose = True
            self._in_file += 1

    def _end_batch(self, piece: _Piece) -> None:
        trailer = self._envelope(piece)
        where = f"BTS on line {piece.line}"
        declared = self._count(trailer, where)
        if not self._open_batch:
            self._notes.append(Note(where, Remark.NO_HEADER_BEFORE))
            self._batches.append(Envelope(None, trailer, piece.line, declared, 0))
            return
        last = self._batches[-1]
        self._batches[-1] = last._replace(trailer=trailer, declared=declared)
        self._open_batch = False
        if declared is not None and declared != last.found:
            self._notes.append(Note(where, Remark.BATCH_COUNT_WRONG))

    def _end_file(self, piece: _Piece) -> None:
        self._close_batch()
        trailer = self._envelope(piece)
        where = f"FTS on line {piece.line}"
        declared = self._count(trailer, where)
        if not self._open_file:
            self._notes.append(Note(where, Remark.NO_HEADER_BEFORE))
            self._files.append(Envelope(None, trailer, piece.line, declared, self._in_file))
        else:
            self._files[-1] = self._files[-1]._replace(trailer=trailer, declared=declared, found=self._in_file)
        if declared is not None and declared != self._in_file:
            self._notes.append(Note(where, Remark.FILE_COUNT_WRONG))
        self._open_file, self._in_file, self._loose = False, 0, False

    def _close_batch(self) -> None:
        if self._open_batch:
            self._notes.append(Note(f"BHS on line {self._batches[-1].line}", Remark.NO_TRAILER))
        self._open_batch = False

    def _close_file(self) -> None:
        if self._open_file:
            self._notes.append(Note(f"FHS on line {self._files[-1].line}", Remark.NO_TRAILER))
            self._files[-1] = self._files[-1]._replace(found=self._in_file)
        self._open_file = False

    def _count(self, trailer: Segment, where: str) -> int | None:
        written = trailer.value(1)
        if not written:
            return None
        if _COUNT.fullmatch(written):
            return int(written)
        self._notes.append(Note(where, Remark.COUNT_UNREADABLE))
        return None

    def _envelope(self, piece: _Piece) -> Segment:
        """The piece's first line. A trailer is written with the separators of the header before it."""
        text = piece.source if isinstance(piece.source, str) else _text(piece.source)
        line, *rest = re.split(r"[\r\n]+", text, maxsplit=1)
        if any(part.strip() for part in rest):
            self._notes.append(Note(f"{piece.id} on line {piece.line}", Remark.STRAY))
        if piece.id in ("FHS", "BHS"):
            self._separators = read_separators(line)[0]
        return Segment(line, piece.line, self._separators, None)


def _text(data: bytes) -> str:
    """An envelope names no character set."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")
