"""A site's rows at work: what they change in the bundle, and what the loss report says of it."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from trivium_fhir.bundle.assembling import make_bundle
from trivium_fhir.convert.engine import convert
from trivium_fhir.convert.model import Options
from trivium_fhir.loss.reporting import loss_report
from trivium_fhir.loss.results import ValueLoss
from trivium_fhir.maps import form
from trivium_fhir.maps.checking import checked
from trivium_fhir.maps.form import read_form
from trivium_fhir.maps.site import Site
from trivium_hl7.reader import parse_message

ADMISSION = (
    "MSH|^~\\&|ADT|NORTH|EHR|SOUTH|20260102030405+0100||ADT^A01^ADT_A01|M1|P|2.5.1\r"
    "EVN|A01|20260102\r"
    "PID|1||123^^^NORTH&1.2.3.4&ISO^MR~9^^^SSA^SS||MUSTER^ANNA||19700131|W|||||||||||987-65-4321\r"
    "PV1|1|I|W1^2^3\r"
    "ZPD|Ward 7|A1^Mobility^L|walks alone\r"
    "ZPD||B2^Sight^L|wears glasses|left over\r"
)


def resources(rows: str, type_: str, message: str = ADMISSION) -> list[dict[str, Any]]:
    """Of one type, as the bundle has them."""
    made, _ = done(rows, message)
    return [entry["resource"] for entry in made["entry"] if entry["resource"]["resourceType"] == type_]


def done(rows: str, message: str = ADMISSION) -> tuple[dict[str, Any], dict[str, ValueLoss]]:
    """The bundle, and what the report says of each value."""
    read = parse_message(message)
    conversion = convert(read, Options(maps=checked(read_form(rows)) if rows else None))
    bundled = make_bundle(conversion, read)
    report = loss_report(conversion, read, bundled.entries, full=True, limit=1000)
    return bundled.resource, {one.at: one for one in report.values or ()}


def said(rows: str, at: str) -> tuple[str, str | None, list[str | None], tuple[str, ...]]:
    """State, reason, paths and the rows behind the first of them."""
    one = done(rows)[1][at]
    to = one.to or ()
    return one.state, one.reason, [each.path for each in to], to[0].rows if to else ()


@pytest.mark.parametrize(
    ("zone", "admitted"),
    [
        (None, "2026-07-02"),
        ("Z", "2026-07-02T12:00:00Z"),
        ("-03:30", "2026-07-02T12:00:00-03:30"),
        ("Europe/Berlin", "2026-07-02T12:00:00+02:00"),
    ],
)
def test_every_zone_that_the_settings_take_is_given_to_times_without_an_offset(zone: str | None, admitted: str) -> None:
    read = parse_message(ADMISSION.replace("PV1|1|I|W1^2^3", f"PV1|1|I|W1^2^3{'|' * 41}202607021200"))
    made = make_bundle(convert(read, Site(zone).options()), read).resource
    (period,) = [one["resource"]["period"] for one in made["entry"] if one["resource"]["resourceType"] == "Encounter"]
    assert period == {"start": admitted}


CLASS = """
[[segment]]
map = "PV1[Encounter]"
v2 = "PV1-3"
to = "serviceType.text"
"""


def test_an_added_row_puts_the_value_at_its_place_too_and_the_report_says_whose_row_it_is() -> None:
    before, after = resources("", "Encounter")[0], resources(CLASS, "Encounter")[0]
    assert "serviceType" not in before
    assert after["serviceType"] == {"text": "W1"}
    assert after["location"] == before["location"]
    told = done(CLASS)[1]["4: PV1-3[1].1.1"]
    assert ("PV1[Encounter] PV1-3 (site)",) in [each.rows for each in told.to or ()]


SEX = """
[[segment]]
action = "override"
map = "PID[Patient]"
v2 = "PID-8"
to = "gender"
concept_map = "LocalSex"

[[code]]
map = "LocalSex"
v2 = "W"
code = "female"
system = "http://hl7.org/fhir/administrative-gender"
"""


def test_an_overriding_row_with_its_own_codes_takes_the_place_of_the_guides() -> None:
    assert "gender" not in resources("", "Patient")[0]
    assert resources(SEX, "Patient")[0]["gender"] == "female"
    assert said("", "3: PID-8[1].1.1")[0] == "refused"
    assert said(SEX, "3: PID-8[1].1.1") == ("mapped", None, ["Patient.gender"], ("PID[Patient] PID-8 (site)",))


def test_a_code_added_to_a_map_of_the_guide_is_taken_by_the_guides_row() -> None:
    added = (
        '[[code]]\nmap="AdministrativeSex"\nv2="W"\ncode="female"\nsystem="http://hl7.org/fhir/administrative-gender"'
    )
    assert resources(added, "Patient")[0]["gender"] == "female"
    assert said(added, "3: PID-8[1].1.1")[3][0] == "PID[Patient] PID-8"


def test_a_dropped_row_leaves_the_value_out_and_the_report_tells_of_it() -> None:
    dropped = '[[segment]]\naction="drop"\nmap="PID[Patient]"\nv2="PID-7"'
    assert resources("", "Patient")[0]["birthDate"] == "1970-01-31"
    assert "birthDate" not in resources(dropped, "Patient")[0]
    assert said(dropped, "3: PID-7[1].1.1")[:2] == ("not_mapped", "the guide has no row for it")


def test_a_row_of_a_data_type_map_works_wherever_the_type_is_used() -> None:
    dropped = '[[datatype]]\naction="drop"\nmap="XPN[HumanName]"\nv2="XPN.2"'
    assert resources("", "Patient")[0]["name"][0]["given"] == ["ANNA"]
    assert "given" not in resources(dropped, "Patient")[0]["name"][0]


def test_what_a_site_writes_is_not_changed_by_the_decisions_on_the_guides_rows() -> None:
    """The decision makes the system of PID-19 the SSN's."""
    own = (
        '[[segment]]\naction="override"\nmap="PID[Patient]"\nv2="PID-19"\nreplaces="identifier[4].system"\n'
        'to="identifier[4].system"\nconstant="http://example.org/insurance-numbers"'
    )
    numbers = {one["value"]: one.get("system") for one in resources(own, "Patient")[0]["identifier"]}
    assert numbers["987-65-4321"] == "http://example.org/insurance-numbers"
    theirs = {one["value"]: one.get("system") for one in resources("", "Patient")[0]["identifier"]}
    assert theirs["987-65-4321"] == "http://hl7.org/fhir/sid/us-ssn"


def example() -> str:
    """The Z segment of the documentation."""
    text = inspect.getdoc(form) or ""
    shown = text.partition('    [[map]]\n    map = "ZPD[Patient]"')
    return inspect.cleandoc((shown[1] + shown[2]).partition("\n\nA map of the guide")[0])


def test_the_documented_z_segment_adds_to_the_patient_and_makes_observations() -> None:
    rows = example()
    assert resources(rows, "Patient")[0]["extension"] == [
        {"url": "http://example.org/fhir/ward-of-birth", "valueString": "Ward 7"}
    ]
    made, _ = done(rows)
    patient = next(one["fullUrl"] for one in made["entry"] if one["resource"]["resourceType"] == "Patient")
    observations = resources(rows, "Observation")
    assert [one["valueString"] for one in observations] == ["walks alone", "wears glasses"]
    assert [one["code"]["coding"][0]["code"] for one in observations] == ["A1", "B2"]
    assert [(one["status"], one["subject"]["reference"]) for one in observations] == [("final", patient)] * 2
    assert len(resources(rows, "Patient")) == 1


def test_the_fields_of_a_mapped_z_segment_are_accounted_for() -> None:
    assert said("", "5: ZPD-1[1].1.1")[:2] == ("not_mapped", "the guide has no map for the segment")
    rows = example()
    assert said(rows, "5: ZPD-1[1].1.1") == (
        "mapped",
        None,
        ["Patient.extension.valueString"],
        ("ZPD[Patient] ZPD-1 (site)",),
    )
    assert said(rows, "6: ZPD-2[1].2.1")[3] == ("ZPD[Observation] ZPD-2 (site)", "CWE[CodeableConcept] CWE.2")
    assert said(rows, "6: ZPD-4[1].1.1")[:2] == ("not_mapped", "the guide has no row for it")


def test_a_z_segment_is_mapped_in_messages_that_the_guide_does_not_know() -> None:
    message = ADMISSION.replace("ADT^A01^ADT_A01", "ZZZ^Z01").replace("PV1|1|I|W1^2^3\r", "")
    assert len(resources(example(), "Observation", message)) == 2


def test_conditions_read_the_fields_of_a_z_segment() -> None:
    rows = (
        '[[map]]\nmap="ZPD[Basic]"\nresource="new"\n'
        '[[segment]]\nmap="ZPD[Basic]"\nv2="ZPD-3"\nto="code.text"\nwhen=["valued", "ZPD-4"]'
    )
    assert [one["code"] for one in resources(rows, "Basic")] == [{"text": "wears glasses"}]


ALLERGIES = (
    ADMISSION.replace("ADT^A01^ADT_A01", "ADT^A60^ADT_A60") + "IAM|1|DA|70618^Penicillin^RXNORM|SV||{}|||||||||||{}\r"
)


@pytest.mark.parametrize(("certainty", "status"), [("", "active"), ("C", "active"), ("I", None), ("E", None)])
def test_an_allergy_that_no_message_map_names_is_one_and_active_unless_it_says_otherwise(
    certainty: str, status: str | None
) -> None:
    (allergy,) = resources("", "AllergyIntolerance", ALLERGIES.format("A", certainty))
    assert allergy["code"]["coding"][0]["code"] == "70618"
    assert "reference" in allergy["patient"]
    assert allergy["clinicalStatus"].get("coding", [{}])[0].get("code") == status


def test_an_allergy_that_is_to_be_deleted_is_not_made() -> None:
    assert resources("", "AllergyIntolerance", ALLERGIES.format("D", "")) == []


def test_a_map_of_the_guide_can_be_used_where_the_guide_does_not() -> None:
    rows = '[[map]]\nmap="TXA[DocumentReference]"\nresource="new"'
    message = ADMISSION + "TXA|1|DS|TX|20260102|||||||||DOC7^^1.2.3^ISO|||||AU\r"
    assert resources("", "DocumentReference", message) == []
    (document,) = resources(rows, "DocumentReference", message)
    assert document["type"]["coding"][0]["code"] == "DS"
    assert "reference" in document["subject"]


def test_a_map_that_adds_to_what_the_message_does_not_make_makes_nothing() -> None:
    rows = (
        '[[map]]\nmap="ZPD[Immunization]"\nresource="nearest"\n'
        '[[segment]]\nmap="ZPD[Immunization]"\nv2="ZPD-1"\nto="lotNumber"'
    )
    assert resources(rows, "Immunization") == []
    assert said(rows, "5: ZPD-1[1].1.1")[0] == "not_mapped"


def test_the_same_file_gives_the_same_bundle_and_none_gives_the_guides() -> None:
    assert done(example())[0] == done(example())[0]
    assert done("")[0] != done(example())[0]
