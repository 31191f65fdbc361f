"""A Bundle as an HL7 v2 message: what stands where, what is valid, and what became of every value."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from tests.fhir.reverse.bundles import COLOR, ENCOUNTER, GLUCOSE, PATIENT, REPORT, WHEN, bundle, text

from trivium.api import BadInput
from trivium_fhir.reverse.engine import Converted, Options, convert
from trivium_fhir.reverse.header import Parties
from trivium_fhir.reverse.problems import BundleProblem, Unused
from trivium_hl7.validation.checking import validate

_TEST = Parties(processing_id="T")


def lines(made: Converted) -> list[str]:
    return made.message.encode().removesuffix("\r").split("\r")


def errors(made: Converted) -> list[str]:
    return [f"{one.path} {one.rule.id}" for one in validate(made.message).findings if one.severity.value == "error"]


def result() -> dict[str, Any]:
    return bundle(PATIENT, REPORT, GLUCOSE, COLOR, event="R01")


def test_a_report_becomes_a_result_message_that_is_valid() -> None:
    made = convert(text(result()))
    assert errors(made) == []
    assert lines(made) == [
        "MSH|^~\\&|LAB^1.2.3^ISO||||20260304050607+0100||ORU^R01^ORU_R01|" + made.message.header.value(10) + "|T|2.5.1",
        "PID|1||MRN-77^^^&1.2.3.4&ISO^MR||Probe^Ada^B C^^^^L||19700203|F|||1 Test \\T\\ Co Street^^Nowhere^^00001^US^H"
        "||555-0100^PRN^PH|555-0199^WPN^PH",
        "OBR|1||F-1^^1.2.3.9^ISO|24323-8^Panel^LN|||20260304050607+0100||||||||||||||||||F",
        "OBX|1|NM|2345-7^Glucose^LN||5.1|mmol/L^mmol/L^UCUM|||||F",
        "NTE|1||fasting \\F\\ checked",
        "OBX|2|ST|5778-6^Color^LN||amber\\S\\dark||||||P",
    ]


def test_a_decimal_keeps_its_digits() -> None:
    made = convert(text(result()).replace("5.1,", "5.10,"))
    assert lines(made)[3].split("|")[5] == "5.10"


def test_an_admission_is_valid_and_has_its_visit() -> None:
    made = convert(text(bundle(PATIENT, ENCOUNTER, event="A01")))
    assert errors(made) == []
    assert lines(made)[1:] == [
        "EVN||20260304050607+0100",
        lines(convert(text(result())))[1],
        "PV1|1|I" + "|" * 42 + "20260304050607+0100",
    ]


def test_the_status_of_a_visit_does_not_make_up_its_class() -> None:
    made = convert(text(bundle(PATIENT, {**ENCOUNTER, "class": None}, event="A01")))
    assert errors(made) == ["PV1-2 field.required"]
    assert {leaf.path: leaf.unused for leaf in made.leaves}["Encounter.status"] is Unused.AMBIGUOUS


def test_a_merge_names_the_patient_who_is_replaced() -> None:
    gone = {**PATIENT, "id": "p2", "identifier": [{**PATIENT["identifier"][0], "value": "MRN-13"}]}
    stays = {**PATIENT, "link": [{"other": {"reference": "Patient/p2"}, "type": "replaces"}]}
    made = convert(text(bundle(gone, stays, event="A40")))
    assert errors(made) == []
    assert lines(made)[0].split("|")[8] == "ADT^A40^ADT_A39"
    assert lines(made)[2].startswith("PID|1||MRN-77^")
    assert lines(made)[3] == "MRG|MRN-13^^^&1.2.3.4&ISO^MR||||||Probe^Ada^B C^^^^L"


def test_each_of_two_merges_keeps_its_own_pair() -> None:
    def person(number: str, other: str, link: str) -> dict[str, Any]:
        named = {**PATIENT, "id": number, "identifier": [{"value": number}]}
        return {**named, "link": [{"other": {"reference": f"Patient/{other}"}, "type": link}]}

    pairs = (("1", "2"), ("3", "4"))
    patients = [
        one for stays, gone in pairs for one in (person(stays, gone, "replaces"), person(gone, stays, "replaced-by"))
    ]
    made = lines(convert(text(bundle(*patients, event="A40"))))
    kept = [line.split("|")[:4] for line in made if line[:3] in ("PID", "MRG")]
    assert [(one[0], one[3] if one[0] == "PID" else one[1]) for one in kept] == [
        ("PID", "1"), ("MRG", "2"), ("PID", "3"), ("MRG", "4"),
    ]  # fmt: skip


def test_a_merge_of_accounts_names_the_account_that_is_gone() -> None:
    account = {"resourceType": "Account", "status": "unknown", "identifier": [{"value": "ACC-1"}]}
    made = convert(text(bundle(PATIENT, account, event="A40")))
    assert errors(made) == ["MRG-1 field.required"]
    assert [one[:3] for one in lines(made)] == ["MSH", "EVN", "PID", "MRG"]
    assert lines(made)[3] == "MRG|||ACC-1"


ORDER: dict[str, Any] = {
    "resourceType": "ServiceRequest",
    "id": "s1",
    "status": "active",
    "intent": "order",
    "identifier": [
        {
            "value": "P-1",
            "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "PLAC"}]},
        }
    ],
    "code": {"coding": [{"system": "http://loinc.org", "code": "24323-8", "display": "Panel"}]},
    "subject": {"reference": "Patient/p1"},
    "requester": {"reference": "Practitioner/d1"},
}
DOCTOR: dict[str, Any] = {
    "resourceType": "Practitioner",
    "id": "d1",
    "identifier": [{"value": "D-9"}],
    "name": [{"family": "Sample", "given": ["Max"]}],
}


@pytest.mark.parametrize("kind", ["ORM^O01", "OML^O21"])
def test_an_order_is_valid_and_names_who_asks_for_it(kind: str) -> None:
    made = convert(text(bundle(PATIENT, ORDER, DOCTOR)), Options(kind, parties=_TEST))
    assert errors(made) == []
    orc, obr = lines(made)[-2:]
    assert orc == "ORC|NW|P-1|||IP|||||||D-9^Sample^Max"
    assert obr == "OBR|1|P-1||24323-8^Panel^LN||||||||||||D-9^Sample^Max"


def test_a_vaccination_is_valid() -> None:
    dose = {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "08", "display": "Hep B"}]},
        "patient": {"reference": "Patient/p1"},
        "occurrenceDateTime": "2026-03-04",
        "doseQuantity": {"value": 0.5, "unit": "mL", "system": "http://unitsofmeasure.org", "code": "mL"},
        "lotNumber": "L1",
    }
    made = convert(text(bundle(PATIENT, dose)), Options("VXU^V04", parties=_TEST))
    assert errors(made) == []
    assert lines(made)[-1] == "RXA|0|1|20260304|20260304|08^Hep B^CVX|0.5|mL^mL^UCUM||||||||L1|||||CP"


def test_a_document_carries_its_text() -> None:
    document = {
        "resourceType": "DocumentReference",
        "status": "current",
        "docStatus": "final",
        "masterIdentifier": {"value": "DOC-1"},
        "type": {"coding": [{"system": "http://loinc.org", "code": "11488-4", "display": "Note"}]},
        "content": [{"attachment": {"contentType": "text/plain", "data": "b25lIHwgdHdv"}}],
    }
    made = convert(text(bundle(PATIENT, ENCOUNTER, document)), Options("MDM^T02", parties=_TEST))
    assert errors(made) == []
    assert lines(made)[-2:] == [
        "TXA|1|11488-4|TX|||||||||DOC-1|||||AU||AV",
        "OBX|1|TX|11488-4^Note^LN||one \\F\\ two||||||F",
    ]


def test_an_appointment_says_what_the_bundle_does_not_give() -> None:
    appointment = {
        "resourceType": "Appointment",
        "status": "booked",
        "identifier": [{"value": "A-1"}, {"value": "A-2"}],
        "start": WHEN,
        "serviceType": [{"coding": [{"system": "http://snomed.info/sct", "code": "11429006", "display": "Visit"}]}],
        "participant": [{"actor": {"reference": "Patient/p1"}, "status": "accepted"}],
    }
    made = convert(text(bundle(PATIENT, appointment)), Options("SIU^S12", parties=_TEST))
    assert errors(made) == ["SCH-6 field.required", "SCH-16 field.required", "SCH-20 field.required"]
    assert lines(made)[-2:] == ["RGS|1", "AIS|1||11429006^Visit^SCT|20260304050607+0100"]


def test_every_value_is_accounted_for_once() -> None:
    made = convert(text(result()))
    read = json.loads(text(result()))
    assert len(made.leaves) == _primitives({**read, "entry": [one["resource"] for one in read["entry"]]})
    assert made.totals().total() == len(made.leaves)
    assert all((leaf.use is None) != (leaf.unused is None) for leaf in made.leaves)


def _primitives(value: object) -> int:
    if isinstance(value, dict):
        return sum(_primitives(one) for one in value.values())
    if isinstance(value, list):
        return sum(_primitives(one) for one in value)
    return 1


def test_the_account_names_the_field_and_the_row_of_the_guide() -> None:
    found = {leaf.path: leaf for leaf in convert(text(result())).leaves}
    family = found["Patient.name[0].family"]
    assert (family.field, family.use.row if family.use else "") == (
        "PID-5.1.1",
        "PID[Patient] PID-5, XPN[HumanName] XPN.1, FN[HumanName] FN.1",
    )
    assert found["Observation.valueString"].field == "OBX[2]-5"
    assert found["Patient.id"].unused is Unused.BUNDLE


def test_the_account_names_a_row_of_ours_as_ours() -> None:
    gone = {**PATIENT, "id": "p2"}
    stays = {**PATIENT, "link": [{"other": {"reference": "Patient/p2"}, "type": "replaces"}]}
    rows = {leaf.use.row for leaf in convert(text(bundle(gone, stays, event="A40"))).leaves if leaf.use}
    assert "ours: MRG[Patient] MRG-1, CX[Identifier] CX.1" in rows


def test_the_same_bundle_gives_the_same_message() -> None:
    first, second = (convert(copy.deepcopy(result())).message.encode() for _ in range(2))
    assert first == second


def test_a_reference_to_what_is_not_there_is_told() -> None:
    made = convert(text(bundle(PATIENT, REPORT, COLOR, event="R01")))
    found = {leaf.path: leaf.unused for leaf in made.leaves}
    assert made.unresolved == 1
    assert found["DiagnosticReport.result[0].reference"] is Unused.UNRESOLVED


def test_a_contained_resource_is_reached() -> None:
    order = {**ORDER, "contained": [DOCTOR], "requester": {"reference": "#d1"}}
    made = convert(text(bundle(PATIENT, order)), Options("ORM^O01", parties=_TEST))
    assert lines(made)[-2].split("|")[12] == "D-9^Sample^Max"


def test_without_an_event_the_caller_has_to_choose() -> None:
    with pytest.raises(BadInput) as caught:
        convert(text(bundle(PATIENT, ENCOUNTER)))
    assert caught.value.problem is BundleProblem.NO_MESSAGE_TYPE


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        ("{", BundleProblem.NOT_JSON),
        ("[]", BundleProblem.NOT_AN_OBJECT),
        ("{}", BundleProblem.NO_RESOURCE_TYPE),
        ('{"resourceType":"Bundle","entry":[{}]}', BundleProblem.NO_RESOURCES),
        ('{"resourceType":' + '{"a":' * 200 + "1" + "}" * 200 + "}", BundleProblem.TOO_DEEP),
        ("[" * 200_000, BundleProblem.TOO_DEEP),
    ],
)
def test_what_is_no_bundle_is_refused(bad: str, problem: BundleProblem) -> None:
    with pytest.raises(BadInput) as caught:
        convert(bad, Options("ADT^A01"))
    assert caught.value.problem is problem


def test_resources_that_refer_to_themselves_end() -> None:
    panel = {**GLUCOSE, "hasMember": [{"reference": "Observation/o1"}]}
    place = {"resourceType": "Location", "id": "l1", "name": "W", "partOf": {"reference": "Location/l1"}}
    visit = {**ENCOUNTER, "location": [{"location": {"reference": "Location/l1"}}]}
    role = {"resourceType": "PractitionerRole", "id": "x", "practitioner": {"reference": "PractitionerRole/x"}}
    order = {
        **ORDER,
        "requester": {"reference": "PractitionerRole/x"},
        "supportingInfo": [{"reference": "Observation/o1"}],
    }
    made = convert(text(bundle(PATIENT, visit, place, role, panel, order)), Options("ORM^O01", parties=_TEST))
    assert [one[:3] for one in lines(made)] == ["MSH", "PID", "PV1", "ORC", "OBR", "OBX", "NTE"]


@pytest.mark.parametrize("version", ["2.3", "2.3.1", "2.4", "2.5", "2.6", "2.7", "2.8.2"])
def test_a_result_is_valid_in_other_versions(version: str) -> None:
    made = convert(text(result()), Options(version=version))
    assert [one for one in errors(made) if "MSH-10" not in one] == []


def test_a_version_that_is_not_written_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        convert(text(result()), Options(version="2.2"))
    assert caught.value.problem is BundleProblem.UNKNOWN_VERSION
