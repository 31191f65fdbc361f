"""Files made to harm: always an answer or a coded error, in bounded time, and the workers go on."""

from __future__ import annotations

import struct
import time
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)
from tests.dicom import making

from trivium.api import Folders, NotFound, Problem, TooLarge, ToolFailure, Workers
from trivium_dicom.files.desk import Desk
from trivium_dicom.files.header import Wanted, header
from trivium_dicom.files.header_results import FileHeader
from trivium_dicom.files.limits import Limits
from trivium_dicom.files.problems import FileProblem, Oddity
from trivium_dicom.files.reading import read
from trivium_dicom.tools.read_dicom_file import read_dicom_file

CODED_PROBLEMS = set(FileProblem) - {FileProblem.UNREADABLE}
"""All but the one for what pydicom fails over in a way that nobody has foreseen."""
SECONDS = 20.0
"""No file of a few MiB may take longer, on a busy machine too."""


def rich() -> Dataset:
    """Sequences, private elements and several character sets."""
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "121320", "DCM", "Uncompressed predecessor"
    inner = Dataset()
    inner.PurposeOfReferenceCodeSequence = [code]
    ds = making.ct(PatientName="Yamada^Tarou=山田^太郎", SourceImageSequence=[inner, Dataset()])
    ds.add_new(0x00190010, "LO", "GEMS_ACQU_01")
    ds.add_new(0x00191002, "SL", 912)
    return ds


def outcome(work: Callable[[], FileHeader]) -> FileHeader | Problem:
    """The answer, or the problem of a coded error; anything else is raised."""
    try:
        return work()
    except ToolFailure as error:
        return error.problem


VALID = [
    making.as_bytes(rich(), syntax)
    for syntax in (
        ExplicitVRLittleEndian,
        ImplicitVRLittleEndian,
        ExplicitVRBigEndian,
        DeflatedExplicitVRLittleEndian,
    )
]
PIECES = [
    b"\xff\xff\xff\xff",
    b"\0\0\0\0",
    b"\xfe\xff\x00\xe0\xff\xff\xff\xff",
    b"\xfe\xff\x0d\xe0\0\0\0\0",
    b"\xfe\xff\xdd\xe0\0\0\0\0",
    *(b"SQ UN OB DS IS PN US AT UI ZZ UT FL".split()),
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    content = bytearray(draw(st.sampled_from(VALID)))
    for _ in range(draw(st.integers(0, 8))):
        at = draw(st.integers(0, len(content) - 1))
        piece = draw(st.sampled_from(PIECES) | st.binary(min_size=1, max_size=6))
        match draw(st.sampled_from(("over", "in", "out"))):
            case "over":
                content[at : at + len(piece)] = piece
            case "in":
                content[at:at] = piece
            case _:
                del content[at : at + len(piece)]
    return bytes(content[: draw(st.integers(0, len(content))) if draw(st.booleans()) else None])


@given(mutated())
@settings(deadline=5000, max_examples=400, suppress_health_check=[HealthCheck.too_slow])
def test_any_change_of_a_file_gives_a_header_or_a_coded_error(content: bytes) -> None:
    found = outcome(lambda: header(content, Limits(), Wanted(limit=1000)))
    if isinstance(found, FileHeader):
        assert (found.total, found.file_bytes) == (found.elements_in_file, len(content))
    else:
        assert found in CODED_PROBLEMS


@given(st.binary(max_size=400))
@settings(deadline=5000)
def test_any_bytes_behind_a_preamble_give_a_header_or_a_coded_error(body: bytes) -> None:
    for syntax in (ExplicitVRLittleEndian, ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian):
        content = making.file_of(body, syntax)
        found = outcome(partial(header, content, Limits(), Wanted()))
        assert isinstance(found, FileHeader) or found in CODED_PROBLEMS


def deflate_bomb(mib: int) -> bytes:
    body = making.element(0x00420011, b"OB", b"", length=mib << 20)
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    zeros = b"".join(deflate.compress(bytes(1 << 20)) for _ in range(mib))
    return making.file_of(deflate.compress(body) + zeros + deflate.flush(), DeflatedExplicitVRLittleEndian)


ITEM = struct.pack("<HHI", 0xFFFE, 0xE000, 0)
SEQUENCE = making.element(0x00081115, b"SQ", b"", length=0xFFFFFFFF)

BOMBS: dict[str, Callable[[], bytes]] = {
    "deflate": lambda: deflate_bomb(300),
    "nested 200": lambda: making.file_of(making.nested(200)),
    "nested 20,000": lambda: making.file_of(making.nested(20_000)),
    "nested 20,000, not ended": lambda: making.file_of(making.nested(20_000, ended=False)),
    "nested 90,000": lambda: making.file_of(making.nested(90_000)),
    "huge length": lambda: making.file_of(making.element(0x00420011, b"OB", b"x", length=0xFFFFFFFE)),
    "huge text": lambda: making.file_of(making.element(0x0040A160, b"UT", b"x" * (30 << 20))),
    "endless items": lambda: making.file_of(SEQUENCE + ITEM * 1_000_000),
    "endless elements": lambda: making.file_of(making.element(0x00080060, b"CS", b"") * 1_000_000),
    "endless fragments": lambda: making.file_of(
        making.element(0x7FE00010, b"OB", b"", length=0xFFFFFFFF) + ITEM * 3_000_000
    ),
    "a million values": lambda: making.file_of(
        making.element(0x00081140, b"UT", b"") + making.element(0x00420020, b"UC", b"\\" * 5_000_000)
    ),
    "numbers": lambda: making.file_of(making.implicit(0x00283006, bytes(40 << 20)), ImplicitVRLittleEndian),
    "a sequence of zero length in itself": lambda: making.file_of(making.element(0x00081115, b"SQ", b"") * 60_000),
}
CODED = {
    "deflate": FileProblem.INFLATES_TOO_FAR,
    "endless items": FileProblem.TOO_MANY,
    "endless elements": FileProblem.TOO_MANY,
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "good.dcm").write_bytes(making.as_bytes(making.ct()))
    for name, make in BOMBS.items():
        (folder / f"{name}.dcm").write_bytes(make())
    workers = Workers(memory=2 << 30)
    yield Desk(Folders([folder]), Limits(), workers)
    workers.close()


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_answered_in_a_worker_and_the_next_file_is_read(name: str, desk: Desk) -> None:
    tool = read_dicom_file.given(desk=desk)
    start = time.monotonic()
    found = outcome(lambda: tool(**tool.input(path=f"{name}.dcm").__dict__))
    if name in CODED:
        assert found is CODED[name]
    else:
        assert isinstance(found, FileHeader)
        assert len(found.elements) <= 200
    assert time.monotonic() - start < SECONDS
    good = tool(**tool.input(path="good.dcm", select=["Modality"]).__dict__)
    assert [row.value for row in good.elements] == ["CT"]


def test_200_and_20000_nested_sequences_are_read_down_to_the_limit() -> None:
    for depth in (200, 20_000):
        found = read(making.file_of(making.nested(depth)), Limits())
        assert [note.oddity for note in found.notes] == [Oddity.TOO_DEEP]


def test_a_worker_that_lacks_memory_says_so_and_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "large.dcm").write_bytes(making.file_of(making.element(0x0040A160, b"UT", b"x" * (200 << 20))))
    (tmp_path / "good.dcm").write_bytes(making.as_bytes(making.ct()))
    workers = Workers(memory=900 << 20)
    tool = read_dicom_file.given(desk=Desk(Folders([tmp_path]), Limits(), workers))
    with pytest.raises(TooLarge):
        tool(**tool.input(path="large.dcm").__dict__)
    assert tool(**tool.input(path="good.dcm").__dict__).whole is True
    workers.close()


def test_the_header_of_a_large_file_is_read_in_little_time(say: Callable[[str], None]) -> None:
    content = making.as_bytes(making.ct(NumberOfFrames=200, PixelData=bytes(200 << 20)))
    start = time.perf_counter()
    found = read(content, Limits(), pixels=False)
    without = time.perf_counter() - start
    assert (found.dataset.Rows, found.notes) == (8, [])
    start = time.perf_counter()
    assert len(read(content, Limits()).dataset.PixelData) == 200 << 20
    say(f"dicom reader: header of 200 MiB in {without * 1000:.1f} ms, with pixels {time.perf_counter() - start:.2f} s")
    assert without < 2


def test_a_file_that_is_not_there_is_not_found(desk: Desk) -> None:
    tool = read_dicom_file.given(desk=desk)
    with pytest.raises(NotFound):
        tool(**tool.input(path="absent.dcm").__dict__)
