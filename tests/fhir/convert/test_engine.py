"""What messages become."""

from __future__ import annotations

from decimal import Decimal

from tests.fhir.convert.messages import bodies, body, converted

from trivium_fhir.convert.model import Options, Reason, State

PID = "PID|1||4711^^^NORTH&1.2.3.4&ISO^MR||DOE^JANE^Q||19800102|F|||1 ELM ST^^TOWN^ST^12345||^PRN^PH^^^555^0100"
OBR = "OBR|1|P1|F1|625-4^Culture^LN|||20260101||||||||||||||||||F"


def test_a_patient_has_the_values_of_pid() -> None:
    patient = body(converted("ADT^A01^ADT_A01", PID), "Patient")
    assert patient["name"] == [{"family": "DOE", "given": ["JANE", "Q"]}]
    assert patient["birthDate"] == "1980-01-02"
    assert patient["gender"] == "female"
    assert patient["address"] == [{"line": ["1 ELM ST"], "city": "TOWN", "state": "ST", "postalCode": "12345"}]
    assert patient["identifier"][0]["system"] == "urn:oid:1.2.3.4"
    assert patient["identifier"][0]["value"] == "4711"
    assert patient["telecom"][0]["value"] == "555 0100"


def test_a_referenced_organization_is_a_resource_of_its_own() -> None:
    conversion = converted("ADT^A01^ADT_A01", PID)
    (assigner,) = [d for d in conversion.drafts if d.type == "Organization" and d.parent and d.parent.type == "Patient"]
    assert assigner.body["identifier"][0]["value"] == "NORTH"
    assert assigner.body["identifier"][1]["value"] == "urn:oid:1.2.3.4"
    assert body(conversion, "Patient")["identifier"][0]["assigner"] == {"reference": assigner.key}


def test_each_obx_makes_an_observation_of_its_report() -> None:
    conversion = converted(
        "ORU^R01^ORU_R01", PID, OBR, "OBX|1|NM|A^Sodium^L||1.10|mmol/L^^UCUM|||||F", "OBX|2|ST|B^Note^L||fine||||||F"
    )
    first, second = bodies(conversion, "Observation")
    assert first["valueQuantity"] == {
        "value": Decimal("1.10"),
        "unit": "mmol/L",
        "code": "mmol/L",
        "system": "http://unitsofmeasure.org",
    }
    assert second["valueString"] == "fine"
    assert first["status"] == second["status"] == "final"
    assert first["subject"] == {"reference": "Patient[1]"}
    assert body(conversion, "DiagnosticReport")["result"] == [{"reference": "Observation[2]"}] * 2


def test_repetitions_of_a_value_become_components() -> None:
    conversion = converted("ORU^R01^ORU_R01", PID, OBR, "OBX|1|NM|A^Pair^L||60~120|mm|||||F")
    parts = body(conversion, "Observation")["component"]
    assert [part["valueQuantity"]["value"] for part in parts] == [60, 120]


def test_a_second_order_group_has_a_report_of_its_own() -> None:
    conversion = converted("ORU^R01^ORU_R01", PID, OBR, "OBX|1|ST|A^x^L||one||||||F", OBR, "OBX|1|ST|A^x^L||two||||||F")
    assert [len(report["result"]) for report in bodies(conversion, "DiagnosticReport")] == [1, 1]


def test_a_time_without_offset_keeps_its_date_and_says_so() -> None:
    conversion = converted("ADT^A01^ADT_A01", PID, "PV1|1|I" + "|" * 42 + "20260101101112")
    assert body(conversion, "Encounter")["period"] == {"start": "2026-01-01"}
    (entry,) = [e for e in conversion.ledger.entries() if e.path == "Encounter.period.start"]
    assert (entry.state, entry.reason) == (State.MAPPED, Reason.TIME_ZONE)


def test_the_time_zone_of_the_options_is_used_and_noted() -> None:
    segment = "PV1|1|I" + "|" * 42 + "20260701101112"
    conversion = converted("ADT^A01^ADT_A01", PID, segment, options=Options(time_zone="Europe/Vienna"))
    assert body(conversion, "Encounter")["period"] == {"start": "2026-07-01T10:11:12+02:00"}
    assert conversion.notes[-1].text == "times without an offset were read in the time zone of the settings"


def test_a_code_that_a_required_list_refuses_is_refused() -> None:
    conversion = converted("ADT^A01^ADT_A01", PID.replace("|F|", "|MARTIAN|"))
    assert "gender" not in body(conversion, "Patient")
    (entry,) = [e for e in conversion.ledger.entries() if e.path == "Patient.gender"]
    assert (entry.state, entry.reason) == (State.REFUSED, Reason.NO_CODE)


def test_the_name_of_an_unknown_coding_system_makes_no_uri() -> None:
    conversion = converted("ORU^R01^ORU_R01", PID, OBR, "OBX|1|ST|A^x^99OURS||one||||||F")
    assert body(conversion, "Observation")["code"] == {"coding": [{"code": "A", "display": "x"}]}
    assert Reason.SYSTEM in {entry.reason for entry in conversion.ledger.entries()}


def test_the_null_of_hl7_is_no_value() -> None:
    conversion = converted("ADT^A01^ADT_A01", PID.replace("|19800102|", '|""|'))
    assert "birthDate" not in body(conversion, "Patient")
    assert Reason.NULL in {entry.reason for entry in conversion.ledger.entries()}


def test_parts_of_a_place_lie_in_one_another() -> None:
    conversion = converted("ADT^A01^ADT_A01", PID, "PV1|1|I|WARD^ROOM^BED^SITE")
    by_value = {place["identifier"][0]["value"]: place for place in bodies(conversion, "Location")}
    assert set(by_value) == {"WARD", "ROOM", "BED", "SITE"}
    assert "partOf" in by_value["BED"]
    assert "partOf" not in by_value["SITE"]


def test_a_note_behind_an_order_is_the_orders() -> None:
    conversion = converted("ORU^R01^ORU_R01", PID, "ORC|RE|P1", OBR, "NTE|1||keep cool", "OBX|1|ST|A^x^L||one||||||F")
    assert body(conversion, "ServiceRequest")["note"] == [{"text": "keep cool"}]
    assert "note" not in body(conversion, "Observation")


def test_a_message_beyond_the_guide_goes_by_its_own_structure_and_says_so() -> None:
    conversion = converted("ADT^A40^ADT_A39", "EVN||20260101", PID)
    assert (conversion.structure, conversion.guided) == ("ADT_A39", False)
    assert body(conversion, "Patient")["birthDate"] == "1980-01-02"
    assert "own structure" in conversion.notes[0].text


def test_each_merge_links_the_patient_who_stays_with_the_one_who_is_replaced() -> None:
    conversion = converted("ADT^A40^ADT_A39", "PID|||1", "MRG|2", "PID|||3", "MRG|4||||||OLD^ANN")
    patients = [one for one in conversion.drafts if one.type == "Patient"]
    assert [one.body["identifier"][0]["value"] for one in patients] == ["1", "2", "3", "4"]
    assert [one.body["link"][0]["type"] for one in patients] == ["replaces", "replaced-by"] * 2
    for one, other in zip(patients, (patients[1], patients[0], patients[3], patients[2]), strict=True):
        assert any(one.body["link"][0]["other"] is pointer for pointer in other.pointers)
    assert patients[3].body["name"] == [{"family": "OLD", "given": ["ANN"]}]


def test_an_mrg_of_an_event_that_merges_no_patient_makes_none() -> None:
    conversion = converted("ADT^A43^ADT_A43", "PID|||1", "MRG|2")
    assert [one.type for one in conversion.drafts].count("Patient") == 1


def test_the_envelope_holds_what_the_guide_puts_on_the_bundle() -> None:
    conversion = converted("ADT^A01^ADT_A01", PID)
    assert conversion.envelope is not None
    assert conversion.envelope.body["identifier"] == {"value": "M1"}
    assert conversion.envelope.body["timestamp"] == "2026-01-02T03:04:05+01:00"
    assert conversion.header is not None
    assert conversion.header.body["eventCoding"]["code"] == "A01"


def test_two_conversions_of_one_message_are_equal() -> None:
    first, second = (converted("ADT^A01^ADT_A01", PID, "PV1|1|I|WARD^ROOM^BED") for _ in range(2))
    assert [draft.body for draft in first.drafts] == [draft.body for draft in second.drafts]


def test_the_states_add_up_to_the_values() -> None:
    conversion = converted("ADT^A01^ADT_A01", "PID|1||7||A^B", "ZZZ|x^y&z~w")
    totals = conversion.ledger.totals()
    leaves = list(conversion.ledger.leaf_entries())
    assert sum(totals.values()) == len(leaves)
    outside = [entries[0].reason for leaf, _, entries in leaves if leaf.segment == 3]
    assert outside == [Reason.NO_SEGMENT_MAP] * 4


def test_what_was_dropped_again_counts_as_refused() -> None:
    conversion = converted("ADT^A01^ADT_A01", PID)
    (patient,) = [draft for draft in conversion.drafts if draft.type == "Patient"]
    before = conversion.ledger.totals()[State.REFUSED]
    conversion.ledger.drop(patient, "Patient.birthDate", Reason.INCOMPLETE)
    assert conversion.ledger.totals()[State.REFUSED] == before + 1


def test_a_document_names_all_the_orders_that_it_answers() -> None:
    orders = [f"ORC|RE|P{number}|F{number}\rOBR|{number}|P{number}|F{number}|A^B^L" for number in (1, 2)]
    conversion = converted("MDM^T02^MDM_T02", PID, "PV1|1|I", *orders, "TXA|1|DS|TX|||||||||DOC1|||||AU")
    related = body(conversion, "DocumentReference")["context"]["related"]
    requests = [one for one in conversion.drafts if one.type == "ServiceRequest"]
    assert len(related) == len(requests) == 2
    for one, request in zip(related, requests, strict=True):
        assert any(one is pointer for pointer in request.pointers)
