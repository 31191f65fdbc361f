"""pacs_query."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from trivium.api import PUBLIC, BadInput, Call, Effect, Given, Kind, Phi, Rows, tool
from trivium_pacs.keys import Keys, series_keys, study_keys
from trivium_pacs.net.archive import Archive, Found
from trivium_pacs.problems import InputProblem
from trivium_pacs.rows import SeriesRow, StudyRow, in_series_order, newest_first, series_row, study_row

QueryLevel = Literal["STUDY", "SERIES"]


class QueryNote(StrEnum):
    MORE = (
        "there are more matches; the archive chose which to send first, so these need not be the newest: narrow the "
        "query"
    )
    KEYS_IGNORED = "the archive says that it did not use every key for matching; check the rows"
    UNREADABLE = "some matches could not be read as DICOM and are left out"
    ODD_VALUES = "some values are not of the form that DICOM demands; they stand in odd_values"


class QueryResult(BaseModel):
    """The matches. None is a fact: an archive that fails gives an error instead."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    query_level: Annotated[QueryLevel, PUBLIC]
    count: Annotated[int, PUBLIC] = Field(description="Matches in this result.")
    more: Annotated[bool, PUBLIC] = Field(description="Whether the archive has matches beyond these.")
    studies: tuple[StudyRow, ...] = Field((), description="Level STUDY: newest first.")
    series: tuple[SeriesRow, ...] = Field((), description="Level SERIES: by series number.")
    notes: Annotated[tuple[QueryNote, ...], PUBLIC] = ()


@tool(
    effect=Effect.READS_REMOTE,
    title="Query the archive",
    rows=Rows(asked="limit", found="count"),
    timeout=60.0,
)
def pacs_query(
    archive: Given[Archive],
    call: Call,
    query_level: Annotated[
        QueryLevel, Field(description="STUDY finds studies; SERIES lists the series of one study.")
    ] = "STUDY",
    patient_id: Annotated[
        str,
        Phi(Kind.PATIENT_ID),
        Field(description="Patient ID, or the stand-in (patient-...) of one; in an ID * and ? are wildcards."),
    ] = "",
    patient_name: Annotated[
        str,
        Phi(Kind.NAME),
        Field(description="Family^Given; * and ? are wildcards, as in SMITH^J*. Most archives ignore case."),
    ] = "",
    accession_number: Annotated[str, Field(description="Accession number of the order; * and ? are wildcards.")] = "",
    study_date: Annotated[
        str,
        Phi(Kind.DATE),
        Field(description="A day as YYYYMMDD, or a range: YYYYMMDD-YYYYMMDD, YYYYMMDD- or -YYYYMMDD."),
    ] = "",
    modality: Annotated[str, Field(description="One modality code: CT, MR, CR, US ...")] = "",
    study_description: Annotated[str, Field(description="Study description; use wildcards, as in *KNEE*.")] = "",
    study_instance_uid: Annotated[str, Field(description="Study Instance UID. Required at level SERIES.")] = "",
    limit: Annotated[int, Field(ge=1, le=50, description="The most matches to return.")] = 10,
) -> QueryResult:
    """Find studies, or list the series of one study, in the configured archive (PACS) with a C-FIND.

    Use it to learn what a patient has had, to resolve an accession number, or to get the UIDs that pacs_retrieve
    needs. All keys given must match. Without any key it returns some studies of the archive. At level SERIES give
    study_instance_uid, and modality if wanted; the other keys belong to studies. It reads the index only: no images,
    no reports; to test the connection use pacs_echo.

    Returns at most `limit` rows, studies newest first, and says in `more` whether there are others. Zero rows mean
    that the archive was asked and has no match; an archive that is down or breaks off is an error, never zero rows.
    Names and free text can be withheld by the host, and a stand-in given for a patient ID: hand it back as patient_id.
    """
    if query_level == "SERIES":
        keys = _series_keys(
            study_instance_uid,
            modality,
            patient_id=patient_id,
            patient_name=patient_name,
            accession_number=accession_number,
            study_date=study_date,
            study_description=study_description,
        )
    else:
        keys = study_keys(
            patient_id=patient_id,
            patient_name=patient_name,
            accession_number=accession_number,
            study_date=study_date,
            modality=modality,
            study_description=study_description,
            study_instance_uid=study_instance_uid,
        )
    with archive.queries(call) as finder:
        found = finder.find(query_level, keys, limit=min(limit, archive.settings.max_results))
    return _result(query_level, found)


def _series_keys(study_instance_uid: str, modality: str, **study_only: str) -> Keys:
    """Keys of one study's series. A key of another level is refused, as the archive would ignore it or fail."""
    if not study_instance_uid.strip():
        raise BadInput(where="study_instance_uid", problem=InputProblem.NEEDED_FOR_SERIES)
    for name, value in study_only.items():
        if value.strip():
            raise BadInput(where=name, problem=InputProblem.STUDY_KEY)
    return series_keys(study_instance_uid=study_instance_uid, modality=modality)


def _result(level: QueryLevel, found: Found) -> QueryResult:
    studies: tuple[StudyRow, ...] = ()
    series: tuple[SeriesRow, ...] = ()
    if level == "STUDY":
        studies = newest_first(study_row(answer) for answer in found.answers)
    else:
        series = in_series_order(series_row(answer) for answer in found.answers)
    notes = {
        QueryNote.MORE: found.more,
        QueryNote.KEYS_IGNORED: found.keys_ignored,
        QueryNote.UNREADABLE: found.unreadable,
        QueryNote.ODD_VALUES: any(row.odd_values for row in studies) or any(row.odd_values for row in series),
    }
    return QueryResult(
        query_level=level,
        count=len(found.answers),
        more=found.more,
        studies=studies,
        series=series,
        notes=tuple(note for note, holds in notes.items() if holds),
    )
