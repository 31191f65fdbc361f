"""Scripted people, who sit at the client and answer what they are asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import mcp_types as types


@dataclass
class Person:
    """Answers every question the same way and remembers what was asked."""

    action: Literal["accept", "decline", "cancel"] = "accept"
    tick: Any = True
    """What is put into the box; None leaves it out."""
    asked: list[str] = field(default_factory=list)

    async def __call__(self, context: Any, params: types.ElicitRequestParams) -> types.ElicitResult:
        self.asked.append(params.message)
        if self.action != "accept":
            return types.ElicitResult(action=self.action)
        return types.ElicitResult(action="accept", content={} if self.tick is None else {"approve": self.tick})
