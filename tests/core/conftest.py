"""Fixtures of the host's own tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.core.bench import Bench


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def environ(home: Path) -> dict[str, str]:
    """The least that a host of its own needs."""
    return {"TRIVIUM_HOME": str(home)}


@pytest.fixture
def bench(home: Path) -> Bench:
    return Bench(home)
