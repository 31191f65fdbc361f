"""The tool `read_structured_report`."""

from typing import Annotated, Literal

from pydantic import Field

from trivium.api import Effect, Given, tool
from trivium_dicom.files.desk import TOOL_SECONDS, Desk, DicomPath
from trivium_dicom.reports.results import StructuredReport


@tool(effect=Effect.READS_FILES, title="Read DICOM structured report", timeout=TOOL_SECONDS)
def read_structured_report(
    desk: Given[Desk],
    path: DicomPath,
    form: Annotated[
        Literal["outline", "rows"], Field(description="outline: an indented text; rows: a record for each item.")
    ] = "outline",
    under: Annotated[str | None, Field(description="Only this item and what is below it, e.g. 1.4.2.")] = None,
    depth: Annotated[int | None, Field(ge=0, le=64, description="Levels below; unset: all.")] = None,
    codes: Annotated[bool, Field(description="Show code and scheme of concept names.")] = False,
    limit: Annotated[int, Field(ge=1, le=1000, description="Most items.")] = 200,
    offset: Annotated[int, Field(ge=0, description="next_offset of the answer before.")] = 0,
    value_limit: Annotated[int, Field(ge=20, le=10_000, description="Longer values are cut.")] = 500,
) -> StructuredReport:
    """Read the content of a DICOM structured report (SR): findings, measurements, dose, key object selections.

    Use it for reports, measurements, CAD results, X-ray dose reports and key objects. For the attributes of any file
    use read_dicom_file; for a PDF or CDA inside DICOM use extract_encapsulated_document.

    Returns completion, verification, template, counted evidence, totals of a dose report, faults of the tree, and the
    tree in document order: position (1.2.3), relationship if it is not contains, concept name, value with unit,
    references with frames and segments, coordinates; a line end in a value is written as ¶. For a long report begin
    with depth=2, then ask for what is under a position. Pages go on with next_offset.

    Concepts that DICOM defines (PS3.16) and numbers are shown; names and free text may be withheld. It opens none of
    the objects that are referred to.
    """
    # The reading of reports is loaded on first use.
    from trivium_dicom.reports.reading import Asked, read_report

    asked = Asked(form, under, depth, codes, limit, offset, value_limit)
    return desk.work(read_report, path, asked)
