"""Makes the imports of `trivium serve` quick: a client waits for the first answer, and most of that time is the SDK's.

Nothing here changes what a module is, only when it is finished.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from types import ModuleType
from typing import Any, Final

POSTPONED: Final = (
    "mcp",
    "mcp.server",
    "pydantic_settings",
    "pydantic_settings.sources",
    "pydantic_settings.sources.providers",
)
"""Packages that import much for names that stdio never uses: of the SDK its client, its second server and an HTTP
stack, of pydantic-settings its command line and readers of files and clouds."""

UNASKED: Final = "uvicorn"
"""The HTTP server that sse-starlette, below the SDK, imports if it is installed, to patch it. Stdio starts none."""


@contextmanager
def quick_imports() -> Iterator[None]:
    """Five things take half of the time away. The caller turns the garbage collection on again, after `gc.freeze`.

    No garbage collection, as everything that is made stays. No search for pydantic plugins among the installed
    distributions. The SDK's five hundred models are finished when they are first used, which most never are. And
    packages that gather names run their `__init__` when somebody asks them for one. An HTTP server that is imported
    only if it is there is not there meanwhile.
    """
    gc.disable()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from pydantic import BaseModel

    BaseModel.model_config["defer_build"] = True
    for name in POSTPONED:
        postpone(name)
    hidden = UNASKED not in sys.modules
    if hidden:
        sys.modules[UNASKED] = None  # type: ignore[assignment]  # so Python writes down that there is none
    try:
        yield
    finally:
        del BaseModel.model_config["defer_build"]
        if hidden:
            del sys.modules[UNASKED]


def postpone(name: str) -> None:
    """Make a package importable, and its submodules with it, without running its `__init__` yet."""
    spec = find_spec(name)
    if name in sys.modules or spec is None or spec.submodule_search_locations is None:
        return
    package = _Postponed(name)
    package.__spec__ = spec
    package.__loader__ = spec.loader
    package.__package__ = name
    package.__path__ = spec.submodule_search_locations
    package.__file__ = spec.origin
    sys.modules[name] = package
    parent, _, own = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], own, package)


class _Postponed(ModuleType):
    """A package that becomes itself with the first name that somebody asks it for."""

    def __getattr__(self, name: str) -> Any:
        if self.__class__ is _Postponed and self.__spec__ and self.__spec__.loader:
            self.__class__ = ModuleType  # type: ignore[assignment]  # first, as its own modules ask it for names
            self.__spec__.loader.exec_module(self)
            return getattr(self, name)
        raise AttributeError(name)
