"""The life of a host that serves: what happens beside its calls, from its first moment to its last."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from threading import Thread
from typing import TYPE_CHECKING, Any

from trivium import __version__
from trivium.audit import Trail
from trivium.host.report import PluginReport, Status
from trivium.settings import CoreSettings

if TYPE_CHECKING:
    from trivium.audit.forward import Forwarder

log = logging.getLogger("trivium.host")


class Service(AbstractContextManager["Service"]):
    """Records start and stop, closes what a host before it left open, forwards the trail, and signs it at the end.

    The client waits for none of this: the beginning has a thread of its own. Whatever fails here is logged, and calls
    that need the audit trail find out for themselves.
    """

    def __init__(self, settings: CoreSettings, trail: Trail, reports: Sequence[PluginReport]) -> None:
        self._settings = settings
        self._trail = trail
        self._started: Mapping[str, Any] = {
            "event": "started",
            "run": trail.run,
            "version": __version__,
            "plugins": {
                report.name: f"{report.distribution} {report.version}".strip()
                for report in reports
                if report.status is Status.LOADED
            },
        }
        self._beginning = Thread(target=self._begin, name="trivium-beginning", daemon=True)
        self._forwarder: Forwarder | None = None

    def __enter__(self) -> Service:
        self._beginning.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._beginning.join()
        if self._forwarder:
            self._forwarder.stop()
        self._record({"event": "stopped", "run": self._trail.run, "version": __version__})
        self._trail.seal()

    def _begin(self) -> None:
        self._trail.recover()
        self._record(self._started)
        if self._settings.audit.syslog.host:
            from trivium.audit.forward import Forwarder

            self._forwarder = Forwarder(self._settings)
            self._forwarder.start()

    def _record(self, record: Mapping[str, Any]) -> None:
        try:
            self._trail.append(record, flush=True)
        except (OSError, ValueError) as error:
            log.error("the audit trail cannot be written (%s)", self._trail.words(error))
