"""The answer of `deidentify_dicom`."""

from typing import Annotated

from pydantic import Field

from trivium.api import PUBLIC, Composed, Kind, Phi
from trivium_dicom.result import Result


class NewFile(Result):
    path: Composed = Field(description="below the output folder")
    changes: Annotated[int, PUBLIC]
    for_a_person: Annotated[tuple[str, ...], PUBLIC] = ()


class RefusedFile(Result):
    path: Annotated[str, Phi(Kind.FILE)]
    code: Annotated[str, PUBLIC]
    problem: Annotated[str, PUBLIC]


class Deidentification(Result):
    """What was written, or would be."""

    dry_run: Annotated[bool, PUBLIC]
    complete: Annotated[bool, PUBLIC] = Field(description="every file was done; never that pixels are clean")
    profile: Annotated[tuple[str, ...], PUBLIC]
    total: Annotated[int, PUBLIC] = Field(description="files found")
    done: Annotated[int, PUBLIC]
    refused: Annotated[int, PUBLIC]
    left_out: Annotated[int | None, PUBLIC] = Field(default=None, description="files below the output folder")
    bytes: Annotated[int, PUBLIC]
    patients: Annotated[int, PUBLIC]
    studies: Annotated[int, PUBLIC]
    counts: Annotated[dict[str, int], PUBLIC]
    by_table: Annotated[dict[str, int], PUBLIC] = Field(description="most frequent, by table E.1-1")
    beyond_table: Annotated[dict[str, int], PUBLIC] = Field(
        description="stricter than the table: text of unknown words"
    )
    more_attributes: Annotated[int | None, PUBLIC] = None
    for_a_person: Annotated[dict[str, int], PUBLIC] = Field(description="what no rule decides, with numbers of files")
    files: tuple[NewFile, ...]
    more_files: Annotated[int | None, PUBLIC] = None
    refusals: tuple[RefusedFile, ...]
    more_refusals: Annotated[int | None, PUBLIC] = None
    note: Annotated[str, PUBLIC]
