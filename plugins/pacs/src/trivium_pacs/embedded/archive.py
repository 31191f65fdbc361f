"""An archive in this process: Verification, Study Root FIND and Study Root MOVE on a free loopback port."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from pydicom.dataset import Dataset
from pynetdicom import build_context, evt

from trivium_pacs.embedded.catalogue import UNIQUE_KEYS, Catalogue
from trivium_pacs.embedded.listener import SYNTAXES, Listener
from trivium_pacs.embedded.studies import DEMO_STUDIES, Study
from trivium_pacs.net.wire import Limits, guard_each
from trivium_pacs.services import STUDY_ROOT_FIND, STUDY_ROOT_MOVE, VERIFICATION

_PENDING: Final = 0xFF00
_CANCEL: Final = 0xFE00
_WRONG_LEVEL: Final = 0xA900

Answers = Iterator[tuple[int, Dataset | None]]


class EmbeddedArchive(Listener):
    """Serves while its `with` block runs.

    `destinations` maps the AE titles that a C-MOVE may name to (host, port). `pace` is the time in seconds between two
    answers of a C-FIND and two transfers of a C-MOVE, so that a person can watch and a test can step in.
    """

    def __init__(
        self,
        studies: Iterable[Study] = DEMO_STUDIES,
        *,
        ae_title: str = "TRIVIUM_DEMO",
        destinations: Mapping[str, tuple[str, int]] | None = None,
        pace: float = 0.0,
    ) -> None:
        super().__init__(ae_title, sop_classes=(VERIFICATION, STUDY_ROOT_FIND, STUDY_ROOT_MOVE), limits=Limits())
        self.studies = tuple(studies)
        self.destinations = dict(destinations or {})
        self.pace = pace
        self.cancels = 0
        """Operations that were stopped by a C-CANCEL."""
        self._lock = threading.Lock()
        self._catalogue = Catalogue(ds for study in self.studies for ds in study.instances())

    def handlers(self) -> list[Any]:
        return [(evt.EVT_C_FIND, self._on_find), (evt.EVT_C_MOVE, self._on_move)]

    def _on_find(self, event: evt.Event) -> Answers:
        if event.identifier.get("QueryRetrieveLevel") not in UNIQUE_KEYS:
            yield _WRONG_LEVEL, None
            return
        for match in self._catalogue.find(event.identifier):
            time.sleep(self.pace)
            if self._cancelled(event):
                yield _CANCEL, None
                return
            yield _PENDING, match

    def _on_move(self, event: evt.Event) -> Iterator[Any]:
        """As pynetdicom wants it: the destination, the number of transfers, then each with its data set."""
        address = self.destinations.get(str(event.move_destination).strip())
        if address is None:
            yield None, None
            return
        yield (*address, {"contexts": self._storage_contexts(), "evt_handlers": [_GUARD]})
        instances = self._catalogue.select(event.identifier)
        yield len(instances)
        for ds in instances:
            time.sleep(self.pace)
            if self._cancelled(event):
                yield _CANCEL, None
                return
            yield _PENDING, ds

    def _storage_contexts(self) -> list[Any]:
        return [build_context(sop_class, SYNTAXES) for sop_class in self._catalogue.sop_classes]

    def _cancelled(self, event: evt.Event) -> bool:
        if not event.is_cancelled:
            return False
        with self._lock:
            self.cancels += 1
        return True


_GUARD: Final = (evt.EVT_CONN_OPEN, guard_each(Limits()))
