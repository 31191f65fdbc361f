"""The key of the house, `secret.key`: behind stand-ins, tokens and seals. Made once, and never leaves the host."""

from __future__ import annotations

import logging
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

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
            _make(path)
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


def _make(path: Path) -> None:
    """The file appears whole or not at all, whoever else is starting."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    fresh.touch(mode=0o600)
    try:
        fresh.write_bytes(secrets.token_bytes(_SHORTEST))
        with suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        fresh.unlink()
