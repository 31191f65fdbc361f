"""Imports locked plugins from the very bytes that were checked, and keeps out those that are refused.

Between a check and an import a file can change, a stale or planted `__pycache__` can stand in for its source, another
folder on the path can offer a module of the same name, and a plugin that is not loaded can still be imported by
another one. So the modules of every distribution that a lock speaks of go through here, whenever they are imported.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType

from trivium.host.distributions import Installed, matches, place_of, read_regular


class NotAsChecked(ImportError):
    """A module that is not run. The text is for the operator."""


class Guard(MetaPathFinder):
    """Answers for the modules of some distributions; for no other."""

    guards_workers = True
    """A worker process imports the same modules again, and is given this guard too (`trivium.api.workers`)."""

    def __init__(self, trusted: Sequence[Installed], refused: Sequence[tuple[Installed, str]]) -> None:
        """`refused` has the distributions of which nothing is to be imported, each with the reason."""
        self._trusted = trusted
        self._refused = refused
        self._tops: dict[str, bool] = {}
        for installed in (*trusted, *(installed for installed, _ in refused)):
            for top, own in installed.tops.items():
                self._tops[top] = self._tops.get(top, False) or own

    def install(self) -> None:
        """From now on, for as long as the process lives: plugins import in the middle of a call as well."""
        sys.meta_path.insert(0, self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None, /
    ) -> ModuleSpec | None:
        top = fullname.partition(".")[0]
        if top not in self._tops:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.origin is None:
            return None
        origin = place_of(spec.origin)
        if reason := next((text for installed, text in self._refused if installed.owns(origin)), None):
            raise NotAsChecked(reason, name=fullname)
        owner = next((installed for installed in self._trusted if installed.owns(origin)), None)
        if owner is not None and origin in owner.code:
            return _checked(spec, origin, owner.code[origin])
        if owner is not None or self._tops[top]:
            raise NotAsChecked(f"{fullname} would come from a file that is not of its distribution", name=fullname)
        return None


def _checked(spec: ModuleSpec, origin: str, digest: str) -> ModuleSpec:
    if type(spec.loader) is SourceFileLoader:
        spec.loader = _SourceLoader(spec.loader.name, spec.loader.path, digest)
    elif not matches(read_regular(origin), digest):  # compiled code, which only the system's loader can run
        raise NotAsChecked(f"{spec.name} is not as it was when it was checked", name=spec.name)
    return spec


class _SourceLoader(SourceFileLoader):
    """Compiles a module's source itself, once it has the digest; it neither reads nor writes a cache."""

    def __init__(self, fullname: str, path: str, digest: str) -> None:
        super().__init__(fullname, path)
        self._digest = digest

    def get_code(self, fullname: str) -> CodeType:
        source = self.get_data(self.path)
        if not matches(source, self._digest):
            raise NotAsChecked(f"{fullname} is not as it was when it was checked", name=fullname)
        code: CodeType = self.source_to_code(source, self.path)
        return code
