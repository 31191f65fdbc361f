"""What a modality would get for an order."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trivium.api import BadInput, Kind, ToolFailure
from trivium_fhir.imaging.problems import ImagingProblem
from trivium_fhir.imaging.worklist_notes import OrderRemark
from trivium_fhir.imaging.worklist_results import Worklist
from trivium_fhir.tools.convert_order_to_worklist import convert_order_to_worklist

PID = "PID|||4711^^^HOSP&1.2.3&ISO||Doe^Jane^Q^^Dr.~Dough^Janie^^^^^N||19700102|F|||Way 1^^Town"


def segment(name: str, **fields: str) -> str:
    """`segment("OBR", f4="X")`: fields by number."""
    last = max(int(key[1:]) for key in fields)
    return "|".join([name, *(fields.get(f"f{number}", "") for number in range(1, last + 1))])


def order(*segments: str, kind: str = "ORM^O01") -> str:
    return "\r".join([f"MSH|^~\\&|RIS|HOSP|||20260102030405||{kind}|1|T|2.5.1", PID, *segments]) + "\r"


OBR = segment(
    "OBR",
    f1="1", f2="PL1^RIS", f3="FI1^PACS", f4="CTH^CT head^L^71250^CT protocol^99P", f16="3001^Req^Uwe^^^Dr",
    f18="ACC1", f19="RP1", f20="SPS1", f24="CT", f31="R51^Headache^I10", f44="70450^Head CT^C4",
)  # fmt: skip
ORC = segment("ORC", f1="NW", f2="PL1^RIS", f3="FI1^PACS", f5="SC", f7="^^^202601030915+0100^^S")
PV1 = segment("PV1", f2="I", f8="1234^Ref^Erika^^^Dr", f15="B6", f19="V77^^^HOSP")
ZDS = "ZDS|1.2.840.99.1^^Application^DICOM"


def convert(message: str, **asked: Any) -> Worklist:
    made = convert_order_to_worklist(message=message, **asked)
    assert isinstance(made, Worklist)
    return made


def items(made: Worklist) -> list[dict[str, Any]]:
    found = json.loads("".join(part.text for part in made.items.parts))
    assert isinstance(found, list)
    return found


def value(item: dict[str, Any], *path: str) -> Any:
    for tag in path[:-1]:
        item = item[tag]["Value"][0]
    found = item.get(path[-1], {}).get("Value", [None])[0]
    return found.get("Alphabetic") if isinstance(found, dict) and "Alphabetic" in found else found


def remarks(made: Worklist) -> set[tuple[str, str]]:
    return {(one.attribute.rpartition("/")[2], OrderRemark(one.remark).name) for one in made.remarks}


def test_an_order_after_ihe_fills_every_key_that_it_can() -> None:
    made = convert(order(PV1, ORC, OBR, ZDS))
    (item,) = items(made)
    step = item["00400100"]["Value"][0]
    found = {
        "name": value(item, "00100010"),
        "id": value(item, "00100020"),
        "issuer": value(item, "00100021"),
        "universal": value(item, "00100024", "00400032"),
        "born": value(item, "00100030"),
        "sex": value(item, "00100040"),
        "address": value(item, "00101040"),
        "pregnancy": value(item, "001021C0"),
        "accession": value(item, "00080050"),
        "study": value(item, "0020000D"),
        "procedure": value(item, "00401001"),
        "description": value(item, "00321060"),
        "code": value(item, "00321064", "00080100"),
        "reason": value(item, "00401002"),
        "requesting": value(item, "00321032"),
        "referring": value(item, "00080090"),
        "placer": value(item, "00402016"),
        "filler": value(item, "00402017"),
        "priority": value(item, "00401003"),
        "admission": value(item, "00380010"),
        "zone": value(item, "00080201"),
        "day": value(step, "00400002"),
        "time": value(step, "00400003"),
        "modality": value(step, "00080060"),
        "step": value(step, "00400009"),
        "protocol": value(step, "00400008", "00080100"),
        "status": value(step, "00400020"),
    }
    assert found == {
        "name": "Doe^Jane^Q^Dr.",
        "id": "4711",
        "issuer": "HOSP",
        "universal": "1.2.3",
        "born": "19700102",
        "sex": "F",
        "address": "Way 1, Town",
        "pregnancy": "3",  # marked, and so in quotes
        "accession": "ACC1",
        "study": "1.2.840.99.1",
        "procedure": "RP1",
        "description": "Head CT",
        "code": "70450",
        "reason": "Headache",
        "requesting": "Req^Uwe^^Dr",
        "referring": "Ref^Erika^^Dr",
        "placer": "PL1",
        "filler": "FI1",
        "priority": "STAT",
        "admission": "V77",
        "zone": "+0100",
        "day": "20260103",
        "time": "0915",
        "modality": "CT",
        "step": "SPS1",
        "protocol": "71250",
        "status": "SCHEDULED",
    }
    assert [lack.missing for lack in made.lacks] == [("ScheduledProcedureStepSequence/ScheduledStationAETitle",)]
    assert made.mapped["AccessionNumber"] == "OBR-18"
    assert ("PatientName", "MORE_REPETITIONS") in remarks(made)


def test_several_obr_are_several_steps_and_share_what_one_zds_says() -> None:
    second = OBR.replace("SPS1", "SPS2").replace("|CT|", "|MR|")
    made = convert(order(PV1, ORC, OBR, second, ZDS))
    found = [(value(one, "00400100", "00400009"), value(one, "00400100", "00080060"), value(one, "0020000D"))
             for one in items(made)]  # fmt: skip
    assert found == [("SPS1", "CT", "1.2.840.99.1"), ("SPS2", "MR", "1.2.840.99.1")]
    page = convert(order(PV1, ORC, OBR, second, ZDS), limit=1, offset=1)
    assert [value(one, "00400100", "00400009") for one in items(page)] == ["SPS2"]
    assert (page.total_steps, page.next_offset) == (2, None)


def test_an_imaging_order_has_its_keys_in_ipc() -> None:
    ipc = "IPC|ACC9^RIS|RP9|1.2.840.99.9|SPS{}|MR|MRH^MR head^L|ROOM|LOC|AET{}"
    tq1 = segment("TQ1", f7="20260103", f9="R")
    made = convert(order(ORC, tq1, OBR, ipc.format(1, 1), ipc.format(2, 2), kind="OMI^O23"))
    first, second = items(made)
    paths = [("00080050",), ("0020000D",), ("00401001",), ("00400100", "00400001"), ("00400100", "00400009")]
    keys = [tuple(value(one, *path) for path in paths) for one in (first, second)]
    assert keys == [("ACC9", "1.2.840.99.9", "RP9", "AET1", "SPS1"), ("ACC9", "1.2.840.99.9", "RP9", "AET2", "SPS2")]
    assert value(first, "00080051", "00400031") == "RIS"
    assert value(first, "00401003") == "ROUTINE"


def test_every_home_of_the_accession_number_is_shown_and_a_contradiction_told() -> None:
    made = convert(order(ORC.replace("FI1", "FI2"), OBR, "IPC|ACC9", kind="OMI^O23"))
    homes = {(one.field, one.standing, one.value, one.phi, one.taken) for one in made.homes}
    assert homes == {
        ("OBR-18", "rule", "ACC1", Kind.ORDER, None),
        ("IPC-1", "rule", "ACC9", Kind.ORDER, True),
        ("OBR-3", "local", "FI1", Kind.ORDER, None),
        ("ORC-3", "local", "FI2", Kind.ORDER, None),
        ("OBR-2", "other", "PL1", Kind.ORDER, None),
        ("ORC-2", "other", "PL1", Kind.ORDER, None),
        ("OBR-19", "other", "RP1", Kind.ORDER, None),
        ("OBR-20", "other", "SPS1", Kind.ORDER, None),
    }
    assert [one.fields for one in made.remarks if one.remark == OrderRemark.CONFLICT] == [
        ("OBR-18", "IPC-1"),
        ("OBR-3", "ORC-3"),
    ]


def test_a_site_may_name_the_field_of_its_accession_number() -> None:
    message = order(ORC, OBR.replace("ACC1", ""))
    assert value(items(convert(message))[0], "00080050") is None
    assert ("AccessionNumber", "LOCAL") in remarks(convert(message))
    assert value(items(convert(message, accession_number_field="OBR-3"))[0], "00080050") == "FI1"


def test_a_uid_is_generated_only_when_asked_and_then_the_same_each_time() -> None:
    message = order(ORC, OBR)
    assert value(items(convert(message))[0], "0020000D") is None
    made = convert(message, generate_study_instance_uid=True)
    uid = value(items(made)[0], "0020000D")
    assert uid.startswith("2.25.")
    assert len(uid) <= 64
    assert value(items(convert(message, generate_study_instance_uid=True))[0], "0020000D") == uid
    assert ("StudyInstanceUID", "GENERATED") in remarks(made)
    kept = convert(order(ORC, OBR, ZDS), generate_study_instance_uid=True)
    assert value(items(kept)[0], "0020000D") == "1.2.840.99.1"


def test_without_obr_44_the_universal_service_is_the_requested_procedure() -> None:
    made = convert(order(ORC, OBR.replace("70450^Head CT^C4", "")))
    assert value(items(made)[0], "00321060") == "CT head"
    assert value(items(made)[0], "00321064", "00080100") == "CTH"
    assert ("RequestedProcedureCodeSequence", "FROM_UNIVERSAL_SERVICE") in remarks(made)


@pytest.mark.parametrize(
    ("old", "new", "remark"),
    [
        ("|CT|", "|RAD|", ("Modality", "BAD_CODE")),
        ("1.2.840.99.1^", "ABC^", ("StudyInstanceUID", "BAD_UID")),
        ("^^^202601030915+0100", "^^^2026", ("ScheduledProcedureStepStartDate", "BAD_DATE")),
        ("|ACC1|", "|A1234567890123456|", ("AccessionNumber", "TOO_LONG")),
        ("|NW|", "|CA|", ("ScheduledProcedureStepStatus", "CANCELED")),
        ("|NW|", "|SC|", ("ScheduledProcedureStepStatus", "NO_STATUS")),
    ],
)
def test_what_dicom_cannot_hold_is_told(old: str, new: str, remark: tuple[str, str]) -> None:
    assert remark in remarks(convert(order(PV1, ORC, OBR, ZDS).replace(old, new)))


def test_timing_of_another_field_of_the_same_element_is_taken_and_told() -> None:
    old = segment("OBR", f4="X^Y^L", f24="CT", f27="^^^20260105080000^^S")
    made = convert(order("ORC|NW|1", old))
    step = items(made)[0]["00400100"]["Value"][0]
    assert (value(step, "00400002"), value(step, "00400003")) == ("20260105", "080000")
    assert made.mapped["RequestedProcedurePriority"] == "OBR-27.6"
    assert ("ScheduledProcedureStepStartDate", "OTHER_FIELD") in remarks(made)


def test_an_omg_order_has_timing_in_tq1_and_comments_in_nte() -> None:
    tq1 = segment("TQ1", f7="202601040800", f9="A")
    made = convert(order("ORC|NW|1", tq1, OBR, "NTE|1||with care", ZDS, kind="OMG^O19"))
    (item,) = items(made)
    assert value(item, "00400100", "00400002") == "20260104"
    assert value(item, "00401003") == "HIGH"
    assert value(item, "00401400") == "with care"


def test_weight_and_height_come_of_results_in_the_unit_that_dicom_has() -> None:
    results = ["OBX|1|NM|1^Body Weight||72.5|kg", "OBX|2|NM|2^Body Height||180|cm"]
    (item,) = items(convert(order(ORC, OBR, *results)))
    assert value(item, "00101030") == "72.5"
    assert value(item, "00101020") is None


def test_a_null_is_no_value_and_deletes_nothing() -> None:
    made = convert(order(ORC, OBR.replace("ACC1", '""')))
    assert value(items(made)[0], "00080050") is None


def test_a_name_cannot_smuggle_parts_into_a_dicom_name() -> None:
    message = order(ORC, OBR).replace("Doe^Jane", "Do\\S\\e=X^Ja\\E\\ne")
    made = convert(message)
    assert value(items(made)[0], "00100010").startswith("Do e X^Ja ne")
    assert ("PatientName", "DELIMITERS") in remarks(made)


def test_fields_of_a_persons_record_are_not_read_as_those_of_an_animal() -> None:
    person = order(ORC, OBR).replace("PID||", "PID||OLD1")
    assert "00101002" not in items(convert(person))[0]


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        (order(ORC, OBR, kind="ADT^A01"), ImagingProblem.NOT_AN_ORDER),
        (order("ORC|NW|1", "RXO|X"), ImagingProblem.NO_ORDER),
    ],
)
def test_what_is_no_imaging_order_is_refused(message: str, problem: ImagingProblem) -> None:
    with pytest.raises(BadInput) as raised:
        convert(message)
    assert raised.value.problem is problem


def test_patient_data_is_marked() -> None:
    made = convert(order(PV1, ORC, OBR, ZDS))
    public = "".join(part.text for part in made.items.parts if part.phi is None)
    assert not [one for one in ("Doe", "4711", "1970", "ACC1", "Way", "Headache", "1.2.840.99.1") if one in public]


TEXT = st.text(alphabet=st.sampled_from(list("A1^~&\\|=\"' é山\x1b.+-")), max_size=12)


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXT, min_size=50, max_size=50), st.lists(TEXT, min_size=20, max_size=20))
def test_hostile_fields_give_json_or_a_coded_error(obr: list[str], orc: list[str]) -> None:
    message = order("|".join(["ORC", *orc]), "|".join(["OBR", *obr]), "|".join(["IPC", *orc]), kind="OMI^O23")
    try:
        made = convert(message, generate_study_instance_uid=True)
    except ToolFailure:
        return
    assert len(items(made)) == made.steps


@pytest.mark.corpus
def test_the_orders_of_the_corpus_are_converted(corpora: Path, say: Any) -> None:
    converted, refused, steps = 0, 0, 0
    for path in sorted((corpora / "hl7" / "open").rglob("*.hl7")):
        text = path.read_bytes().decode("utf-8", "replace")
        if not any(kind in text for kind in ("ORM^O01", "OMG^O19", "OMI^O23")):
            continue
        try:
            made = convert(text)
        except BadInput:
            refused += 1
            continue
        converted += 1
        steps += len(items(made))
    assert converted >= 12
    say(f"orders: {converted} converted to {steps} steps, {refused} without OBR or no order")
