"""What became of each plugin: the public shape behind `trivium plugins --json`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    LOADED = "loaded"
    DISABLED = "disabled"
    """Not asked for by the settings; not imported."""
    LEFT_OUT = "left_out"
    """Something is wrong with it; `reason` says what."""


@dataclass(frozen=True, slots=True)
class PluginReport:
    name: str
    status: Status
    distribution: str = ""
    version: str = ""
    summary: str = ""
    reason: str = ""
    tools: tuple[str, ...] = ()
    """Served."""
    resources: dict[str, str] = field(default_factory=dict)
    """Served: the URI, or the template, of each by its name."""
    prompts: tuple[str, ...] = ()
    """Served."""
    hooks: tuple[str, ...] = ()
    """Its own, for other plugins to answer."""
    answers: tuple[str, ...] = ()
    """Hooks of other plugins that it is asked."""
    withheld: dict[str, str] = field(default_factory=dict)
    """Not served, and why."""
    idle: dict[str, str] = field(default_factory=dict)
    """Hooks of other plugins that it implements without being asked, and why."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
