"""What the validator finds, and what it lets pass."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from trivium_hl7.reader import Limits, parse_message
from trivium_hl7.tools.validate_message import ValidationResult, validate_hl7_message
from trivium_hl7.validation.checking import faults
from trivium_hl7.validation.findings import Found
from trivium_hl7.validation.forms import DateFault, date_fault, has_wrong_check_digit, is_number, is_oid, is_uuid
from trivium_hl7.validation.profiles import Profiles
from trivium_hl7.validation.rules import RULES, Severity
from trivium_hl7.validation.site_profile import SiteProfile

ADT: Final = "MSH|^~\\&|A|B|C|D|20260102030405||ADT^A01^ADT_A01|1|T|2.5.1"
ORU: Final = "MSH|^~\\&|A|B|C|D|20260102030405||ORU^R01^ORU_R01|1|T|2.5.1"
EVN: Final = "EVN||20260102"
PID: Final = "PID|1||4711^^^NCL||Doe^Jane"
PV1: Final = "PV1|1|I"
OBR: Final = "OBR|1||F1|24331-1^Lipid panel^LN|||20260102" + "|" * 18 + "F"


def message(*segments: str, header: str = ADT, version: str = "2.5.1") -> str:
    return "\r".join([header.replace("2.5.1", version), *segments])


def found(text: str, *, version: str | None = None, profile: SiteProfile | None = None) -> list[tuple[str, str]]:
    """Rule and path of every finding, in the order in which they are met."""
    return [(one.rule, str(one.path)) for one in faults(parse_message(text), version=version, profile=profile)]


def adt(*segments: str, version: str = "2.5.1", pid: str = PID, pv1: str = PV1) -> list[tuple[str, str]]:
    return found(message(EVN, pid, pv1, *segments, version=version))


def oru(*segments: str, version: str = "2.5.1", obr: str = OBR) -> list[tuple[str, str]]:
    return found(message(PID, obr, *segments, header=ORU, version=version))


def run(text: str, *, profiles: dict[str, Path] | None = None, **arguments: object) -> ValidationResult:
    """What the tool answers."""
    spec = validate_hl7_message.given(limits=Limits(), profiles=Profiles(profiles or {}))
    result = spec(**spec.input(message=text, **arguments).__dict__)
    assert isinstance(result, ValidationResult)
    return result


def test_a_good_message_has_no_finding() -> None:
    assert adt() == []
    assert oru("OBX|1|NM|2093-3^Cholesterol^LN||180|mg/dL^^UCUM|<200||||F|||20260102030405+0100") == []


@pytest.mark.parametrize("version", ["2.3", "2.3.1", "2.4", "2.5", "2.6", "2.7", "2.8.2", "2.9.1"])
def test_a_plain_admission_is_right_in_every_version(version: str) -> None:
    header = ADT if version != "2.3" else ADT.replace("^ADT_A01", "")
    pid = "PID|1||4711^^^NCL^MR||Doe^Jane^^^^^L"
    evn = "EVN|A01|20260102" if version < "2.5" else EVN
    severities = {RULES[rule].severity for rule, _ in found(message(evn, pid, PV1, header=header, version=version))}
    assert severities <= {Severity.NOTE}


def test_segments_are_missed_misplaced_repeated_and_unexpected() -> None:
    assert found(message(EVN, PID)) == [("segment.missing", "PV1")]
    assert found(message(PID, EVN, PV1)) == [("segment.misplaced", "EVN")]
    assert found(message(EVN, PID, PV1, PV1)) == [("segment.repetitions", "PV1[2]")]
    assert adt("NTE|1||x") == [("segment.unexpected", "NTE")]
    assert adt("QQQ|1") == [("segment.undefined", "QQQ")]
    assert adt("ZPI|1^2~3") == [("segment.local", "ZPI")]


def test_a_missing_segment_is_told_with_its_place() -> None:
    (fault,) = faults_of(message(PID, "OBX|1|ST|a^b^L||x||||||F", header=ORU))
    assert (fault.rule, fault.after) == ("segment.missing", 2)
    assert fault.fix == "ORU_R01 has it as PATIENT_RESULT.ORDER_OBSERVATION.OBR"


def faults_of(text: str) -> list[Found]:
    return list(faults(parse_message(text)))


def test_a_required_field_that_is_empty_or_nothing_but_separators_is_found() -> None:
    assert adt(pid="PID|1||||Doe^Jane") == [("field.required", "PID-3")]
    assert adt(pid="PID|1||^^^&&||Doe^Jane") == [("field.required", "PID-3")]
    assert adt(pid='PID|1||""||Doe^Jane') == [("field.required_null", "PID-3")]


def test_the_null_is_a_value_of_every_optional_field() -> None:
    assert adt(pid=PID + '||""|""|""|""|""|""') == []
    assert oru('OBX|1|NM|1^x^L||""||||||F') == []


def test_empty_fields_at_the_end_are_fine() -> None:
    assert adt(pid=PID + "|" * 80) == []


@pytest.mark.parametrize("processing", ["P", "D", "T"])
def test_no_processing_id_is_a_finding(processing: str) -> None:
    assert found(message(EVN, PID, PV1, header=ADT.replace("|T|", f"|{processing}|"))) == []


def test_fields_of_other_versions_and_of_none_are_told_apart() -> None:
    assert adt(pid=PID + "|" * 35 + "PH", version="2.5.1")[0] == ("field.later", "PID-40")
    assert adt(pid=PID + "|" * 95 + "x") == [("field.undefined", "PID")]
    assert adt("DG1|1|I9|250.0^x^I9C|||A", version="2.6") == [("field.withdrawn", "DG1-2")]


def test_a_condition_that_a_source_takes_for_a_requirement_is_a_note() -> None:
    assert oru('OBX|1||a^b^L||""||||||F', version="2.3")[-1:] == [("field.conditional", "OBX-2")]


def test_too_many_repetitions_are_found() -> None:
    assert adt(pid="PID|1||4711^^^NCL||Doe^Jane|||F~M") == [("field.repetitions", "PID-8")]
    assert adt(pid="PID|1||4711^^^NCL~4712^^^SCL||Doe^Jane|||F~") == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("2026", None),
        ("202602", None),
        ("20240229", None),
        ("20260102030405.1234+0130", None),
        ("2026010203", None),
        ("20260102030405.12345", DateFault.FORM),
        ("202601020", DateFault.FORM),
        ("2026-01-02", DateFault.FORM),
        ("20260102T0304", DateFault.FORM),
        ("٢٠٢٦", DateFault.FORM),
        ("20230229", DateFault.NO_SUCH),
        ("20261301", DateFault.NO_SUCH),
        ("0000", DateFault.NO_SUCH),
        ("202601022400", DateFault.NO_SUCH),
        ("20260102030460", DateFault.NO_SUCH),
        ("20260102+1500", DateFault.NO_SUCH),
        ("2" * 1_000_000, DateFault.FORM),
    ],
    ids=lambda value: str(value)[:24].encode("ascii", "backslashreplace").decode(),
)
def test_dates_have_a_form_and_exist(text: str, fault: DateFault | None) -> None:
    assert date_fault("DTM", text) is fault


def test_dates_and_times_have_forms_of_their_own() -> None:
    assert date_fault("DT", "20260102") is None
    assert date_fault("DT", "202601021200") is DateFault.FORM
    assert date_fault("TM", "1130") is None
    assert date_fault("TM", "11:30") is DateFault.FORM
    assert date_fault("TM", "2460") is DateFault.NO_SUCH


def test_hours_without_minutes_are_known_since_2_5() -> None:
    assert found(message("EVN||2026010203", PID, PV1)) == []
    assert found(message("EVN||2026010203", PID, PV1, version="2.4")) == [("type.date_precision", "EVN-2")]


def test_time_stamps_may_have_a_degree_of_precision() -> None:
    for version in ("2.2", "2.3.1", "2.5.1"):
        text = message("EVN|A01|20260102^D", PID, PV1, header=ADT.replace("^ADT_A01", ""), version=version)
        rules = [rule for rule, _ in found(text)]
        assert "component.undefined" not in rules


@pytest.mark.parametrize(("text", "good"), [("1", True), ("-1.50", True), ("+.5", True), ("5.", True), ("1e5", False),
    ("<5", False), ("1,5", False), (".", False), ("", False), ("٣", False)])  # fmt: skip
def test_numbers(text: str, good: bool) -> None:
    assert is_number(text) is good


def test_a_result_has_the_form_that_obx_2_names() -> None:
    assert oru("OBX|1|NM|a^b^L||<5||||||F") == [("type.number", "OBX-5")]
    assert oru("OBX|1|SN|a^b^L||<^5||||||F") == []
    assert oru("OBX|1|SN|a^b^L||<^five||||||F") == [("type.number", "OBX-5.2")]
    assert oru("OBX|1|DT|a^b^L||20260230||||||F") == [("type.date_exists", "OBX-5")]
    assert oru("OBX|1|ST|a^b^L||one^two||||||F") == [("component.undefined", "OBX-5.2")]
    assert oru("OBX|1|TX|a^b^L||one~two||||||F") == []


def test_a_result_needs_a_data_type() -> None:
    assert oru("OBX|1||a^b^L||5||||||F") == [("cross.obx2_missing", "OBX-5")]
    assert oru("OBX|1|XYZ|a^b^L||5||||||F") == [("cross.obx2_obx5", "OBX-2")]
    assert oru("OBX|1||a^b^L||||||||X") == []


def test_identifiers_name_their_assigner_wholly_or_not() -> None:
    assert adt(pid="PID|1||4711^^^NCL&2.999.1&ISO||Doe^Jane") == []
    assert adt(pid="PID|1||4711^^^NCL&2.999.1||Doe^Jane") == [("type.identifier", "PID-3.4.3")]
    assert adt(pid="PID|1||4711^^^NCL&OID 1&ISO||Doe^Jane") == [("type.oid", "PID-3.4.2")]
    assert adt(pid="PID|1||4711^^^&123&UUID||Doe^Jane") == [("type.uuid", "PID-3.4.2")]
    assert adt(pid="PID|1||^^^NCL||Doe^Jane") == [("component.required", "PID-3.1")]
    assert (is_oid("2.999.01"), is_oid("3.1"), is_oid("1"), is_oid("1.2.840")) == (False, False, False, True)
    assert is_uuid("{6BA7B810-9DAD-11D1-80B4-00C04FD430C8}")


def test_coded_values_have_an_identifier_or_a_text() -> None:
    assert oru("OBX|1|CWE|a^b^L||^words||||||F") == []
    assert oru("OBX|1|CWE|a^b^L||^^L||||||F") == [("type.coded", "OBX-5.1")]
    assert oru("OBX|1|CWE|a^b^L||A||||||F") == [("type.coded_system", "OBX-5.3")]
    assert oru("OBX|1|CNE|a^b^L||^words^L||||||F") == [("component.required", "OBX-5.1")]


def test_codes_are_checked_against_the_table_that_their_system_names() -> None:
    assert oru("OBX|1|CWE|a^b^L||Y^Yes^HL70136||||||F") == []
    assert oru("OBX|1|CWE|a^b^L||Q^Yes^HL70136||||||F") == [("table.unknown_code", "OBX-5.1")]
    assert oru("OBX|1|CWE|a^b^L||Q^Yes^99LAB||||||F") == []
    assert oru("OBX|1|CWE|a^b^L||Q^Yes^HOUSE||||||F") == [("table.user_code", "OBX-5.3")]


def test_tables_of_hl7_are_closed_and_those_of_users_are_not() -> None:
    assert oru("OBX|1|NM|a^b^L||5||||||Q") == [("table.unknown_code", "OBX-11")]
    assert adt(pid=PID + "|||female") == [("length.exceeded", "PID-8"), ("table.user_code", "PID-8")]


def test_the_code_in_its_own_spelling_is_the_remedy() -> None:
    (fault,) = faults_of(message(PID, OBR, "OBX|1|NM|a^b^L||5||||||f", header=ORU))
    assert fault.fix == "write F, as table 0085 (Observation Result Status Codes Interpretation) has it"


def test_check_digits_of_loinc_and_snomed_codes() -> None:
    assert not has_wrong_check_digit("LN", "2093-3")
    assert not has_wrong_check_digit("SCT", "260415000")
    assert has_wrong_check_digit("LN", "2093-4")
    assert has_wrong_check_digit("SCT", "260415007")
    assert not has_wrong_check_digit("LN", "LP12345-6")
    assert not has_wrong_check_digit("L", "2093-4")


def test_lengths_are_judged_where_the_version_gives_them() -> None:
    long = PID.replace("Doe", "D" * 260)
    assert adt(pid=long) == [("length.exceeded", "PID-5"), ("length.component", "PID-5.1.1")]
    rules = [rule for rule, _ in adt(pid=long, version="2.8")]
    assert not [rule for rule in rules if rule.startswith("length")]
    assert oru("OBX|1|CWE|a^b^L||A^a^L||||||F") == []  # OBX-2 has length 2 in 2.5.1


def test_escape_sequences_count_as_what_they_stand_for() -> None:
    header = ADT.replace("|1|T", "|" + "\\T\\" * 20 + "|T")
    assert found(message(EVN, PID, PV1, header=header)) == []


def test_msh_9_3_fits_type_and_event() -> None:
    wrong = found(message(EVN, PID, PV1, header=ADT.replace("ADT_A01", "ADT_A04")))
    assert wrong == [("cross.msh9_structure", "MSH-9.3")]
    assert found(message(EVN, PID, PV1, header=ADT.replace("A01^", "A08^"))) == []


def test_the_version_is_known_or_said_to_be_not() -> None:
    assert found(message(EVN, PID, PV1, version="2.5.9"))[0] == ("version.nearest", "MSH-12")
    assert found(message(EVN, PID, PV1, version="7"))[0] == ("version.unknown", "MSH-12")
    assert found(message(EVN, PID, PV1, version="7"), version="2.5.1") == [("table.unknown_code", "MSH-12.1")]


def test_an_unknown_message_is_said_to_be_unknown() -> None:
    assert found(message(header=ADT.replace("ADT^A01^ADT_A01", "ZZZ^Z01"))) == [("structure.unknown", "MSH-9")]


def test_the_order_status_fits_the_results() -> None:
    preliminary = "OBX|1|NM|a^b^L||5||||||P"
    assert oru(preliminary) == [("cross.obr25_obx11", "OBR-25")]
    assert oru(preliminary, obr=OBR[:-1] + "P") == []


def test_orders_have_a_number_and_one_only() -> None:
    header = ORU.replace("ORU^R01^ORU_R01", "OMG^O19^OMG_O19")
    detail = "OBR|1|{0}||a^b^L"

    def omg(orc: str, number: str) -> list[tuple[str, str]]:
        return found(message(PID, orc, detail.format(number), header=header))

    assert omg("ORC|NW|P1", "P1") == []
    assert omg("ORC|NW", "P1") == []
    assert omg("ORC|NW", "") == [("cross.order_number", "ORC-2")]
    assert omg("ORC|NW|P1", "P2") == [("cross.order_numbers", "OBR-2")]


def test_a_merge_gives_another_number_up() -> None:
    header = ADT.replace("A01^ADT_A01", "A40^ADT_A39")
    assert found(message(EVN, PID, "MRG|4712^^^NCL", header=header)) == []
    assert found(message(EVN, PID, "MRG|4711^^^NCL", header=header)) == [("cross.merge_same", "MRG-1")]
    assert found(message(EVN, PID, "MRG|4711^^^SCL", header=header)) == []


@pytest.mark.parametrize("event", ["A39", "A46"])
def test_a_merge_at_the_level_of_pid_2_may_repeat_pid_3(event: str) -> None:
    structure = "ADT_A39" if event == "A39" else "ADT_A30"
    header = ADT.replace("A01^ADT_A01", f"{event}^{structure}")
    assert "cross.merge_same" not in [rule for rule, _ in found(message(EVN, PID, "MRG|4711^^^NCL", header=header))]


def test_set_ids_go_on() -> None:
    result = "OBX|{0}|NM|a^b^L||5||||||F"
    assert oru(result.format(1), result.format(2), result.format(1)) == []
    assert oru(result.format(1), result.format(3)) == [("cross.set_id", "OBX[2]-1")]
    assert oru(result.format("x")) == [("type.sequence", "OBX-1")]


def test_nobody_is_born_after_the_message() -> None:
    assert adt(pid=PID + "||20260103") == []
    assert adt(pid=PID + "||20260105") == [("cross.date_order", "MSH-7")]


def test_every_rule_is_one_that_can_be_named() -> None:
    assert all(rule.says and rule.source and rule.id.count(".") == 1 for rule in RULES.values())
    assert all(not rule.says.endswith(".") for rule in RULES.values())


def test_what_stands_in_the_wrong_place_is_told_its_neighbors() -> None:
    (fault,) = [one for one in faults(parse_message(message(PID, EVN, PV1))) if one.rule == "segment.misplaced"]
    assert fault.fix == "ADT_A01 has it as EVN, between MSH and PID"
    (fault,) = [one for one in faults(parse_message(message(PID, OBR, PV1, header=ORU))) if one.path.segment == "PV1"]
    assert fault.fix == "ORU_R01 has it as PATIENT_RESULT.PATIENT.VISIT.PV1, between PID and OBR"


def test_a_field_shorter_than_its_own_data_type_is_a_contradiction_of_the_version() -> None:
    obr = OBR.replace("|F1|", f"|{'1' * 30}|")
    (fault,) = faults(parse_message(message(PID, obr, header=ORU)))
    assert (fault.rule, str(fault.path), fault.severity) == ("length.exceeded", "OBR-3", Severity.NOTE)
    assert fault.fix == "at most 22 characters, although EI.1 alone may have 199"


def test_the_length_of_a_message_type_is_that_of_its_components() -> None:
    header = ADT.replace("|ADT^A01^ADT_A01|", "|ADT^A01^ADT_A01|").replace("2.5.1", "2.3")
    assert found(message("EVN|A01|20260102", PID, PV1, header=header)) == [("component.undefined", "MSH-9.3")]


def test_a_coding_system_may_be_an_oid_of_any_length() -> None:
    oid = "2.16.840.1.113883.3.88.12.80.20"
    assert oru(f"OBX|1|CE|a^b^{oid}||A^^urn:oid:{oid}||||||F") == []


def test_units_languages_and_fields_with_a_table_need_no_coding_system() -> None:
    assert oru("OBX|1|NM|a^b^L||5|mmol/l|||||F") == []
    assert adt(pv1="PV1|1|I||||||||||||7", version="2.7.1")[-1:] != [("type.coded_system", "PV1-14.3")]
    assert found(message(EVN, PID, PV1, header=ADT + "|||||||en")) == []
    assert adt("DG1|1||S72.0|||A") == [("type.coded_system", "DG1-3.3")]


def test_the_content_of_a_withdrawn_field_is_not_judged() -> None:
    pid = "PID|1||4711^^^NCL^MR|not-an-id^^^&1.x&ISO|Doe^Jane"
    assert found(message(EVN, pid, PV1, version="2.7")) == [("field.withdrawn", "PID-4")]
