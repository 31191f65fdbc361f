"""Where the facts of studies come from: a file, a folder or pasted query results, exactly one of them."""

from __future__ import annotations

from collections import Counter

from trivium.api import BadInput, Call
from trivium_fhir.imaging.gathering import Gathered, gather_file, gather_folder
from trivium_fhir.imaging.notes import Notes
from trivium_fhir.imaging.pasted import rows_of
from trivium_fhir.imaging.problems import ImagingProblem
from trivium_fhir.imaging.results import FilesRead, NotCarried
from trivium_fhir.imaging.room import Room
from trivium_fhir.imaging.tree import Study, studies_of

_SECONDS = 240.0
_KEYWORDS = 40
_READ_ONLY = frozenset(
    {
        "TypeOfPatientID",
        "RequestedProcedureID",
        "RequestedProcedureDescription",
        "RequestedProcedureCodeSequence",
        "RequestingPhysician",
        "AdmissionID",
        "IssuerOfAdmissionIDSequence",
    }
)
"""What orders are made of, and no ImagingStudy."""


def gathered(room: Room, call: Call, path: str | None, folder: str | None, query_results: str | None) -> Gathered:
    """Raises `BadInput` unless exactly one is given, and what reading it raises."""
    given = [one for one in (path, folder, query_results) if one is not None]
    if len(given) != 1:
        raise BadInput(where="path", problem=ImagingProblem.NOTHING)
    if path is not None:
        return gather_file(room.desk, path)
    if folder is not None:
        return gather_folder(room.desk, folder, call, most=room.max_files, seconds=_SECONDS)
    return Gathered(rows=rows_of(query_results or "", where="query_results"), where="query_results")


def named_study(found: Gathered, uid: str | None, notes: Notes) -> Study:
    """The one study, or the one of several that is named. Raises `BadInput`."""
    studies = some_studies(found, notes)
    if uid is not None:
        studies = [one for one in studies if one.uid == uid.strip()]
        if not studies:
            raise BadInput(where="study_instance_uid", problem=ImagingProblem.NO_SUCH_STUDY)
    if len(studies) > 1:
        raise BadInput(where=found.where, problem=ImagingProblem.SEVERAL_STUDIES, found=len(studies))
    return studies[0]


def some_studies(found: Gathered, notes: Notes) -> list[Study]:
    """Raises `BadInput` where there is none."""
    studies = studies_of(found.rows, notes)
    if not studies:
        raise BadInput(where=found.where, problem=ImagingProblem.NO_STUDY)
    return studies


def files_read(found: Gathered) -> FilesRead | None:
    if not found.files:
        return None
    return FilesRead(
        files=found.files,
        not_dicom=found.not_dicom,
        not_looked_at=found.not_looked_at or None,
        unreadable=dict(found.unreadable) or None,
    )


def not_carried(found: Gathered) -> NotCarried | None:
    if not found.files:
        return None
    read = Counter(keyword for row in found.rows for keyword in row if keyword in _READ_ONLY)
    named = (found.left + read).most_common()
    return NotCarried(
        attributes=dict(named[:_KEYWORDS]),
        more=max(0, len(named) - _KEYWORDS) or None,
        private_or_unknown=found.private,
    )
