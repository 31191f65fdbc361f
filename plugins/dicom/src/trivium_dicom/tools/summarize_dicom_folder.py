"""The tool `summarize_dicom_folder`."""

from typing import Annotated, Final

from pydantic import Field

from trivium.api import Call, Effect, Given, Kind, Phi, tool
from trivium_dicom.files.desk import Desk
from trivium_dicom.folders.results import FolderSummary, Level

_SECONDS: Final = 270.0
"""For looking at files; what is left out then is counted."""


@tool(effect=Effect.READS_FILES, title="Summarize a folder of DICOM files", timeout=300.0)
def summarize_dicom_folder(
    desk: Given[Desk],
    max_files: Given[int],
    call: Call,
    folder: Annotated[
        str,
        Phi(Kind.FILE),
        Field(description="Absolute, or relative to an allowed folder; '.' is the first of these.", max_length=4096),
    ],
    level: Annotated[Level, Field(description="What the rows are.")] = "series",
    limit: Annotated[int, Field(ge=1, le=500, description="Most rows.")] = 30,
    offset: Annotated[int, Field(ge=0, description="next_offset of the answer before.")] = 0,
) -> FolderSummary:
    """Summarize the DICOM files of a folder and all folders below: what is there, and what does not fit together.

    Use it first on an unknown folder, an export or a disc, or when images seem to be missing. Each series row has a
    file for read_dicom_file, validate_dicom_file or render_dicom_image. To search an archive use pacs_query.

    Returns counts, files that cannot be read with the reason, each DICOMDIR beside the files, findings (patients mixed
    up, shared UIDs, copies, missing slices and instance numbers, series that vary in size, spacing or plane), and rows
    by patient, study and series. Pages go on with next_offset; each looks at all files again.

    As a rule only the beginning of a file is read; nothing is changed. When cancelled or out of time it says how many
    files were left out.
    """
    # The looking at folders is loaded on first use.
    from trivium_dicom.folders.scanning import scan
    from trivium_dicom.folders.summary import summarized

    paths = desk.folders.files(folder, where="folder", most=max_files)
    found = scan(desk, paths, call, seconds=_SECONDS)
    return summarized(found, paths, level=level, limit=limit, offset=offset)
