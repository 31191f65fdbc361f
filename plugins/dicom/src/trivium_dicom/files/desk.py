"""Where the tools get their files from: below the allowed folders, and worked on in a worker process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final, NamedTuple, TypeAlias, TypeVar

from pydantic import BaseModel, Field

from trivium.api import Folders, Kind, Phi, Workers
from trivium_dicom.files.limits import Limits

TOOL_SECONDS: Final = 90.0
"""For a tool that works on one file: more than `Limits.seconds`, so that the worker's own clear error comes first."""

R = TypeVar("R", bound=BaseModel)

DicomPath: TypeAlias = Annotated[
    str,
    Phi(Kind.FILE),
    Field(
        description="A DICOM file inside the allowed folders, or its stand-in (file-...) from a listing.",
        max_length=4096,
    ),
]
"""A tool's parameter for a file. The host puts the path in the place of a stand-in."""


class Desk(NamedTuple):
    """Folders, limits and workers of this plugin."""

    folders: Folders
    limits: Limits
    workers: Workers

    def work(self, function: Callable[..., R], path: str, *arguments: Any, where: str = "path") -> R:
        """What `function(content, limits, *arguments)` makes of a file, in a worker.

        Raises what `Folders.read` and `Workers.run` raise.
        """
        content = self.folders.read(path, where=where, most=self.limits.file_bytes)
        return self.workers.run(function, content, self.limits, *arguments, where=where, seconds=self.limits.seconds)
