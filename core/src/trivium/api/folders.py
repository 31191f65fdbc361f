"""Files that a caller names, read and made below folders that an operator allows, and nowhere else.

    folders = Folders(settings.folders)
    for path in folders.files("incoming", where="folder", suffixes={".hl7"}, most=2_000):
        content = folders.read(path, where="folder", most=16_000_000)

A file is made where none was; nothing is ever written over.

No symbolic link is followed below an allowed folder, at any level and however quickly somebody puts one there: each
part of a path is opened from the one before it. Pipes and devices, which could make the reader wait, are no files.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from trivium.api.errors import BadInput, NotFound, Problem, TooLarge

_OPEN: Final = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NOFOLLOW: Final = getattr(os, "O_NOFOLLOW", 0)
_CREATE: Final = _OPEN | os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW
_NONBLOCK: Final = getattr(os, "O_NONBLOCK", 0)
_FOLDER: Final = getattr(os, "O_DIRECTORY", 0)
_STEPWISE: Final = os.open in os.supports_dir_fd
"""Whether the system opens a name from an open folder. Where it does not, the resolved path is compared instead."""
_OUTSIDE: Final = frozenset({errno.ELOOP, errno.ENOTDIR, errno.EMLINK, errno.EXDEV})
_MISSING: Final = frozenset({errno.ENOENT, errno.ENAMETOOLONG})


class FolderProblem(Problem):
    NONE_ALLOWED = "cannot be used: the operator has allowed no folder"
    OUTSIDE = "is not inside a folder that the operator has allowed"
    NOT_THERE = "does not exist inside the allowed folders"
    NOT_A_FILE = "is no regular file"
    NOT_A_FOLDER = "is no folder"
    UNREADABLE = "cannot be read"
    TOO_LARGE = "is larger than {limit} bytes"
    TOO_MANY = "has more than {limit} files"
    EXISTS = "exists already, and nothing is written over"
    UNWRITABLE = "cannot be written"


class Folders:
    """The folders that may be used. `where` of each method is what errors call the caller's argument."""

    def __init__(self, roots: Sequence[Path]) -> None:
        given = [Path(os.path.abspath(root.expanduser())) for root in roots]
        self._roots = tuple(Path(os.path.realpath(root)) for root in given)
        self._spellings = dict(zip([*given, *self._roots], [*self._roots, *self._roots], strict=True))

    @property
    def roots(self) -> tuple[Path, ...]:
        return self._roots

    def files(self, folder: str, *, where: str, suffixes: Collection[str] = (), most: int) -> list[Path]:
        """The regular files below a folder, sorted; `suffixes` in lower case, empty for any. Links are left out.

        Raises `BadInput`, `NotFound`, and `TooLarge` beyond `most`.
        """
        root, parts = self._place(folder, where)
        found: list[Path] = []
        with _opened(root, parts, where) as (start, status):
            if not stat.S_ISDIR(status.st_mode):
                raise BadInput(where=where, problem=FolderProblem.NOT_A_FOLDER)
            for path in _walk(root.joinpath(*parts), start):
                if not suffixes or path.suffix.lower() in suffixes:
                    if len(found) == most:
                        raise TooLarge(where=where, problem=FolderProblem.TOO_MANY, limit=most)
                    found.append(path)
        return sorted(found)

    def read(self, path: Path | str, *, where: str, most: int) -> bytes:
        """A file's bytes. Raises `BadInput`, `NotFound`, and `TooLarge` beyond `most` bytes."""
        root, parts = self._place(str(path), where)
        with _opened(root, parts, where) as (descriptor, status):
            if not stat.S_ISREG(status.st_mode):
                raise BadInput(where=where, problem=FolderProblem.NOT_A_FILE)
            with open(descriptor, "rb", closefd=False) as file:
                content = file.read(most + 1)
        if len(content) > most:
            raise TooLarge(where=where, problem=FolderProblem.TOO_LARGE, limit=most)
        return content

    def head(self, path: Path | str, *, where: str, most: int) -> tuple[bytes, int]:
        """The first bytes of a file, and how many it has in all. Raises `BadInput` and `NotFound`."""
        root, parts = self._place(str(path), where)
        with _opened(root, parts, where) as (descriptor, status):
            if not stat.S_ISREG(status.st_mode):
                raise BadInput(where=where, problem=FolderProblem.NOT_A_FILE)
            with open(descriptor, "rb", closefd=False) as file:
                return file.read(most), status.st_size

    def create(self, path: Path | str, content: bytes, *, where: str) -> Path:
        """Make a file, and the folders to it, whole or not at all. Raises `BadInput`."""
        root, parts = self._place(str(path), where)
        if not parts:
            raise BadInput(where=where, problem=FolderProblem.NOT_A_FILE)
        try:
            _make(root, parts, content)
        except FileExistsError:
            raise BadInput(where=where, problem=FolderProblem.EXISTS) from None
        except OSError as error:
            outside = error.errno in _OUTSIDE
            raise BadInput(
                where=where, problem=FolderProblem.OUTSIDE if outside else FolderProblem.UNWRITABLE
            ) from None
        return root.joinpath(*parts)

    def _place(self, text: str, where: str) -> tuple[Path, tuple[str, ...]]:
        """The allowed folder that a path is below, and the steps from there. A relative one is below the first that
        has it.
        """
        if not self._roots:
            raise BadInput(where=where, problem=FolderProblem.NONE_ALLOWED)
        path = Path(text)
        if "\0" in text or ".." in path.parts or not text.isprintable():
            raise BadInput(where=where, problem=FolderProblem.OUTSIDE)
        if not path.is_absolute():
            root = next((root for root in self._roots if os.path.lexists(root / path)), self._roots[0])
            return root, path.parts
        for spelling, root in self._spellings.items():
            if path.is_relative_to(spelling):
                return root, path.relative_to(spelling).parts
        raise BadInput(where=where, problem=FolderProblem.OUTSIDE)


@contextmanager
def _opened(root: Path, parts: Sequence[str], where: str) -> Iterator[tuple[int, os.stat_result]]:
    """What stands at a place, opened, and what it is."""
    try:
        descriptor = _descend(root, parts)
    except OSError as error:
        if error.errno in _MISSING:
            raise NotFound(where=where, problem=FolderProblem.NOT_THERE) from None
        if error.errno in _OUTSIDE:
            raise BadInput(where=where, problem=FolderProblem.OUTSIDE) from None
        raise BadInput(where=where, problem=FolderProblem.UNREADABLE) from None
    try:
        yield descriptor, os.fstat(descriptor)
    finally:
        os.close(descriptor)


def _descend(root: Path, parts: Sequence[str]) -> int:
    if not _STEPWISE:
        whole = root.joinpath(*parts)
        if Path(os.path.realpath(whole)) != whole:
            raise OSError(errno.ELOOP, "a link")
        return os.open(whole, _OPEN)
    descriptor = os.open(root, _OPEN | _FOLDER)
    for position, part in enumerate(parts, 1):
        outer = descriptor
        try:
            descriptor = os.open(
                part, _OPEN | _NOFOLLOW | (_NONBLOCK if position == len(parts) else _FOLDER), dir_fd=outer
            )
        finally:
            os.close(outer)
    return descriptor


def _make(root: Path, parts: Sequence[str], content: bytes) -> None:
    for depth in range(1, len(parts)):
        with _entered(root, parts[: depth - 1]) as outer, suppress(FileExistsError):
            os.mkdir(_named(root, parts[:depth], outer), 0o700, dir_fd=outer)
    with _entered(root, parts[:-1]) as folder:
        name = _named(root, parts, folder)
        descriptor = os.open(name, _CREATE, 0o600, dir_fd=folder)
        try:
            with open(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            os.unlink(name, dir_fd=folder)
            raise


@contextmanager
def _entered(root: Path, parts: Sequence[str]) -> Iterator[int | None]:
    """A folder, opened to make something in it; None where the system makes nothing in an open folder."""
    if not _STEPWISE:
        whole = root.joinpath(*parts)
        if Path(os.path.realpath(whole)) != whole:
            raise OSError(errno.ELOOP, "a link")
        yield None
        return
    descriptor = _descend(root, parts)
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.ENOTDIR, "no folder")
        yield descriptor
    finally:
        os.close(descriptor)


def _named(root: Path, parts: Sequence[str], folder: int | None) -> str:
    return parts[-1] if folder is not None else str(root.joinpath(*parts))


def _walk(folder: Path, descriptor: int) -> Iterator[Path]:
    """Regular files below, whatever is swapped for a link meanwhile: `read` looks again."""
    if not _STEPWISE:
        for base, names, files in os.walk(folder):
            names[:] = [name for name in names if not os.path.islink(os.path.join(base, name))]
            yield from (Path(base, name) for name in files if not os.path.islink(os.path.join(base, name)))
        return
    for base, _, files, inside in os.fwalk(".", dir_fd=descriptor, follow_symlinks=False):
        for name in files:
            try:
                regular = stat.S_ISREG(os.stat(name, dir_fd=inside, follow_symlinks=False).st_mode)
            except OSError:  # gone meanwhile
                continue
            if regular:
                yield folder.joinpath(base, name)
