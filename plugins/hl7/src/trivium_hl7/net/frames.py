"""MLLP blocks in a stream of bytes: 0x0B, the message, 0x1C, 0x0D (HL7 v2 transport specification MLLP, release 1).

Pure: bytes in, blocks out. What is tolerated: an end without its carriage return, line ends between blocks.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

START: Final = b"\x0b"
END: Final = b"\x1c"
CARRIAGE_RETURN: Final = b"\x0d"
COMMIT: Final = b"\x06"
"""The whole content of a block by which a receiver of MLLP release 2 says that it has stored a message ..."""
NO_COMMIT: Final = b"\x15"
"""... and that it has not."""

_BETWEEN: Final = b"\r\n \t\0"
"""What some receivers send before or between blocks."""
_SKIPPED: Final = frozenset(bytes([one]) for one in _BETWEEN)
_ENOUGH: Final = 8
"""Bytes by which a stream that is no MLLP is known."""


class Noise(Enum):
    """What bytes are that stand where a block should begin."""

    HTTP = auto()
    TLS = auto()
    UNFRAMED = auto()
    """A message without the bytes around it."""
    UNKNOWN = auto()


def framed(message: bytes) -> bytes:
    """`message`, which holds neither 0x0B nor 0x1C, as it goes onto the wire."""
    return START + message + END + CARRIAGE_RETURN


class Blocks:
    """Takes what is received and gives blocks. Holds no more than `limit` bytes and one chunk."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buffer = bytearray()
        self._searched = 0
        self.unended = 0
        """Blocks whose end had no carriage return."""

    def feed(self, chunk: bytes) -> None:
        self._buffer += chunk

    def take(self, *, closed: bool = False) -> bytes | None:
        """The content of the next whole block, or None.

        A block whose carriage return has not come is whole when another byte follows, or when nothing more can come.
        """
        self._skip()
        if not self.begun:
            return None
        end = self._buffer.find(END, max(1, self._searched))
        if end < 0 or (end + 1 == len(self._buffer) and not closed):
            self._searched = len(self._buffer) if end < 0 else end
            return None
        content = bytes(self._buffer[1:end])
        if self._buffer[end + 1 : end + 2] == CARRIAGE_RETURN:
            end += 1
        else:
            self.unended += 1
        del self._buffer[: end + 1]
        self._searched = 0
        return content

    @property
    def begun(self) -> bool:
        """Whether a part of a block is here."""
        return self._buffer.startswith(START)

    @property
    def held(self) -> bool:
        """Whether anything is here that has not been taken."""
        return bool(self._buffer.strip(_BETWEEN))

    @property
    def unsettled(self) -> bool:
        """Whether the next byte, if any comes, decides what is here: a block without its last byte, or no block."""
        return self._buffer.endswith(END) if self.begun else self.held

    @property
    def too_long(self) -> bool:
        return len(self._buffer) > self._limit

    def noise(self, *, closed: bool = False) -> Noise | None:
        """What stands before the next block, as soon as enough of it is here to say so."""
        self._skip()
        head = bytes(self._buffer[:_ENOUGH])
        if not head or head.startswith(START) or (len(head) < _ENOUGH and not closed):
            return None
        if head.startswith(b"HTTP/"):
            return Noise.HTTP
        if head[0] in (0x15, 0x16) and head[1:2] == b"\x03":  # a record of TLS: alert or handshake
            return Noise.TLS
        return Noise.UNFRAMED if head.startswith(b"MSH") else Noise.UNKNOWN

    def _skip(self) -> None:
        """Leave out what may stand before a block."""
        if bytes(self._buffer[:1]) in _SKIPPED:
            del self._buffer[: len(self._buffer) - len(self._buffer.lstrip(_BETWEEN))]
