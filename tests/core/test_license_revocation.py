"""The list of revoked licenses."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.tokens import NOW
from trivium.licensing import LicenseFault, add_revoked, read_revoked

ID = "6f9619ff-8b86-d011-b42d-00cf4fc964ff"
OTHER = "0b5c1c1e-52f3-4c43-8a5b-0f4a4f3f2c11"


@pytest.fixture
def list_(tmp_path: Path) -> Path:
    return tmp_path / "home" / "revoked.txt"


def written(list_: Path, content: bytes) -> Path:
    list_.parent.mkdir(exist_ok=True)
    list_.write_bytes(content)
    return list_


def fault(list_: Path) -> str:
    with pytest.raises(LicenseFault) as caught:
        read_revoked(list_)
    assert caught.value.state == "invalid"
    return str(caught.value)


def test_an_absent_list_revokes_nothing(list_: Path) -> None:
    assert read_revoked(list_) == frozenset()


@pytest.mark.parametrize("content", [b"", b"\n\n", b"# nothing yet\n", b"  # nothing yet", b"\xef\xbb\xbf# marked\n"])
def test_an_empty_list_revokes_nothing(list_: Path, content: bytes) -> None:
    assert read_revoked(written(list_, content)) == frozenset()


@pytest.mark.parametrize(
    "content",
    [
        f"{ID}\nL-1\n",
        f"{ID.upper()}\r\nL-1\r\n",
        f"# the list of the Ärzte\n\n  {ID}  # lost\nL-1# and this\n",
        f"\ufeffL-1\n{ID}",
        f"{ID}\nL-1  # a comment shows that the id is whole",
        f"L-1\nL-1\n{ID}\n{ID}\n",
    ],
)
def test_a_list_has_an_id_a_line(list_: Path, content: str) -> None:
    assert read_revoked(written(list_, content.encode())) == {ID, "L-1"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"L-1\nL 2\n", "revoked.txt, line 2: is not the id of a license"),
        (b"license.jwt\n", "revoked.txt, line 1: is not the id of a license"),
        (b"../L-1\n", "revoked.txt, line 1: is not the id of a license"),
        (b"# one\n\n;L-1\n", "revoked.txt, line 3: is not the id of a license"),
        (b"x" * 101 + b"\n", "revoked.txt, line 1: is not the id of a license"),
        (bytes(40), "revoked.txt, line 1: is not the id of a license"),
        (b"L-1\n\xff\xfe\n", "revoked.txt, line 2: is not text"),
        ("L-1\n".encode("utf-16"), "revoked.txt, line 1: is not text"),
        (b"L-1\nL-2", "revoked.txt, line 2: may be cut off, as it does not end with a line break"),
        (ID[:-1].encode(), "revoked.txt, line 1: may be cut off, as it does not end with a line break"),
    ],
)
def test_a_line_that_is_no_id_is_named(list_: Path, content: bytes, reason: str) -> None:
    assert fault(written(list_, content)) == reason


@pytest.mark.parametrize("length", range(1, 36))
def test_half_an_id_is_never_taken_for_another(list_: Path, length: int) -> None:
    said = fault(written(list_, f"{OTHER}\n{ID[:length]}".encode()))
    assert said.startswith("revoked.txt, line 2: ")


@given(content=st.binary(max_size=120))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_in_a_list_take_an_id_from_it(tmp_path: Path, content: bytes) -> None:
    list_ = written(tmp_path / "revoked.txt", f"{ID}\n".encode() + content)
    try:
        assert ID in read_revoked(list_)
    except LicenseFault as error:
        assert str(error).startswith("revoked.txt, line ")  # noqa: PT017


def a_folder(path: Path) -> None:
    path.mkdir()


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_dangling_link(path: Path) -> None:
    path.symlink_to("nowhere")


def too_much(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(17 * 1024 * 1024)


@pytest.mark.parametrize(
    ("make", "error"),
    [(a_folder, "OSError"), (a_pipe, "OSError"), (a_dangling_link, "FileNotFoundError"), (too_much, "ValueError")],
)
def test_a_list_that_cannot_be_read_is_a_fault(list_: Path, make: Callable[[Path], None], error: str) -> None:
    list_.parent.mkdir()
    make(list_)
    assert fault(list_) == f"the list of revoked licenses, revoked.txt, cannot be read ({error})"


def test_a_list_below_a_file_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    said = fault(tmp_path / "home" / "revoked.txt")
    assert said == "the list of revoked licenses, revoked.txt, cannot be read (NotADirectoryError)"


# Adding.


def test_an_id_is_added_with_day_and_reason(list_: Path) -> None:
    assert add_revoked(list_, ID, reason="lost with the laptop", now=NOW)
    assert add_revoked(list_, "L-1", now=NOW)
    assert list_.read_text() == f"{ID}  # 2027-01-15 lost with the laptop\nL-1  # 2027-01-15\n"
    assert read_revoked(list_) == {ID, "L-1"}
    assert [path.name for path in list_.parent.iterdir()] == ["revoked.txt"]


def test_an_id_is_added_once(list_: Path) -> None:
    assert add_revoked(list_, ID, now=NOW)
    before = list_.read_bytes()
    assert not add_revoked(list_, ID.upper(), reason="again")
    assert list_.read_bytes() == before


def test_what_stands_in_the_list_stays_as_it_is(list_: Path) -> None:
    before = f"# kept by hand\r\n{OTHER}".encode()
    written(list_, before).chmod(0o640)
    add_revoked(list_, ID, now=NOW)
    assert list_.read_bytes() == before + f"\n{ID}  # 2027-01-15\n".encode()
    assert stat.S_IMODE(list_.stat().st_mode) == 0o640


def test_a_broken_list_is_not_added_to(list_: Path) -> None:
    written(list_, b"L-1\n?\n")
    with pytest.raises(LicenseFault, match=r"^revoked.txt, line 2: is not the id of a license$"):
        add_revoked(list_, ID)
    assert list_.read_bytes() == b"L-1\n?\n"


@pytest.mark.parametrize("id_", ["", " ", "L 1", "license.jwt", "a/b", "L-1\nL-2", "#", "x" * 101])
def test_what_is_no_id_is_not_added(list_: Path, id_: str) -> None:
    with pytest.raises(ValueError, match=r"^that is not the id of a license$"):
        add_revoked(list_, id_)
    assert not list_.exists()


@pytest.mark.parametrize("reason", ["two\nlines", "\r", "\x1b[2J", "\u202e", " ", "x" * 201])
def test_a_reason_is_one_printable_line(list_: Path, reason: str) -> None:
    problem = "the reason is not one line of at most 200 printable characters"
    with pytest.raises(ValueError, match=f"^{re.escape(problem)}$"):
        add_revoked(list_, ID, reason=reason)
    assert not list_.exists()


def test_a_disk_that_fills_up_loses_nothing_of_the_list(list_: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    add_revoked(list_, ID, now=NOW)
    before = list_.read_bytes()
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        add_revoked(list_, "L-1")
    assert list_.read_bytes() == before
    assert [path.name for path in list_.parent.iterdir()] == ["revoked.txt"]
