"""Prompts name the tools in the order in which they help."""

from __future__ import annotations

from trivium_dicom.prompts import all_prompts, debug_dicom_import, explain_private_tag


def test_two_prompts_are_offered() -> None:
    assert [one.name for one in all_prompts()] == ["debug_dicom_import", "explain_private_tag"]


def test_an_import_is_debugged_from_the_file_to_the_archive() -> None:
    text = debug_dicom_import(path="file-1", archive_said="A900", archive="main")
    places = [
        text.index(tool)
        for tool in ("read_dicom_file", "validate_dicom_file", "lookup_dicom_uid", "explain_dicom_tag", "pacs_echo")
    ]
    assert places == sorted(places)
    assert text.splitlines()[:3] == [
        "A DICOM file does not get into the archive main, or is wrong there. Find out why.",
        "The file: file-1",
        "What the archive said: A900",
    ]
    assert "What the archive said" not in debug_dicom_import(path="file-1")


def test_a_private_tag_is_explained_with_its_file_or_without() -> None:
    with_file = explain_private_tag(tag="(0029,1010)", creator="SIEMENS CSA HEADER", path="file-1")
    assert "1. Run decode_private_tags on the file" in with_file
    assert "Its private creator: SIEMENS CSA HEADER" in with_file
    without = explain_private_tag(tag="(0029,1010)")
    assert "(gggg,00bb)" in without
    assert "decode_private_tags" not in without
