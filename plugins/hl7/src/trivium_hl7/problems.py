"""What this plugin says of a message that is wrong or odd: closed lists of sentences, each read after a place."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from trivium.api import Problem


class MessageProblem(Problem):
    """Why a message cannot be read."""

    EMPTY = "is empty"
    NO_HEADER = "does not begin with an MSH segment"
    BATCH = "begins with a batch or file header (BHS, FHS): pass one of its messages at a time"
    SEVERAL = "is the header of another message: pass one message at a time"
    NO_SEPARATORS = "declares no encoding characters in MSH-2"
    BAD_SEPARATOR = "declares a separator that is a letter, a digit, white space or a control character"
    NOT_A_SEGMENT = "does not begin with a segment id (three characters such as PID or ZPI) and the field separator"
    LITERAL_LINE_ENDS = (
        "has no line ends, but a backslash and the letter n or r before segment ids, as text copied out of JSON has: "
        "turn these pairs into line ends"
    )
    NO_SUCH_NUMBER = "is larger than the number of messages, which is {found}"
    SURROGATE = "holds half of a surrogate pair, which is no character"


class SizeProblem(Problem):
    """Which limit a message passes."""

    CHARACTERS = "is longer than {limit} characters"
    BYTES = "is longer than {limit} bytes"
    SEGMENTS = "has more than {limit} segments"
    SEPARATORS = "has more than {limit} separators"
    REPETITIONS = "has a field that repeats more than {limit} times"
    MESSAGES = "has more than {limit} messages"


class ReferenceProblem(Problem):
    """Why a choice of segments or fields cannot be read."""

    NOT_A_PATH = "is not a place in a message, such as PID, OBX[2], PID-3, PID-3[2] or PID-5.1.1"
    TOO_MANY = "has more than {limit} entries"


class ProfileProblem(Problem):
    """Why nothing can be profiled."""

    NOTHING = "is missing: give messages or folder"
    BOTH = "cannot stand beside messages: give one of the two"
    NOT_A_TYPE = "is no message type such as ADT, ADT^A01 or ADT_A01"


class AckProblem(Problem):
    """Why an acknowledgment cannot be built."""

    NO_ESCAPE = "holds a separator of the message, which declares no escape character to write it with"
    NOT_A_TIME = "is not a time such as 20250411101500+0100 (YYYYMMDD, then hours, minutes and seconds, then an offset)"
    NOT_A_LOCATION = "is not a place in a message, such as PID, PID-3, OBX[2]-5 or PID-5.1.1"
    CODE_UNKNOWN = "is no code of HL7 table 0357 (message error condition codes)"
    SEVERITY_UNKNOWN = "is of HL7 table 0516 only from version 2.7 on; the message is older, whose gravest is E"
    ERROR_OF_SUCCESS = "says what failed, and the acknowledgment code says that nothing did"
    TOO_LONG = "is longer than {limit} characters"


class Remark(StrEnum):
    """What was odd and tolerated."""

    BYTE_ORDER_MARK = "begins with a byte order mark, left out"
    FRAMING = "stands in MLLP framing bytes, left out"
    LEADING_SPACE = "begins with white space, left out"
    LINE_FEEDS = "ends its segments with line feeds; the standard says carriage returns"
    CRLF = "ends its segments with carriage return and line feed; the standard says carriage returns"
    MIXED_LINE_ENDS = "mixes line ends"
    LINE_FEED_IN_VALUE = "holds line feeds inside values, kept there"
    BLANK_LINES = "holds blank lines, left out"
    FEW_ENCODING_CHARACTERS = "declares fewer than four encoding characters"
    MANY_ENCODING_CHARACTERS = "declares more than five encoding characters; those after the fifth have no meaning"
    NO_ESCAPE_CHARACTER = "has no escape character; the ampersand in its place is read as sub-component separator"
    DOUBLED_ESCAPE = "writes the escape character twice, as text copied out of source code does; it is read as once"
    SAME_SEPARATOR_TWICE = "uses one character as two separators"
    CHARSET_UNKNOWN = "names a character set that is not supported"
    CHARSET_WRONG = "names a character set that the bytes do not fit"
    CHARSET_GUESSED = "names no character set and is not UTF-8; read as ISO 8859-1"
    VERSION_UNKNOWN = "names no known version; definitions are those of 2.5.1"
    VERSION_NEAREST = "names a version without definitions of its own; the nearest are used"
    UNKNOWN_ESCAPE = "holds escape sequences that are not known, kept as they stand"
    BATCH_COUNT_WRONG = "counts another number of messages than the batch holds"
    FILE_COUNT_WRONG = "counts another number of batches than the file holds"
    COUNT_UNREADABLE = "holds no number"
    NO_TRAILER = "is not closed by a trailer"
    NO_HEADER_BEFORE = "closes what no header opened"
    STRAY = "holds text that belongs to no message, left out"
    NOTHING_CHOSEN = "matches nothing valued in this message"


class Note(NamedTuple):
    """Something odd that was tolerated, and where. Neither part is ever a value of the message."""

    where: str
    remark: Remark

    def __str__(self) -> str:
        return f"{self.where} {self.remark}"
