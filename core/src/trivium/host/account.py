"""Under whose name this process runs."""

from __future__ import annotations

import getpass


def account_name() -> str:
    """The operating system's account; `unknown` where it has no name."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
