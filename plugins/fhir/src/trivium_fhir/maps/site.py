"""What a site has set for its conversions: a time zone, and a file of its own map rows."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from trivium.api import BadInput, TooLarge
from trivium_fhir.maps.problems import MapsProblem, ZoneProblem
from trivium_fhir.zones import is_zone

if TYPE_CHECKING:
    from trivium_fhir.convert.model import Options
    from trivium_fhir.maps.model import SiteMaps

_WHERE = "site maps"
_Version: TypeAlias = tuple[int, int, int]


class Site:
    """The file is read when it is first needed, and again when it has changed."""

    def __init__(self, time_zone: str | None = None, maps: Path | None = None) -> None:
        self._time_zone = time_zone
        self._file = maps
        self._read: tuple[_Version, SiteMaps] | None = None

    def options(self, time_zone: str | None = None) -> Options:
        """How to convert; `time_zone` goes before the site's. Raises `BadInput` for a zone that is none, and for
        maps with a fault: section, row and key are named.
        """
        from trivium_fhir.convert.model import Options  # what thinks is loaded on first use

        if time_zone is not None and not is_zone(time_zone):
            raise BadInput(where="time_zone", problem=ZoneProblem.UNKNOWN)
        return Options(time_zone=time_zone or self._time_zone, maps=self.maps())

    def maps(self) -> SiteMaps | None:
        """The site's rows, checked; None where the settings name no file."""
        if self._file is None:
            return None
        version, text = self._content(self._file)
        if self._read is None or self._read[0] != version:
            from trivium_fhir.maps.checking import checked
            from trivium_fhir.maps.form import read_form

            self._read = (version, checked(read_form(text, is_json=self._file.suffix.lower() == ".json")))
        return self._read[1]

    def _content(self, file: Path) -> tuple[_Version, str]:
        from trivium_fhir.maps.form import LONGEST

        try:
            with open(file, "rb", opener=_at_once) as content:
                found = os.fstat(content.fileno())
                data = content.read(LONGEST + 1) if stat.S_ISREG(found.st_mode) else None
        except OSError:
            raise BadInput(where=_WHERE, problem=MapsProblem.UNREADABLE) from None
        if data is None:
            raise BadInput(where=_WHERE, problem=MapsProblem.UNREADABLE)
        if len(data) > LONGEST:
            raise TooLarge(where=_WHERE, problem=MapsProblem.TOO_LARGE, limit=LONGEST)
        try:
            return (found.st_mtime_ns, found.st_size, found.st_ino), data.decode()
        except UnicodeDecodeError:
            raise BadInput(where=_WHERE, problem=MapsProblem.NOT_UTF8) from None


def _at_once(path: str, flags: int) -> int:
    """A pipe in the place of a file would make its reader wait."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
