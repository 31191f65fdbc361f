"""A message made ready for the wire, or the reason why it may not go there."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from trivium.api import BadInput, PeerUnavailable, TooLarge
from trivium_hl7.charsets import codec_of
from trivium_hl7.net.frames import END, START
from trivium_hl7.paths import Path
from trivium_hl7.reader import NULL, Limits, Message, parse_message
from trivium_hl7.sending.expecting import Expected, expected
from trivium_hl7.sending.problems import OutgoingProblem, SendingNote

_WHERE: Final = "message"
_MARKS: Final = re.compile(
    r"[\[\uff3b]\s*(?:withheld|record text)\s*[:\]\uff3d]|\.\.\. \(\d+ characters\)", re.IGNORECASE | re.ASCII
)
"""What the host writes in place of a value that it withholds, around free text, and after what it cuts short."""
_PROBE: Final = "MSH|^~\\&\r\n 09AZaz"
_ACKNOWLEDGMENTS: Final = frozenset({"ACK", "MCF"})


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message that may be sent."""

    message: Message
    payload: bytes
    """Its bytes on the wire, without framing."""
    encoding: str
    """Python's name of the character set."""
    control_id: str
    expected: Expected
    notes: tuple[str, ...]


def prepare(text: str, *, default_encoding: str, limits: Limits, where: str) -> Outgoing:
    """The message in `text`, checked for what would break the channel or store nonsense at the receiver.

    Its content is not judged and nothing in it is changed; each segment ends with CR. `where` names the endpoint whose
    `default_encoding` counts where MSH-18 is empty. Raises `BadInput`, `TooLarge` or, for settings that cannot be
    used, `PeerUnavailable`. None holds a value.
    """
    message = parse_message(text, limits=limits)
    _check_content(message)
    header = message.header
    for number, problem in ((9, OutgoingProblem.NO_TYPE), (10, OutgoingProblem.NO_CONTROL_ID)):
        if header.value(number).strip() in ("", NULL):
            raise BadInput(where=f"MSH-{number}", problem=problem)
    encoding, declared = _encoding(message, default_encoding, where)
    payload = _encoded(message, encoding, declared)
    if len(payload) > limits.characters:
        raise TooLarge(where=_WHERE, problem=OutgoingProblem.TOO_LONG, limit=limits.characters)
    asked = expected(message)
    notes = [str(note) for note in (*message.notes, *asked.notes)]
    if not declared and not payload.isascii():
        notes.append(SendingNote.ASCII_ASSUMED)
    if header.value(9) in _ACKNOWLEDGMENTS:
        notes.append(SendingNote.IS_ACKNOWLEDGMENT)
    return Outgoing(message, payload, encoding, header.value(10).strip(), asked, tuple(notes))


def _check_content(message: Message) -> None:
    def has_mark(text: str) -> bool:
        return _has_mark(text) or _has_mark(message.header.decoded(text))

    for test, problem in ((_has_framing, OutgoingProblem.FRAMING), (has_mark, OutgoingProblem.WITHHELD)):
        if where := _where(message, test):
            raise BadInput(where=where, problem=problem)


def _has_framing(text: str) -> bool:
    return START.decode() in text or END.decode() in text


def _has_mark(text: str) -> bool:
    return _MARKS.search(text) is not None


def _where(message: Message, test: Callable[[str], bool]) -> str | None:
    """The first field that passes `test`, else the first segment that does, as what is looked for may span fields."""
    seen: Counter[str] = Counter()
    for seg in message.segments:
        seen[seg.id] += 1
        if test(seg.text):
            number = next((n for n, text in enumerate(seg.fields) if n and test(text)), None)
            return str(Path(seg.id, seen[seg.id], number))
    return None


def _encoding(message: Message, default: str, where: str) -> tuple[str, bool]:
    """The codec, and whether MSH-18 names it."""
    header = message.header
    declared = [header.decoded(str(one[0])).strip() for one in header.field(18)]
    if any(one not in ("", NULL) for one in declared):
        codec = codec_of(declared)
        if codec is None:
            raise BadInput(where="MSH-18", problem=OutgoingProblem.CHARSET_UNKNOWN)
        if not carries_ascii(codec):
            raise BadInput(where="MSH-18", problem=OutgoingProblem.CHARSET_NOT_FRAMED)
        return codec, True
    if not carries_ascii(default):
        raise PeerUnavailable(where=where, problem=OutgoingProblem.BAD_ENCODING)
    return codecs.lookup(default).name, False


def carries_ascii(codec: str) -> bool:
    """Whether this is a character set in which ASCII is itself, as framing and separators need."""
    try:
        return _PROBE.encode(codec) == _PROBE.encode("ascii")
    except (LookupError, ValueError):
        return False


def _encoded(message: Message, encoding: str, declared: bool) -> bytes:
    try:
        payload = "".join(f"{seg.text}\r" for seg in message.segments).encode(encoding)
    except UnicodeEncodeError:
        raise _not_in(message, encoding, declared) from None
    if START in payload or END in payload:  # a byte of a character that is written with several
        raise BadInput(where="MSH-18", problem=OutgoingProblem.CHARSET_NOT_FRAMED)
    return payload


def _not_in(message: Message, encoding: str, declared: bool) -> BadInput:
    def has_stranger(text: str) -> bool:
        try:
            text.encode(encoding)
        except UnicodeEncodeError:
            return True
        return False

    problem = OutgoingProblem.NOT_IN_CHARSET if declared else OutgoingProblem.NOT_IN_DEFAULT
    return BadInput(where=_where(message, has_stranger) or _WHERE, problem=problem)
