"""Limits on a DICOM connection that pynetdicom lacks, set through its public events; no class is patched.

Without them a peer that stalls inside a PDU holds pynetdicom 3.0 for ever, whatever time-outs are set, and one that
announces a PDU of 4 GiB makes it buffer 4 GiB. On the way the 40 ms stalls of Nagle's algorithm against delayed
acknowledgements go: TCP_NODELAY, and TCP_QUICKACK (Linux) set again around every receive, as the kernel forgets it.
"""

from __future__ import annotations

import logging
import socket
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pynetdicom.events import Event

_QUICKACK: Final[int | None] = getattr(socket, "TCP_QUICKACK", None)
_A_ASSOCIATE_RJ: Final = 0x03
_A_ABORT: Final = 0x07
_PROVIDER: Final = 0x02


@dataclass(frozen=True, slots=True)
class Limits:
    """What one connection may cost."""

    stall: float = 10.0
    """Seconds without a byte while one is due."""
    pdu_seconds: float = 60.0
    """Seconds for one whole PDU, however steadily it drips."""
    pdu: int = 1 << 20
    """Bytes of one PDU."""
    message: int = 8 << 20
    """Bytes received between two whole DIMSE messages."""


class Fault(Enum):
    """How a connection broke, the first thing noticed."""

    CLOSED = auto()
    STALLED = auto()
    TOO_SLOW = auto()
    PROTOCOL = auto()
    """Something came that is not DICOM, or not in its turn."""
    PDU_TOO_LONG = auto()
    MESSAGE_TOO_LONG = auto()


class Wire:
    """One connection under `Limits`, and what became of it. Bind `guard` to `EVT_CONN_OPEN`.

    A requestor binds `adopt` to `EVT_ACSE_SENT` too and calls `close` at the end: pynetdicom 3.0 forgets sockets that
    never were connected, and those a peer has reset, without closing them.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.opened = False
        self.fault: Fault | None = None
        self.abort: tuple[int, int] | None = None
        """Source and reason, when the peer sent an A-ABORT (PS3.8 9.3.8)."""
        self.rejection: tuple[int, int, int] | None = None
        """Result, source and reason, when the peer sent an A-ASSOCIATE-RJ (PS3.8 9.3.4)."""
        self.heard = 0.0
        """When the connection was opened or the last whole DIMSE message arrived, on the monotonic clock."""
        self._received = 0
        self._shut = False
        self._socket: socket.socket | None = None

    def adopt(self, event: Event) -> None:
        association: Any = event.assoc
        self._socket = self._socket or association.dul.socket.socket

    def guard(self, event: Event) -> None:
        from pynetdicom import evt

        association: Any = event.assoc
        wrapper = association.dul.socket
        sock: socket.socket = wrapper.socket
        self.opened, self.heard, self._socket = True, time.monotonic(), sock
        sock.settimeout(self.limits.stall)  # sending stalls too
        _option(sock, socket.TCP_NODELAY)
        wrapper.recv = lambda length: self._receive(sock, length)
        machine = association.dul.state_machine
        machine.do_action = partial(self._act, machine.do_action, association)
        association.bind(evt.EVT_DIMSE_RECV, self._on_message)
        association.bind(evt.EVT_PDU_RECV, self._on_pdu)
        association.bind(evt.EVT_PDU_SENT, self._on_sent)
        association.bind(evt.EVT_CONN_CLOSE, self._on_close)

    def shut(self) -> None:
        """Take nothing more from the peer."""
        self._shut = True

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()

    def _act(self, do_action: Callable[[str], None], association: Any, what: str) -> None:
        """pynetdicom's reactor dies of values that no standard defines, with a traceback that quotes them."""
        try:
            do_action(what)
        except Exception:  # anything at all, so that the peer cannot choose
            from pynetdicom.pdu_primitives import A_P_ABORT

            self._broken(Fault.PROTOCOL)
            self.shut()
            association.dul.to_user_queue.put(A_P_ABORT())
            association.dimse.msg_queue.put((None, None))
            association.dul.kill_dul()

    def _receive(self, sock: socket.socket, length: int) -> bytearray:
        """`length` bytes; fewer when the peer has closed. Raises `OSError` at a limit."""
        if length > self.limits.pdu:
            raise self._broken(Fault.PDU_TOO_LONG)
        data, end = bytearray(), time.monotonic() + self.limits.pdu_seconds
        while len(data) < length:
            left = end - time.monotonic()
            if left <= 0:
                raise self._broken(Fault.TOO_SLOW)
            if self._shut:
                raise OSError("no longer wanted")
            part = self._some(sock, length - len(data), min(left, self.limits.stall))
            if not part:
                break
            data += part
        return data

    def _some(self, sock: socket.socket, most: int, patience: float) -> bytes:
        sock.settimeout(patience)
        _quick(sock)
        try:
            part = sock.recv(min(most, 65536))
        except TimeoutError:
            raise self._broken(Fault.STALLED) from None
        except OSError:
            raise self._broken(Fault.CLOSED) from None
        _quick(sock)
        self._received += len(part)
        if self._received > self.limits.message:
            raise self._broken(Fault.MESSAGE_TOO_LONG)
        if not part:
            self._broken(Fault.CLOSED)
        return part

    def _broken(self, fault: Fault) -> OSError:
        self.fault = self.fault or fault
        return OSError(fault.name)

    def _on_message(self, _: Event) -> None:
        self._received, self.heard = 0, time.monotonic()

    def _on_sent(self, event: Event) -> None:
        """pynetdicom answers what it cannot understand with an A-ABORT, and leaves the waiting user to his time-out."""
        pdu: Any = event.pdu
        association: Any = event.assoc
        if pdu.pdu_type == _A_ABORT and pdu.source == _PROVIDER:
            self._broken(Fault.PROTOCOL)
            self.shut()
            association.dimse.msg_queue.put((None, None))

    def _on_close(self, _: Event) -> None:
        self.close()

    def _on_pdu(self, event: Event) -> None:
        pdu: Any = event.pdu
        if pdu.pdu_type == _A_ASSOCIATE_RJ:
            self.rejection = (pdu.result or 0, pdu.source or 0, pdu.reason_diagnostic or 0)
        elif pdu.pdu_type == _A_ABORT:
            self.abort = (pdu.source or 0, pdu.reason_diagnostic or 0)


def guard_each(limits: Limits) -> Callable[[Event], None]:
    """A handler of `EVT_CONN_OPEN` for a server: every connection gets a `Wire` of its own."""

    def opened(event: Event) -> None:
        hush()
        Wire(limits).guard(event)

    return opened


def hush() -> None:
    """Keep the libraries quiet: their log lines, tracebacks and warnings quote values, which are patient data.

    What they would say reaches the caller as a coded error.
    """
    import pydicom.config
    from pynetdicom import _config

    _config.LOG_REQUEST_IDENTIFIERS = False
    _config.LOG_RESPONSE_IDENTIFIERS = False
    logging.getLogger("pynetdicom").setLevel(logging.CRITICAL)
    pydicom.config.logger.setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", module=r"pydicom\.")


def _option(sock: socket.socket, option: int) -> None:
    with suppress(OSError):  # the peer may have gone already; receiving will tell
        sock.setsockopt(socket.IPPROTO_TCP, option, 1)


def _quick(sock: socket.socket) -> None:
    if _QUICKACK is not None:
        _option(sock, _QUICKACK)
