"""A client waits for the plugin to be imported, so what only calls need is imported by calls."""

from __future__ import annotations

import subprocess
import sys

IMPORT = "import sys, trivium_hl7.plugin; print(*(name for name in sys.modules if name.startswith('trivium_hl7.')))"


def test_importing_the_plugin_imports_neither_rules_nor_makers() -> None:
    command = [sys.executable, "-c", IMPORT]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    thinking = ("samples", "grouping", "validation.checking", "validation.site_profile", "mirth.channel", "diagrams")
    assert [name for name in loaded if name.startswith(tuple(f"trivium_hl7.{one}" for one in thinking))] == []
    assert "trivium_hl7.tools.validate_message" in loaded
