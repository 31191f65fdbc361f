"""The site profiles that the settings name."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from trivium.api import BadInput, NotFound, TooLarge
from trivium_hl7.validation.problems import ProfileProblem

if TYPE_CHECKING:
    from trivium_hl7.validation.site_profile import SiteProfile


class Profiles:
    """Reads a profile when it is asked for, so that a change of its file is seen."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._files = dict(files)

    def read(self, name: str, *, where: str = "profile") -> SiteProfile:
        from trivium_hl7.validation.site_profile import LONGEST, read_profile  # made on first use

        file = self._files.get(name)
        if file is None:
            raise NotFound(where=where, problem=ProfileProblem.UNKNOWN)
        try:
            with open(file, "rb", opener=_at_once) as content:
                data = content.read(LONGEST + 1) if stat.S_ISREG(os.fstat(content.fileno()).st_mode) else None
        except OSError:
            raise BadInput(where=where, problem=ProfileProblem.UNREADABLE) from None
        if data is None:
            raise BadInput(where=where, problem=ProfileProblem.UNREADABLE)
        if len(data) > LONGEST:
            raise TooLarge(where=where, problem=ProfileProblem.TOO_LARGE, limit=LONGEST)
        try:
            return read_profile(data.decode(), where=where)
        except UnicodeDecodeError:
            raise BadInput(where=where, problem=ProfileProblem.NOT_UTF8) from None


def _at_once(path: str, flags: int) -> int:
    """A pipe in the place of a file would make its reader wait."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
