"""The tool `validate_dicom_file`: a file of a folder, judged in a worker process, told page by page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from pydicom.dataset import Dataset
from tests.dicom import making

from trivium.api import BadInput, Folders, Kind, Workers
from trivium_dicom.files.desk import Desk
from trivium_dicom.files.limits import Limits
from trivium_dicom.tools.validate_dicom_file import DicomTotals, DicomValidation, ValueFound, validate_dicom_file
from trivium_dicom.validation.work import validate_file

CANARY: Final = "CANARY"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(Folders([tmp_path]), Limits(), Workers(memory=3 << 30))
    yield desk
    desk.workers.close()


def stored(tag: int, vr: bytes, value: bytes) -> bytes:
    """A CT in which one element holds these bytes."""
    before, after = Dataset(), Dataset()
    for one in making.ct():
        if one.tag != tag:
            (before if one.tag < tag else after).add(one)
    body = making.data_set(before) + making.element(tag, vr, value) + making.data_set(after)
    return making.as_bytes(making.ct())[: -len(making.data_set(making.ct()))] + body


def judged(content: bytes, severity: str = "note", limit: int = 50, offset: int = 0) -> DicomValidation:
    return validate_file(content, Limits(), severity, limit, offset)


def test_a_clean_file_conforms(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "clean.dcm").write_bytes(making.as_bytes(making.ct()))
    result = validate_dicom_file(desk=desk, path=str(tmp_path / "clean.dcm"))
    assert (result.verdict, result.totals) == ("conforms", DicomTotals(error=0, warning=0, note=0))
    assert (result.sop_class, result.iod) == ("CT Image Storage", "CT Image")
    assert result.findings == ()
    assert result.notes == ()


def test_a_finding_tells_where_what_why_and_what_would_be_right(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "ct.dcm").write_bytes(making.as_bytes(making.ct(PatientPosition=None)))
    result = validate_dicom_file(desk=desk, path=str(tmp_path / "ct.dcm"))
    (one,) = result.findings
    assert one.model_dump(exclude_none=True) == {
        "severity": "error",
        "path": "(0018,5100)",
        "keyword": "PatientPosition",
        "module": "General Series",
        "type": "2C",
        "problem": "is required by a condition that holds, and not there",
        "fix": "the object is of CT or MR, without PatientOrientationCodeSequence",
        "rule": "attribute.conditional_missing",
        "source": "PS3.3 C.7.3.1",
    }
    assert result.verdict == "does not conform"


def test_what_is_no_dicom_file_is_refused(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing of the kind")
    with pytest.raises(BadInput):
        validate_dicom_file(desk=desk, path=str(tmp_path / "notes.txt"))


def test_findings_come_in_pages_and_by_severity() -> None:
    content = making.as_bytes(making.ct(PatientName=None, PatientID=None, EchoTime=5))
    whole = judged(content)
    assert [one.rule for one in whole.findings] == ["attribute.missing", "attribute.missing", "iod.extra"]
    assert (whole.total, whole.next_offset) == (3, None)
    first = judged(content, limit=2)
    assert (first.findings, first.total, first.next_offset) == (whole.findings[:2], 3, 2)
    assert judged(content, limit=2, offset=2).findings == whole.findings[2:]
    errors = judged(content, severity="error")
    assert (errors.findings, errors.total, errors.totals) == (whole.findings[:2], 2, whole.totals)


def test_an_unknown_class_gets_the_general_checks_and_says_so() -> None:
    result = judged(making.as_bytes(making.ct(SOPClassUID="2.25.7000.99", HighBit=15)))
    assert (result.sop_class, result.iod) == (None, None)
    assert [one.rule for one in result.findings] == ["pixel.bits", "iod.class_unknown"]


@pytest.mark.parametrize(
    ("tag", "vr", "value", "shown", "phi"),
    [
        (0x00100030, b"DA", b"20230230", "20230230", Kind.BIRTH_DATE),
        (0x00080020, b"DA", b"20230230", "20230230", Kind.DATE),
        (0x00100010, b"PN", b"CANARY^M\xfcller", "CANARY^M\xfcller", Kind.NAME),
        (0x00080050, b"SH", b"CANARY-0123456789 ", "CANARY-0123456789", Kind.ORDER),
        (0x00100040, b"CS", b"CANARY", "CANARY", Kind.TEXT),
        (0x00080060, b"CS", b"canary", "canary", Kind.TEXT),
        (0x00280103, b"US", b"\2\0", "2", None),
    ],
)
def test_a_value_is_shown_in_its_marked_field_alone(
    tag: int, vr: bytes, value: bytes, shown: str, phi: Kind | None
) -> None:
    result = judged(stored(tag, vr, value))
    assert result.values
    assert {(one.value, one.phi) for one in result.values} == {(shown, phi)}
    elsewhere = json.dumps(result.model_dump(mode="json", exclude={"values"}), ensure_ascii=False)
    if phi is not None:
        assert shown not in elsewhere


def test_a_long_value_is_cut() -> None:
    content = stored(0x00081030, b"LO", b"x" * 300)
    assert judged(content).values == (ValueFound(path="(0008,1030)", rule="vr.length", value="x" * 64, phi=Kind.TEXT),)


def test_a_file_full_of_canaries_shows_none_outside_of_the_values() -> None:
    ds = making.ct()
    for element in list(ds):
        if element.VR in ("LO", "SH", "PN", "CS") and element.keyword != "SpecificCharacterSet":
            del ds[element.keyword]
            ds.add_new(element.tag, "UT", CANARY)
    result = judged(making.as_bytes(ds))
    assert result.totals.error > 10
    assert CANARY not in json.dumps(result.model_dump(mode="json", exclude={"values"}))
    assert all(one.phi is not None for one in result.values if CANARY in one.value)


def test_the_answer_survives_its_way_from_the_worker() -> None:
    result = judged(making.as_bytes(making.ct(PatientName=None, HighBit=3)))
    assert DicomValidation.model_validate_json(result.model_dump_json()) == result
