"""Content items by their concept names (PS3.15 table E.3.4-1), and codes that an option keeps."""

from __future__ import annotations

from typing import Any

import pytest
from pydicom.dataset import Dataset
from tests.dicom import making
from tests.dicom.deidentification_making import code, item, made, read, result

from trivium_dicom.deidentify.choices import Choice, options_of
from trivium_dicom.deidentify.concerns import Concern
from trivium_dicom.deidentify.content_rules import action_of, table

CLEAN = "clean_structured_content"


def line(concept: Dataset, value_type: str, **values: Any) -> Dataset:
    return item(RelationshipType="CONTAINS", ValueType=value_type, ConceptNameCodeSequence=[concept], **values)


def report(*lines: Dataset) -> Dataset:
    ds = making.sc(PixelData=None, SOPClassUID="1.2.840.10008.5.1.4.1.1.88.33", Modality="SR")
    ds.ContentSequence = list(lines)
    return ds


BIRTH = code("121031", "DCM", "Subject Birth Date")
AGE = code("121033", "DCM", "Subject Age")
NAME = code("121029", "DCM", "Subject Name")
STUDY = code("110180", "DCM", "Study Instance UID")
DEVICE = code("121013", "DCM", "Device Observer Name")
FINDING = code("121071", "DCM", "Finding")
STARTED = code("111526", "DCM", "DateTime Started")


def _age() -> Dataset:
    years = item(NumericValue="61", MeasurementUnitsCodeSequence=[code("a", "UCUM", "year")])
    return line(AGE, "NUM", MeasuredValueSequence=[years])


def meanings(one: Any) -> list[str]:
    return [entry.ConceptNameCodeSequence[0].CodeMeaning for entry in one.ContentSequence]


def test_the_table_is_whole() -> None:
    assert sum(len(rows) for rows in table().values()) == 211


@pytest.mark.parametrize(
    ("scheme", "value", "value_type", "options", "letter"),
    [
        ("DCM", "121033", "NUM", [], "X"),
        ("DCM", "121033", "NUM", ["retain_patient_characteristics"], "K"),
        ("DCM", "121031", "DATE", ["retain_full_dates"], "X"),
        ("DCM", "111526", "DATETIME", ["retain_modified_dates"], "C"),
        ("DCM", "111526", "DATETIME", [], "X/D"),
        ("DCM", "121012", "UIDREF", ["retain_device_identity"], "K"),
        ("DCM", "121435", "", [], "X"),
        ("DCM", "121071", "NUM", [], None),
        ("SRT", "R-42B89", "TEXT", [], "X"),
        ("SCT", "R-42B89", "TEXT", [], None),
    ],
)
def test_what_the_table_says_of_an_item(
    scheme: str, value: str, value_type: str, options: list[str], letter: str | None
) -> None:
    assert action_of(scheme, value, value_type, options_of([Choice(one) for one in options])) == letter


def test_a_birth_date_in_a_report_goes_even_where_dates_stay() -> None:
    started = line(STARTED, "DATETIME", DateTime="20240229101500")
    one = result(report(line(BIRTH, "DATE", Date="19630405"), started), CLEAN, "retain_full_dates")

    assert meanings(one) == ["DateTime Started"]
    assert one.ContentSequence[0].DateTime == "20240229101500"


def test_the_age_in_a_report_stays_with_the_characteristics_of_the_patient_only() -> None:
    person = line(NAME, "PNAME", PersonName="Example^Erika")

    assert meanings(result(report(_age(), person), CLEAN)) == ["Subject Name"]
    kept = result(report(_age(), person), CLEAN, "retain_patient_characteristics")
    assert meanings(kept) == ["Subject Age", "Subject Name"]
    assert str(kept.ContentSequence[0].MeasuredValueSequence[0].NumericValue) == "61"
    assert str(kept.ContentSequence[1].PersonName) == "REMOVED"


def test_an_item_that_another_points_at_by_its_place_leaves_its_place_taken() -> None:
    pointer = item(RelationshipType="INFERRED FROM", ReferencedContentItemIdentifier=[1, 3])
    finding = line(FINDING, "TEXT", TextValue="nodule", ContentSequence=[pointer])
    target = line(code("121206", "DCM", "Distance"), "NUM", MeasuredValueSequence=[item(NumericValue="5")])
    one = result(report(_age(), finding, target), CLEAN)

    assert meanings(one)[::2] == ["Comment", "Distance"]
    assert one.ContentSequence[0].TextValue == "REMOVED"
    assert one.ContentSequence[1].ContentSequence[0].ReferencedContentItemIdentifier == [1, 3]


def test_uids_in_a_report_stay_where_uids_stay() -> None:
    study = line(STUDY, "UIDREF", UID=f"{making.ROOT}.1")

    mapped = result(report(study), CLEAN)
    assert mapped.ContentSequence[0].UID == mapped.StudyInstanceUID != f"{making.ROOT}.1"
    kept = result(report(study), CLEAN, "retain_uids")
    assert kept.ContentSequence[0].UID == kept.StudyInstanceUID == f"{making.ROOT}.1"


def test_the_name_of_a_device_stays_with_the_device_only() -> None:
    device = line(DEVICE, "TEXT", TextValue="SCANNER 7 WEST WING")

    assert "ContentSequence" not in result(report(device), CLEAN)
    kept = result(report(device), CLEAN, "retain_device_identity")
    assert kept.ContentSequence[0].TextValue == "SCANNER 7 WEST WING"


def test_a_finding_of_known_words_stays_only_if_descriptors_are_cleaned() -> None:
    finding = line(FINDING, "TEXT", TextValue="nodule left lung")

    assert result(report(finding), CLEAN).ContentSequence[0].TextValue == "REMOVED"
    cleaned = result(report(finding), CLEAN, "clean_descriptors")
    assert cleaned.ContentSequence[0].TextValue == "nodule left lung"


def test_a_code_that_nobody_knows_stays_in_a_kept_sequence_and_a_person_is_told() -> None:
    group = code("GRP7", "99LOCAL", "Example people")
    one = made(making.ct(EthnicGroupCodeSequence=[group]), "retain_patient_characteristics")

    assert read(one).EthnicGroupCodeSequence[0].CodeValue == "GRP7"
    assert Concern.CODES in one.concerns
    assert Concern.CODES not in made(making.ct(), "retain_patient_characteristics").concerns


def test_a_cleaned_report_can_be_read_at_each_depth() -> None:
    local, side = code("L1", "99LOCAL", "Erika's own"), code("L2", "99LOCAL", "Erika's side")
    coded = line(local, "CODE", ConceptCodeSequence=[side])
    text = line(local, "TEXT", TextValue="Mrs Example is ill", ContentSequence=[coded])
    number = item(NumericValue="5", MeasurementUnitsCodeSequence=[code("L3", "99LOCAL", "Erika's unit")])
    measured = line(local, "NUM", MeasuredValueSequence=[number])
    one = result(
        report(line(local, "CONTAINER", ContinuityOfContent="SEPARATE", ContentSequence=[text, measured])), CLEAN
    )

    removed = ("REMOVED", "99TRIVIUM", "Removed")
    text, measured = one.ContentSequence[0].ContentSequence
    inside, value = text.ContentSequence[0], measured.MeasuredValueSequence[0]
    found = [
        text.ConceptNameCodeSequence,
        inside.ConceptNameCodeSequence,
        inside.ConceptCodeSequence,
        measured.ConceptNameCodeSequence,
        value.MeasurementUnitsCodeSequence,
    ]
    assert [(entry.CodeValue, entry.CodingSchemeDesignator, entry.CodeMeaning) for (entry,) in found] == [removed] * 5
    assert (text.TextValue, str(value.NumericValue)) == ("REMOVED", "5")
    assert "Erika" not in str(one)
