"""What is installed of a distribution, and whether it is what its own RECORD says. Nothing of it is imported.

RECORD (the PyPA specification "Recording installed projects") lists the files of an installed distribution with their
digests. It is the list that a lock pins; here the files are held against it. What is checked and what cannot be:

- Bytecode in `__pycache__` stands in RECORD without a digest, if at all, and Python runs it as long as its header fits
  its source. `trivium.host.guard` therefore never uses it for a locked plugin.
- A `.pth` file runs when Python starts, before any of this. It is found and said; a hostile one has had its turn.
- Who can write to the environment can also change the host itself, Python, or what a plugin depends on. A lock shows a
  plugin that changed; it is no wall against such an account.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import os
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.machinery import PathFinder, all_suffixes
from importlib.metadata import Distribution, EntryPoint, PathDistribution
from pathlib import Path
from typing import Final

from trivium.host.discover import GROUP

CODE: Final = tuple(all_suffixes())
"""How the names of files end that Python imports."""
_ALGORITHMS: Final = frozenset({"sha256", "sha384", "sha512"})
_SIGNATURES: Final = ("RECORD", "RECORD.jws", "RECORD.p7s")
"""RECORD cannot hold its own digest, nor that of its signatures."""


@dataclass(frozen=True)
class Installed:
    """An installed distribution."""

    name: str
    version: str
    folder: Path
    """What the paths in RECORD are relative to, without symbolic links."""
    record: str
    """SHA-256 of RECORD, in hexadecimal; empty where there is none."""
    listed: Mapping[str, str]
    """The files of RECORD, as it writes them, and their digests: `sha256=...`, or nothing."""
    modules: Sequence[str]
    """What its entry points for this host name."""
    unusable: str = ""
    """Why its files cannot be vouched for at all."""

    @cached_property
    def files(self) -> dict[str, str]:
        """The same by absolute path."""
        return {os.path.normpath(self.folder / path): digest for path, digest in self.listed.items()}

    @cached_property
    def code(self) -> dict[str, str]:
        """Those of them that Python could import, caches aside."""
        inside = f"{self.folder}{os.sep}"
        return {
            path: digest
            for path, digest in self.files.items()
            if path.startswith(inside) and path.endswith(CODE) and not _is_cache(path)
        }

    @cached_property
    def folders(self) -> frozenset[str]:
        """Folders that are its own: those that hold code of it, not the one where everything is installed."""
        return frozenset(os.path.dirname(path) for path in self.code) - {str(self.folder)}

    @cached_property
    def tops(self) -> dict[str, bool]:
        """The names it can be imported by, and whether it has each for itself (one that has no file may be shared)."""
        tops: dict[str, bool] = {}
        for path in self.code:
            first, _, rest = os.path.relpath(path, self.folder).partition(os.sep)
            top = first.partition(".")[0]
            tops[top] = tops.get(top, False) or not rest or rest.startswith("__init__.")
        return tops

    def owns(self, path: str) -> bool:
        """Whether a file is one of its own, or lies where only its own belong."""
        return path in self.code or any(path.startswith(folder + os.sep) for folder in self.folders)

    def faults(self) -> list[str]:
        """In what it is not what its RECORD says, or does what a plugin must not; in words, in a fixed order."""
        if self.unusable:
            return [self.unusable]
        return [
            *(fault for path, digest in self.listed.items() if (fault := self._fault(path, digest))),
            *(f"{_short(path, self.folder)} is not in RECORD" for path in self._unlisted()),
            *(fault for module in self.modules if (fault := self._foreign(module))),
        ]

    def _fault(self, path: str, digest: str) -> str:
        where = os.path.normpath(self.folder / path)
        if path.endswith(".pth"):
            return f"{path} would run whenever Python starts"
        if not digest:
            exempt = _is_cache(where) or os.path.basename(path) in _SIGNATURES
            return "" if exempt else f"RECORD has no digest of {path}"
        try:
            return "" if matches(read_regular(where), digest) else f"{path} is not as RECORD has it"
        except FileNotFoundError:
            return f"{path} is missing"
        except (OSError, ValueError) as error:
            return f"{path} cannot be checked ({error.strerror if isinstance(error, OSError) else error})"

    def _unlisted(self) -> Iterator[str]:
        """Code in its folders that RECORD does not know, and links to folders, behind which there could be some."""
        for folder in sorted(self.folders):
            if not any(folder.startswith(other + os.sep) for other in self.folders):
                yield from self._unlisted_below(folder)

    def _unlisted_below(self, folder: str) -> Iterator[str]:
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            return  # gone or closed: then its listed files are missing, and that is said
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from self._unlisted_below(entry.path)
            elif entry.is_dir() or (
                entry.name.endswith(CODE) and entry.path not in self.files and not _is_cache(entry.path)
            ):
                yield entry.path

    def _foreign(self, module: str) -> str:
        origins = origins_of(module)
        if not origins:
            return f"its entry point names {module}, which is not there"
        stranger = next((origin for origin in origins if origin not in self.code), None)
        return f"its entry point names {module}, which is not its own" if stranger else ""


def inspect(distribution: Distribution) -> Installed:
    """Read what a distribution says about itself."""
    info = distribution._path if isinstance(distribution, PathDistribution) else None
    folder = Path(os.path.realpath(info.parent)) if isinstance(info, Path) else Path(os.devnull)
    unusable, record, listed = "", b"", {}
    try:
        if not isinstance(info, Path):
            raise ValueError("it is not installed as files")
        if _is_editable(distribution):
            raise ValueError(
                "it is installed editable, so that its files can change at any time: install it as a wheel"
            )
        record = read_regular(str(info / "RECORD"))
        listed = dict(_rows(record))
    except OSError:
        unusable = "it has no RECORD that could be read: install it as a wheel"
    except ValueError as error:
        unusable = str(error)
    return Installed(
        name=distribution.name or "",
        version=distribution.version or "",
        folder=folder,
        record=hashlib.sha256(record).hexdigest() if listed else "",
        listed=listed,
        modules=tuple(_module(point) for point in distribution.entry_points if point.group == GROUP),
        unusable=unusable,
    )


def _module(point: EntryPoint) -> str:
    """The module of `module:name [extra]`, also where the rest is malformed."""
    return point.value.partition(":")[0].partition("[")[0].strip()


def _is_editable(distribution: Distribution) -> bool:
    """By PEP 610, which every installer of editable projects follows."""
    text = distribution.read_text("direct_url.json")
    try:
        origin = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        raise ValueError("its direct_url.json cannot be read") from None
    info = origin.get("dir_info") if isinstance(origin, dict) else None
    return isinstance(info, dict) and bool(info.get("editable"))


def _rows(record: bytes) -> Iterator[tuple[str, str]]:
    """Path and digest of each file. Raises `ValueError`, which names the line."""
    rows = csv.reader(record.decode("utf-8", "surrogateescape").splitlines(), strict=True)
    try:
        for row in rows:
            if len(row) != 3 or not row[0] or "\0" in row[0]:
                raise ValueError(f"its RECORD, line {rows.line_num}: not a path, a digest and a size")
            yield row[0], row[1]
    except csv.Error as error:
        raise ValueError(f"its RECORD, line {rows.line_num}: {error}") from None


def read_regular(path: str) -> bytes:
    """A file's bytes. Raises `OSError`; `ValueError` for what is no file, and could keep its reader waiting."""
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise ValueError("not a file")
    with open(path, "rb") as file:
        return file.read()


def matches(content: bytes, digest: str) -> bool:
    """Whether these bytes have the digest that RECORD writes: `sha256=` and base64 without padding."""
    algorithm, _, value = digest.partition("=")
    if algorithm not in _ALGORITHMS:
        raise ValueError(f"a digest by {algorithm}")
    found = base64.urlsafe_b64encode(hashlib.new(algorithm, content).digest()).rstrip(b"=").decode()
    return found == value.rstrip("=")


def origins_of(module: str) -> list[str]:
    """The files that importing a module would run, packages first; empty when it would not be found."""
    origins: list[str] = []
    search: list[str] | None = None
    parts = module.split(".")
    if not all(parts):
        return []
    for length, part in enumerate(parts, 1):
        try:
            spec = PathFinder.find_spec(".".join(parts[:length]), search)
        except KeyError:  # Python looks into a parent that is not imported: for a package without a file of its own
            origin, below = None, None
        else:
            if spec is None:
                return []
            origin, below = spec.origin, spec.submodule_search_locations
        if origin is not None:
            origins.append(place_of(origin))
            search = list(below or ())
        else:  # its parts lie wherever there is a folder of that name
            search = [os.path.join(folder, part) for folder in (sys.path if search is None else search)]
    return origins


def place_of(path: str) -> str:
    """The path of a file, its folder without symbolic links: an environment may be reached by several names."""
    return os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))


def _is_cache(path: str) -> bool:
    folder, name = os.path.split(path)
    return name.endswith(".pyc") and os.path.basename(folder) == "__pycache__"


def _short(path: str, folder: Path) -> str:
    return os.path.relpath(path, folder).replace(os.sep, "/")
