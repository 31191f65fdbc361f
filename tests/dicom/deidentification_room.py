"""A folder of files, one for results, and `deidentify_dicom` between them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import SecretStr
from tests.dicom import making

from trivium.api import Folders, Preflight, ToolSpec, Workers
from trivium_dicom.deidentify.choices import Choice
from trivium_dicom.deidentify.exports import Exports
from trivium_dicom.files.desk import Desk
from trivium_dicom.files.limits import Limits
from trivium_dicom.settings import DicomSettings
from trivium_dicom.tools.deidentify_dicom import deidentify_dicom, exports_of, what_would_be_written

KEYS = {"lung": SecretStr("a secret of the lung project"), "liver": SecretStr("a secret of the lung project")}


class Calling:
    def __init__(self, *, cancel_after: int = 1 << 30) -> None:
        self.steps: list[tuple[int, int | None]] = []
        self._cancel_after = cancel_after

    def progress(self, done: int, total: int | None = None) -> None:
        self.steps.append((done, total))

    def cancelled(self) -> bool:
        return len(self.steps) >= self._cancel_after


class Room:
    """A folder of files, one for results, and the tool between them."""

    def __init__(self, root: Path, workers: Workers) -> None:
        self.incoming, self.output = root / "in", root / "out"
        self.incoming.mkdir()
        self.output.mkdir()
        self.settings = DicomSettings(folders=(root,), output_folder=self.output, deidentify_keys=KEYS)
        self.desk = Desk(Folders([root]), Limits(), workers)
        self.exports: Exports = exports_of(self.settings)

    def put(self, name: str, **changes: Any) -> None:
        (self.incoming / name).write_bytes(making.as_bytes(making.ct(**changes)))

    def tool(self) -> ToolSpec:
        return deidentify_dicom.given(desk=self.desk, exports=self.exports)

    def counted(self, options: list[Choice] | None = None) -> Preflight:
        return what_would_be_written(self.desk, self.exports, str(self.incoming), "lung", options)

    def run(self, **arguments: Any) -> Any:
        return self.tool()(**{"call": Calling(), "path": str(self.incoming), "project": "lung"} | arguments)

    def written(self) -> list[Path]:
        return sorted(one for one in self.output.rglob("*") if one.is_file())
