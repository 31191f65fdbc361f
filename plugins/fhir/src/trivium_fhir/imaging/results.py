"""What `convert_dicom_to_imaging_study` answers."""

from typing import Annotated

from pydantic import Field

from trivium.api import PUBLIC, Composed
from trivium_fhir.imaging.notes import Note
from trivium_fhir.result import Result


class StudyCounts(Result):
    """A study of this page, in the order of the bundle."""

    series: Annotated[int, PUBLIC]
    instances: Annotated[int, PUBLIC]
    instances_listed: Annotated[int, PUBLIC]


class FilesRead(Result):
    files: Annotated[int, PUBLIC]
    not_dicom: Annotated[int, PUBLIC]
    not_looked_at: Annotated[int | None, PUBLIC] = Field(default=None, description="cancelled or out of time")
    unreadable: Annotated[dict[str, int] | None, PUBLIC] = Field(default=None, description="files by what is wrong")


class NotCarried(Result):
    """Elements of the files that have no place in these resources."""

    attributes: Annotated[dict[str, int], PUBLIC] = Field(description="files by DICOM keyword, the commonest first")
    more: Annotated[int | None, PUBLIC] = Field(default=None, description="keywords beyond these")
    private_or_unknown: Annotated[int, PUBLIC] = Field(description="elements")


class ImagingStudies(Result):
    """A bundle with one ImagingStudy for each study."""

    bundle: Composed
    resources: Annotated[dict[str, int], PUBLIC]
    studies: tuple[StudyCounts, ...]
    total_studies: Annotated[int, PUBLIC]
    next_offset: Annotated[int | None, PUBLIC] = Field(default=None, description="more studies: ask for this offset")
    notes: tuple[Note, ...]
    read: FilesRead | None = None
    not_carried: NotCarried | None = None
