"""The tool `validate_dicom_file`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trivium.api import PUBLIC, Effect, Given, Kind, PhiBy, tool
from trivium_dicom.files.desk import TOOL_SECONDS, Desk, DicomPath
from trivium_dicom.result import Result

SeverityName = Literal["error", "warning", "note"]


class ValueFound(Result):
    """What stands at one of the places of a finding."""

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
    count: Annotated[int, PUBLIC]
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
    modules: Annotated[tuple[str, ...], PUBLIC] = Field(
        description="conditional and optional modules that were checked, since something of them is there"
    )
    undecided: Annotated[int | None, PUBLIC] = Field(
        default=None, description="absent 1C and 2C attributes whose condition is not in the file"
    )
    notes: Annotated[tuple[str, ...], PUBLIC] = Field(description="what was odd in reading")
    total: Annotated[int, PUBLIC] = Field(description="different findings of the severities asked for")
    next_offset: Annotated[int | None, PUBLIC] = Field(default=None, description="more follow: ask for this offset")
    left_out: Annotated[int | None, PUBLIC] = Field(default=None, description="findings beyond the 2000 kinds kept")
    findings: tuple[DicomFinding, ...] = Field(description="errors first")
    values: tuple[ValueFound, ...] = Field(description="what stands at the places of these findings")


@tool(effect=Effect.READS_FILES, title="Validate DICOM file", timeout=TOOL_SECONDS)
def validate_dicom_file(
    desk: Given[Desk],
    path: DicomPath,
    severity: Annotated[SeverityName, Field(description="The least severity to list; the totals count all.")] = "note",
    limit: Annotated[int, Field(ge=1, le=500, description="Most findings in one answer.")] = 50,
    offset: Annotated[int, Field(ge=0, description="Findings to skip: next_offset of the answer before.")] = 0,
) -> DicomValidation:
    """Check a DICOM file against its object definition (IOD, PS3.3) and the encoding rules, all findings at once.

    Use it to find out why an archive or viewer refuses a file, or before one is sent. For what an object must have, use
    explain_dicom_iod; for one tag, lookup_dicom_tag.

    Checks attributes of type 1 and 2 of mandatory modules, and of others of which something is there, in sequences and
    functional groups too; conditional ones where the file itself decides the condition; VR, VM, lengths, dates,
    characters, enumerated values (errors) and defined terms (notes); UIDs, character sets, file meta information,
    private blocks, retired and extra attributes, pixel data against what describes them. Each finding has rule,
    severity, path, module, type, fix and source; equal ones are counted together. An unknown SOP class gets the general
    checks alone. Conditions that only people can decide are counted in undecided. The file is read in a process of its
    own; nothing is changed or sent.
    """
    from trivium_dicom.validation.work import validate_file  # the rules are read on first use

    return desk.work(validate_file, path, severity, limit, offset)
