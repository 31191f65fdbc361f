"""A stored study as an order or a result, and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.fhir.imaging.room_making import Caller, put, room
from tests.fhir.imaging.test_imaging_study import FACTS
from tests.fhir.imaging.test_order_to_worklist import convert as worklist
from tests.fhir.imaging.test_order_to_worklist import items, value

from trivium.api import BadInput, Folders, Workers
from trivium_dicom.files.desk import Desk
from trivium_dicom.files.limits import Limits
from trivium_fhir.imaging.gathering import gather_folder
from trivium_fhir.imaging.notes import Notes
from trivium_fhir.imaging.order_answer import answer
from trivium_fhir.imaging.order_results import StudyOrder
from trivium_fhir.imaging.problems import ImagingProblem
from trivium_fhir.imaging.tree import studies_of
from trivium_fhir.tools.convert_study_to_order import convert_study_to_order

STUDY: dict[str, Any] = {
    "StudyInstanceUID": "1.2.3.4",
    "PatientName": "Müller^Hans^P^Dr.=山田^太郎",
    "PatientID": "4711",
    "IssuerOfPatientID": "HOSP",
    "IssuerOfPatientIDQualifiersSequence": [{"UniversalEntityID": "1.2.3", "UniversalEntityIDType": "ISO"}],
    "PatientBirthDate": "19700102",
    "PatientSex": "M",
    "AccessionNumber": "ACC1",
    "StudyDate": "20260102",
    "StudyTime": "030405",
    "TimezoneOffsetFromUTC": "+0100",
    "StudyDescription": "CT|head & neck~\\",
    "ModalitiesInStudy": ["CT"],
    "ReferringPhysicianName": "Ref^Erika",
    "PlacerOrderNumberImagingServiceRequest": "PL1",
    "OrderPlacerIdentifierSequence": [{"LocalNamespaceEntityID": "RIS"}],
    "FillerOrderNumberImagingServiceRequest": "FI1",
    "RequestedProcedureID": "RP1",
    "ProcedureCodeSequence": [{"CodeValue": "71250", "CodingSchemeDesignator": "C4", "CodeMeaning": "CT chest"}],
    "AdmissionID": "V77",
}


def convert(tmp_path: Path, *studies: dict[str, Any], **asked: Any) -> StudyOrder:
    asked.setdefault("query_results", json.dumps(list(studies or [STUDY])))
    made = convert_study_to_order.given(room=room(tmp_path))(call=Caller(), **asked)
    assert isinstance(made, StudyOrder)
    return made


def lines(made: StudyOrder) -> list[str]:
    return "".join(part.text for part in made.message.parts).split("\r")[:-1]


def test_a_study_becomes_a_valid_order(tmp_path: Path) -> None:
    made = convert(tmp_path, order_control="NW", message_time="20260102030405")
    control_id = lines(made)[0].split("|")[9]
    assert lines(made) == [
        f"MSH|^~\\&|||||20260102030405||ORM^O01^ORM_O01|{control_id}|T|2.5.1||||||UNICODE UTF-8",
        "PID|||4711^^^HOSP&1.2.3&ISO||Müller^Hans^P^^Dr.^^^A~山田^太郎^^^^^^I||19700102|M",
        "PV1||U||||||^Ref^Erika|||||||||||V77",
        "ORC|NW|PL1^RIS|FI1",
        "OBR|1|PL1^RIS|FI1|71250^CT chest^C4||||||||||||||ACC1|RP1|||||CT",
        "ZDS|1.2.3.4^^Application^DICOM",
    ]
    assert (made.valid, made.missing, made.faults) == (True, (), ())
    assert made.mapped["OBR-18"] == "AccessionNumber"
    assert "StudyDate" in made.not_placed


def test_a_study_becomes_the_skeleton_of_a_result(tmp_path: Path) -> None:
    made = convert(tmp_path, message_type="ORU^R01", message_time="20260102030405")
    assert lines(made)[3:] == [
        "ORC|RE|PL1^RIS|FI1",
        "OBR|1|PL1^RIS|FI1|71250^CT chest^C4|||20260102030405+0100|||||||||||ACC1|RP1",
        "OBX|1|ST|110180^Study Instance UID^DCM||1.2.3.4||||||F",
    ]
    assert (made.valid, made.missing) == (True, ())


def test_what_the_standard_requires_and_no_study_says_is_told_not_invented(tmp_path: Path) -> None:
    made = convert(tmp_path, {"StudyInstanceUID": "1.2.3.4"})
    assert not made.valid
    assert set(made.missing) >= {"MSH-7", "OBR-4"}
    assert lines(made)[1:] == ["ORC|SC", "OBR|1", "ZDS|1.2.3.4^^Application^DICOM"]


def test_a_description_cannot_make_fields_or_segments(tmp_path: Path) -> None:
    study = {name: one for name, one in STUDY.items() if name != "ProcedureCodeSequence"}
    (obr,) = [line for line in lines(convert(tmp_path, study)) if line.startswith("OBR")]
    assert obr.split("|")[4] == "^CT\\F\\head \\T\\ neck\\R\\\\E\\"


def test_the_order_gives_the_worklist_item_its_keys_back(tmp_path: Path) -> None:
    made = convert(tmp_path, order_control="NW")
    (item,) = items(worklist("\r".join(lines(made)) + "\r"))
    back = {tag: value(item, tag) for tag in ("00080050", "0020000D", "00100020", "00100021", "00402016", "00402017")}
    assert back == {
        "00080050": "ACC1",
        "0020000D": "1.2.3.4",
        "00100020": "4711",
        "00100021": "HOSP",
        "00402016": "PL1",
        "00402017": "FI1",
    }
    assert item["00100010"]["Value"] == [{"Alphabetic": "Müller^Hans^P^Dr.", "Ideographic": "山田^太郎"}]
    assert value(item, "00400100", "00080060") == "CT"


def test_a_file_gives_the_same_as_rows_of_it(tmp_path: Path) -> None:
    path = put(tmp_path, "a.dcm", **FACTS)
    made = convert(tmp_path, path=str(path), query_results=None)
    assert "ZDS|2.25.1^^Application^DICOM" in lines(made)
    assert made.mapped["OBR-4"] == "ProcedureCodeSequence"


def test_of_several_studies_one_is_named(tmp_path: Path) -> None:
    other = STUDY | {"StudyInstanceUID": "1.2.3.5"}
    with pytest.raises(BadInput) as raised:
        convert(tmp_path, STUDY, other)
    assert raised.value.problem is ImagingProblem.SEVERAL_STUDIES
    made = convert(tmp_path, STUDY, other, study_instance_uid="1.2.3.5")
    assert lines(made)[-1] == "ZDS|1.2.3.5^^Application^DICOM"
    with pytest.raises(BadInput) as raised:
        convert(tmp_path, STUDY, study_instance_uid="1.2.9")
    assert raised.value.problem is ImagingProblem.NO_SUCH_STUDY


def test_a_time_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as raised:
        convert(tmp_path, message_time="yesterday|x")
    assert raised.value.problem is ImagingProblem.NOT_A_TIME


def test_patient_data_of_the_message_is_marked(tmp_path: Path) -> None:
    made = convert(tmp_path)
    public = "".join(part.text for part in made.message.parts if part.phi is None)
    assert not [one for one in ("Müller", "山田", "4711", "1970", "ACC1", "1.2.3.4") if one in public]


@pytest.mark.corpus
def test_every_study_of_the_corpus_becomes_messages_that_lack_only_what_it_lacks(corpora: Path, say: Any) -> None:
    workers = Workers(memory=3 << 30)
    desk = Desk(Folders([corpora / "dicom"]), Limits(), workers)
    try:
        found = gather_folder(desk, str(corpora / "dicom"), Caller(), most=1000, seconds=100)
    finally:
        workers.close()
    valid = 0
    for study in studies_of(found.rows, Notes()):
        for kind in ("ORM^O01", "ORU^R01"):
            made = answer(study, kind, Notes(), control="SC", sent="20260102", processing="T")
            errors = {(fault.path, fault.severity) for fault in made.faults if fault.severity == "error"}
            assert errors <= {("OBR-24", "error")}
            assert set(made.missing) <= {"OBR-4", "PID-3", "PID-5"}
            valid += made.valid
    say(f"studies to messages: {valid} valid as they are; the others lack a procedure or a patient's number")
