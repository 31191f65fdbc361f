"""The tool `validate_dicom_file`."""

from typing import Annotated, Literal

from pydantic import Field

from trivium.api import PUBLIC, Effect, Given, Kind, PhiBy, tool
from trivium_dicom.files.desk import TOOL_SECONDS, Desk, DicomPath
from trivium_dicom.result import Result

SeverityName = Literal["error", "warning", "note"]


class ValueFound(Result):
    path: Annotated[str, PUBLIC]
    rule: Annotated[str, PUBLIC]
    value: Annotated[str, PhiBy("phi")] = Field(description="cut to 64")
    phi: Annotated[Kind | None, PUBLIC] = None


class DicomFinding(Result):
    """Equal findings: `<path> <problem>`, and what would be right."""

    severity: Annotated[SeverityName, PUBLIC]
    path: Annotated[str, PUBLIC] = Field(description="(gggg,eeee)/(gggg,eeee), without numbers of items")
    keyword: Annotated[str | None, PUBLIC] = None
    module: Annotated[str | None, PUBLIC] = None
    type: Annotated[str | None, PUBLIC] = Field(default=None, description="1, 1C, 2, 2C, 3; M for a module")
    problem: Annotated[str, PUBLIC]
    fix: Annotated[str | None, PUBLIC] = Field(default=None, description="what would be right, or why it is required")
    count: Annotated[int | None, PUBLIC] = Field(default=None, description="if more than one")
    at: Annotated[tuple[str, ...] | None, PUBLIC] = Field(
        default=None, description="the first three places, where they tell more than path"
    )
    rule: Annotated[str, PUBLIC] = Field(description="stable name")
    source: Annotated[str, PUBLIC]


class DicomTotals(Result):
    error: Annotated[int, PUBLIC]
    warning: Annotated[int, PUBLIC]
    note: Annotated[int, PUBLIC]


class DicomValidation(Result):
    """Whether a file conforms, and everything that says otherwise."""

    verdict: Annotated[Literal["conforms", "conforms with warnings", "does not conform"], PUBLIC]
    totals: DicomTotals = Field(description="single findings of each severity")
    sop_class: Annotated[str | None, PUBLIC] = None
    iod: Annotated[str | None, PUBLIC] = Field(
        default=None, description="definition that was checked; absent: only general rules were"
    )
    also_checked: Annotated[tuple[str, ...], PUBLIC] = Field(
        description="conditional and optional modules, since something of them is there"
    )
    undecided_conditions: Annotated[int | None, PUBLIC] = Field(
        default=None, description="of absent 1C and 2C attributes: not in the file"
    )
    notes: Annotated[tuple[str, ...], PUBLIC] = Field(description="what was odd in reading")
    total: Annotated[int, PUBLIC] = Field(description="different findings of the severities asked for")
    next_offset: Annotated[int | None, PUBLIC] = None
    left_out: Annotated[int | None, PUBLIC] = Field(default=None, description="findings beyond the 2000 kinds kept")
    findings: tuple[DicomFinding, ...] = Field(description="errors first")
    values: tuple[ValueFound, ...] = Field(description="what stands at the places of these findings")


@tool(effect=Effect.READS_FILES, title="Validate DICOM file", timeout=TOOL_SECONDS)
def validate_dicom_file(
    desk: Given[Desk],
    path: DicomPath,
    severity: Annotated[SeverityName, Field(description="The least to list; totals count all.")] = "note",
    limit: Annotated[int, Field(ge=1, le=500, description="Most findings.")] = 50,
    offset: Annotated[int, Field(ge=0, description="next_offset of the answer before.")] = 0,
) -> DicomValidation:
    """Check a DICOM file against its object definition (IOD, PS3.3) and the encoding rules, all findings at once.

    Use it to find out why an archive or viewer refuses a file, or before one is sent. To see the values use
    read_dicom_file; for what an object must have, explain_dicom_iod; for one attribute, explain_dicom_tag.

    Checks attributes of mandatory modules, and of others of which something is there, in sequences and functional
    groups too; conditional ones where the file itself decides the condition; VR, VM, lengths, dates, characters,
    enumerated values (errors) and defined terms (notes); UIDs, character sets, file meta information, private blocks,
    retired and extra attributes, pixel data against what describes them. Each finding has rule, severity, path, module,
    type, fix and source; equal ones are counted together. An unknown SOP class gets the general checks alone.
    undecided_conditions counts what only people can decide. Nothing is changed or sent.
    """
    from trivium_dicom.validation.work import validate_file  # the rules are read on first use

    return desk.work(validate_file, path, severity, limit, offset)
