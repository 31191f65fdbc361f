"""Pages that a client reads by URI, and what completes their variables."""

from __future__ import annotations

import pytest

from trivium.api import BadInput, NotFound
from trivium_dicom import completions, iods
from trivium_dicom.resources import all_resources, dicom_iod, dicom_tag, dicom_uid
from trivium_dicom.uids.registered import registered


def test_three_kinds_of_pages_are_offered() -> None:
    assert [(one.uri, one.mime_type) for one in all_resources()] == [
        ("dicom://tag/{tag}", "text/markdown"),
        ("dicom://iod/{sop_class}", "text/markdown"),
        ("dicom://uid/{uid}", "text/markdown"),
    ]


def test_an_element_is_a_page() -> None:
    for asked in ("00100010", "PatientName"):
        assert dicom_tag(tag=asked).startswith("# (0010,0010) PatientName\n")


def test_a_sop_class_is_a_page_of_its_object() -> None:
    lines = dicom_iod(sop_class="1.2.840.10008.5.1.4.1.1.2").splitlines()
    assert lines[:3] == ["# CT Image", "", "- CT Image Storage (1.2.840.10008.5.1.4.1.1.2)"]
    assert "| Patient | Patient |  | Clinical Trial Subject |" in lines
    assert "| (0010,0010) | PatientName | 2 | PN | Patient |" in lines
    assert dicom_iod(sop_class="ct-image").splitlines() == lines


def test_a_uid_is_a_page() -> None:
    lines = dicom_uid(uid="1.2.840.10008.1.2.4.90").splitlines()
    assert lines[:5] == [
        "# JPEG 2000 Image Compression (Lossless Only)",
        "",
        "- UID: 1.2.840.10008.1.2.4.90",
        "- Keyword: JPEG2000Lossless",
        "- Type: Transfer Syntax",
    ]
    assert "- Encapsulated: yes" in lines


def test_pages_of_what_there_is_not_are_not_found() -> None:
    for uid in ("1.2.3", "2.25.1", "Zorblax Qqqq"):
        with pytest.raises(NotFound):
            dicom_uid(uid=uid)
    for one in ("", "1.2.840.10008.1.1", "Zorblax Qqqq"):
        with pytest.raises(NotFound):
            dicom_iod(sop_class=one)
    with pytest.raises(NotFound):
        dicom_tag(tag="Zorblax Qqqq")
    with pytest.raises(BadInput):
        dicom_tag(tag="")


def test_every_page_of_objects_and_uids_can_be_made_and_is_bounded() -> None:
    pages = [dicom_iod(sop_class=one) for one in iods.iod_ids()]
    pages += [dicom_uid(uid=one) for one in registered()]
    assert len(pages) == 175 + len(registered())
    assert max(map(len, pages)) < 40_000


def test_completions_follow_what_is_typed() -> None:
    assert completions.tags("PatientNam", {}) == ["PatientName"]
    assert completions.tags("patient's na", {}) == ["PatientName"]
    assert completions.tags("Patient", {})[:2] == ["PatientID", "PatientAge"]
    assert completions.tags("(0010,001", {}) == ["00100010"]
    assert completions.uids("CTIm", {}) == ["CTImageStorage"]
    assert completions.uids("1.2.840.10008.1.2.4.9", {})[:2] == ["1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"]
    assert completions.iods("ct-i", {}) == ["ct-image"]
    assert completions.iods("mammography", {})[:2] == ["mammography-cad-sr", "digital-mammography-x-ray-image"]
    assert completions.uids("JPEG", {})[0] == "JPEGBaseline8Bit"
    assert "SIEMENS CSA HEADER" in completions.creators("csa", {})
    assert completions.iods("12", {}) == ["12-lead-ecg"]
    assert completions.iods("1.2.840.10008.5.1.4.1.1.2", {})[0] == "1.2.840.10008.5.1.4.1.1.2"
    assert "SIEMENS CSA HEADER" in completions.creators("siemens csa", {})


def test_what_is_completed_can_be_read() -> None:
    assert all(dicom_tag(tag=one) for one in completions.tags("Patient", {}))
    assert all(dicom_uid(uid=one) for one in completions.uids("JPEG", {}))
    assert all(dicom_iod(sop_class=one) for one in completions.iods("enhanced", {}))
