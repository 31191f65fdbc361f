"""Files are read below the allowed folders and nowhere else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from trivium.api import BadInput, FolderProblem, Folders, NotFound, TooLarge, ToolFailure


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    allowed = tmp_path / "allowed"
    (allowed / "deep" / "er").mkdir(parents=True)
    (allowed / "a.hl7").write_bytes(b"one")
    (allowed / "deep" / "b.HL7").write_bytes(b"two")
    (allowed / "deep" / "er" / "c.txt").write_bytes(b"three")
    (tmp_path / "secret.hl7").write_bytes(b"secret")
    (allowed / "link.hl7").symlink_to(tmp_path / "secret.hl7")
    (allowed / "folder-link").symlink_to(tmp_path)
    os.mkfifo(allowed / "pipe.hl7")
    return Folders([allowed])


def refused(folders: Folders, path: str) -> FolderProblem:
    with pytest.raises(ToolFailure) as caught:
        folders.read(path, where="file", most=100)
    assert isinstance(caught.value.problem, FolderProblem)
    return caught.value.problem


def test_regular_files_are_listed_in_order_and_links_and_pipes_are_not(folders: Folders) -> None:
    (root,) = folders.roots
    assert folders.files(".", where="folder", most=10) == [
        root / "a.hl7",
        root / "deep" / "b.HL7",
        root / "deep" / "er" / "c.txt",
    ]


def test_a_suffix_is_told_without_case(folders: Folders) -> None:
    (root,) = folders.roots
    assert folders.files("deep", where="folder", suffixes={".hl7"}, most=10) == [root / "deep" / "b.HL7"]


def test_a_file_is_read_by_relative_and_by_absolute_path(folders: Folders) -> None:
    (root,) = folders.roots
    assert folders.read("deep/b.HL7", where="file", most=3) == b"two"
    assert folders.read(root / "deep" / "b.HL7", where="file", most=3) == b"two"


def test_an_allowed_folder_that_is_a_link_can_be_named_as_the_operator_spells_it(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a").write_bytes(b"one")
    (tmp_path / "spelled").symlink_to(tmp_path / "real")
    folders = Folders([tmp_path / "spelled"])
    assert folders.read(tmp_path / "spelled" / "a", where="file", most=3) == b"one"
    assert folders.read(tmp_path / "real" / "a", where="file", most=3) == b"one"


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("../secret.hl7", FolderProblem.OUTSIDE),
        ("deep/../../secret.hl7", FolderProblem.OUTSIDE),
        ("/etc/passwd", FolderProblem.OUTSIDE),
        ("link.hl7", FolderProblem.OUTSIDE),
        ("folder-link/secret.hl7", FolderProblem.OUTSIDE),
        ("a.hl7/b", FolderProblem.OUTSIDE),
        ("a.hl7\0", FolderProblem.OUTSIDE),
        ("no\nsuch", FolderProblem.OUTSIDE),
        ("nothing.hl7", FolderProblem.NOT_THERE),
        ("x" * 5000, FolderProblem.NOT_THERE),
        ("pipe.hl7", FolderProblem.NOT_A_FILE),
        ("deep", FolderProblem.NOT_A_FILE),
        ("", FolderProblem.NOT_A_FILE),
    ],
)
def test_what_is_no_file_inside_is_refused(folders: Folders, path: str, problem: FolderProblem) -> None:
    assert refused(folders, path) is problem


def test_a_path_with_half_a_surrogate_is_refused(folders: Folders) -> None:
    assert refused(folders, "\ud800") is FolderProblem.OUTSIDE


def test_nothing_is_read_where_no_folder_is_allowed() -> None:
    assert refused(Folders([]), "a.hl7") is FolderProblem.NONE_ALLOWED


def test_limits_are_said_and_nothing_is_cut(folders: Folders) -> None:
    with pytest.raises(TooLarge, match="file is larger than 2 bytes"):
        folders.read("a.hl7", where="file", most=2)
    with pytest.raises(TooLarge, match="folder has more than 2 files"):
        folders.files(".", where="folder", most=2)


def test_a_file_is_no_folder_and_a_missing_one_is_said(folders: Folders) -> None:
    with pytest.raises(BadInput, match="folder is no folder"):
        folders.files("a.hl7", where="folder", most=2)
    with pytest.raises(NotFound, match="folder does not exist inside the allowed folders"):
        folders.files("nowhere", where="folder", most=2)


def test_a_failed_opening_leaves_no_descriptor_behind(folders: Folders) -> None:
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    for path in ("link.hl7", "nothing.hl7", "deep/nothing/x", "pipe.hl7"):
        refused(folders, path)
    assert (len(os.listdir("/proc/self/fd")) if before else 0) == before


def test_a_file_is_made_with_the_folders_to_it(folders: Folders) -> None:
    (root,) = folders.roots
    assert folders.create("new/er/d.dcm", b"four", where="output") == root / "new" / "er" / "d.dcm"
    assert folders.read("new/er/d.dcm", where="file", most=4) == b"four"


def made(folders: Folders, path: str) -> FolderProblem:
    with pytest.raises(BadInput) as caught:
        folders.create(path, b"x", where="output")
    assert isinstance(caught.value.problem, FolderProblem)
    return caught.value.problem


def test_nothing_is_written_over_through_a_link_or_outside(folders: Folders, tmp_path: Path) -> None:
    assert made(folders, "a.hl7") is FolderProblem.EXISTS
    assert made(folders, "link.hl7") is FolderProblem.EXISTS
    assert made(folders, "folder-link/e.dcm") is FolderProblem.OUTSIDE
    assert made(folders, "a.hl7/e.dcm") is FolderProblem.OUTSIDE
    assert made(folders, "../e.dcm") is FolderProblem.OUTSIDE
    assert made(folders, str(tmp_path / "e.dcm")) is FolderProblem.OUTSIDE
    assert made(folders, ".") is FolderProblem.NOT_A_FILE
    assert (tmp_path / "secret.hl7").read_bytes() == b"secret"
    assert not (tmp_path / "e.dcm").exists()


def test_the_head_of_a_file_comes_with_its_size(folders: Folders) -> None:
    assert folders.head("deep/er/c.txt", where="file", most=3) == (b"thr", 5)
