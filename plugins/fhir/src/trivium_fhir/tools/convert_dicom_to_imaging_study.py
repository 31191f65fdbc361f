"""The tool `convert_dicom_to_imaging_study`."""

from typing import Annotated, Literal

from pydantic import Field

from trivium.api import EMBEDDED, Call, Effect, Given, Kind, Phi, tool
from trivium_fhir.imaging.results import ImagingStudies
from trivium_fhir.imaging.room import Room


@tool(effect=Effect.READS_FILES, title="Convert DICOM to FHIR ImagingStudy", timeout=300.0)
def convert_dicom_to_imaging_study(
    room: Given[Room],
    call: Call,
    path: Annotated[
        str | None, Phi(Kind.FILE), Field(description="A DICOM file inside the allowed folders.", max_length=4096)
    ] = None,
    folder: Annotated[
        str | None, Phi(Kind.FILE), Field(description="Or all files below an allowed folder.", max_length=4096)
    ] = None,
    query_results: Annotated[
        str | None,
        EMBEDDED,
        Field(description="Or JSON: an answer of pacs_query, or DICOM JSON objects (PS3.18).", max_length=8_000_000),
    ] = None,
    bundle_type: Annotated[Literal["transaction", "collection"], Field(description="Of the Bundle.")] = "transaction",
    endpoint: Annotated[
        str | None, Field(description="Name of a DICOMweb base that the operator has set up.", max_length=64)
    ] = None,
    instance_limit: Annotated[int, Field(ge=0, le=5000, description="Most instances to list.")] = 200,
    limit: Annotated[int, Field(ge=1, le=50, description="Most studies.")] = 10,
    offset: Annotated[int, Field(ge=0, description="Studies to skip: next_offset of the answer before.")] = 0,
) -> ImagingStudies:
    """Convert DICOM files or query results to FHIR R4: ImagingStudy with series and instances, and its Patient.

    Use it to describe studies to a FHIR server. To look at files use read_dicom_file or summarize_dicom_folder; for the
    HL7 order or result of a study, convert_study_to_order.

    Give one of path, folder and query_results. Returns a Bundle by R4's own DICOM column: one ImagingStudy for each
    study, Patient, Practitioners, on request the Endpoint. Ids come from the content, so the same input gives the same
    bytes, and a transaction can be repeated. Notes tell of conflicts in a study, of what is missing and of what was
    left out; not_carried lists the attributes without a place. Counts go on beyond instance_limit.

    Nothing is invented: no time zone, no issuer, no code. Pixels are not read, nothing is stored or sent.
    """
    # Images are read and converted on first use.
    from trivium_fhir.imaging.bundle import bundle_of
    from trivium_fhir.imaging.notes import Notes
    from trivium_fhir.imaging.results import StudyCounts
    from trivium_fhir.imaging.sources import files_read, gathered, not_carried, some_studies
    from trivium_fhir.phi import composed

    base = room.base_of(endpoint, where="endpoint") if endpoint is not None else None
    found, notes = gathered(room, call, path, folder, query_results), Notes()
    studies = some_studies(found, notes)
    page = studies[offset : offset + limit]
    end = offset + len(page)
    made = bundle_of(page, notes, kind=bundle_type, zone=room.time_zone, endpoint=base, most_instances=instance_limit)
    return ImagingStudies(
        bundle=composed(made.bundle),
        resources=dict(made.resources),
        studies=tuple(
            StudyCounts(series=len(study.series), instances=study.instance_count, instances_listed=one.listed)
            for study, one in zip(page, made.made, strict=True)
        ),
        total_studies=len(studies),
        next_offset=end if end < len(studies) else None,
        notes=notes.told(),
        read=files_read(found),
        not_carried=not_carried(found),
    )
