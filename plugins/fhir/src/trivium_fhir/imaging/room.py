"""What the operator has set up for images: folders, workers, the time zone, DICOMweb bases by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from trivium.api import BadInput
from trivium_dicom.files.desk import Desk
from trivium_fhir.imaging.problems import ImagingProblem


class Room(NamedTuple):
    desk: Desk
    max_files: int = 20_000
    """Files of one folder."""
    time_zone: str | None = None
    """An offset or IANA name, for objects that name none."""
    dicomweb: Mapping[str, str] = {}
    """Base URLs by name."""

    def base_of(self, name: str, *, where: str) -> tuple[str, str]:
        """Raises `BadInput` for a name that nobody set up."""
        if name not in self.dicomweb:
            raise BadInput(where=where, problem=ImagingProblem.NO_SUCH_ENDPOINT)
        return name, self.dicomweb[name]
