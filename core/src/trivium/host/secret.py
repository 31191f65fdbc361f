"""The key of the house, `secret.key`: behind stand-ins, tokens and seals. Made once, and never leaves the host."""

from __future__ import annotations

import logging
import secrets
from pathlib import Path
from typing import Final, NamedTuple

from trivium.files import appear

log = logging.getLogger("trivium.host")

_SHORTEST: Final = 32
"""Bytes."""


class Secret(NamedTuple):
    key: bytes
    fault: str
    """Why the file cannot be gone by, so that the key is one of the moment; empty when all is well."""


def read_secret(path: Path) -> Secret:
    """The key, made when there is none.

    One that is there and cannot be used is a fault: with another key in its place the trail would look as if somebody
    had cut it. Where a file cannot even be made, nothing else can be written either, and the key lives as long as the
    process.
    """
    try:
        if not path.exists():
            appear(path, secrets.token_bytes(_SHORTEST))
    except OSError as error:
        log.warning("the home folder cannot be used (%s): stand-ins will not outlive this run", type(error).__name__)
        return Secret(secrets.token_bytes(_SHORTEST), "")
    try:
        key = path.read_bytes()
    except OSError as error:
        return _unusable(f"{path.name} cannot be read ({type(error).__name__})")
    if len(key) < _SHORTEST:
        return _unusable(f"{path.name} is too short to be a key")
    return Secret(key, "")


def _unusable(fault: str) -> Secret:
    log.error("%s: nothing that has to be recorded will be done", fault)
    return Secret(secrets.token_bytes(_SHORTEST), fault)
