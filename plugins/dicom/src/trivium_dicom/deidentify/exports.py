"""Where de-identified files go, and the secrets of the projects that they are made for."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import SecretStr

from trivium.api import BadInput, FolderProblem, Folders, NotFound, Problem
from trivium_dicom.deidentify.seals import Seals

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)
_SHORTEST: Final = 16
_FEWEST: Final = 6
_COST: Final = 1 << 14
"""Of scrypt: some 50 ms a call, so that a secret that a person thought up is not guessed from one known pseudonym."""


class ExportProblem(Problem):
    NO_FOLDER = "cannot be written anywhere: the operator has set no output folder (TRIVIUM_DICOM__OUTPUT_FOLDER)"
    NO_PROJECT = "is none of the projects that the operator has set up (TRIVIUM_DICOM__DEIDENTIFY_KEYS)"
    NOT_THERE = "cannot be written: the output folder (TRIVIUM_DICOM__OUTPUT_FOLDER) does not exist"
    CHANGED = "is not as it was when it was counted for the approval: call again"
    TAKEN = "would be written where another file of this call is: both have one SOP Instance UID"
    IN_OUTPUT = "lies inside the output folder, which is never read"
    NO_FILES = "has no files"


def checked_keys(keys: dict[str, SecretStr]) -> dict[str, SecretStr]:
    """Secrets of projects that can be folders, each hard to guess. Raises `ValueError`, which quotes neither."""
    if not all(_NAME.fullmatch(name) for name in keys):
        raise ValueError(
            "a project's name is 1 to 64 letters, digits, hyphens and underscores, a letter or digit first"
        )
    if len({name.casefold() for name in keys}) < len(keys):
        raise ValueError("names of two projects differ in their case only, which some file systems do not tell apart")
    secrets = [one.get_secret_value() for one in keys.values()]
    if any(len(one) < _SHORTEST or len(set(one)) < _FEWEST for one in secrets):
        raise ValueError(f"a project's secret has at least {_SHORTEST} characters, {_FEWEST} of them different")
    return keys


class Exports:
    """Output folder, secrets by the name of the project, the most files of one call, and what was counted last."""

    def __init__(self, folder: Path | None, keys: Mapping[str, SecretStr], most: int) -> None:
        self.folder = folder
        self.keys = keys
        self.most = most
        self.seals = Seals()

    def secret(self, project: str) -> bytes:
        """The key of a project: of the same secret, another one in each. Raises `NotFound`."""
        if project not in self.keys:
            raise NotFound(where="project", problem=ExportProblem.NO_PROJECT)
        secret = self.keys[project].get_secret_value().encode()
        return hashlib.scrypt(secret, salt=f"trivium de-identification {project}".encode(), n=_COST, r=8, p=1, dklen=32)

    def output(self) -> Folders:
        """Raises `BadInput` where the operator has set none, or none that is there."""
        if self.folder is None:
            raise BadInput(where="the result", problem=ExportProblem.NO_FOLDER)
        if not self.folder.expanduser().is_dir():
            raise BadInput(where="the result", problem=ExportProblem.NOT_THERE)
        return Folders([self.folder])

    def sources(self, folders: Folders, path: str) -> Sources:
        """The files to work on: one, or all below a folder but those of the output folder.

        Raises `BadInput`, `NotFound`, and `TooLarge` beyond `most`.
        """
        root = self.output().roots[0]
        try:
            found = folders.files(path, where="path", most=self.most)
        except BadInput as error:
            if error.problem is not FolderProblem.NOT_A_FOLDER:
                raise
            found = [Path(path)]
        if _place(folders, path).is_relative_to(root):
            raise BadInput(where="path", problem=ExportProblem.IN_OUTPUT)
        outside = [one for one in found if not one.is_relative_to(root)]
        if not outside:
            raise NotFound(where="path", problem=ExportProblem.NO_FILES)
        return Sources(outside, len(found) - len(outside))


class Sources(NamedTuple):
    files: Sequence[Path]
    left_out: int
    """Files below the output folder."""


def _place(folders: Folders, path: str) -> Path:
    """A path as `Folders` reads it: a relative one stands below the first folder that has it."""
    given = Path(path)
    if given.is_absolute():
        return given.resolve()
    return next((root / given for root in folders.roots if (root / given).exists()), given)
