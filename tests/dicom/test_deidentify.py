"""What de-identification does to one file: the worker's function, in process."""

from __future__ import annotations

import io
from typing import cast

import pydicom
import pydicom.config
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
)
from tests.dicom import making
from tests.dicom.deidentification_making import OTHER, SECRET, code, item, made, read, result

from trivium.api import BadInput
from trivium_dicom.confidentiality import Option
from trivium_dicom.deidentify.choices import BASIC, MEANINGS, Choice, options_of
from trivium_dicom.deidentify.codes import Verdict, judge
from trivium_dicom.deidentify.concerns import Concern
from trivium_dicom.deidentify.keyed import Keyed
from trivium_dicom.deidentify.working import Plan, deidentify
from trivium_dicom.files.limits import Limits


def concepts_of(scheme: str) -> list[tuple[str, str, str, list[int]]]:
    """Scheme, value, meaning and context groups of the codes that pydicom lists."""
    from pydicom.sr._concepts_dict import concepts

    words = cast(dict[str, dict[str, tuple[str, list[int]]]], concepts[scheme])
    return [(scheme, value, *told) for codes in words.values() for value, told in codes.items()]


# Who it is


def test_name_and_number_of_a_patient_become_one_pseudonym() -> None:
    one = result(making.ct())

    assert one.PatientID == str(one.PatientName)
    assert len(one.PatientID) == 16
    assert one.PatientID != "PID1001"


def test_a_patient_is_the_same_in_every_file_and_another_with_another_secret() -> None:
    ct, mr = result(making.ct()), result(making.mr(PatientName="Spelled^Otherwise"))

    assert ct.PatientID == mr.PatientID
    assert ct.PatientID != result(making.ct(), secret=OTHER).PatientID


def test_the_same_number_of_another_issuer_is_another_patient() -> None:
    numbers = {result(making.ct(IssuerOfPatientID=issuer)).PatientID for issuer in ("HOSPITAL A", "HOSPITAL B", None)}

    assert len(numbers) == 3


def test_an_accession_number_goes_on_joining_files() -> None:
    one, other = result(making.ct()), result(making.mr())

    assert one.AccessionNumber == other.AccessionNumber != "ACC1001"
    assert one.AccessionNumber != result(making.ct(AccessionNumber="ACC1002")).AccessionNumber


# UIDs


def test_uids_are_replaced_alike_in_headers_and_references() -> None:
    reference = item(ReferencedSOPClassUID=making.CT_STORAGE, ReferencedSOPInstanceUID=f"{making.ROOT}.3.1")
    series = item(SeriesInstanceUID=f"{making.ROOT}.2", ReferencedInstanceSequence=[reference])
    one = result(making.ct(ReferencedSeriesSequence=[series]))

    inside = one.ReferencedSeriesSequence[0]
    assert inside.SeriesInstanceUID == one.SeriesInstanceUID
    assert inside.ReferencedInstanceSequence[0].ReferencedSOPInstanceUID == one.SOPInstanceUID
    assert one.file_meta.MediaStorageSOPInstanceUID == one.SOPInstanceUID
    assert inside.ReferencedInstanceSequence[0].ReferencedSOPClassUID == making.CT_STORAGE
    assert one.StudyInstanceUID.startswith("2.25.")


def test_uids_stay_if_they_are_to() -> None:
    one = result(making.ct(), "retain_uids")

    assert (one.StudyInstanceUID, one.SOPInstanceUID) == (f"{making.ROOT}.1", f"{making.ROOT}.3.1")


def test_what_a_key_made_it_knows_again_and_another_key_does_not() -> None:
    uid, pseudonym = Keyed(SECRET).uid("1.2.3"), Keyed(SECRET).pseudonym("patient", "1")

    assert (Keyed(SECRET).uid(uid), Keyed(SECRET).pseudonym("patient", pseudonym)) == (uid, pseudonym)
    assert Keyed(OTHER).uid(uid) != uid
    assert Keyed(SECRET).pseudonym("AccessionNumber", pseudonym) != pseudonym
    assert int(uid.removeprefix("2.25.")) < 1 << 128


# Dates


def test_dates_go_by_default() -> None:
    one = result(making.ct())

    assert (one.StudyDate, one.StudyTime, one.PatientBirthDate) == ("", "", "")
    assert "AcquisitionDate" not in one
    assert one.LongitudinalTemporalInformationModified == "REMOVED"


def test_modified_dates_keep_their_distances_and_their_times() -> None:
    ds = making.ct(AcquisitionDate="20240310", AcquisitionDateTime="20240310101700.5+0100")
    one = result(ds, "retain_modified_dates")

    days = pydicom.valuerep.DA(one.AcquisitionDate) - pydicom.valuerep.DA(one.StudyDate)
    assert days.days == 10
    assert one.StudyDate < "20240229"
    assert one.AcquisitionDateTime == f"{one.AcquisitionDate}101700.5+0100"
    assert one.StudyTime == "101500"
    assert one.PatientBirthDate == ""
    assert one.LongitudinalTemporalInformationModified == "MODIFIED"


def test_all_files_of_a_patient_move_by_the_same_days() -> None:
    dates = {result(ds, "retain_modified_dates").StudyDate for ds in (making.ct(), making.mr())}

    assert len(dates) == 1
    assert result(making.ct(PatientID="PID2"), "retain_modified_dates").StudyDate not in dates


@pytest.mark.parametrize("date", ["20240230", "2024", "20240101-20240102", "00010101"])
def test_a_date_that_cannot_be_moved_does_not_stay(date: str) -> None:
    with pydicom.config.disable_value_validation():
        ds = making.ct(StudyDate=date)
        raw = making.as_bytes(ds)
    one = deidentify(raw, Limits(), Plan(options_of([Choice.RETAIN_MODIFIED_DATES]), SECRET))

    assert read(one).StudyDate == ""


def test_full_dates_stay_as_they_are() -> None:
    one = result(making.ct(), "retain_full_dates")

    assert (one.StudyDate, one.AcquisitionTime) == ("20240229", "101700")
    assert one.PatientBirthDate == ""
    assert one.LongitudinalTemporalInformationModified == "UNMODIFIED"


def test_two_kinds_of_dates_are_refused() -> None:
    with pytest.raises(BadInput, match="retain_full_dates and retain_modified_dates"):
        options_of([Choice.RETAIN_FULL_DATES, Choice.RETAIN_MODIFIED_DATES])


# Text


def test_a_description_goes_or_stays_if_each_word_is_known() -> None:
    ds = making.ct(StudyDescription="CT Thorax, abdomen", SeriesDescription="Chest of Mrs Example")

    assert "StudyDescription" not in result(ds)
    cleaned = result(ds, "clean_descriptors")
    assert cleaned.StudyDescription == "CT Thorax, abdomen"
    assert "SeriesDescription" not in cleaned


def test_text_that_the_table_does_not_name_goes_by_what_the_object_needs() -> None:
    one = made(making.ct(FilterType="ERIKA EXAMPLE", Manufacturer="Erika's scanners", ConvolutionKernel="B30f"))

    assert "FilterType" not in read(one)
    assert read(one).Manufacturer == ""
    assert read(one).ConvolutionKernel == "B30f"
    assert {(line.done, line.name) for line in one.lines if line.beyond} >= {
        ("removed", "FilterType"),
        ("emptied", "Manufacturer"),
    }


def test_numbers_stay_unless_they_have_as_many_digits_as_the_number_of_a_person() -> None:
    ds = making.ct(SeriesNumber="1000", AcquisitionNumber="4711081", KVP="19700101", SliceThickness="1.2345678")
    one = result(ds)

    assert (one.SeriesNumber, one.SliceThickness) == (1000, 1.2345678)
    assert "4711081" not in str(one.get("AcquisitionNumber"))
    assert "19700101" not in str(one.get("KVP"))


def test_words_that_pass_for_numbers_go() -> None:
    ds = making.ct()
    del ds.Columns
    raw = making.as_bytes(ds)
    name = making.element(0x00280011, b"UN", b"ERIKA^EXAMPLE   ")
    at = raw.index(b"\x28\x00\x30\x00DS")
    made_of = deidentify(raw[:at] + name + raw[at:], Limits(), Plan(frozenset(), SECRET))

    assert b"ERIKA" not in made_of.content


@pytest.mark.parametrize("word", ["WHITE", "CHASE"])
def test_a_code_string_that_is_a_name_too_goes(word: str) -> None:
    assert word not in str(result(making.ct(BodyPartExamined=word, FilterType=word)))


def test_known_codes_stay_and_unknown_ones_go() -> None:
    head, local = code("69536005", "SCT", "Head"), code("E.EXAMPLE", "99LOCAL", "Erika")
    free = code("69536005", "SCT", "Head of Erika Example")
    one = result(making.ct(AnatomicRegionSequence=[head], ProcedureCodeSequence=[head, local, free]))

    assert one.AnatomicRegionSequence[0].CodeMeaning == "Head"
    assert [(c.CodeValue, c.CodeMeaning) for c in one.ProcedureCodeSequence] == [
        ("69536005", "Head"),
        ("69536005", "Removed"),
    ]


@pytest.mark.parametrize("scheme", ["SCT", "LN", "UCUM"])
def test_each_code_that_is_listed_stays(scheme: str) -> None:
    with pydicom.config.disable_value_validation():
        listed = [code(value, scheme, meaning) for _, value, meaning, _ in concepts_of(scheme) if 0 < len(value) < 17]

    assert {judge(one) for one in listed} == {Verdict.STAYS}


def test_a_code_that_is_not_listed_needs_the_check_digit_of_its_scheme() -> None:
    verdicts = [judge(code(*one, "Erika Example")) for one in (("24700007", "SCT"), ("24700008", "SCT"))]
    assert verdicts == [Verdict.MEANING_GOES, Verdict.GOES]
    verdicts = [judge(code(*one, "Erika Example")) for one in (("4548-4", "LN"), ("4548-5", "LN"))]
    assert verdicts == [Verdict.MEANING_GOES, Verdict.GOES]
    assert judge(code("{erika}", "UCUM", "{erika}")) is Verdict.GOES


def test_words_of_makers_in_the_image_type_stay_and_others_go() -> None:
    one = result(making.ct(ImageType=["ORIGINAL", "PRIMARY", "AXIAL", "ERIKA", "MPR"]))

    assert list(one.ImageType) == ["ORIGINAL", "PRIMARY", "AXIAL", "MPR"]


# Structured content, graphics, documents


def _report() -> Dataset:
    ds = making.sc(PixelData=None, SOPClassUID="1.2.840.10008.5.1.4.1.1.88.33", Modality="SR")
    text = item(ValueType="TEXT", RelationshipType="CONTAINS", TextValue="Mrs Example is ill")
    text.ConceptNameCodeSequence = [code("121071", "DCM", "Finding")]
    person = item(ValueType="PNAME", RelationshipType="CONTAINS", PersonName="Reader^Rolf")
    person.ConceptNameCodeSequence = [code("121008", "DCM", "Person Observer Name")]
    ds.ContentSequence = [text, person]
    return ds


def test_content_of_a_report_is_one_line_that_says_so() -> None:
    one = result(_report())

    assert [entry.TextValue for entry in one.ContentSequence] == ["REMOVED"]


def test_cleaned_content_keeps_its_codes_and_loses_its_text() -> None:
    one = made(_report(), "clean_structured_content")
    text, person = read(one).ContentSequence

    assert (text.ConceptNameCodeSequence[0].CodeMeaning, text.TextValue) == ("Finding", "REMOVED")
    assert str(person.PersonName) == "REMOVED"
    assert Concern.CONTENT in one.concerns


def test_an_encapsulated_document_is_replaced_by_an_empty_one() -> None:
    ds = making.sc(PixelData=None, SOPClassUID="1.2.840.10008.5.1.4.1.1.104.1", Modality="DOC")
    ds.MIMETypeOfEncapsulatedDocument, ds.EncapsulatedDocument = "application/pdf", b"%PDF Erika Example"
    ds.EncapsulatedDocumentLength = 18
    one = made(ds)

    assert read(one).EncapsulatedDocument.startswith(b"%PDF-1.4")
    assert read(one).EncapsulatedDocumentLength == len(read(one).EncapsulatedDocument.rstrip(b"\0"))
    assert Concern.DOCUMENT in one.concerns


def test_overlays_go_with_all_their_attributes() -> None:
    ds = making.ct()
    ds.add_new(0x60000010, "US", 8)
    ds.add_new(0x60000022, "LO", "Erika")
    ds.add_new(0x60003000, "OW", bytes(8))

    assert [element for element in result(ds, "clean_graphics") if element.tag.group == 0x6000] == []


# Private elements


def _private() -> Dataset:
    ds = making.mr()
    safe = ds.private_block(0x2001, "Philips Imaging DD 001", create=True)
    safe.add_new(0x03, "FL", 1000.0)
    safe.add_new(0x04, "CS", "ERIKA")
    ds.private_block(0x0029, "ACME 1.0", create=True).add_new(0x01, "LO", "Erika")
    return ds


def test_private_elements_go() -> None:
    assert [element for element in result(_private()) if element.tag.is_private] == []


def test_safe_private_elements_stay_if_they_hold_no_text() -> None:
    one = made(_private(), "retain_safe_private")

    assert [str(element.tag) for element in read(one) if element.tag.is_private] == ["(2001,0010)", "(2001,1003)"]
    assert Concern.PRIVATE in one.concerns


# The file


def test_preamble_and_meta_information_are_made_anew() -> None:
    raw = bytearray(making.as_bytes(making.ct()))
    raw[:14] = b"Example^Erika\0"
    one = deidentify(bytes(raw), Limits(), Plan(frozenset(), SECRET))

    assert one.content[:132] == bytes(128) + b"DICM"
    assert read(one).file_meta.ImplementationVersionName.startswith("TRIVIUM_")
    assert "SourceApplicationEntityTitle" not in read(one).file_meta


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian])
def test_the_transfer_syntax_and_the_pixels_stay(syntax: str) -> None:
    original = pydicom.dcmread(io.BytesIO(making.as_bytes(making.ct(), syntax)))
    one = read(made(making.ct(), syntax=syntax))

    assert one.file_meta.TransferSyntaxUID == syntax
    assert one.PixelData == original.PixelData


def test_the_file_says_by_which_profile_and_options_it_was_made() -> None:
    one = result(making.ct(), "retain_uids", "clean_descriptors")

    assert one.PatientIdentityRemoved == "YES"
    assert [(c.CodeValue, c.CodeMeaning) for c in one.DeidentificationMethodCodeSequence] == [
        ("113100", "Basic Application Confidentiality Profile"),
        ("113110", "Retain UIDs Option"),
        ("113105", "Clean Descriptors Option"),
    ]


def test_code_meanings_of_the_profile_are_those_of_context_group_7050() -> None:
    listed = {meaning for _, _, meaning, groups in concepts_of("DCM") if 7050 in groups}
    assert {BASIC, *MEANINGS.values()} <= listed
    assert MEANINGS.keys() == set(Option)


def test_what_no_rule_decides_is_told() -> None:
    assert made(making.ct()).concerns == (Concern.BURNED_IN_UNSAID, Concern.FACE)
    assert made(making.ct(BodyPartExamined="CHEST", BurnedInAnnotation="NO")).concerns == ()
    assert made(making.sc(BurnedInAnnotation="YES")).concerns == (Concern.BURNED_IN, Concern.SCREEN)
    old = made(making.ct(PatientAge="094Y"), "retain_patient_characteristics")
    assert Concern.OLD in old.concerns


def test_a_cut_file_is_refused() -> None:
    with pytest.raises(BadInput):
        deidentify(making.as_bytes(making.ct())[:-20], Limits(), Plan(frozenset(), SECRET))


def test_a_directory_is_refused() -> None:
    ds = making.sc(PixelData=None, SOPClassUID="1.2.840.10008.1.3.10")
    with pytest.raises(BadInput, match="DICOMDIR"):
        made(ds)
