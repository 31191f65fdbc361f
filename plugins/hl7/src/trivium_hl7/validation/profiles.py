"""The site profiles that the settings name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from trivium.api import BadInput, NotFound, TooLarge
from trivium_hl7.validation.problems import ProfileProblem
from trivium_hl7.validation.site_profile import LONGEST, SiteProfile, read_profile


class Profiles:
    """Reads a profile when it is asked for, so that a change of its file is seen."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._files = dict(files)

    def read(self, name: str, *, where: str = "profile") -> SiteProfile:
        file = self._files.get(name)
        if file is None:
            raise NotFound(where=where, problem=ProfileProblem.UNKNOWN)
        try:
            with file.open("rb") as content:
                data = content.read(LONGEST + 1)
        except OSError:
            raise BadInput(where=where, problem=ProfileProblem.UNREADABLE) from None
        if len(data) > LONGEST:
            raise TooLarge(where=where, problem=ProfileProblem.TOO_LARGE, limit=LONGEST)
        try:
            return read_profile(data.decode(), where=where)
        except UnicodeDecodeError:
            raise BadInput(where=where, problem=ProfileProblem.NOT_UTF8) from None
