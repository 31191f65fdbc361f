"""Under whose name this process runs."""

from __future__ import annotations

import os
import sys


def account_name() -> str:
    """The operating system's account; `unknown` where it has no name.

    Not what `LOGNAME` or `USER` say: whoever calls could be somebody else by setting them, and approve his own calls.
    """
    if sys.platform == "win32":
        try:
            return os.getlogin()
        except OSError:
            return "unknown"
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return "unknown"
