"""Whose a file is: one patient stays one through a project, and nobody else becomes the same."""

from __future__ import annotations

from typing import Any

import pytest
from pydicom.dataset import Dataset
from tests.dicom import making
from tests.dicom.deidentification_making import SECRET, made, read, result

from trivium_dicom.deidentify.choices import Choice, options_of
from trivium_dicom.deidentify.keyed import Keyed
from trivium_dicom.deidentify.working import Plan, deidentify
from trivium_dicom.files.limits import Limits


def raw_of(**changes: Any) -> bytes:
    return making.as_bytes(making.ct(**changes))


def pseudonym(**changes: Any) -> str:
    return str(result(making.ct(**changes)).PatientID)


@pytest.mark.parametrize("number", ["PID1001 ", " PID1001", "PID1001  "])
def test_a_number_is_the_same_with_other_padding(number: str) -> None:
    assert pseudonym(PatientID=number) == pseudonym()


def test_a_number_padded_with_zero_bytes_is_the_same() -> None:
    padded = deidentify(
        raw_of(PatientID="PID1001 ").replace(b"PID1001 ", b"PID1001\0"), Limits(), Plan(frozenset(), SECRET)
    )

    assert str(read(padded).PatientID) == pseudonym()


@pytest.mark.parametrize("number", ["pid1001", "0PID1001", "PID10010", "PID 1001"])
def test_a_number_that_is_spelled_otherwise_is_another_patient(number: str) -> None:
    assert pseudonym(PatientID=number) != pseudonym()


def test_without_a_number_name_and_date_of_birth_tell_patients_apart() -> None:
    same = pseudonym_of_name("EXAMPLE^ERIKA", "19700101")

    assert pseudonym_of_name("Example^Erika^^^", "19700101") == same
    assert pseudonym_of_name("Example^Erika", "19700102") != same
    assert pseudonym_of_name("Example^Erik", "19700101") != same


def pseudonym_of_name(name: str, born: str) -> str:
    return str(result(making.ct(PatientID="", PatientName=name, PatientBirthDate=born)).PatientName)


def test_of_patients_whom_nothing_names_each_study_has_its_own_pseudonym() -> None:
    names = {
        str(result(making.ct(PatientID="", PatientName="^^", StudyInstanceUID=f"{making.ROOT}.{n}")).PatientName)
        for n in (1, 2)
    }

    assert len(names) == 2
    assert {len(name) for name in names} == {16}
    assert made(making.ct(PatientID="", PatientName="^^")).patient == ""


def test_a_number_of_several_values_is_one_number() -> None:
    assert len(pseudonym(PatientID=["A1", "A2"])) == 16
    assert pseudonym(PatientID=["A1", "A2"]) != pseudonym(PatientID=["A1", "A3"])


def test_dates_move_alike_whether_or_not_a_file_has_its_pseudonym_already() -> None:
    straight = result(making.ct(), "retain_modified_dates")
    full = made(making.ct(), "retain_full_dates")
    plan = Plan(options_of([Choice.RETAIN_MODIFIED_DATES]), SECRET)
    later = read(deidentify(full.content, Limits(), plan))

    assert (later.PatientID, later.StudyDate) == (straight.PatientID, straight.StudyDate)
    assert later.LongitudinalTemporalInformationModified == "MODIFIED"


def test_a_study_that_spans_midnight_goes_on_spanning_it() -> None:
    ds = making.ct(StudyDate="20240229", AcquisitionDate="20240301", StudyTime="235900", AcquisitionTime="000200")
    ds.AcquisitionDateTime = "20240301000200.000000"
    one = result(ds, "retain_modified_dates")

    assert (one.StudyTime, one.AcquisitionTime) == ("235900", "000200")
    assert (Dataset.from_json(one.to_json()).AcquisitionDate, one.AcquisitionDateTime[:8]) == (
        one.AcquisitionDate,
        one.AcquisitionDate,
    )
    assert int(one.AcquisitionDate) - int(one.StudyDate) in (1, 70, 71, 72, 73, 8870)


def test_mapped_values_do_not_collide_and_do_not_tell_what_they_were_made_of() -> None:
    keyed, other = Keyed(b"a" * 32), Keyed(b"b" * 32)
    uids = [keyed.uid(f"1.2.3.{n}") for n in range(20_000)]
    names = [keyed.pseudonym("patient", str(n)) for n in range(20_000)]

    assert (len(set(uids)), len(set(names))) == (20_000, 20_000)
    assert not set(uids) & {other.uid(f"1.2.3.{n}") for n in range(2_000)}
    assert not set(names) & {other.pseudonym("patient", str(n)) for n in range(2_000)}
    assert not set(names) & {keyed.pseudonym("AccessionNumber", str(n)) for n in range(2_000)}
    days = [keyed.days(one) for one in names]
    assert (min(days) >= 1, max(days) <= 3650, len(set(days)) > 3500) == (True, True, True)
