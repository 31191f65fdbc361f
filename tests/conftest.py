"""Fixtures that every room shares: the public corpora beside a working copy, and real peers from Debian."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from tests.authority import Authority

ROOT = Path(__file__).resolve().parent.parent


Say = Callable[[str], None]


def leave_out(reason: str) -> NoReturn:
    """Skip with the reason, or fail where everything is expected to be present (`TRIVIUM_REQUIRE_PEERS`)."""
    if os.environ.get("TRIVIUM_REQUIRE_PEERS"):
        pytest.fail(f"required here, but {reason}")
    pytest.skip(reason)


@pytest.fixture
def say(record_property: Callable[[str, object], None]) -> Say:
    """Add a line to what the run prints at its end, from whichever process it is run in."""
    return lambda line: record_property("said", line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for key in ("passed", "failed") for report in terminalreporter.getreports(key)]
    said = [(report.nodeid, line) for report in reports for name, line in report.user_properties if name == "said"]
    if said:
        terminalreporter.section("what the tests say")
    for _, line in sorted(said, key=lambda entry: entry[0]):
        terminalreporter.line(str(line))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of public test corpora, which is not part of this project."""
    folder = ROOT.parent / "shared" / "corpora"
    if not folder.is_dir():
        leave_out("the public corpora are not beside this working copy")
    return folder


@pytest.fixture(scope="session")
def orthanc_program() -> str:
    return _program("Orthanc", package="orthanc")


@pytest.fixture(scope="session")
def storescp_program() -> str:
    return _program("storescp", package="dcmtk")


def _program(name: str, *, package: str) -> str:
    # Not from this environment: pynetdicom brings a `storescp` of its own.
    folders = [folder for folder in os.environ["PATH"].split(os.pathsep) if not Path(folder).is_relative_to(sys.prefix)]
    found = shutil.which(name, path=os.pathsep.join([*folders, "/usr/sbin"]))
    if found is None:
        leave_out(f"{name} is not installed (Debian package {package})")
    return found
