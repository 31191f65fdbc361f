"""The tool `read_dicom_file`."""

from typing import Annotated

from pydantic import Field

from trivium.api import Effect, Given, tool
from trivium_dicom.files.desk import TOOL_SECONDS, Desk, DicomPath
from trivium_dicom.files.header_results import FileHeader


@tool(effect=Effect.READS_FILES, title="Read a DICOM file", timeout=TOOL_SECONDS)
def read_dicom_file(
    desk: Given[Desk],
    path: DicomPath,
    select: Annotated[
        list[str] | None,
        Field(
            description="Only these and what is below: tags '(0018,0050)', keywords, names, groups '0028', paths "
            "'(0040,0275)/(0040,0009)', modules 'General Series', 'private'."
        ),
    ] = None,
    depth: Annotated[int, Field(ge=0, le=64, description="Levels of sequences to list.")] = 8,
    limit: Annotated[int, Field(ge=1, le=1000, description="Most rows.")] = 100,
    offset: Annotated[int, Field(ge=0, description="next_offset of the answer before.")] = 0,
    value_limit: Annotated[int, Field(ge=16, le=10_000, description="Longer values are cut.")] = 120,
) -> FileHeader:
    """Read the header of a DICOM file: its data elements, decoded, and what is odd about how the file is written.

    Use it to see what a file says of patient, study, acquisition and image, or how it is written; with select, for a
    few values. To check it against its IOD use validate_dicom_file; for two files compare_dicom_files; for the picture
    render_dicom_image; for an SR read_structured_report; for private elements decode_private_tags; for many files
    summarize_dicom_folder.

    Returns one row an element, in the order of tags, items of sequences as (0040,0275)[1]/(0040,0009): keyword, or what
    its private creator is known to call it, VR, value as written, or bytes of what is binary; a summary of the pixel
    data; notes with byte positions. Broken and mislabeled files are read as far as they go. Never decodes pixels. What
    identifies a person, and free text, may be withheld. Pages go on with next_offset.
    """
    from trivium_dicom.files.header import Wanted, header
    from trivium_dicom.files.selecting import selectors

    chosen = selectors(select or (), where="select")
    return desk.work(header, path, Wanted(chosen, depth, limit, offset, value_limit))
