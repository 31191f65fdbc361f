"""One association with the archive, and words for every way it can fail."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, TypeVar

from trivium.api import PeerFailed, PeerFailure, PeerRejected, PeerTimeout, PeerUnavailable
from trivium_pacs.net.wire import Fault, Limits, Wire, hush
from trivium_pacs.problems import ARCHIVE, LinkProblem, RejectProblem
from trivium_pacs.statuses import REJECTIONS

if TYPE_CHECKING:
    from pynetdicom import AE
    from pynetdicom.association import Association

    from trivium_pacs.settings import PacsSettings

T = TypeVar("T")

_RELEASE_SECONDS: Final = 2.0
"""A release that is not answered says nothing about the work that was done before."""


class Link:
    """An established association."""

    def __init__(self, association: Association, wire: Wire, settings: PacsSettings) -> None:
        self.association = association
        self.wire = wire
        self.settings = settings
        self._patience = settings.timeout

    def accepts(self, sop_class: str) -> bool:
        return any(context.abstract_syntax == sop_class for context in self.association.accepted_contexts)

    def require(self, sop_class: str) -> None:
        """Raises `PeerRejected` when the archive does not accept the service."""
        if not self.accepts(sop_class):
            raise PeerRejected(where=ARCHIVE, problem=LinkProblem.SERVICE_NOT_ACCEPTED)

    def begin(self, operation: Callable[[], T]) -> T:
        """What `operation` gives, which sends a request. Raises `PeerFailure` when the association is over already."""
        try:
            return operation()
        except (RuntimeError, ValueError):
            raise self.lost() from None

    def cancel(self, message_id: int, sop_class: str) -> None:
        """Send a C-CANCEL for an operation. Does nothing once the association is over."""
        with suppress(RuntimeError, ValueError):
            self.association.send_c_cancel(message_id, query_model=sop_class)

    def hang_up(self) -> None:
        """Abort the association: the peer does not stop by itself."""
        _abort(self.association, self.wire)

    def lost(self) -> PeerFailure:
        """Why no further answer came."""
        if failure := _broken(self.wire):
            return failure
        if self.fell_silent:
            return PeerTimeout(where=ARCHIVE, problem=LinkProblem.NO_ANSWER, seconds=self.patience)
        return PeerFailed(where=ARCHIVE, problem=LinkProblem.BAD_ANSWER)

    @property
    def fell_silent(self) -> bool:
        """Whether time ran out since the last whole message, rather than an answer came that cannot be used."""
        return time.monotonic() - self.wire.heard >= 0.9 * self.patience

    @property
    def patience(self) -> float:
        """Seconds to wait for each answer."""
        return self._patience

    @patience.setter
    def patience(self, seconds: float) -> None:
        self._patience = self.association.dimse_timeout = seconds


@contextmanager
def associated(settings: PacsSettings, *sop_classes: str) -> Iterator[Link]:
    """An association that is released at the end, and aborted when the work inside fails.

    Raises `PeerUnavailable`, `PeerTimeout`, `PeerRejected` or `PeerFailed`.
    """
    from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
    from pynetdicom import AE

    if settings.host is None:
        raise PeerUnavailable(where="TRIVIUM_PACS__HOST", problem=LinkProblem.NOT_CONFIGURED)
    hush()
    ae = AE(settings.local_ae_title)
    ae.connection_timeout = ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = settings.timeout
    for sop_class in sop_classes:  # not deflated: a few bytes could become gigabytes
        ae.add_requested_context(sop_class, [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
    wire = Wire(Limits(stall=settings.timeout, pdu_seconds=max(60.0, settings.timeout)))
    try:
        association = _associate(ae, wire, settings)
        try:
            yield Link(association, wire, settings)
        except BaseException:
            _abort(association, wire)
            raise
        _release(association, wire)
    finally:
        wire.close()


def _associate(ae: AE, wire: Wire, settings: PacsSettings) -> Association:
    from pynetdicom import evt

    handlers = [(evt.EVT_ACSE_SENT, wire.adopt), (evt.EVT_CONN_OPEN, wire.guard)]
    started = time.monotonic()
    try:
        association = ae.associate(
            settings.host or "", settings.port, ae_title=settings.ae_title, evt_handlers=[*handlers]
        )
    except (socket.gaierror, UnicodeError):
        raise PeerUnavailable(where=ARCHIVE, problem=LinkProblem.NAME_UNKNOWN) from None
    except OSError:
        raise PeerUnavailable(where=ARCHIVE, problem=LinkProblem.UNREACHABLE) from None
    if not association.is_established:
        raise _not_established(association, wire, settings, time.monotonic() - started)
    return association


def _release(association: Association, wire: Wire) -> None:
    association.acse_timeout = _RELEASE_SECONDS
    association.release()
    wire.shut()


def _abort(association: Association, wire: Wire) -> None:
    wire.shut()
    with suppress(OSError):
        association.abort()
    association.dimse.msg_queue.put((None, None))  # whoever still waits for an answer need not wait out his time


def _not_established(association: Association, wire: Wire, settings: PacsSettings, seconds: float) -> PeerFailure:
    if not wire.opened:
        return _not_connected(settings, seconds)
    if wire.rejection is not None:
        return _rejected(*wire.rejection)
    if association.rejected_contexts and not association.accepted_contexts:
        return PeerRejected(where=ARCHIVE, problem=LinkProblem.NO_CONTEXT)
    if wire.fault is Fault.CLOSED and not association.accepted_contexts:
        return PeerFailed(where=ARCHIVE, problem=LinkProblem.ACCEPT_LOST)
    return _broken(wire) or PeerTimeout(where=ARCHIVE, problem=LinkProblem.ACCEPT_TIMEOUT, seconds=settings.timeout)


def _not_connected(settings: PacsSettings, seconds: float) -> PeerFailure:
    """Why there was no TCP connection. pynetdicom keeps the reason to itself, so the network is asked once more."""
    if seconds < settings.timeout:
        try:
            socket.create_connection((settings.host or "", settings.port), timeout=settings.timeout).close()
        except ConnectionRefusedError:
            return PeerUnavailable(where=ARCHIVE, problem=LinkProblem.REFUSED)
        except TimeoutError:
            pass
        except ConnectionResetError:
            return PeerFailed(where=ARCHIVE, problem=LinkProblem.ACCEPT_LOST)
        except OSError:
            return PeerUnavailable(where=ARCHIVE, problem=LinkProblem.UNREACHABLE)
        else:  # it can be reached: the connection was there, and reset before pynetdicom had looked at it
            return PeerFailed(where=ARCHIVE, problem=LinkProblem.ACCEPT_LOST)
    return PeerTimeout(where=ARCHIVE, problem=LinkProblem.CONNECT_TIMEOUT, seconds=settings.timeout)


def _rejected(result: int, source: int, reason: int) -> PeerRejected:
    problem = REJECTIONS.get((source, reason), RejectProblem.OTHER)
    return PeerRejected(where=ARCHIVE, problem=problem, result=result, source=source, reason=reason)


def _broken(wire: Wire) -> PeerFailure | None:
    """What the wire noticed, in words; None when it noticed nothing, so that time ran out."""
    if wire.abort is not None:
        source, reason = wire.abort
        return PeerFailed(where=ARCHIVE, problem=LinkProblem.ABORTED, source=source, reason=reason)
    match wire.fault:
        case Fault.CLOSED:
            return PeerFailed(where=ARCHIVE, problem=LinkProblem.CLOSED)
        case Fault.STALLED:
            return PeerTimeout(where=ARCHIVE, problem=LinkProblem.STALLED, seconds=wire.limits.stall)
        case Fault.TOO_SLOW:
            return PeerTimeout(where=ARCHIVE, problem=LinkProblem.TOO_SLOW, seconds=wire.limits.pdu_seconds)
        case Fault.PROTOCOL:
            return PeerFailed(where=ARCHIVE, problem=LinkProblem.BAD_ANSWER)
        case Fault.PDU_TOO_LONG:
            return PeerFailed(where=ARCHIVE, problem=LinkProblem.OVERSIZED, limit=wire.limits.pdu)
        case Fault.MESSAGE_TOO_LONG:
            return PeerFailed(where=ARCHIVE, problem=LinkProblem.OVERSIZED, limit=wire.limits.message)
        case None:
            return None
