"""What many tests of this room need: a call to serve, and tools set to an archive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import pytest

from trivium.api import ToolFailure, ToolSpec
from trivium_pacs.plugin import trivium_tools
from trivium_pacs.settings import PacsSettings


class Address(Protocol):
    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def ae_title(self) -> str: ...


@dataclass
class FakeCall:
    """A call that is cancelled once so many instances are done, or once it was asked so often."""

    cancel_at: int | None = None
    cancel_at_look: int | None = None
    looks: int = 0
    seen: list[tuple[int, int | None]] = field(default_factory=list)

    def progress(self, done: int, total: int | None = None) -> None:
        self.seen.append((done, total))

    def cancelled(self) -> bool:
        self.looks += 1
        if self.cancel_at_look is not None:
            return self.looks >= self.cancel_at_look
        return self.cancel_at is not None and any(done >= self.cancel_at for done, _ in self.seen)


def tools_for(peer: Address, **settings: Any) -> dict[str, ToolSpec]:
    """The plugin's tools, set to this archive."""
    filled = {"host": peer.host, "port": peer.port, "ae_title": peer.ae_title, "timeout": 5.0, **settings}
    return {spec.name: spec for spec in trivium_tools(settings=PacsSettings(**filled))}


def failure(act: Callable[[], object]) -> tuple[str, str]:
    """Code and sentence of the failure that `act` must end in."""
    with pytest.raises(ToolFailure) as caught:
        act()
    return caught.value.code, str(caught.value)
