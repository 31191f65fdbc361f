"""What a folder of DICOM files is summed up as, and what is found not to fit together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from tests.dicom import making

from trivium.api import BadInput, Composed, Folders, Problem, TooLarge, WorkerProblem, Workers
from trivium_dicom.files.desk import Desk
from trivium_dicom.files.limits import Limits
from trivium_dicom.folders.results import Finding, FolderSummary, PatientRow, SeriesRow, StudyRow
from trivium_dicom.folders.rules import Rule
from trivium_dicom.folders.scanning import scan
from trivium_dicom.tools.summarize_dicom_folder import summarize_dicom_folder


class Here(Workers):
    """Workers in this process. A file whose bytes hold a mark kills its worker."""

    def __init__(self) -> None:
        super().__init__(memory=1 << 30)
        self.batches: list[int] = []

    def run(self, function: Callable[..., Any], /, *arguments: Any, where: str, seconds: float) -> Any:
        batch = arguments[0]
        self.batches.append(len(batch))
        if any(b"KILLER" in content for content, _ in batch):
            raise BadInput(where=where, problem=WorkerProblem.CRASHED)
        return function(*arguments)


class Caller:
    """A call that is cancelled after so many looks."""

    def __init__(self, looks: int = 1000) -> None:
        self.told: list[tuple[int, int | None]] = []
        self._looks = looks

    def progress(self, done: int, total: int | None = None) -> None:
        self.told.append((done, total))

    def cancelled(self) -> bool:
        self._looks -= 1
        return self._looks < 0


def put(folder: Path, name: str, **changes: Any) -> Path:
    """A CT slice, as a file."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(making.as_bytes(making.ct(**changes)))
    return path


def series(folder: Path, places: list[float], **changes: Any) -> None:
    for number, place in enumerate(places, 1):
        values = {
            "SOPInstanceUID": f"2.25.9.{number}",
            "InstanceNumber": number,
            "ImagePositionPatient": [-2, -2, place],
        }
        put(folder, f"{number}.dcm", **(values | changes))


def summary(folder: Path, workers: Workers | None = None, caller: Caller | None = None, **asked: Any) -> FolderSummary:
    desk = Desk(Folders([folder]), Limits(), workers or Here())
    found: FolderSummary = summarize_dicom_folder.given(desk=desk, max_files=1000)(
        call=caller or Caller(), folder=str(folder), **asked
    )
    return found


def shown(text: Composed) -> str:
    """With every piece that could tell of a person between braces, after its kind."""
    return "".join(part.text if part.phi is None else f"{{{part.phi.value}:{part.text}}}" for part in text.parts)


def rules(folder: Path) -> dict[str, int]:
    """The count of each finding."""
    return {one.rule: one.count for one in summary(folder).findings}


def test_a_folder_is_a_tree_of_patients_studies_and_series(tmp_path: Path) -> None:
    series(tmp_path, [0, 1.25, 2.5])
    size = sum(path.stat().st_size for path in tmp_path.iterdir())
    found = summary(tmp_path)
    assert found.patients == (
        PatientRow(
            PatientID="PID1001",
            PatientName="Example^Erika^^Dr.",
            PatientBirthDate="19700101",
            study_count=1,
            files=3,
            studies=(
                StudyRow(
                    StudyInstanceUID=f"{making.ROOT}.1",
                    StudyDate="20240229",
                    AccessionNumber="ACC1001",
                    StudyDescription="Synthetic study",
                    modalities=("CT",),
                    series_count=1,
                    files=3,
                    series=(
                        SeriesRow(
                            SeriesInstanceUID=f"{making.ROOT}.2",
                            number="2",
                            SeriesDescription="Synthetic series",
                            modality="CT",
                            instances=3,
                            files=3,
                            bytes=size,
                            size="8 x 8",
                            slices=3,
                            slice_spacing_mm=1.25,
                            file=str(tmp_path / "1.dcm"),
                        ),
                    ),
                ),
            ),
        ),
    )
    assert (found.files, found.dicom, found.not_dicom, found.instances) == (3, 3, 0, 3)
    assert (found.modalities, found.sop_classes) == ({"CT": 3}, {"CT Image Storage": 3})
    assert found.transfer_syntaxes == {"Explicit VR Little Endian": 3}
    assert (found.first_study_date, found.last_study_date) == ("20240229", "20240229")
    assert (found.bytes, found.findings, found.more_findings, found.left_out) == (size, (), None, None)


def test_files_that_are_not_dicom_are_counted(tmp_path: Path) -> None:
    put(tmp_path, "a.dcm")
    (tmp_path / "notes.txt").write_text("Jane Doe was here, and so were others.\n" * 20)
    (tmp_path / "empty").write_bytes(b"")
    found = summary(tmp_path)
    assert (found.files, found.dicom, found.not_dicom, found.unreadable) == (3, 1, 2, ())


def test_a_file_that_kills_the_worker_is_found_and_the_others_are_read(tmp_path: Path) -> None:
    for number in range(9):
        put(tmp_path, f"{number}.dcm", SOPInstanceUID=f"2.25.{number + 1}", InstanceNumber=number)
    put(tmp_path, "x.dcm", StudyDescription="KILLER")
    found = summary(tmp_path)
    assert found.dicom == 9
    assert list(map(shown, found.unreadable)) == [
        f"makes the program that reads it crash: 1 files, {{file:{tmp_path / 'x.dcm'}}}"
    ]


def test_halving_ends_where_everything_kills_the_worker(tmp_path: Path) -> None:
    for number in range(200):
        (tmp_path / str(number)).write_bytes(b"KILLER")
    workers = Here()
    assert list(map(shown, summary(tmp_path, workers).unreadable)) == [
        f"makes the program that reads it crash: 200 files, {{file:{tmp_path / '0'}}}"
    ]
    assert len(workers.batches) < 130


def test_a_worker_that_does_not_start_is_no_fault_of_the_files(tmp_path: Path) -> None:
    class Never(Here):
        def run(self, function: Callable[..., Any], /, *_: Any, where: str, seconds: float) -> Any:
            raise BadInput(where=where, problem=WorkerProblem.UNSTARTED)

    put(tmp_path, "a.dcm")
    with pytest.raises(BadInput, match="folder cannot be read: the worker process does not start"):
        summary(tmp_path, Never())


def test_a_cancelled_call_stops_and_says_what_was_left_out(tmp_path: Path) -> None:
    for number in range(350):
        put(tmp_path, f"{number:03}.dcm", SOPInstanceUID=f"2.25.{number + 1}", InstanceNumber=number)
    caller = Caller(looks=1)
    found = summary(tmp_path, caller=caller)
    assert (found.files, found.dicom, found.left_out) == (350, 300, 50)
    assert caller.told == [(0, 350), (100, 350), (200, 350), (300, 350)]


def test_a_scan_that_is_out_of_time_stops_after_a_batch(tmp_path: Path) -> None:
    for number in range(250):
        put(tmp_path, f"{number:03}.dcm", SOPInstanceUID=f"2.25.{number + 1}")
    paths = sorted(tmp_path.iterdir())
    found = scan(Desk(Folders([tmp_path]), Limits(), Here()), paths, Caller(), seconds=0)
    assert (len(found.seen), found.left_out) == (200, 50)


def test_a_folder_of_too_many_files_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "a.dcm"), put(tmp_path, "b.dcm")
    desk = Desk(Folders([tmp_path]), Limits(), Here())
    with pytest.raises(TooLarge, match="folder has more than 1 files"):
        summarize_dicom_folder.given(desk=desk, max_files=1)(call=Caller(), folder=str(tmp_path))


def test_more_of_a_file_is_read_where_its_beginning_is_not_enough(tmp_path: Path) -> None:
    icon = Dataset()
    icon.add_new(0x7FE00010, "OW", bytes(3 << 20))
    put(tmp_path, "big.dcm", ReferencedStudySequence=[icon])
    found = summary(tmp_path)
    assert (found.dicom, found.patients[0].PatientID, found.findings) == (1, "PID1001", ())


def test_pixel_data_are_not_read(tmp_path: Path) -> None:
    path = put(tmp_path, "big.dcm", PixelData=bytes(3 << 20))
    workers = Here()
    assert summary(tmp_path, workers).bytes == path.stat().st_size
    assert workers.batches == [1]


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        (Rule.PATIENT_NAMES, {"PatientName": "Other^Olga"}),
        (Rule.PATIENT_BIRTH_DATES, {"PatientBirthDate": "19710101"}),
        (Rule.PATIENT_SEXES, {"PatientSex": "M"}),
        (Rule.STUDY_ACCESSIONS, {"AccessionNumber": "ACC2"}),
        (Rule.STUDY_DATES, {"StudyDate": "20240301"}),
        (Rule.SERIES_MODALITIES, {"Modality": "MR"}),
        (Rule.SERIES_CLASSES, {"SOPClassUID": making.MR_STORAGE}),
        (Rule.SERIES_FRAMES, {"FrameOfReferenceUID": "2.25.77"}),
        (Rule.SERIES_SIZES, {"Rows": 4}),
        (Rule.SERIES_SPACINGS, {"PixelSpacing": [0.7, 0.7]}),
        (Rule.SERIES_ORIENTATIONS, {"ImageOrientationPatient": [1, 0, 0, 0, 0, -1]}),
    ],
)
def test_what_should_be_one_value_and_is_two_is_found(tmp_path: Path, rule: Rule, changes: dict[str, Any]) -> None:
    put(tmp_path, "a.dcm")
    put(tmp_path, "b.dcm", SOPInstanceUID="2.25.8", InstanceNumber=2, **changes)
    assert rules(tmp_path) == {rule: 2}


def test_a_finding_says_where_it_is_and_how_bad(tmp_path: Path) -> None:
    put(tmp_path, "a.dcm")
    put(tmp_path, "b.dcm", SOPInstanceUID="2.25.8", InstanceNumber=2, Modality="MR")
    assert summary(tmp_path).findings == (
        Finding(
            severity="error",
            rule=Rule.SERIES_MODALITIES,
            count=2,
            PatientID="PID1001",
            SeriesInstanceUID=f"{making.ROOT}.2",
        ),
    )


def test_names_that_differ_in_case_blanks_or_empty_parts_are_one(tmp_path: Path) -> None:
    put(tmp_path, "a.dcm", PatientName="Doe^Jane")
    put(tmp_path, "b.dcm", SOPInstanceUID="2.25.8", InstanceNumber=2, PatientName="DOE^JANE^^ =X^Y")
    assert rules(tmp_path) == {}


def test_a_study_under_two_patients_is_found_with_its_series(tmp_path: Path) -> None:
    put(tmp_path, "a.dcm")
    put(tmp_path, "b.dcm", SOPInstanceUID="2.25.8", PatientID="PID2", PatientName="Other^Olga")
    assert rules(tmp_path) == {Rule.STUDY_PATIENTS: 2, Rule.SERIES_STUDIES: 2}


def test_a_person_under_two_numbers_is_found(tmp_path: Path) -> None:
    put(tmp_path, "a.dcm")
    uids = {"SOPInstanceUID": "2.25.8", "StudyInstanceUID": "2.25.81", "SeriesInstanceUID": "2.25.82"}
    put(tmp_path, "b.dcm", PatientID="PID2", **uids)
    assert rules(tmp_path) == {Rule.PATIENT_IDS: 2}


def test_copies_and_conflicts_are_told_apart(tmp_path: Path) -> None:
    put(tmp_path, "a.dcm"), put(tmp_path, "copy/a.dcm")
    assert rules(tmp_path) == {Rule.COPIES: 1}
    put(tmp_path, "other/a.dcm", SliceThickness=3)
    assert rules(tmp_path) == {Rule.CONFLICTS: 1}
    assert summary(tmp_path).instances == 1


@pytest.mark.parametrize(
    ("rule", "keyword"),
    [
        (Rule.NO_PATIENT_ID, "PatientID"),
        (Rule.NO_STUDY_UID, "StudyInstanceUID"),
        (Rule.NO_SERIES_UID, "SeriesInstanceUID"),
        (Rule.NO_NUMBER, "InstanceNumber"),
    ],
)
def test_missing_identifiers_are_counted(tmp_path: Path, rule: Rule, keyword: str) -> None:
    put(tmp_path, "a.dcm", **{keyword: None})
    assert rules(tmp_path) == {rule: 1}


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([0, 1, 2, 3], {}),
        ([0, 1, 2, 4, 5, 8], {Rule.SLICES_MISSING: 3}),
        ([0, 1, 2, 3.2, 4.2], {Rule.SLICES_UNEVEN: 1}),
        ([3, 1, 0, 2], {}),
        ([0, 0, 1, 1, 2, 2], {}),
        ([0, 5], {}),
    ],
)
def test_gaps_between_slices_are_found_along_the_normal(
    tmp_path: Path, places: list[float], expected: dict[str, int]
) -> None:
    series(tmp_path, places)
    assert rules(tmp_path) == expected


def test_missing_and_repeated_instance_numbers_are_found(tmp_path: Path) -> None:
    for name, number in (("a", 1), ("b", 2), ("c", 2), ("d", 6)):
        put(tmp_path, name, InstanceNumber=number, SOPInstanceUID=f"2.25.{ord(name)}")
    assert rules(tmp_path) == {Rule.NUMBERS_REPEATED: 2, Rule.NUMBERS_MISSING: 3}


def test_a_series_in_two_transfer_syntaxes_is_found(tmp_path: Path) -> None:
    put(tmp_path, "a.dcm")
    other = making.ct(SOPInstanceUID="2.25.8", InstanceNumber=2)
    (tmp_path / "b.dcm").write_bytes(making.as_bytes(other, ImplicitVRLittleEndian))
    assert rules(tmp_path) == {Rule.SERIES_SYNTAXES: 2}


def test_a_file_that_ends_too_early_is_found(tmp_path: Path) -> None:
    content = making.as_bytes(making.ct())
    (tmp_path / "a.dcm").write_bytes(content[: content.index(b"Synthetic series") + 5])
    assert rules(tmp_path)[Rule.CUT] == 1


def test_a_file_without_some_of_its_pixels_is_found(tmp_path: Path) -> None:
    content = making.as_bytes(making.ct(Rows=100, Columns=100, PixelData=bytes(20_000)))
    (tmp_path / "a.dcm").write_bytes(content[:-15_000])
    assert rules(tmp_path) == {Rule.CUT: 1}


def test_rows_are_paged_at_each_level(tmp_path: Path) -> None:
    for number in range(3):
        put(tmp_path, f"{number}", SOPInstanceUID=f"2.25.{number + 1}", SeriesInstanceUID=f"2.25.3{number}")
    first, second = summary(tmp_path, limit=2), summary(tmp_path, limit=2, offset=2)
    assert (first.total, first.next_offset, second.next_offset) == (3, 2, None)
    assert _uids(first) + _uids(second) == ["2.25.30", "2.25.31", "2.25.32"]
    studies, patients = summary(tmp_path, level="study"), summary(tmp_path, level="patient")
    assert (studies.total, patients.total) == (1, 1)
    assert studies.patients[0].studies is not None
    assert (studies.patients[0].studies[0].series_count, studies.patients[0].studies[0].series) == (3, None)
    assert patients.patients[0].studies is None


def _uids(found: FolderSummary) -> list[str]:
    return (
        [row.SeriesInstanceUID for row in found.patients[0].studies[0].series or ()]
        if found.patients[0].studies
        else []
    )


def test_findings_stand_on_the_first_page_only(tmp_path: Path) -> None:
    for number in range(3):
        values = {"SOPInstanceUID": f"2.25.{number + 1}", "SeriesInstanceUID": f"2.25.3{number}"}
        put(tmp_path, f"{number}", PatientSex="FMO"[number], **values)
    first, second = summary(tmp_path, limit=2), summary(tmp_path, limit=2, offset=2)
    assert ([one.rule for one in first.findings], second.findings) == ([Rule.PATIENT_SEXES], ())
    assert (first.more_findings, second.more_findings) == (None, {Rule.PATIENT_SEXES: 1})


def test_three_findings_of_a_rule_are_listed_and_the_others_counted(tmp_path: Path) -> None:
    for number in range(5):
        for copy, sex in enumerate("FM"):
            values = {"SOPInstanceUID": f"2.25.{number}.{copy}", "SeriesInstanceUID": f"2.25.3.{number}.{copy}"}
            values |= {"StudyInstanceUID": f"2.25.4.{number}", "PatientID": f"P{number}", "PatientSex": sex}
            put(tmp_path, f"{number}{copy}", PatientName=f"Example^{number}", **values)
    found = summary(tmp_path)
    assert [(one.rule, one.PatientID) for one in found.findings] == [(Rule.PATIENT_SEXES, f"P{n}") for n in range(3)]
    assert found.more_findings == {Rule.PATIENT_SEXES: 2}


def test_a_date_that_does_not_exist_is_not_the_first_or_last(tmp_path: Path) -> None:
    for number, date in enumerate(("20240229", "00000000", "X", "20231231")):
        path = put(tmp_path, f"{number}", SOPInstanceUID=f"2.25.{number + 1}", StudyInstanceUID=f"2.25.8.{number}")
        path.write_bytes(path.read_bytes().replace(b"20240229", date.ljust(8).encode()))
    found = summary(tmp_path)
    assert (found.first_study_date, found.last_study_date) == ("20231231", "20240229")


def test_words_of_a_file_are_no_names_of_modalities_or_classes(tmp_path: Path) -> None:
    put(tmp_path, "a.dcm", Modality="JANE", SOPClassUID="2.25.99")
    found = summary(tmp_path)
    assert (found.modalities, found.sop_classes) == ({"other": 1}, {"other": 1})


def test_a_dicomdir_is_compared_with_the_files(tmp_path: Path) -> None:
    put(tmp_path, "images/i1"), put(tmp_path, "images/i2", SOPInstanceUID="2.25.8", InstanceNumber=2)
    records = []
    for name in ("I1", "I9"):
        record = Dataset()
        record.DirectoryRecordType, record.ReferencedFileID = "IMAGE", ["IMAGES", name]
        records.append(record)
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID, ds.DirectoryRecordSequence = "1.2.840.10008.1.3.10", "2.25.1", records
    content = making.as_bytes(ds, ExplicitVRLittleEndian)
    (tmp_path / "DICOMDIR").write_bytes(content)
    found = summary(tmp_path)
    assert list(map(shown, found.dicomdirs)) == [
        f"{{file:{tmp_path / 'DICOMDIR'}}}: 2 files listed, 1 of them missing, 1 not listed"
    ]
    assert (found.dicom, found.instances) == (3, 2)


def test_a_folder_without_dicom_is_summed_up_as_empty(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("x")
    found = summary(tmp_path)
    assert (found.dicom, found.total, found.patients, found.first_study_date) == (0, 0, (), None)


def test_what_a_file_is_refused_for_is_a_closed_sentence(tmp_path: Path) -> None:
    put(tmp_path, "a.dcm", StudyDescription="KILLER")
    sentences = {str(one.value) for kind in Problem.__subclasses__() for one in kind}
    assert {shown(one).partition(": ")[0] for one in summary(tmp_path).unreadable} <= sentences


@pytest.fixture
def workers() -> Iterator[Workers]:
    made = Workers(memory=3 << 30)
    yield made
    made.close()


def test_a_real_worker_reads_the_same_as_this_process(tmp_path: Path, workers: Workers) -> None:
    series(tmp_path, [0, 1, 2, 5])
    assert summary(tmp_path, workers) == summary(tmp_path)


@pytest.mark.corpus
def test_every_file_of_the_corpus_is_accounted_for(corpora: Path, workers: Workers) -> None:
    folder = corpora / "dicom"
    found = summary(folder, workers)
    assert (found.left_out, found.unreadable) == (None, ())
    assert found.files == found.dicom + found.not_dicom
    assert found.not_dicom == 2  # provenance.json, and one whose first element cannot be read
