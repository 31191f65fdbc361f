"""The tool `deidentify_dicom`."""

from typing import Annotated

from pydantic import Field

from trivium.api import Call, Effect, Given, Kind, Phi, Preflight, Safety, tool
from trivium_dicom.deidentify.choices import Choice, options_of
from trivium_dicom.deidentify.exports import Exports
from trivium_dicom.deidentify.results import Deidentification
from trivium_dicom.files.desk import Desk
from trivium_dicom.settings import DicomSettings


def exports_of(settings: DicomSettings) -> Exports:
    return Exports(settings.output_folder, settings.deidentify_keys, settings.deidentify_max_files)


def deidentify_gates(settings: DicomSettings) -> Safety:
    """What the host holds a de-identification against, beside a person's approval."""
    return Safety(
        enabled=settings.allow_deidentify,
        switch="TRIVIUM_DICOM__ALLOW_DEIDENTIFY=true",
        destination="project",
        destinations=frozenset(settings.deidentify_keys),
        destinations_setting="TRIVIUM_DICOM__DEIDENTIFY_KEYS",
        limits={"files": settings.deidentify_max_files},
        limits_setting="TRIVIUM_DICOM__DEIDENTIFY_MAX_FILES",
    )


def what_would_be_written(
    desk: Desk, exports: Exports, path: str, project: str, options: list[Choice] | None = None
) -> Preflight:
    """The files, patients and studies concerned, as the host's limits and the approving person need them.

    Raises `NotFound`, `BadInput` or `TooLarge`.
    """
    from trivium_dicom.deidentify.batch import plan_of

    return plan_of(desk, exports, path, project, options_of(options or ()))


@tool(
    effect=Effect.WRITES_FILES,
    title="De-identify DICOM files",
    approval=True,
    rehearsal="dry_run",
    preflight=what_would_be_written,
    timeout=3600.0,
)
def deidentify_dicom(
    desk: Given[Desk],
    exports: Given[Exports],
    call: Call,
    path: Annotated[
        str,
        Phi(Kind.FILE),
        Field(description="File or folder inside the allowed folders, or its stand-in (file-...).", max_length=4096),
    ],
    project: Annotated[
        str, Field(description="Project that the operator set up, e.g. 'lung-study'; its secret makes the pseudonyms.")
    ],
    options: Annotated[
        list[Choice] | None, Field(description="Options of the profile (PS3.15 E.3); none: the basic profile alone.")
    ] = None,
    limit: Annotated[int, Field(ge=0, le=500, description="Most files listed in the answer; all are done.")] = 20,
    dry_run: Annotated[bool, Field(description="Write nothing; only say what would be done.")] = False,
) -> Deidentification:
    """Make de-identified copies of DICOM files: PS3.15 Annex E, basic profile and options, stricter where text is left.

    Use it to prepare files for research or tests; to read a file use read_dicom_file. Copies go below the operator's
    output folder as project/study/series/instance.dcm. The originals are never changed and nothing is written over.
    It runs only if switched on (TRIVIUM_DICOM__ALLOW_DEIDENTIFY) and a person approves; dry_run needs no approval.

    UIDs and patient pseudonyms come from the project's secret: the same everywhere in a project, others in another.
    Text stays only if a closed vocabulary vouches for every word, also under clean_descriptors. Dates go, or stay, or
    move by a number of days per patient.

    Returns counts by attribute, what went beyond the table, files refused with the reason (broken ones, DICOMDIR), and
    for_a_person. Pixel data is never cleaned and never called clean: burned-in names, faces, voices are for a person.
    """
    from trivium_dicom.deidentify.batch import run

    return run(desk, exports, call, path, project, options_of(options or ()), dry_run=dry_run, limit=limit)
