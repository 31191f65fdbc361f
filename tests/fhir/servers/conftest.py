"""A FHIR server of others for the tests of this folder."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from tests.fhir.judges.asking import PACKAGES

_SERVER: Final = Path(__file__).parent / "peer" / "server.mjs"


@pytest.fixture(scope="module")
def peer(node: str) -> Iterator[str]:
    """The base URL of one that is empty at first."""
    program = [node, str(_SERVER), str(PACKAGES)]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        try:
            port = process.stdout.readline().strip()
            assert port.isdigit(), "the peer did not start"
            yield f"http://127.0.0.1:{port}/fhir"
        finally:
            process.stdin.close()
            process.wait(10)
