"""A place that images can be sent to: keeps what arrives as files in a folder."""

from __future__ import annotations

import os
import tempfile
import threading
from pathlib import Path
from typing import Any, Final

from pynetdicom import StoragePresentationContexts, evt

from trivium_pacs.embedded.listener import Listener
from trivium_pacs.net.wire import Limits
from trivium_pacs.services import VERIFICATION
from trivium_pacs.values import uid_problem

_STORED: Final = 0x0000
_CANNOT_UNDERSTAND: Final = 0xC000
_OUT_OF_RESOURCES: Final = 0xA700
_MOST_BYTES: Final = 256 << 20
"""The largest instance taken."""


class Destination(Listener):
    """Accepts C-STORE on a free loopback port while its `with` block runs. One file for each SOP instance."""

    def __init__(self, folder: Path, *, ae_title: str = "TRIVIUM_DEST") -> None:
        storage = [str(context.abstract_syntax) for context in StoragePresentationContexts]
        super().__init__(ae_title, sop_classes=(VERIFICATION, *storage), limits=Limits(message=_MOST_BYTES))
        self.folder = folder
        self.received = 0
        """C-STORE operations that ended well; an instance that comes twice counts twice."""
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def files(self) -> list[Path]:
        return sorted(self.folder.glob("*.dcm"))

    def handlers(self) -> list[Any]:
        return [(evt.EVT_C_STORE, self._on_store)]

    def _on_store(self, event: evt.Event) -> int:
        request: Any = event.request
        uid = str(request.AffectedSOPInstanceUID)
        if uid_problem(uid):  # it becomes a file name
            return _CANNOT_UNDERSTAND
        try:
            self._write(self.folder / f"{uid}.dcm", event.encoded_dataset())
        except OSError:
            return _OUT_OF_RESOURCES
        with self._lock:
            self.received += 1
        return _STORED

    def _write(self, path: Path, content: bytes) -> None:
        """Under another name first, so that nobody sees half a file."""
        handle, half = tempfile.mkstemp(dir=self.folder, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(half).replace(path)
        except OSError:
            Path(half).unlink(missing_ok=True)
            raise
