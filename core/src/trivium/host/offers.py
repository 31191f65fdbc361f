"""What plugins offer to clients: tools, resources, prompts. Each has one name among them all, and a tool behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from trivium.api import PromptSpec, ResourceSpec, ToolSpec
from trivium.pipeline import ServedTool

Offer: TypeAlias = ToolSpec | ResourceSpec | PromptSpec


@dataclass(frozen=True, slots=True)
class Served:
    """An offer and the plugin it came from."""

    offer: Offer
    plugin: str

    @property
    def tool(self) -> ServedTool:
        """What a call of it runs, and the gates of it are those of."""
        return ServedTool(tool_of(self.offer), self.plugin)


def tool_of(offer: Offer) -> ToolSpec:
    return offer if isinstance(offer, ToolSpec) else offer.tool
