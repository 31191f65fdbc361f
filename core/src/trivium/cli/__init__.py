"""The `trivium` program, one command a file."""

from __future__ import annotations

import sys


def main() -> None:
    """`trivium serve` is started by a client that waits for it, so it goes past the command-line library."""
    if sys.argv[1:] == ["serve"]:
        from trivium.cli.stdio import serve_stdio

        serve_stdio()
    else:
        from trivium.cli.app import run

        run()
