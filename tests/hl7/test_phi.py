"""Which values are withheld. Canaries are values that stand nowhere else."""

from __future__ import annotations

import pytest
from tests.hl7.messages import parse, places

from trivium.api import Kind
from trivium_hl7.elements import describe, positions
from trivium_hl7.paths import Path
from trivium_hl7.reader import parse_message

HEAD = r"MSH|^~\&|APP1|Canary Clinic|APP2|Canary Hospital|20260102||ADT^A01^ADT_A01|CANARY-1|P|{version}"


def line(segment: str, values: dict[int, str]) -> str:
    """A segment with these fields."""
    return "|".join([segment, *(values.get(number, "") for number in range(1, max(values) + 1))])


def kinds(text: str, version: str = "2.5.1") -> dict[str, Kind | None]:
    result = parse(f"{HEAD.format(version=version)}\r{text}")
    return {place.path: place.phi for part in result.segments[1:] for place in part.values}


PATIENT = {
    2: "C02", 3: "C03^^^NCL^MR~C03B", 4: "C04", 5: "O'BRIEN^SEÁN^C5C^C5D^C5E", 6: "MÜLLER^C06", 7: "19010203",
    9: "C09^ALIAS", 11: "C11 Street&C11B&C11C^C11D^C11E^C11F^C11G^C11H", 12: "C12",
    13: "C13^PRN^PH^c13@x.example^49^123^4567", 14: "C14", 18: "C18", 19: "C19", 20: "C20^C20B", 21: "C21", 23: "C23",
    25: "25", 26: "C26", 27: "C27", 28: "C28", 29: "20251231", 32: "C32", 34: "C34", 39: "C39",
    40: "^PRN^PH^^49^40^404040",
}  # fmt: skip
PUBLIC_PARTS = {"NCL", "MR", "PRN", "PH"}


@pytest.mark.parametrize(
    "version", ["2.1", "2.2", "2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.8", "2.9", "", "9"]
)
def test_every_patient_field_is_withheld_in_every_version(version: str) -> None:
    message = f"{HEAD.format(version=version)}\r{line('PID', PATIENT)}"
    result = parse(message, segments=["PID"])
    shown = {place.value for part in result.segments for place in part.values if place.phi is None}
    assert result.total > 50
    assert shown <= PUBLIC_PARTS


@pytest.mark.parametrize(
    "text",
    [
        line("NK1", dict.fromkeys([2, 4, 5, 6, 12, 13, 16, 19, 26, 27, 28, 29, 30, 31, 32, 33, 37], "CANARY")),
        line("GT1", dict.fromkeys([2, 3, 4, 5, 6, 7, 8, 12, 16, 17, 18, 19, 21, 35, 43, 47], "CANARY")),
        line("IN1", dict.fromkeys([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 16, 18, 19, 35, 36, 46, 49], "CANARY")),
        line("IN2", dict.fromkeys(range(1, 73), "CANARY")),
        line("PV1", dict.fromkeys([3, 5, 6, 7, 8, 9, 11, 17, 19, 37, 39, 42, 43, 44, 45, 50, 52], "1^CANARY")),
        line("PV1", dict.fromkeys([3, 5, 6, 7, 8, 9, 11, 17, 19, 37, 39, 42, 43, 44, 45, 50, 52], "CANARY")),
        "NTE|1||CANARY",
        "NTE|1|L|see CANARY",
        "OBX|1|TX|1^A^L||CANARY",
        "OBX|1|FT|1^A^L||CANARY~CANARY",
        "OBX|1|ST|1^A^L||CANARY",
        "OBX|1|ED|1^A^L||^^^^CANARY",
        "OBX|1|RP|1^A^L||CANARY",
        "OBX|1|XPN|1^A^L||CANARY^JO",
        "OBX|1|XAD|1^A^L||1^^CANARY",
        "OBX|1|CX|1^A^L||CANARY",
        "OBX|1||1^A^L||CANARY",
        "OBX|1|CANARY|1^A^L||CANARY",
        "OBX|1|CE|1^A^L||^CANARY",
        "OBX|1|CWE|1^A^L||A^^L^^^^^^CANARY",
        "OBX|1|NM|1^A^L||CANARY",
        "OBX|1|SN|1^A^L||CANARY^1",
        "OBX|CANARY|NM|1^A^L|CANARY|5|g|CANARY",
        "ORC|NW|CANARY|CANARY|CANARY||||CANARY||CANARY|CANARY|1^CANARY",
        "OBR|1|CANARY|CANARY|1^A^L||||||1^CANARY|||CANARY|||1^CANARY|CANARY|CANARY|CANARY|CANARY|CANARY",
        "MRG|CANARY~CANARY|CANARY|CANARY|CANARY|||CANARY^JO",
        "SCH|CANARY|CANARY||||||||||||||||1^CANARY",
        "MSA|AA|CANARY|CANARY",
        "QPD|Q1^N^L|CANARY|@PID.5^CANARY",
        "ZPI|CANARY|1^CANARY&CANARY~CANARY",
        "QQQ|CANARY",
        "PID|||||||" + "|" * 60 + "CANARY",
        "PID|1|||||||O'CANARY",
        "PID|1|||||||A&CANARY",
        "PID|1|||||||A^CANARY",
        "PID|1|||||||||A^B^L&CANARY",
        "PID|||1^^^NCL&1.2.3&ISO&CANARY",
        "EVN|CANARY|20260102|20260102||1^CANARY",
        "STF|CANARY|CANARY|CANARY^JO",
        "AIG|1||CANARY^CANARY^L",
    ],
)  # fmt: skip
@pytest.mark.parametrize("version", ["2.1", "2.3", "2.5.1", "2.8.2", "2.9"])
def test_a_canary_shows_only_where_it_is_marked(text: str, version: str) -> None:
    result = parse(f"{HEAD.format(version=version)}\r{text}", segments=[text[:3]])
    found = [place for part in result.segments for place in part.values if "CANARY" in place.value + (place.raw or "")]
    assert found
    assert [place.path for place in found if place.phi is None] == []
    bare = result.model_copy(update={"segments": ()}).model_dump_json(exclude={"header": {"control_id"}})
    assert "CANARY" not in bare


def test_the_header_withholds_what_is_no_code() -> None:
    names = r"MSH|^~\&|Canary App|Canary Clinic|Canary App|Canary Hospital|20260102|"
    result = parse(names + "CANARY|Canary^CANARY^CANARY|CANARY|C|CANARY")
    found = {name: value["phi"] for name, value in result.header.model_dump(exclude_none=True).items()}
    assert found == {
        "message_type": Kind.TEXT,
        "trigger_event": Kind.TEXT,
        "structure": Kind.TEXT,
        "version": Kind.TEXT,
        "control_id": Kind.TEXT,
        "sending_application": Kind.TEXT,
        "sending_facility": Kind.NAME,
        "receiving_application": Kind.TEXT,
        "receiving_facility": Kind.NAME,
        "sent": Kind.DATE,
        "processing_id": Kind.TEXT,
    }


def test_what_the_work_is_about_is_public() -> None:
    assert kinds("OBX|1|NM|2093-3^Cholesterol^LN|1.2|180.5|mg/dL^^UCUM|100-200|H|||F") == dict.fromkeys(
        [
            "OBX-1", "OBX-2", "OBX-3.1", "OBX-3.2", "OBX-3.3", "OBX-4", "OBX-5", "OBX-6.1", "OBX-6.3", "OBX-7", "OBX-8",
            "OBX-11",
        ]
    )  # fmt: skip
    assert kinds("OBX|1|SN|1^A^L||>^100") == dict.fromkeys(
        ["OBX-1", "OBX-2", "OBX-3.1", "OBX-3.2", "OBX-3.3", "OBX-5.1", "OBX-5.2"]
    )
    assert kinds("PID|1||||||||||||||en|M||||||||||||||N") == dict.fromkeys(["PID-1", "PID-15.1", "PID-16.1", "PID-30"])
    assert kinds("DG1|1||I10^Essential hypertension^I10C") == dict.fromkeys(["DG1-1", "DG1-3.1", "DG1-3.2", "DG1-3.3"])


def test_identifiers_keep_their_type_and_issuer_public() -> None:
    assert kinds("PID|||4711^4^M11^NCL&1.2.3&ISO^MR^Canary Clinic^20200101") == {
        "PID-3.1": Kind.PATIENT_ID,
        "PID-3.2": Kind.TEXT,
        "PID-3.3": None,
        "PID-3.4.1": None,
        "PID-3.4.2": None,
        "PID-3.4.3": None,
        "PID-3.5": None,
        "PID-3.6.1": Kind.TEXT,
        "PID-3.7": Kind.DATE,
    }


def test_names_are_withheld_in_all_their_parts() -> None:
    assert kinds("PID|||||O'BRIEN&VAN&O&X&Y^SEÁN^Q^JR^DR^PHD^L") == {
        **{f"PID-5.1.{n}": Kind.NAME for n in range(1, 6)},
        **{f"PID-5.{n}": Kind.NAME for n in range(2, 7)},
        "PID-5.7": None,
    }


def test_dates_are_dates_and_births_are_births() -> None:
    assert kinds("PID|||||||19700101") == {"PID-7": Kind.BIRTH_DATE}
    assert kinds("PID|||||||19700101", "2.8") == {"PID-7": Kind.BIRTH_DATE}
    assert kinds("EVN|A01|20260101") == {"EVN-1": None, "EVN-2": Kind.DATE}
    assert kinds("PV1||I" + "|" * 42 + "20260101") == {"PV1-2": None, "PV1-44": Kind.DATE}


def test_a_null_is_public() -> None:
    assert kinds('PID|||||""') == {"PID-5.1.1": None}


def test_study_uids_and_accession_numbers_have_their_kind() -> None:
    assert kinds("IPC|A1^RIS^1.2.3^ISO|P1|1.2.3|S1") == {
        "IPC-1.1": Kind.ORDER,
        "IPC-1.2": None,
        "IPC-1.3": None,
        "IPC-1.4": None,
        "IPC-2.1": Kind.ORDER,
        "IPC-3.1": Kind.UID,
        "IPC-4.1": Kind.ORDER,
    }
    assert kinds("OBR||||||||||||||||||ACC1") == {"OBR-18": Kind.ORDER}


def test_only_the_number_itself_joins_results() -> None:
    assert kinds("PID||A1^X2|4711^4^M11^NCL&1.2.3&ISO~B1&C1|") == {
        "PID-2.1": Kind.PATIENT_ID,
        "PID-2.2": Kind.TEXT,
        "PID-3[1].1": Kind.PATIENT_ID,
        "PID-3[1].2": Kind.TEXT,
        "PID-3[1].3": None,
        "PID-3[1].4.1": None,
        "PID-3[1].4.2": None,
        "PID-3[1].4.3": None,
        "PID-3[2].1.1": Kind.PATIENT_ID,
        "PID-3[2].1.2": Kind.TEXT,
    }
    assert kinds("IN2|A1^B2|123456789||||12") == {
        "IN2-1.1": Kind.PATIENT_ID,
        "IN2-1.2": Kind.TEXT,
        "IN2-2": Kind.TEXT,
        "IN2-6": Kind.TEXT,
    }


@pytest.mark.parametrize(
    "text",
    [
        "PV1||I" + "|" * 16 + "SMITH",
        "PV1||I" + "|" * 16 + "SMITH-JONES",
        "PV1||I" + "|" * 16 + "Lee",
        "PV1||I" + "|" * 16 + "KIM",
        "PID||||||||||SMITH",
        "PID||||||||||SMITH^Smith John^L",
        "PID||||||||||1^Smith John^L",
        "PID||||||||||1^Smith John^99LOCAL",
        "PID||||||||||1^Smith John",
        "PID||||||||||SMITH^Smith John^SMITH",
        "PID|||1^^^SMITH",
        "PID|||1^^^SMITH&SMITH",
        "PID||||||||||||||||SMITH|J.SMITH",
        "OBX|1|CE|1^A^LN||SMITH^Smith John^L",
        "OBX|1|CWE|1^A^LN||SMITH",
        "OBX|1|IS|1^A^LN||SMITH",
        "DG1|1||SMITH^Smith John^L",
        "ORC|NW|SMITH|SMITH^SMITH|SMITH&SMITH^SMITH",
        "OBR|1|SMITH|SMITH||||||||||||||||SMITH|SMITH",
        "OBX|1|ST|1^Smith\u200bJohn^LN||x",
        f"OBX|1|ST|1^{'x' * 201}^LN||x",
    ],
)
@pytest.mark.parametrize("version", ["2.3", "2.5.1", "2.9"])
def test_a_word_that_could_be_a_name_is_no_code(text: str, version: str) -> None:
    result = parse(f"{HEAD.format(version=version)}\r{text}", segments=[text[:3]])
    words = ("smith", "lee", "kim", "xxx")
    found = [p for part in result.segments for p in part.values if any(word in p.value.casefold() for word in words)]
    assert found
    assert [(place.path, place.value) for place in found if place.phi is None] == []


@pytest.mark.parametrize(
    "text",
    [
        "OBX|1|CE|GLUCOSE^Glucose fasting^L||POS^Positive^LN|mmol/L^millimole^L",
        "OBR|1|||CHEST^Chest X-ray^LOCAL",
        "PID||||||||||2106-3^White^HL70005",
        "PID||||||||||2106-3^White^2.16.840.1.113883.6.238",
        "PID|||||||||||||||en|M",
        "MSH",
        "PID|||1^^^SMITH&1.2.3.4&ISO",
        "AL1|1|DA|70618^Penicillin^RXNORM",
    ],
)
def test_what_is_known_to_be_a_code_stays_public(text: str) -> None:
    shown = {path: kind for path, kind in kinds(text).items() if path not in ("PID-3.1", "PID-3.4")}
    assert set(shown.values()) <= {None, Kind.PATIENT_ID}


def test_an_order_number_without_a_digit_is_free_text() -> None:
    assert kinds("ORC|NW|SMITH|A1|B2^LAB") == {
        "ORC-1": None,
        "ORC-2.1": Kind.TEXT,
        "ORC-3.1": Kind.ORDER,
        "ORC-4.1": Kind.ORDER,
        "ORC-4.2": None,
    }


def test_a_date_in_the_field_of_a_code_is_withheld() -> None:
    (place,) = [
        place
        for place in places(parse("MSH|^~\\&|||||||ADT^A01|1|T|2.5.1\rPID||||||||19600101")).values()
        if place.path == "PID-8"
    ]
    assert place.phi is Kind.TEXT


def test_a_number_in_the_field_of_a_closed_table_is_no_code_even_where_the_field_has_components() -> None:
    shown = kinds("MSA|AE|1||||MRN-7743-Z\rERR||PID^1|101^Required field missing|E")
    assert (shown["MSA-6.1"], shown["ERR-3.1"]) == (Kind.TEXT, None)


@pytest.mark.parametrize("version", ["2.2", "2.3", "2.5.1", "2.6"])
def test_the_count_of_a_batch_is_public_and_nothing_else_there_is(version: str) -> None:
    """BTS-1 is a string in these versions."""
    assert batch_end("BTS|12|see Canary", version) == {"BTS-1": None, "BTS-2": Kind.TEXT}
    assert batch_end("BTS|CANARY", version) == {"BTS-1": Kind.TEXT}
    assert batch_end("BTS|19010203", version) == {"BTS-1": Kind.TEXT}


def batch_end(text: str, version: str) -> dict[str, Kind | None]:
    message = parse_message(f"{HEAD.format(version=version)}\r{text}")
    found = (describe(position, version) for position in positions(message, [Path("BTS")]))
    return {element.path: element.phi for element in found}


@pytest.mark.parametrize("unit", ["mm[Hg]", "10*3/uL", r"10\S\3/uL", "{cells}/uL", "[in_i'H2O]", "%"])
def test_a_unit_is_shown_as_ucum_spells_it(unit: str) -> None:
    assert kinds(f"OBX|1|NM|8480-6^Systolic^LN||120|{unit}^^UCUM")["OBX-6.1"] is None


@pytest.mark.parametrize("text", ["O'BRIEN", "MARY SMITH", "[" + "X" * 30 + "]", "SMITH, MARY"])
def test_what_is_no_unit_is_withheld_in_the_place_of_one(text: str) -> None:
    assert kinds(f"OBX|1|NM|8480-6^Systolic^LN||120|{text}^^UCUM")["OBX-6.1"] is Kind.TEXT


def test_of_z_segments_only_the_study_of_ihe_is_known() -> None:
    assert kinds("ZDS|1.2.840.1^^Application^DICOM|1.2.3\rZDT|1.2.840.1") == {
        "ZDS-1.1": Kind.UID, "ZDS-1.3": None, "ZDS-1.4": None, "ZDS-2": Kind.TEXT, "ZDT-1": Kind.TEXT,
    }  # fmt: skip
    assert kinds("ZDS|SMITH^MARY")["ZDS-1.1"] is Kind.TEXT
