"""What the program writes to stderr: the host's own lines whole, of other libraries only where they came from.

A library's message can hold a patient's name (pynetdicom logs identifiers, pydicom names values), and so can the text
of any exception. The place is enough to find the line.
"""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path
from types import TracebackType

log = logging.getLogger("trivium.program")


class PlacesOnly(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        level = record.levelname.lower()
        if record.name == "trivium" or record.name.startswith("trivium."):
            text = record.getMessage()
        else:
            text = f"at {record.module}:{record.lineno}"
        if record.exc_info and record.exc_info[0]:
            text += f" ({record.exc_info[0].__name__})"
        return f"{record.name}: {level}: {text}"


def set_up_logging(level: str) -> None:
    """From here on nothing but these lines goes to stderr, not even what nobody caught in a thread."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PlacesOnly())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.captureWarnings(True)
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _uncaught


def _uncaught_in_thread(caught: threading.ExceptHookArgs) -> None:
    _say("a thread ended", caught.exc_type, caught.exc_traceback)


def _uncaught(caught: sys.UnraisableHookArgs) -> None:
    _say("an exception was ignored", caught.exc_type, caught.exc_traceback)


def _say(what: str, kind: type[BaseException], traceback: TracebackType | None) -> None:
    while traceback and traceback.tb_next:
        traceback = traceback.tb_next
    place = f"{Path(traceback.tb_frame.f_code.co_filename).name}:{traceback.tb_lineno}" if traceback else "no place"
    log.error("%s with %s at %s", what, kind.__name__, place)
