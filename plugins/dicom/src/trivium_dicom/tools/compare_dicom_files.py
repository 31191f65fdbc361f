"""The tool `compare_dicom_files`."""

from typing import Annotated

from pydantic import Field

from trivium.api import Effect, Given, Kind, Phi, tool
from trivium_dicom.files.comparison_results import FileComparison
from trivium_dicom.files.desk import TOOL_SECONDS, Desk, DicomPath


@tool(effect=Effect.READS_FILES, title="Compare DICOM files", timeout=TOOL_SECONDS)
def compare_dicom_files(
    desk: Given[Desk],
    left: DicomPath,
    right: Annotated[str, Phi(Kind.FILE), Field(description="The file it is compared with.", max_length=4096)],
    ignore: Annotated[
        list[str] | None,
        Field(
            description="Tags, keywords, groups, paths, modules: ['StudyDate', '0019', '(0040,0275)/(0040,0009)', "
            "'General Equipment', 'private']."
        ),
    ] = None,
    limit: Annotated[int, Field(ge=1, le=1000, description="Most differences.")] = 100,
    offset: Annotated[int, Field(ge=0, description="next_offset of the answer before.")] = 0,
    value_limit: Annotated[int, Field(ge=16, le=10_000, description="Longer values are cut.")] = 120,
) -> FileComparison:
    """Compare two DICOM files element by element: what a router, an archive, a conversion or an anonymizer changed.

    Use it on a file before and after some system, or on two instances of one series. To read one file use
    read_dicom_file; to check one against its IOD validate_dicom_file; for a whole folder summarize_dicom_folder.

    Values are compared decoded, so another transfer syntax, byte order or character set is no difference. Items are
    paired by content, then by the number, code or UID that names them, then by order; private elements by creator. Each
    difference has path, name and both values: changed, respelled (1.0 and 1.00), only_left, only_right, item_only_left,
    item_only_right, item_moved. Instance UIDs, file meta information, creation times and group lengths are only
    counted, as noise. Pixel data is compared as encoded, never decoded. Values that identify a person may be withheld.
    Pages go on with next_offset.
    """
    from trivium_dicom.files.comparing import Wanted, compared
    from trivium_dicom.files.selecting import selectors

    ignored = selectors(ignore or (), where="ignore")
    other = desk.folders.read(right, where="right", most=desk.limits.file_bytes)
    return desk.work(compared, left, other, Wanted(ignored, limit, offset, value_limit), where="left")
