"""Archives and destinations, and a call to serve."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pacs.kit import FakeCall
from tests.pacs.scripted import ScriptedArchive
from trivium_pacs.embedded import Destination, EmbeddedArchive


@pytest.fixture
def call() -> FakeCall:
    return FakeCall()


@pytest.fixture(scope="module")
def archive() -> Iterator[EmbeddedArchive]:
    with EmbeddedArchive() as archive:
        yield archive


@pytest.fixture(scope="module")
def scripted() -> Iterator[ScriptedArchive]:
    with ScriptedArchive() as archive:
        yield archive


@pytest.fixture
def destination(archive: EmbeddedArchive, tmp_path: Path) -> Iterator[Destination]:
    """A destination that the archive knows."""
    with Destination(tmp_path / "received") as destination:
        archive.destinations[destination.ae_title] = (destination.host, destination.port)
        yield destination
        del archive.destinations[destination.ae_title]
