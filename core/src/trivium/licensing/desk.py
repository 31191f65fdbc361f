"""Where the license of this host lies, and whose signature counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from trivium.api import PublicKey
from trivium.licensing.document import LONGEST, License, LicenseFault, LicenseState, verify
from trivium.licensing.keys import load_keys


@dataclass(frozen=True)
class LicenseDesk:
    """Read anew for each call that needs it, so that a license counts from the moment it is there, or is gone."""

    file: Path
    key_folder: Path
    built_in: Mapping[str, PublicKey] = field(default_factory=dict)
    """Keys of this build, which a file of the same id cannot replace."""

    def current(self) -> License:
        """Raises `LicenseFault`."""
        try:
            with self.file.open(encoding="ascii") as file:
                token = file.read(LONGEST + 1).strip()
        except FileNotFoundError:
            raise LicenseFault(LicenseState.MISSING, "there is no license") from None
        except (OSError, UnicodeDecodeError):
            raise LicenseFault(LicenseState.INVALID, "the license file cannot be read") from None
        try:
            keys = {**load_keys(self.key_folder), **self.built_in}
        except OSError:
            raise LicenseFault(LicenseState.INVALID, "the folder of trusted keys cannot be read") from None
        return verify(token, keys)
