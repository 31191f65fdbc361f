"""The small values a plugin hands to the host beside its tools."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pydantic import BaseModel

    from trivium.api.tool import Effect

API_VERSION: Final = 1
"""The version of this contract. A plugin states the one it was written for; the host refuses any other."""


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """Who a plugin is."""

    name: str
    """Its section in the settings and its name in reports; the same as its entry point."""
    summary: str
    """One line."""
    api_version: int = API_VERSION


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An Ed25519 key whose holder may issue licenses for this build."""

    kid: str
    pem: bytes
    """SubjectPublicKeyInfo in PEM."""
    since: datetime | None = None
    """Licenses issued before this moment do not count. With a time zone; unset means from the beginning."""
    until: datetime | None = None
    """Licenses issued at or after this moment do not count: the key is retired, what it signed before stays good."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command that a plugin adds to the `trivium` program: a typed function, as typer reads them."""

    name: str
    run: Callable[..., Any]


@dataclass(frozen=True, slots=True)
class CallView:
    """What a veto sees of a call: everything the tool will see."""

    tool: str
    plugin: str
    effect: Effect
    caller: str
    arguments: BaseModel


@dataclass(frozen=True, slots=True)
class AfterCall:
    """What a notification sees of a call that has ended: nothing that carries patient data."""

    tool: str
    plugin: str
    caller: str
    outcome: str
    """`ok`, or the code of the refusal or failure."""
    seconds: float
    result: Mapping[str, Any] | None
    """The redacted result, when there is one."""
