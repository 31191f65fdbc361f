"""Another validator, dciodvfy of dicom3tools, and what it says of a file."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_MISSING: Final = re.compile(
    r"Error - <(?P<path>[^>]*)> - Missing attribute for Type (?P<type>1C?|2C?) (?:Required|Cond)"
)
_STEP: Final = re.compile(r"\(([0-9a-fA-F]{4}),([0-9a-fA-F]{4})\)")
_NO_IOD: Final = "Information Object Not found"
_UNREAD: Final = ("read failed", "giving up", "Seek failed")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of one file."""

    judged: bool
    """It knows the object, read the file to the end, and did not abort."""
    required: frozenset[str] = frozenset()
    """Paths of missing attributes of types 1 and 2: `(3006,0010)/(3006,0012)`."""
    conditional: frozenset[str] = frozenset()
    """Of types 1C and 2C."""
    errors: tuple[str, ...] = field(default=(), compare=False)


def verdict(program: str, file: Path) -> Verdict:
    """What dciodvfy finds missing. Its lines go to standard error, and values of the file may stand in them."""
    run = subprocess.run([program, "-new", str(file)], capture_output=True, timeout=120, check=False)
    text = (run.stdout + run.stderr).decode("latin-1").replace("\0", "")
    errors = tuple(line for line in text.splitlines() if line.startswith("Error"))
    if run.returncode < 0 or _NO_IOD in text or any(sign in text for sign in _UNREAD):
        return Verdict(False, errors=errors)
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for line in errors:
        if match := _MISSING.match(line):
            found[match["type"] in ("1", "2")].add(path_of(match["path"]))
    return Verdict(True, frozenset(found[True]), frozenset(found[False]), errors)


def path_of(path: str) -> str:
    """Tags alone, in upper case, without the numbers of items."""
    return "/".join(f"({group},{element})".upper() for group, element in _STEP.findall(path))


def share(part: int, whole: int) -> float:
    """Of a hundred."""
    return 100 * part / whole if whole else 100.0
