"""Synthetic messages: what they say, what a scenario changes, where their people come from."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from trivium.api import BadInput, NotFound
from trivium_hl7 import dictionary
from trivium_hl7.reader import Message, parse_message
from trivium_hl7.samples import sample
from trivium_hl7.samples.catalog import MODALITIES, PANELS
from trivium_hl7.samples.moment import read_when
from trivium_hl7.samples.problems import SampleProblem
from trivium_hl7.samples.scenario import read_scenario, settle
from trivium_hl7.samples.vocabulary import PHRASES, SILENT
from trivium_hl7.tools.generate_sample import SampleMessage, generate_sample_message


def make(message_type: str, scenario: str | None = None, version: str = "2.5.1", seed: int = 0) -> SampleMessage:
    """What the tool answers."""
    arguments = generate_sample_message.input(
        message_type=message_type, scenario=scenario, version=version, seed=seed
    ).__dict__
    result = generate_sample_message(**arguments)
    assert isinstance(result, SampleMessage)
    return result


def read(message_type: str, scenario: str | None = None, version: str = "2.5.1", seed: int = 0) -> Message:
    return parse_message(make(message_type, scenario, version, seed).message)


def value(message: Message, place: str) -> str:
    """`OBX[2]-5.1` of a message."""
    found = re.fullmatch(r"(\w{3})(?:\[(\d+)\])?-(\d+)(?:\.(\d+))?", place)
    assert found
    segments = message.all(found[1])
    return segments[int(found[2] or 1) - 1].value(int(found[3]), component=int(found[4] or 1))


def test_the_same_arguments_give_the_same_bytes() -> None:
    first = make("ORU^R01", "lipid panel abnormal", seed=7)
    assert first == make("ORU^R01", "lipid panel abnormal", seed=7)
    assert first.message != make("ORU^R01", "lipid panel abnormal", seed=8).message


def test_an_admission_of_2_3_1_is_written_as_that_version_has_it() -> None:
    assert sample("ADT", "A01", "2.3.1").split("\r")[:3] == [
        r"MSH|^~\&|EHR^2.999.1.20^ISO|NMH^2.999.1^ISO|LIS^2.999.1.11^ISO|NMH^2.999.1^ISO|20250722110500||"
        "ADT^A01^ADT_A01|SMP2500330|T|2.3.1",
        "EVN|A01|20250722110500||||20250722110500",
        "PID|1||545757^^^MPI^MR||Quillfeather^Alma^T^^^^L||19870302|F|||83 Mill Street^^Stonecross^XX^00086^USA^H||"
        "(207)555-0152^PRN^PH^^^207^5550152|||M^Married^HL70002||2980913^^^NMH^AN",
    ]


def test_each_version_has_the_message_type_that_it_knows() -> None:
    types = {version: value_of_type(version) for version in ("2.2", "2.3", "2.3.1", "2.5.1")}
    assert types == {"2.2": "ADT^A04", "2.3": "ADT^A04", "2.3.1": "ADT^A04^ADT_A01", "2.5.1": "ADT^A04^ADT_A01"}


def value_of_type(version: str) -> str:
    return sample("ADT", "A04", version).split("|")[8]


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("2031-02-03T04:05:06", "20310203040506"),
        ("20310203040506", "20310203040506"),
        ("2031-02-03 04:05", "20310203040500"),
        ("203102030405", "20310203040500"),
        ("2031-02-03", "20310203080000"),
    ],
)
def test_the_date_is_read_as_hl7_and_iso_write_it(written: str, time: str) -> None:
    arguments = generate_sample_message.input(message_type="ADT^A01", when=written).__dict__
    made = generate_sample_message(**arguments)
    assert isinstance(made, SampleMessage)
    assert parse_message(made.message).header.value(7) == time


@pytest.mark.parametrize(
    "written", ["2031", "2031-02-30", "0999-01-01", "2031-0203", "20310203T25:00", "2031-02-03T04:05Z", "٢٠٣١٠٢٠٣"]
)
def test_what_is_no_date_is_a_coded_error(written: str) -> None:
    with pytest.raises(BadInput, match=re.escape(SampleProblem.NOT_A_MOMENT.value)):
        read_when(written)


def test_messages_of_one_exchange_share_a_patient_and_no_control_id() -> None:
    query = parse_message(sample("QBP", "Q22", "2.5", seed=1, nth=3))
    answer = parse_message(sample("RSP", "K22", "2.5", seed=1, nth=4))
    assert query.header.value(10) != answer.header.value(10)
    assert value(answer, "MSA-2") == query.header.value(10)
    assert value(answer, "QAK-1") == value(query, "QPD-2")
    assert value(answer, "PID-3") == value(parse_message(sample("ADT", "A01", "2.5", seed=1)), "PID-3")


@pytest.mark.parametrize(
    ("asked", "version", "message_type"),
    [
        ("MFN^Znn", "2.5.1", "MFN^Z01^MFN_Znn"),
        ("MFN^Z42", "2.5.1", "MFN^Z42^MFN_Znn"),
        ("QBP Z42", "2.6", "QBP^Z42^QBP_Qnn"),
        ("RTB_Knn", "2.4", "RTB^Z01^RTB_Knn"),
        ("RDY_K15-B", "2.9.1", "RDY^Z01^RDY_K15"),
    ],
)
def test_an_event_that_a_site_chooses_is_never_a_placeholder(asked: str, version: str, message_type: str) -> None:
    made = parse_message(make(asked, version=version).message).header
    assert "^".join(made.value(9, component=n) for n in (1, 2, 3)) == message_type


def test_a_message_can_be_dated() -> None:
    message = parse_message(sample("ADT", "A01", "2.5.1", when=datetime(2031, 2, 3, 4, 5, 6)))
    assert value(message, "MSH-7") == "20310203040506"
    assert value(message, "EVN-2") == "20310203040506"


@pytest.mark.parametrize(
    ("asked", "message_type", "structure"),
    [
        ("ADT^A40", "ADT^A40", "ADT_A39"),
        ("adt a40", "ADT^A40", "ADT_A39"),
        ("ADT_A39", "ADT^A39", "ADT_A39"),
        ("A40", "ADT^A40", "ADT_A39"),
        ("ORM O01", "ORM^O01", "ORM_O01"),
        ("ADT^A01^ADT_A01", "ADT^A01", "ADT_A01"),
        ("ACK", "ACK^A01", "ACK"),
        ("QBP^Q22", "QBP^Q22", "QBP_Q21"),
    ],
)
def test_a_type_is_asked_for_by_code_structure_or_event(asked: str, message_type: str, structure: str) -> None:
    result = make(asked)
    assert (result.message_type, result.structure) == (message_type, structure)


@pytest.mark.parametrize(
    ("message_type", "version", "where", "problem"),
    [
        ("hello world", "2.5.1", "message_type", SampleProblem.NOT_A_TYPE),
        ("ADT^X99", "2.5.1", "message_type", SampleProblem.UNKNOWN_TYPE),
        ("OMI^O23", "2.3", "message_type", SampleProblem.NOT_IN_VERSION),
        ("ADT^A01", "3.0", "version", SampleProblem.NOT_A_VERSION),
        ("ADT^A01", "2.3.9", "version", SampleProblem.NOT_A_VERSION),
    ],
)
def test_what_there_is_not_is_a_coded_error(
    message_type: str, version: str, where: str, problem: SampleProblem
) -> None:
    with pytest.raises((BadInput, NotFound)) as caught:
        make(message_type, version=version)
    assert (caught.value.where, caught.value.problem) == (where, problem)


def test_an_order_and_its_result_name_the_same_patient_and_numbers() -> None:
    order, result = read("OML^O21", "lipid panel"), read("ORU^R01", "lipid panel")
    for place in ("PID-3", "PID-5", "ORC-2", "OBR-2", "OBR-4", "SPM-2"):
        assert value(order, place) == value(result, place)
    assert value(result, "ORC-3") == value(result, "OBR-3") != ""


def test_times_are_in_order() -> None:
    result = read("ORU^R01", seed=3)
    places = ("OBR-7", "OBR-22", "MSH-7")
    times = [value(result, place) for place in places]
    assert times == sorted(times)
    assert value(result, "PV1-44") <= value(result, "OBR-7")


def test_an_answer_goes_back_to_who_asked() -> None:
    query, answer = read("QBP^Q22"), read("RSP^K22")
    assert (value(query, "MSH-3"), value(query, "MSH-5")) == (value(answer, "MSH-5"), value(answer, "MSH-3"))
    assert value(answer, "MSA-1") == "AA"
    assert value(answer, "QPD-1") == value(query, "QPD-1") == "Q22"


def test_a_swap_of_beds_tells_of_two_patients() -> None:
    swap = read("ADT^A17")
    assert value(swap, "PID[1]-3") != value(swap, "PID[2]-3")
    assert value(swap, "PV1[1]-3") == value(swap, "PV1[2]-6")
    assert value(swap, "PV1[2]-3") == value(swap, "PV1[1]-6")


@pytest.mark.parametrize(
    ("message_type", "scenario", "places"),
    [
        (
            "ORM^O01",
            "emergency CT head with contrast",
            {"PV1-2": "E", "PV1-3": "EMER", "OBR-4.2": "CT head with contrast", "OBR-24": "CT", "OBR-27.6": "S"},
        ),
        ("ORM^O01", "routine MR of the left knee", {"OBR-4.2": "MR left knee", "OBR-27.6": "R", "PV1-2": "O"}),
        ("OMI^O23", "outpatient x-ray chest", {"IPC-5": "DX", "OBR-4.2": "X-ray chest", "PV1-2": "O"}),
        ("ORU^R01", "lipid panel, abnormal", {"OBR-4": "24331-1", "OBX[1]-3": "2093-3", "OBX[1]-8": "H"}),
        ("ORU^R01", "preliminary", {"OBR-25": "P", "OBX[1]-11": "P", "ORC-5": "A"}),
        ("VXU^V04", "MMR vaccination, pediatric", {"RXA-5": "03", "RXR-1": "SC"}),
        ("ADT^A01", "newborn girl", {"PID-8": "F", "PID-5.2": "Babygirl", "NK1-3": "MTH", "PV1-4": "N"}),
        ("ADT^A08", "discharge", {"PV1-36": "01"}),
        ("ADT^A03", "death", {"PID-30": "Y", "PV1-36": "20"}),
        ("ADT^A08", "transfer", {"PV1-6": "EMER"}),
        ("OMG^O19", "cancel", {"ORC-1": "CA"}),
        ("ADT^A01", "penicillin allergy", {"AL1-2": "DA", "AL1-3.2": "Penicillin"}),
        ("SIU^S12", "cancelled", {"SCH-25": "Cancelled"}),
        ("RDE^O11", "insulin", {"RXE-2.2": "Insulin glargine 100 units/mL", "RXR-1": "SC"}),
        ("ADT^A01", "stroke", {"DG1-4": "Suspected stroke", "PV2-3.2": "Suspected stroke"}),
    ],
)
def test_a_scenario_shapes_the_content(message_type: str, scenario: str, places: dict[str, str]) -> None:
    message = read(message_type, scenario)
    assert {place: value(message, place) for place in places} == places


@pytest.mark.parametrize(
    ("words", "oldest", "youngest"), [("pediatric", 12, 3), ("elderly", 94, 70), ("45 years", 45, 45)]
)
def test_an_age_is_that_of_the_birth_date(words: str, oldest: int, youngest: int) -> None:
    for seed in range(20):
        message = read("ADT^A01", words, seed=seed)
        born, now = value(message, "PID-7"), value(message, "MSH-7")[:8]
        years = int(now[:4]) - int(born[:4]) - (now[4:] < born[4:])
        assert youngest <= years <= oldest


def test_several_orders_have_numbers_of_their_own() -> None:
    message = read("ORM^O01", "three orders")
    assert len(message.all("ORC")) == len(message.all("OBR")) == 3
    assert len({value(message, f"OBR[{n}]-2") for n in (1, 2, 3)}) == 3
    assert [value(message, f"OBR[{n}]-1") for n in (1, 2, 3)] == ["1", "2", "3"]


def test_the_answer_says_what_each_word_changed() -> None:
    result = make("ORM^O01", "emergency with contrast")
    assert {change.phrase: change.places for change in result.changes} == {
        "emergency": ("PV1-2", "PV1-3", "PV1-4", "ORC-7", "OBR-27"),
        "with contrast": ("OBR-4",),
    }
    assert result.notes == ()


def test_words_that_are_unknown_or_do_not_fit_are_said() -> None:
    result = make("ADT^A01", "merge, lipid panel, inpatient and froznicated <b>")
    assert result.notes == (
        "'merge' does not fit this message and changed nothing",
        "'lipid panel' does not fit this message and changed nothing",
        "'inpatient' is what the message says anyway",
        "not understood and left out: 'froznicated', 'b'",
    )
    assert result.message == make("ADT^A01").message


def test_a_merge_says_that_it_is_one_anyway() -> None:
    assert make("ADT^A40", "merge").notes == ("'merge' is what the message says anyway",)


def test_segments_without_a_story_are_named() -> None:
    assert make("ADT^A01").filled == ()
    assert make("EHC^E01", version="2.6").filled == ("IVC", "PSS", "PSG", "PSL")


@pytest.mark.parametrize("scenario", ["|^~\\&\r\nMSH|x", "\ud800\x00 ct", "ct " * 133, "é" * 400, "9" * 400])
def test_hostile_words_end_in_no_message(scenario: str) -> None:
    asked = read_scenario(scenario)
    plain = sample("ADT", "A01", "2.5.1", scenario=scenario)
    assert plain == sample("ADT", "A01", "2.5.1", scenario=" ".join(asked.phrases))
    assert len(parse_message(plain).all("MSH")) == 1


def test_every_phrase_is_read_back_and_settles_something() -> None:
    assert {phrase: read_scenario(phrase).phrases for phrase in PHRASES} == {phrase: (phrase,) for phrase in PHRASES}
    assert [phrase for phrase in PHRASES if settle([phrase]) == settle([])] == []
    assert SILENT & PHRASES.keys() == set()


def test_everybody_is_invented() -> None:
    for seed in range(50):
        for version in ("2.3", "2.5.1", "2.8"):
            text = sample("ADT", "A01", version, seed=seed)
            message = parse_message(text)
            assert value(message, "MSH-11") == "T"
            assert re.findall(r"555\D?(\d{4})", text) == [
                n for n in re.findall(r"555\D?(\d{4})", text) if n[:2] == "01"
            ]
            assert value(message, "PID-11.5").startswith("000")
            assert value(message, "PID-19") == ""
            assert all(oid.startswith("2.999.") for oid in re.findall(r"[\^&]([\d.]+)[\^&]ISO", text))


def test_the_sections_and_specimens_of_the_catalog_are_in_their_tables() -> None:
    sections = dictionary.table("0074")
    specimens = [dictionary.table("0070"), dictionary.table("0487")]
    assert sections
    assert {one.section for one in MODALITIES.values()} | {panel[1] for panel in PANELS.values()} <= set(sections.codes)
    for known in specimens:
        assert known
        assert {panel[2] for panel in PANELS.values()} <= set(known.codes)
