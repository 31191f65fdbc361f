"""Peers of the FHIR tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from tests.conftest import leave_out
from tests.fhir.judges.asking import PACKAGES, Judges, judges


@pytest.fixture(scope="session")
def node() -> str:
    """Node.js, with the packages of `judges/package.json`."""
    found = shutil.which("node")
    if found is None:
        leave_out("node is not installed (Debian package nodejs)")
    if not (PACKAGES / "node_modules" / "@medplum" / "core").is_dir():
        leave_out("the validators are not installed (npm install, see tests/fhir/judges)")
    return found


@pytest.fixture(scope="session")
def validators(node: str) -> Iterator[Judges]:
    """Four FHIR validators of others."""
    with judges(node) as asked:
        yield asked
