"""Quick imports change when a package is finished, not what it is."""

from __future__ import annotations

import subprocess
import sys

import pytest

START = """
import sys
from trivium.cli.quick import quick_imports
with quick_imports():
    from trivium.transports import stdio
loaded = set(sys.modules)
"""


def python(program: str) -> list[str]:
    command = [sys.executable, "-c", START + program]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize(
    "module", ["mcp.client.client", "mcp.server.mcpserver", "pydicom", "pynetdicom", "typer", "uvicorn"]
)
def test_what_stdio_does_not_need_is_not_imported(module: str) -> None:
    assert python(f"print({module!r} in loaded)") == ["False"]


def test_a_postponed_package_is_whole_when_it_is_asked_for_a_name() -> None:
    program = (
        "import mcp; print(mcp.Client.__name__, mcp.server.MCPServer.__name__, mcp.server.lowlevel.Server.__name__)"
    )
    assert python(program) == ["Client", "MCPServer", "Server"]


def test_a_name_that_a_postponed_package_does_not_have_is_missing() -> None:
    assert python("import mcp; print(hasattr(mcp, 'no_such_name'), hasattr(mcp, 'Client'))") == ["False", "True"]


def test_models_made_afterwards_are_finished_at_once() -> None:
    program = "from pydantic import BaseModel; print('defer_build' in BaseModel.model_config)"
    assert python(program) == ["False"]


def test_a_server_that_was_hidden_can_be_imported_afterwards() -> None:
    assert python("import uvicorn; print(uvicorn.Server.__name__)") == ["Server"]
