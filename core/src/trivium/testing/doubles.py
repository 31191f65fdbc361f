"""A host without a process, and a call without a host."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from trivium.host import Candidate, Host


def memory_host(environ: Mapping[str, str], /, **plugins: Any) -> Host:
    """A host with just these plugins: modules or objects that carry hook implementations, by name."""
    return Host.start(environ, [Candidate(name, partial(_as_it_is, plugin)) for name, plugin in plugins.items()])


def _as_it_is(plugin: object) -> object:
    return plugin


@dataclass
class FakeCall:
    """A `Call` for testing a tool's function alone. Set `stop` to cancel it."""

    stop: threading.Event = field(default_factory=threading.Event)
    reports: list[tuple[int, int | None]] = field(default_factory=list)

    def progress(self, done: int, total: int | None = None) -> None:
        self.reports.append((done, total))

    def cancelled(self) -> bool:
        return self.stop.is_set()
