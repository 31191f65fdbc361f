"""What the program writes to stderr: the host's own lines whole, of other libraries only where they came from.

A library's message can hold a patient's name (pynetdicom logs identifiers, pydicom names values), and so can the text
of any exception. The place is enough to find the line.
"""

from __future__ import annotations

import logging
import sys


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
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PlacesOnly())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.captureWarnings(True)
