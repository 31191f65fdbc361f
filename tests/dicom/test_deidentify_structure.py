"""What a file is made of stays: classes, coding schemes, earlier steps; and what hides in its structure does not."""

from __future__ import annotations

from typing import Any

import pytest
from pydicom.dataset import Dataset
from tests.dicom import making
from tests.dicom.deidentification_making import SECRET, code, item, made, read, result

from trivium_dicom.deidentify.concerns import Concern
from trivium_dicom.deidentify.working import Plan, deidentify
from trivium_dicom.files.limits import Limits

PRIVATE_CLASS = "1.2.826.0.1.3680043.9.1.2"
SNOMED = "2.16.840.1.113883.6.96"


def test_a_private_class_of_an_unknown_maker_stays_and_a_person_is_told() -> None:
    one = made(making.ct(SOPClassUID=PRIVATE_CLASS))

    assert (read(one).SOPClassUID, read(one).file_meta.MediaStorageSOPClassUID) == (PRIVATE_CLASS, PRIVATE_CLASS)
    assert Concern.CLASS_UNKNOWN in one.concerns


def test_a_uid_of_the_study_in_the_place_of_a_class_is_replaced() -> None:
    reference = item(ReferencedSOPClassUID=f"{making.ROOT}.1", ReferencedSOPInstanceUID=f"{making.ROOT}.3.1")
    one = result(making.ct(ReferencedImageSequence=[reference]), "clean_descriptors")

    assert f"{making.ROOT}.1" not in str(one)


def test_uids_of_coding_schemes_and_well_known_frames_of_reference_stay() -> None:
    scheme = item(CodingSchemeDesignator="SCT", CodingSchemeUID=SNOMED)
    ds = making.ct(CodingSchemeIdentificationSequence=[scheme], FrameOfReferenceUID="1.2.840.10008.1.4.1.1")
    one = result(ds)

    assert one.CodingSchemeIdentificationSequence[0].CodingSchemeUID == SNOMED
    assert one.FrameOfReferenceUID == "1.2.840.10008.1.4.1.1"


def test_uids_that_the_table_does_not_name_go_with_the_others() -> None:
    ds = making.ct(VolumeFrameOfReferenceUID=f"{making.ROOT}.5", HomeCommunityID=f"{making.ROOT}.6")

    mapped, kept = result(ds), result(ds, "retain_uids")
    assert mapped.VolumeFrameOfReferenceUID.startswith("2.25.")
    assert mapped.VolumeFrameOfReferenceUID != f"{making.ROOT}.5"
    assert kept.VolumeFrameOfReferenceUID == f"{making.ROOT}.5"
    assert kept.HomeCommunityID != f"{making.ROOT}.6"


def test_text_in_the_place_of_a_uid_that_an_option_keeps_does_not_stay() -> None:
    ds = making.ct(FrameOfReferenceUID=None)
    raw = making.element(0x00200052, b"LO", b"Example^Erika ")
    body = making.as_bytes(ds)
    at = body.index(making.element(0x00201040, b"LO", b"")[:4])
    one = deidentify(body[:at] + raw + body[at:], Limits(), _plan("retain_uids"))

    assert b"Erika" not in one.content


def _plan(*options: str) -> Plan:
    from trivium_dicom.deidentify.choices import Choice, options_of

    return Plan(options_of([Choice(one) for one in options]), SECRET)


def _after(**changes: Any) -> Dataset:
    ds = making.ct(**changes)
    ds.PatientIdentityRemoved = "YES"
    ds.DeidentificationMethod = "by Erika Example"
    ds.DeidentificationMethodCodeSequence = [
        code("113100", "DCM", "Basic Application Confidentiality Profile"),
        code("113101", "DCM", "Erika's own way"),
        code("E1", "99LOCAL", "Erika's own way"),
    ]
    return ds


def test_steps_that_were_taken_before_are_told_by_their_codes() -> None:
    one = result(_after(), "retain_uids")

    told = [(entry.CodeValue, entry.CodeMeaning) for entry in one.DeidentificationMethodCodeSequence]
    assert told == [
        ("113100", "Basic Application Confidentiality Profile"),
        ("113101", "Clean Pixel Data Option"),
        ("113110", "Retain UIDs Option"),
    ]
    assert "Erika" not in str(one)


@pytest.mark.parametrize(
    ("before", "options", "told"),
    [
        (None, ["retain_full_dates"], "UNMODIFIED"),
        ("MODIFIED", ["retain_full_dates"], "MODIFIED"),
        ("REMOVED", ["retain_full_dates"], "REMOVED"),
        ("ERIKA", ["retain_full_dates"], "UNMODIFIED"),
        ("UNMODIFIED", ["retain_modified_dates"], "MODIFIED"),
        ("MODIFIED", [], "REMOVED"),
    ],
)
def test_dates_that_were_moved_before_are_never_called_unmodified(
    before: str | None, options: list[str], told: str
) -> None:
    one = result(making.ct(LongitudinalTemporalInformationModified=before), *options)

    assert one.LongitudinalTemporalInformationModified == told


def test_text_in_the_place_of_a_table_does_not_stay() -> None:
    ds = making.ct()
    ds.add_new(0x00281201, "OW", b"Erika Example, Main Street")
    ds.add_new(0x00281202, "OW", bytes(range(256)))
    one = made(ds)

    assert b"Erika" not in one.content
    assert read(one)[0x00281202].value == bytes(range(256))


def test_a_length_that_is_true_no_more_goes() -> None:
    ds = making.ct()
    ds.add_new(0x00080001, "UL", 12345)

    assert 0x00080001 not in result(ds)


@pytest.mark.parametrize(
    ("changes", "concern"),
    [
        ({"SpecimenLabelInImage": "YES"}, Concern.LABEL),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "LABEL", "NONE"]}, Concern.LABEL),
        ({"RecognizableVisualFeatures": "YES", "BodyPartExamined": "CHEST"}, Concern.FACE),
    ],
)
def test_pictures_of_labels_and_of_people_are_for_a_person(changes: dict[str, Any], concern: Concern) -> None:
    assert concern in made(making.ct(**changes)).concerns


def test_a_photograph_is_no_screen() -> None:
    concerns = made(making.sc(SOPClassUID="1.2.840.10008.5.1.4.1.1.77.1.4")).concerns

    assert (Concern.PHOTO in concerns, Concern.SCREEN in concerns) == (True, False)


def test_a_number_of_two_digits_without_a_unit_may_be_an_age() -> None:
    described = {
        text: "StudyDescription" in result(making.ct(StudyDescription=text), "clean_descriptors")
        for text in ("CT chest 55", "CT chest 5 mm", "CT chest 10 mm", "CT chest 3")
    }

    assert described == {"CT chest 55": False, "CT chest 5 mm": True, "CT chest 10 mm": True, "CT chest 3": True}


def test_uids_that_are_several_make_no_name_of_a_folder() -> None:
    one = made(making.ct(SeriesInstanceUID=[f"{making.ROOT}.2", f"{making.ROOT}.3"]))

    assert one.series.startswith("2.25.")
    assert one.series.replace(".", "").isdigit()
