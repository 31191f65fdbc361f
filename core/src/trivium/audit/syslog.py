"""Sends audit messages to a syslog receiver: RFC 5424 messages in RFC 5425 frames, as DICOM PS3.15 A.6 asks for.

Syslog has no acknowledgment. What comes nearest is the orderly end of a connection: a receiver's TLS answers our
close_notify after it has taken everything before it, and its system answers with a reset if its program left something
unread. So each delivery is a connection of its own, and it counts when that end was orderly. When it was not, all of it
is sent again: a message may come twice. What stays open is a receiver that closes in order by itself in the very moment
in which messages are under way to it, and what it loses after it has read.
"""

from __future__ import annotations

import os
import re
import socket
import struct
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from trivium.audit.message import timestamp
from trivium.settings.model import SyslogSettings

if TYPE_CHECKING:
    import ssl

PRIORITY: Final = 10 * 8 + 5
"""Facility security/authorization (10), severity notice (5), as PS3.15 A.6 has them."""
MESSAGE_ID: Final = "DICOM+RFC3881"
_BOM: Final = b"\xef\xbb\xbf"
_TIMEOUT: Final = 10.0
"""Seconds that connecting, each send and the receiver's answer to the end may take."""
_CHUNK: Final = 1 << 16


class SyslogFault(Exception):
    """Messages did not arrive, or it is not certain that they did. Says where, and never what was sent."""


def frame(text: str, time: float, source: str) -> bytes:
    """A message with its octet count (RFC 5425 section 4.3). `time` is that of the event, epoch seconds."""
    header = f"<{PRIORITY}>1 {timestamp(time)} {_host_name(source)} trivium {os.getpid()} {MESSAGE_ID} - "
    message = header.encode("ascii") + _BOM + text.encode()
    return str(len(message)).encode("ascii") + b" " + message


def _host_name(source: str) -> str:
    """HOSTNAME of RFC 5424: printable ASCII without spaces."""
    return re.sub(r"[^!-~]", "-", source)[:255] or "-"


def deliver(frames: Iterable[bytes], settings: SyslogSettings) -> None:
    """Send all over one connection and see it end in order. Raises `SyslogFault`."""
    host = settings.host or ""
    place = f"syslog receiver {host}:{settings.port}"
    try:
        context = _context(settings)
    except (OSError, ValueError) as error:
        raise SyslogFault(f"certificates for {place} cannot be used ({type(error).__name__})") from None
    try:
        with (
            socket.create_connection((host, settings.port), timeout=_TIMEOUT) as plain,
            context.wrap_socket(plain, server_hostname=host) as connection,
        ):
            _send(frames, connection)
            _end(connection)
    except (OSError, ValueError) as error:
        raise SyslogFault(f"{place}: {type(error).__name__}") from None


def _context(settings: SyslogSettings) -> ssl.SSLContext:
    """TLS 1.2 or later with a verified certificate and host name. Raises `OSError` and `ValueError`."""
    import ssl

    context = ssl.create_default_context(cafile=settings.ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.certificate:
        context.load_cert_chain(settings.certificate, settings.key, password=_no_password)
    return context


def _no_password() -> str:
    """Nobody sits there to type one, so a key that needs one is a fault and not a question."""
    raise ValueError("the private key is encrypted")


def _send(frames: Iterable[bytes], connection: ssl.SSLSocket) -> None:
    waiting = bytearray()
    for each in frames:
        waiting += each
        if len(waiting) >= _CHUNK:
            connection.sendall(waiting)
            waiting.clear()
    connection.sendall(waiting)


def _end(connection: ssl.SSLSocket) -> None:
    """End TLS, then TCP, and wait until the receiver has done the same. Raises `OSError` when it was gone before."""
    import ssl

    try:
        plain = connection.unwrap()
    except ssl.SSLEOFError:  # some receivers, rsyslog for one, close TCP without a word of TLS
        if _unconfirmed(connection):
            raise
        return
    plain.shutdown(socket.SHUT_WR)
    while plain.recv(_CHUNK):
        pass


def _unconfirmed(connection: socket.socket) -> bool:
    """Whether bytes have left here that the other system has not confirmed. False where this system cannot tell.

    Confirmed bytes were read: a program that closes with something unread makes its system answer with a reset.
    """
    if sys.platform == "win32":
        return False
    import fcntl
    import termios

    (waiting,) = struct.unpack("i", fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, bytes(4)))
    return bool(waiting)
