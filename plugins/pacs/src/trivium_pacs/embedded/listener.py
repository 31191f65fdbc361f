"""What the embedded archive and the embedded destination have in common: they listen while a `with` block runs."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Any, Final, Self

from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import AE, evt

from trivium_pacs.net.wire import Limits, guard_each

SYNTAXES: Final[list[str | UID]] = [ExplicitVRLittleEndian, ImplicitVRLittleEndian]
_SECONDS: Final = 10.0


class Listener:
    """A DICOM service on a free loopback port. `port` is set once the block is entered."""

    host: Final = "127.0.0.1"

    def __init__(self, ae_title: str, *, sop_classes: Iterable[str], limits: Limits) -> None:
        self.ae_title = ae_title
        self.port = 0
        self._sop_classes = tuple(sop_classes)
        self._limits = limits
        self._server: Any = None

    def handlers(self) -> list[Any]:
        """Pairs of pynetdicom event and method."""
        return []

    def __enter__(self) -> Self:
        ae = AE(self.ae_title)
        ae.require_called_aet = True
        ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = ae.connection_timeout = _SECONDS
        for sop_class in self._sop_classes:
            ae.add_supported_context(sop_class, SYNTAXES)
        guard = (evt.EVT_CONN_OPEN, guard_each(self._limits))
        self._server = ae.start_server((self.host, 0), block=False, evt_handlers=[guard, *self.handlers()])
        self.port = self._server.server_address[1]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._server.shutdown()
