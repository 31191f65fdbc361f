"""Secrets of an endpoint, from the settings or from their files, read when they are needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from trivium.api import PeerUnavailable
from trivium_fhir.servers.problems import EndpointProblem

if TYPE_CHECKING:
    from pydantic import SecretStr

_LONGEST: Final = 65_536


def secret(given: SecretStr | None, file: Path | None, where: str) -> str:
    """One secret. Raises `PeerUnavailable` for a file that cannot be read, is empty or too long."""
    text = given.get_secret_value() if given is not None else _read(file, where)
    if not text or len(text) > _LONGEST or "\0" in text:
        raise PeerUnavailable(where=where, problem=EndpointProblem.SECRET_FILE)
    return text


def header_secret(given: SecretStr | None, file: Path | None, where: str) -> str:
    """One secret that goes into a header as it is. Raises `PeerUnavailable`."""
    text = secret(given, file, where)
    if not is_header_text(text):
        raise PeerUnavailable(where=where, problem=EndpointProblem.SECRET_FILE)
    return text


def is_header_text(text: str) -> bool:
    return 0 < len(text) <= _LONGEST and text.isascii() and text.isprintable()


def _read(file: Path | None, where: str) -> str:
    try:
        with open(file or "", encoding="utf-8") as opened:
            return opened.read(_LONGEST + 1).strip()
    except (OSError, UnicodeDecodeError):
        raise PeerUnavailable(where=where, problem=EndpointProblem.SECRET_FILE) from None
