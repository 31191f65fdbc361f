"""Text to the lines of one message: what stands around and between segments is taken away, and said."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from trivium.api import BadInput
from trivium_hl7.problems import MessageProblem, Note, Remark

_START: Final = "\x0b"
_END: Final = "\x1c"
_MESSAGE: Final = "message"


def unframe(text: str) -> tuple[str, list[Note]]:
    """`text` without byte order mark, MLLP framing (0x0B before, 0x1C 0x0D after) and white space before it."""
    notes = []
    if text.startswith("\ufeff"):
        text = text[1:]
        notes.append(Note(_MESSAGE, Remark.BYTE_ORDER_MARK))
    tail = text.rstrip("\r\n")
    if text.startswith(_START) or tail.endswith(_END):
        text = tail.rstrip(_END).lstrip(_START)
        notes.append(Note(_MESSAGE, Remark.FRAMING))
    if text[:1].isspace():
        text = text.lstrip()
        notes.append(Note(_MESSAGE, Remark.LEADING_SPACE))
    return text, notes


def split_lines(text: str) -> tuple[list[str], list[Note]]:
    """The segments of an unframed message, each as its line.

    Segments end with CR. LF and CR LF are tolerated. In a message that has CRs, a lone LF ends a segment only where a
    segment id and the field separator follow; elsewhere it belongs to the value. Raises `BadInput` for a message whose
    line ends are written out as a backslash and a letter.
    """
    notes: list[Note] = []
    if "\n" in text:
        text, notes = _line_feeds(text)
    elif "\r" not in text and _literal_line_ends(text[3:4]).search(text):
        raise BadInput(where=_MESSAGE, problem=MessageProblem.LITERAL_LINE_ENDS)
    lines = text.rstrip("\r").split("\r")
    if "" in lines:
        lines = [line for line in lines if line]
        notes.append(Note(_MESSAGE, Remark.BLANK_LINES))
    return lines, notes


def _line_feeds(text: str) -> tuple[str, list[Note]]:
    kept = text.replace("\r\n", "\r")
    if "\n" not in kept:
        return kept, [Note(_MESSAGE, Remark.CRLF if text.count("\r") == text.count("\r\n") else Remark.MIXED_LINE_ENDS)]
    if "\r" not in text:
        return text.replace("\n", "\r"), [Note(_MESSAGE, Remark.LINE_FEEDS)]
    kept, ended = _segment_after_line_feed(kept[3:4]).subn("\r", kept.rstrip("\r\n"))
    notes = [Note(_MESSAGE, Remark.MIXED_LINE_ENDS)] if ended or "\r\n" in text else []
    if "\n" in kept:
        notes.append(Note(_MESSAGE, Remark.LINE_FEED_IN_VALUE))
    return kept, notes


@lru_cache(maxsize=16)
def _segment_after_line_feed(separator: str) -> re.Pattern[str]:
    return re.compile(rf"\n(?=[A-Z][A-Z0-9]{{2}}{re.escape(separator)})")


@lru_cache(maxsize=16)
def _literal_line_ends(separator: str) -> re.Pattern[str]:
    return re.compile(rf"\\[rn](?:\\n)?[A-Z][A-Z0-9]{{2}}{re.escape(separator)}")
