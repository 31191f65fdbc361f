"""Where the license of this host lies, and what decides whether it counts."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from trivium.api import PublicKey
from trivium.files import identities, read_small
from trivium.licensing.clock import Clock
from trivium.licensing.document import LONGEST, License, LicenseFault, LicenseState, judge, read
from trivium.licensing.keys import TrustedKeys, key_files, load_keys
from trivium.licensing.revocation import read_revoked


@dataclass
class LicenseDesk:
    """Looks anew for each call that needs it, so that a license counts from the moment it is there, or is gone.

    What was read is kept as long as none of the files changes; whether it counts is judged each time.
    """

    file: Path
    key_folder: Path
    built_in: Mapping[str, PublicKey] = field(default_factory=dict)
    """Keys of this build, which a file of the same id cannot replace."""
    _: KW_ONLY
    revoked: Path
    clock: Path
    site: str | None
    floor: Callable[[], float]
    """The newest time known from elsewhere, in seconds since 1970; 0 if there is none."""
    now: Callable[[], float] = time.time

    def __post_init__(self) -> None:
        self._clock = Clock(self.clock, self.floor, self.now)
        self._lock = Lock()
        self._kept: tuple[Any, License, frozenset[str]] | None = None

    def current(self) -> License:
        """Raises `LicenseFault`."""
        with self._lock:
            license_, revoked = self._papers()
        return judge(license_, revoked=revoked, site=self.site, moment=self._clock.moment())

    def judge(self, token: str) -> License:
        """What `current` would say if this were the license of the host. Raises `LicenseFault`."""
        license_, revoked = read(token, self.keys()), read_revoked(self.revoked)
        return judge(license_, revoked=revoked, site=self.site, moment=self._clock.moment())

    def keys(self) -> TrustedKeys:
        """Whose signature counts; in the place of a key that cannot be used, why. Raises `LicenseFault`."""
        try:
            return {**load_keys(self.key_folder), **self.built_in}
        except OSError:
            raise LicenseFault(LicenseState.INVALID, "the folder of trusted keys cannot be read") from None

    def _papers(self) -> tuple[License, frozenset[str]]:
        seen = self._seen()
        if self._kept and seen is not None and self._kept[0] == seen:
            return self._kept[1:]
        license_, revoked = read(read_token(self.file), self.keys()), read_revoked(self.revoked)
        self._kept = (seen, license_, revoked)
        return license_, revoked

    def _seen(self) -> object | None:
        """Equal as long as no file has changed. None when that cannot be told; reading the files then says why."""
        try:
            files = [self.file, self.revoked, *key_files(self.key_folder)]
            seen = identities(files)
        except OSError:
            return None
        return seen and (files, seen)


def read_token(path: Path) -> str:
    """The token in a license file. Raises `LicenseFault`."""
    try:
        return read_small(path, LONGEST).decode("ascii").strip(" \t\r\n")
    except FileNotFoundError:
        raise LicenseFault(LicenseState.MISSING, "there is no license") from None
    except OSError as error:
        raise LicenseFault(LicenseState.INVALID, f"{path.name} cannot be read ({type(error).__name__})") from None
    except ValueError:
        raise LicenseFault(LicenseState.INVALID, f"{path.name} holds no license") from None
