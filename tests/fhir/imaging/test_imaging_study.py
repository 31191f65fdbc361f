"""What an ImagingStudy says of DICOM files and of answers of an archive."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fhir.imaging.room_making import (
    Caller,
    bundle,
    code,
    convert,
    convert_in_a_worker,
    item,
    put,
    remarks,
    resources,
    text,
)

from trivium.api import BadInput, Kind, TooLarge
from trivium_fhir.imaging.notes import Remark
from trivium_fhir.imaging.problems import ImagingProblem
from trivium_fhir.imaging.rows import BELOW, WANTED
from trivium_fhir.validation.checking import validate

FACTS: dict[str, Any] = {
    "SpecificCharacterSet": ["ISO 2022 IR 6", "ISO 2022 IR 87"],
    "StudyInstanceUID": "2.25.1",
    "SeriesInstanceUID": "2.25.2",
    "SOPInstanceUID": "2.25.3",
    "PatientID": "4711",
    "IssuerOfPatientID": "HOSP",
    "IssuerOfPatientIDQualifiersSequence": [item(UniversalEntityID="1.2.3", UniversalEntityIDType="ISO")],
    "PatientName": "Yamada^Tarou=山田^太郎",
    "PatientBirthDate": "19700102",
    "PatientSex": "M",
    "StudyDate": "20260102",
    "StudyTime": "030405.120000",
    "SeriesDate": "20260102",
    "SeriesTime": "0305",
    "TimezoneOffsetFromUTC": "+0100",
    "AccessionNumber": "ACC1",
    "IssuerOfAccessionNumberSequence": [item(LocalNamespaceEntityID="RIS")],
    "StudyID": "S1",
    "StudyDescription": "CT Head",
    "ReferringPhysicianName": "Ref^Erika^^Dr.",
    "ReferringPhysicianIdentificationSequence": [
        item(PersonIdentificationCodeSequence=[code("77", "99H", "Erika")], InstitutionName="Clinic")
    ],
    "NameOfPhysiciansReadingStudy": "Read^Rita",
    "PerformingPhysicianName": "Perf^Paul",
    "OperatorsName": "Op^Olga",
    "ProcedureCodeSequence": [code("71250", "C4", "CT chest")],
    "RequestAttributesSequence": [
        item(
            ReasonForTheRequestedProcedure="headache",
            ReasonForRequestedProcedureCodeSequence=[code("25064002", "SCT", "Headache")],
        )
    ],
    "PlacerOrderNumberImagingServiceRequest": "PL1",
    "InstitutionalDepartmentName": "Radiology",
    "SeriesNumber": 3,
    "SeriesDescription": "Axial",
    "Modality": "CT",
    "BodyPartExamined": "HEAD",
    "AnatomicRegionSequence": [code("69536005", "SCT", "Head")],
    "Laterality": "L",
    "InstanceNumber": 7,
    "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
}


def one(tmp_path: Path, **changes: Any) -> Any:
    put(tmp_path, "a.dcm", **(FACTS | changes))
    return convert(tmp_path)


def test_every_element_of_r4s_dicom_column_is_carried(tmp_path: Path) -> None:
    made = one(tmp_path)
    (study,) = resources(made, "ImagingStudy")
    (patient,) = resources(made, "Patient")
    urls = {
        entry["resource"]["name"][0]["family"]: entry["fullUrl"]
        for entry in bundle(made)["entry"]
        if entry["resource"]["resourceType"] == "Practitioner"
    }
    assert study == {
        "resourceType": "ImagingStudy",
        "identifier": [
            {"system": "urn:dicom:uid", "value": "urn:oid:2.25.1"},
            {
                "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "ACSN"}]},
                "value": "ACC1",
                "assigner": {"display": "RIS"},
            },
            {"type": {"text": "Study ID"}, "value": "S1"},
        ],
        "status": "unknown",
        "modality": [{"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "CT"}],
        "subject": {"reference": bundle(made)["entry"][0]["fullUrl"]},
        "started": "2026-01-02T03:04:05.120000+01:00",
        "basedOn": [
            {
                "type": "ServiceRequest",
                "identifier": {
                    "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "PLAC"}]},
                    "value": "PL1",
                },
            }
        ],
        "referrer": {"reference": urls["Ref"]},
        "interpreter": [{"reference": urls["Read"]}],
        "numberOfSeries": 1,
        "numberOfInstances": 1,
        "procedureCode": [
            {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "71250", "display": "CT chest"}]}
        ],
        "location": {"display": "Radiology"},
        "reasonCode": [
            {"coding": [{"system": "http://snomed.info/sct", "code": "25064002", "display": "Headache"}]},
            {"text": "headache"},
        ],
        "description": "CT Head",
        "series": [
            {
                "uid": "2.25.2",
                "number": 3,
                "modality": {"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "CT"},
                "description": "Axial",
                "numberOfInstances": 1,
                "bodySite": {"system": "http://snomed.info/sct", "code": "69536005", "display": "Head"},
                "laterality": {"display": "Left"},
                "started": "2026-01-02",
                "performer": [
                    {
                        "function": {
                            "coding": [
                                {
                                    "system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType",
                                    "code": "PRF",
                                }
                            ]
                        },
                        "actor": {"reference": urls["Perf"]},
                    },
                    {"function": {"text": "operator"}, "actor": {"reference": urls["Op"]}},
                ],
                "instance": [
                    {
                        "uid": "2.25.3",
                        "sopClass": {
                            "system": "urn:ietf:rfc:3986",
                            "code": "urn:oid:1.2.840.10008.5.1.4.1.1.2",
                            "display": "CT Image Storage",
                        },
                        "number": 7,
                        "title": "ORIGINAL\\PRIMARY\\AXIAL",
                    }
                ],
            }
        ],
    }
    representation = "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation"
    assert patient == {
        "resourceType": "Patient",
        "identifier": [{"system": "urn:oid:1.2.3", "value": "4711", "assigner": {"display": "HOSP"}}],
        "name": [
            {
                "extension": [{"url": representation, "valueCode": "ABC"}],
                "family": "Yamada",
                "given": ["Tarou"],
            },
            {"extension": [{"url": representation, "valueCode": "IDE"}], "family": "山田", "given": ["太郎"]},
        ],
        "gender": "male",
        "birthDate": "1970-01-02",
    }


def test_a_transaction_puts_by_identifier_where_its_issuer_is_known_and_by_id_elsewhere(tmp_path: Path) -> None:
    made = one(tmp_path)
    urls = [entry["request"]["url"] for entry in bundle(made)["entry"]]
    assert urls[0] == "Patient?identifier=urn:oid:1.2.3|4711"
    assert urls[-1] == "ImagingStudy?identifier=urn:dicom:uid|urn:oid:2.25.1"
    local = one(tmp_path, IssuerOfPatientIDQualifiersSequence=None)
    (first, *_) = bundle(local)["entry"]
    assert first["request"]["url"] == f"Patient/{first['resource']['id']}"
    assert first["fullUrl"] == f"urn:uuid:{first['resource']['id']}"
    assert ("IssuerOfPatientID", "LOCAL_ISSUER") in remarks(local)


def test_a_collection_has_no_requests_and_every_reference_is_resolved(tmp_path: Path) -> None:
    put(tmp_path, "a.dcm", **FACTS)
    made = convert(tmp_path, bundle_type="collection")
    whole = bundle(made)
    assert whole["type"] == "collection"
    assert all(set(entry) == {"fullUrl", "resource"} for entry in whole["entry"])
    urls = {entry["fullUrl"] for entry in whole["entry"]}
    named = {part.split('"')[0] for part in text(made.bundle).split('"reference":"')[1:]}
    assert named
    assert named <= urls


def test_the_order_of_files_changes_nothing(tmp_path: Path) -> None:
    for name, numbers in (("one", (1, 2, 3)), ("two", (3, 1, 2))):
        for place, number in enumerate(numbers):
            changes = {"SOPInstanceUID": f"2.25.9.{number}", "InstanceNumber": number}
            put(tmp_path / name, f"{place}.dcm", **(FACTS | changes))
    assert text(convert(tmp_path, folder=str(tmp_path / "one")).bundle) == text(
        convert(tmp_path, folder=str(tmp_path / "two")).bundle
    )


@pytest.mark.parametrize(
    ("changes", "zone", "started", "remark"),
    [
        ({}, None, "2026-01-02T03:04:05.120000+01:00", None),
        ({"TimezoneOffsetFromUTC": None}, None, "2026-01-02", "NO_ZONE"),
        ({"TimezoneOffsetFromUTC": None}, "Europe/Berlin", "2026-01-02T03:04:05.120000+01:00", "ZONE_OF_SETTING"),
        ({"TimezoneOffsetFromUTC": None, "StudyDate": "20260702"}, "Europe/Berlin", "2026-07-02T03:04:05.120000+02:00",
         "ZONE_OF_SETTING"),
        ({"StudyTime": "0304"}, None, "2026-01-02", "NO_SECONDS"),
        ({"StudyTime": None}, None, "2026-01-02", None),
        ({"StudyDate": "20260230"}, None, None, None),
    ],
)  # fmt: skip
def test_no_zone_and_no_second_is_invented(
    tmp_path: Path, changes: dict[str, Any], zone: str | None, started: str | None, remark: str | None
) -> None:
    put(tmp_path, "a.dcm", **(FACTS | changes))
    made = convert(tmp_path, settings={"time_zone": zone})
    (study,) = resources(made, "ImagingStudy")
    assert study.get("started") == started
    assert remark is None or ("StudyTime", remark) in remarks(made)
    assert (("StudyDate", "BAD_DATE") in remarks(made)) is (started is None)


def test_conflicts_within_a_study_are_told_and_both_accession_numbers_kept(tmp_path: Path) -> None:
    put(tmp_path, "a.dcm", **FACTS)
    put(tmp_path, "b.dcm", **(FACTS | {"SOPInstanceUID": "2.25.4", "PatientID": "4712", "AccessionNumber": "ACC2"}))
    put(tmp_path, "c.dcm", **(FACTS | {"SOPInstanceUID": "2.25.5"}))
    made = convert(tmp_path)
    assert {("PatientID", "SEVERAL_VALUES"), ("AccessionNumber", "SEVERAL_ACCESSION_NUMBERS")} <= remarks(made)
    (patient,) = resources(made, "Patient")
    (study,) = resources(made, "ImagingStudy")
    assert [one["value"] for one in patient["identifier"]] == ["4711"]
    assert [one["value"] for one in study["identifier"]] == ["urn:oid:2.25.1", "ACC1", "ACC2", "S1"]


def test_two_persons_with_one_number_and_no_issuer_stay_two(tmp_path: Path) -> None:
    alone = {"IssuerOfPatientID": None, "IssuerOfPatientIDQualifiersSequence": None, "PatientName": "A^A"}
    put(tmp_path, "a.dcm", **(FACTS | alone))
    put(tmp_path, "b.dcm", **(FACTS | alone | {"StudyInstanceUID": "2.25.8", "PatientName": "B^B"}))
    made = convert(tmp_path)
    assert made.resources["Patient"] == 2
    assert len({one["id"] for one in resources(made, "Patient")}) == 2


def test_what_r4_requires_and_the_file_lacks_is_stated_as_unknown(tmp_path: Path) -> None:
    made = one(tmp_path, Modality=None, PatientID=None, PatientName=None)
    (study,) = resources(made, "ImagingStudy")
    absent = {
        "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]
    }
    assert study["series"][0]["modality"] == absent
    assert "modality" not in study
    assert {("Modality", "NO_MODALITY"), ("PatientID", "NO_PATIENT_ID")} <= remarks(made)


def test_instances_beyond_the_limit_are_counted_and_not_listed(tmp_path: Path) -> None:
    for number in range(5):
        put(tmp_path, f"{number}.dcm", **(FACTS | {"SOPInstanceUID": f"2.25.9.{number}", "InstanceNumber": number}))
    made = convert(tmp_path, instance_limit=2)
    (study,) = resources(made, "ImagingStudy")
    assert study["numberOfInstances"] == 5
    assert [one["number"] for one in study["series"][0]["instance"]] == [0, 1]
    assert [note.count for note in made.notes if note.remark == Remark.INSTANCES_CUT] == [3]


def test_studies_come_page_by_page(tmp_path: Path) -> None:
    for number in range(3):
        put(tmp_path, f"{number}.dcm", **(FACTS | {"StudyInstanceUID": f"2.25.7.{number}"}))
    first = convert(tmp_path, limit=2)
    second = convert(tmp_path, limit=2, offset=first.next_offset)
    found = [one["identifier"][0]["value"] for page in (first, second) for one in resources(page, "ImagingStudy")]
    assert found == [f"urn:oid:2.25.7.{number}" for number in range(3)]
    assert (first.total_studies, second.next_offset) == (3, None)


def test_what_is_not_carried_is_told(tmp_path: Path) -> None:
    made = one(tmp_path, RequestedProcedureID="RP1")
    assert made.not_carried is not None
    left = made.not_carried.attributes
    assert left["Rows"] == 1
    assert left["RequestedProcedureID"] == 1
    assert "PatientName" not in left


def test_a_scheme_that_the_file_identifies_is_a_system_and_an_unknown_one_is_told(tmp_path: Path) -> None:
    scheme = [item(CodingSchemeDesignator="99X", CodingSchemeUID="1.2.3.9")]
    put(tmp_path, "a.dcm", **(FACTS | {"ProcedureCodeSequence": [code("1", "99X", "x"), code("2", "99Y", "y")],
                                       "CodingSchemeIdentificationSequence": scheme}))  # fmt: skip
    made = convert(tmp_path)
    (study,) = resources(made, "ImagingStudy")
    assert study["procedureCode"] == [
        {"coding": [{"system": "urn:oid:1.2.3.9", "code": "1", "display": "x"}]},
        {"coding": [{"code": "2", "display": "y"}], "text": "y"},
    ]
    assert ("CodingSchemeDesignator", "UNKNOWN_SCHEME") in remarks(made)


def test_an_endpoint_is_named_and_never_an_address_of_the_caller(tmp_path: Path) -> None:
    put(tmp_path, "a.dcm", **FACTS)
    given_settings = {"dicomweb": {"main": "https://pacs.example.org/dicom-web"}}
    made = convert(tmp_path, settings=given_settings, endpoint="main")
    (endpoint,) = resources(made, "Endpoint")
    (study,) = resources(made, "ImagingStudy")
    assert endpoint["address"] == "https://pacs.example.org/dicom-web"
    assert study["endpoint"] == [{"reference": f"urn:uuid:{endpoint['id']}"}]
    with pytest.raises(BadInput) as raised:
        convert(tmp_path, settings=given_settings, endpoint="https://evil.example.org")
    assert raised.value.problem is ImagingProblem.NO_SUCH_ENDPOINT


ROWS = {
    "query_level": "STUDY",
    "studies": [
        {
            "StudyInstanceUID": "1.2.3.4",
            "StudyDate": "20260102",
            "AccessionNumber": "ACC1",
            "ModalitiesInStudy": ["CT", "SR"],
            "NumberOfStudyRelatedSeries": 2,
            "NumberOfStudyRelatedInstances": 30,
            "PatientName": "Doe^Jane",
            "PatientID": "4711",
            "PatientSex": None,
        }
    ],
}
DICOM_JSON = [
    {
        "0020000D": {"vr": "UI", "Value": ["1.2.3.4"]},
        "00080020": {"vr": "DA", "Value": ["20260102"]},
        "00080050": {"vr": "SH", "Value": ["ACC1"]},
        "00080061": {"vr": "CS", "Value": ["CT", "SR"]},
        "00201206": {"vr": "IS", "Value": [2]},
        "00201208": {"vr": "IS", "Value": [30]},
        "00100010": {"vr": "PN", "Value": [{"Alphabetic": "Doe^Jane"}]},
        "00100020": {"vr": "LO", "Value": ["4711"]},
        "00100040": {"vr": "CS"},
    }
]


@pytest.mark.parametrize("rows", [ROWS, ROWS["studies"], DICOM_JSON], ids=["answer", "rows", "dicom json"])
def test_query_results_make_a_study_without_series_and_keep_the_archives_counts(tmp_path: Path, rows: Any) -> None:
    made = convert(tmp_path, query_results=json.dumps(rows))
    (study,) = resources(made, "ImagingStudy")
    (patient,) = resources(made, "Patient")
    assert [one["code"] for one in study["modality"]] == ["CT", "SR"]
    assert (study["numberOfSeries"], study["numberOfInstances"]) == (2, 30)
    assert "series" not in study
    assert patient["name"] == [{"family": "Doe", "given": ["Jane"]}]
    assert made.read is None


def test_series_rows_join_the_row_of_their_study(tmp_path: Path) -> None:
    series = [{"StudyInstanceUID": "1.2.3.4", "SeriesInstanceUID": "1.2.3.5", "Modality": "CT", "SeriesNumber": 1,
               "NumberOfSeriesRelatedInstances": 28}]  # fmt: skip
    made = convert(tmp_path, query_results=json.dumps([ROWS, {"series": series}]))
    (study,) = resources(made, "ImagingStudy")
    assert study["series"] == [
        {
            "uid": "1.2.3.5",
            "number": 1,
            "modality": {"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "CT"},
            "numberOfInstances": 28,
        }
    ]


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ("no json", ImagingProblem.NOT_JSON),
        ("[" * 100_000, ImagingProblem.TOO_DEEP),
        ("[1, null, {}]", ImagingProblem.NOT_ROWS),
        ('[{"PatientID": "1"}]', ImagingProblem.NO_STUDY),
        ('[{"StudyInstanceUID": "not a uid"}]', ImagingProblem.NO_STUDY),
    ],
)
def test_what_is_no_query_result_is_refused(tmp_path: Path, rows: str, problem: ImagingProblem) -> None:
    with pytest.raises(BadInput) as raised:
        convert(tmp_path, query_results=rows)
    assert raised.value.problem is problem


def test_a_folder_without_studies_is_named_as_the_folder(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear colleague")
    with pytest.raises(BadInput) as raised:
        convert(tmp_path)
    assert (raised.value.where, raised.value.problem) == ("folder", ImagingProblem.NO_STUDY)


def test_too_many_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TooLarge):
        convert(tmp_path, query_results=json.dumps([{"StudyInstanceUID": "1.2"}] * 20_001))


def test_exactly_one_source_is_wanted(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        convert(tmp_path, path="a", folder="b")


def test_a_cancelled_call_says_how_many_files_were_not_looked_at(tmp_path: Path) -> None:
    for number in range(101):
        put(tmp_path, f"{number:03}.dcm", **(FACTS | {"SOPInstanceUID": f"2.25.9.{number}"}))
    made = convert(tmp_path, caller=Caller(looks=0))
    assert made.read is not None
    assert made.read.not_looked_at == 1


def test_names_numbers_and_uids_are_marked(tmp_path: Path) -> None:
    made = one(tmp_path)
    marked = {(part.text, part.phi) for part in made.bundle.parts}
    assert {
        ("山田", Kind.NAME),
        ("4711", Kind.PATIENT_ID),
        ("ACC1", Kind.ORDER),
        ("urn:oid:2.25.1", Kind.UID),
        ("headache", Kind.TEXT),
        ("1970-01-02", Kind.BIRTH_DATE),
    } <= marked
    public = "".join(part.text for part in made.bundle.parts if part.phi is None)
    assert not [one for one in ("Yamada", "Erika", "CT Head", "headache", "1970", "2.25.3") if one in public]


def test_series_beyond_the_bound_are_counted_and_not_listed(tmp_path: Path) -> None:
    rows = [{"StudyInstanceUID": "1.2.3", "SeriesInstanceUID": f"1.2.3.{number}"} for number in range(1, 503)]
    made = convert(tmp_path, query_results=json.dumps(rows))
    (study,) = resources(made, "ImagingStudy")
    assert (study["numberOfSeries"], len(study["series"])) == (502, 500)
    assert [note.count for note in made.notes if note.remark == Remark.SERIES_CUT] == [2]


VALUES = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["CT", "20260102", "030405", "+0100", "1.2.3", "M", "L", "12", "-1", "A^B=C", "=", "^", "ONLINE"]),
    st.none(),
    st.integers(),
    st.lists(st.text(max_size=4), max_size=3),
)
ITEM = st.dictionaries(st.sampled_from(sorted({name for names in BELOW.values() for name in names})), VALUES)
ROW = st.dictionaries(st.sampled_from(WANTED), st.one_of(VALUES, st.lists(ITEM, max_size=2), ITEM), max_size=25)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROW, min_size=1, max_size=4))
def test_whatever_the_values_are_the_bundle_is_valid(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    known = [{**row, "StudyInstanceUID": "1.2.3", "SeriesInstanceUID": "1.2.3.4"} for row in rows]
    for number, row in enumerate(known):
        row["SOPInstanceUID"] = f"1.2.3.4.{number}"
    whole = bundle(convert(tmp_path, query_results=json.dumps(known)))
    assert [str(one) for one in validate(whole) if one.severity == "error"] == []


@pytest.mark.corpus
def test_the_corpus_is_converted_in_a_worker_process(corpora: Path, say: Any) -> None:
    made = convert_in_a_worker(corpora / "dicom", limit=50, instance_limit=5000)
    studies = resources(made, "ImagingStudy")
    listed = sum(len(series["instance"]) for study in studies for series in study.get("series", ()))
    assert made.read is not None
    assert not made.read.unreadable
    assert made.total_studies == len(studies) > 30
    assert listed == sum(one.instances for one in made.studies)
    say(f"{made.read.files} files: {len(studies)} studies, {listed} instances, {len(made.notes)} kinds of notes")
