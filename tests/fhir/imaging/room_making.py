"""Folders of small files, and what the tools make of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset
from tests.dicom import making

from trivium.api import Composed, Folders, Workers
from trivium_dicom.files.desk import Desk
from trivium_dicom.files.limits import Limits
from trivium_fhir.imaging.notes import Remark
from trivium_fhir.imaging.results import ImagingStudies
from trivium_fhir.imaging.room import Room
from trivium_fhir.tools.convert_dicom_to_imaging_study import convert_dicom_to_imaging_study


class Here(Workers):
    """Workers in this process."""

    def __init__(self) -> None:
        super().__init__(memory=1 << 30)

    def run(self, function: Any, /, *arguments: Any, where: str, seconds: float) -> Any:
        return function(*arguments)


class Caller:
    """A call that is cancelled after so many looks."""

    def __init__(self, looks: int = 1000) -> None:
        self._looks = looks

    def progress(self, done: int, total: int | None = None) -> None:
        """Nobody watches."""

    def cancelled(self) -> bool:
        self._looks -= 1
        return self._looks < 0


def room(folder: Path, **settings: Any) -> Room:
    return Room(Desk(Folders([folder]), Limits(), settings.pop("workers", None) or Here()), **settings)


def put(folder: Path, name: str, **changes: Any) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(making.as_bytes(making.ct(**changes)))
    return path


def item(**values: Any) -> Dataset:
    made = Dataset()
    for name, value in values.items():
        setattr(made, name, value)
    return made


def code(value: str, scheme: str, meaning: str) -> Dataset:
    return item(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning)


def convert(root: Path, *, settings: Mapping[str, Any] | None = None, **asked: Any) -> ImagingStudies:
    caller = asked.pop("caller", None) or Caller()
    if not {"path", "folder", "query_results"} & asked.keys():
        asked["folder"] = str(root)
    made = convert_dicom_to_imaging_study.given(room=room(root, **(settings or {})))(call=caller, **asked)
    assert isinstance(made, ImagingStudies)
    return made


def convert_in_a_worker(root: Path, **asked: Any) -> ImagingStudies:
    workers = Workers(memory=3 << 30)
    try:
        return convert(root, settings={"workers": workers}, **asked)
    finally:
        workers.close()


def text(composed: Composed) -> str:
    return "".join(part.text for part in composed.parts)


def bundle(made: ImagingStudies) -> dict[str, Any]:
    found = json.loads(text(made.bundle))
    assert isinstance(found, dict)
    return found


def resources(made: ImagingStudies, kind: str) -> list[dict[str, Any]]:
    found = [entry["resource"] for entry in bundle(made)["entry"]]
    return [one for one in found if one["resourceType"] == kind]


def remarks(made: Any) -> set[tuple[str, str]]:
    return {(note.about, Remark(note.remark).name) for note in made.notes}
