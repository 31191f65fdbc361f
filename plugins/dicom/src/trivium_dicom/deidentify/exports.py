"""Where de-identified files go, and the secrets of the projects that they are made for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from trivium.api import BadInput, FolderProblem, Folders, NotFound, Problem

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)
_SHORTEST: Final = 16


class ExportProblem(Problem):
    NO_FOLDER = "cannot be written anywhere: the operator has set no output folder (TRIVIUM_DICOM__OUTPUT_FOLDER)"
    NO_PROJECT = "is none of the projects that the operator has set up (TRIVIUM_DICOM__DEIDENTIFY_KEYS)"
    BAD_NAME = "is no name that a folder can have: letters, digits, hyphen and underscore, {most} at the most"
    SHORT_KEY = "has a secret of less than {least} characters"
    IN_OUTPUT = "lies inside the output folder, which is never read"
    NO_FILES = "has no files"


@dataclass(frozen=True)
class Exports:
    """Output folder, secrets by the name of the project, and the most files of one call."""

    folder: Path | None
    keys: Mapping[str, SecretStr] = field(repr=False)
    most: int

    def secret(self, project: str) -> bytes:
        """Raises `NotFound` and `BadInput`."""
        if project not in self.keys:
            raise NotFound(where="project", problem=ExportProblem.NO_PROJECT)
        if not _NAME.fullmatch(project):
            raise BadInput(where="project", problem=ExportProblem.BAD_NAME, most=64)
        secret = self.keys[project].get_secret_value()
        if len(secret) < _SHORTEST:
            raise BadInput(where="project", problem=ExportProblem.SHORT_KEY, least=_SHORTEST)
        return f"{project}\0{secret}".encode()

    def output(self) -> Folders:
        """Raises `BadInput` where the operator has set none."""
        if self.folder is None:
            raise BadInput(where="the result", problem=ExportProblem.NO_FOLDER)
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


@dataclass(frozen=True, slots=True)
class Sources:
    files: Sequence[Path]
    left_out: int
    """Files below the output folder."""


def _place(folders: Folders, path: str) -> Path:
    """A path as `Folders` reads it: a relative one stands below the first folder that has it."""
    given = Path(path)
    if given.is_absolute():
        return given.resolve()
    return next((root / given for root in folders.roots if (root / given).exists()), given)
