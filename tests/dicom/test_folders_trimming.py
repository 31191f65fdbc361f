"""A file that was trimmed says the same as the whole file, or is not trimmed at all."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)
from tests.dicom import making

from trivium_dicom.files.limits import Limits
from trivium_dicom.folders import heads
from trivium_dicom.folders.heads import Head, read_heads
from trivium_dicom.folders.trimming import trimmed

WANTED = frozenset({0x00080005, 0x00100010, 0x00280100})


def head(content: bytes, size: int | None = None) -> Head:
    return read_heads([(content, size or len(content))], Limits()).heads[0]


def untrimmed(content: bytes, monkeypatch: pytest.MonkeyPatch) -> Head:
    with monkeypatch.context() as patch:
        patch.setattr(heads, "trimmed", lambda *_, **__: None)
        return head(content)


def with_sequence(*, undefined: bool) -> Dataset:
    """An element of a sequence inside a sequence, which looks like one of the top level."""
    inner, outer = Dataset(), Dataset()
    inner.PatientName = "Inner^Name"
    outer.ReferencedStudySequence = [inner]
    ds = making.ct(ReferencedImageSequence=[outer, Dataset()], RequestAttributesSequence=[inner])
    for one in ds.iterall():
        if one.VR == "SQ":
            one.is_undefined_length = undefined
            for item in one.value:
                item.is_undefined_length_sequence_item = undefined
    return ds


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian])
@pytest.mark.parametrize("undefined", [False, True])
def test_only_what_is_wanted_is_kept_and_says_the_same(
    syntax: str, undefined: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = making.as_bytes(with_sequence(undefined=undefined), syntax)
    brief = trimmed(content, WANTED, partial=False)
    assert brief is not None
    assert len(brief) < len(content) // 2
    assert b"Inner^Name" not in brief
    assert head(content) == untrimmed(content, monkeypatch)
    assert head(content).name == "Example^Erika^^Dr."


def test_the_beginning_of_a_file_is_enough_once_all_that_is_wanted_was_there() -> None:
    content = making.as_bytes(making.ct())
    pixels = content.index(b"\xe0\x7f\x10\x00")
    assert trimmed(content[: pixels + 4], WANTED, partial=True) == trimmed(content, WANTED, partial=False)
    assert trimmed(content[: content.index(b"Example")], WANTED, partial=True) is None


def test_the_beginning_of_a_file_that_ends_between_two_elements_is_not_taken_for_all() -> None:
    content = making.as_bytes(making.ct())
    series = content.index(b"\x20\x00\x0d\x00UI")  # StudyInstanceUID
    assert head(content[:series], len(content)).more
    assert not head(content).more


@pytest.mark.parametrize(
    "content",
    [
        making.as_bytes(making.ct(), DeflatedExplicitVRLittleEndian),
        making.as_bytes(making.ct(), preamble=False),
        making.as_bytes(making.ct(), meta=False),
        making.as_bytes(making.ct())[:1_000],
        making.file_of(making.nested(3, ended=False)),
        making.file_of(making.element(0x00100020, b"LO", b"B ") + making.element(0x00100010, b"PN", b"A ")),
        making.file_of(making.element(0x00100020, b"LO", b"B ") + making.element(0x00100020, b"LO", b"C ")),
        making.file_of(making.element(0x00090010, b"UN", b"", length=0xFFFFFFFF)),
        making.file_of(making.implicit(0x00100020, b"B ") * 2),
        making.file_of(making.element(0x00041220, b"SQ", b"")),
        bytes(128) + b"DICM" + struct.pack("<HH2sHL", 2, 0, b"UL", 4, 1 << 31),
        b"",
    ],
)
def test_what_is_not_plain_is_left_to_the_reading_of_the_whole(content: bytes) -> None:
    assert trimmed(content, WANTED, partial=False) is None


@pytest.mark.corpus
def test_each_file_of_the_corpus_says_the_same_trimmed(corpora: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = 0
    for path in sorted((corpora / "dicom").rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            plain += trimmed(content, WANTED, partial=False) is not None
            assert head(content) == untrimmed(content, monkeypatch), path.name
    assert plain > 100
