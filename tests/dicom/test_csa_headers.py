"""CSA headers of Siemens, made here and read from public files; nibabel is the witness."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import Say

from trivium_dicom.private.csa import CsaTag, Spoiled, looks_like_csa, read_csa
from trivium_dicom.private.csa_names import ASCCONV_NAMES, CSA_NAMES, is_known, is_usual_setting

Tag = tuple[str, str, int, list[str]]

TAGS: list[Tag] = [
    ("B_value", "IS", 1, ["1000"]),
    ("DiffusionGradientDirection", "FD", 3, ["0.5", "-0.5", "0.70710678"]),
    ("MosaicRefAcqTimes", "FD", 0, ["0.0", "1812.5"]),
    ("ImaCoilString", "LO", 1, []),
    ("SequenceName", "SH", 1, ["epfid2d1_86"]),
]


def header(tags: list[Tag], *, second: bool = True, shifted: bool = False) -> bytes:
    """A header as a scanner writes it: as many items as six, or more where there are more values."""
    out = b"SV10\4\3\2\1" if second else b""
    out += struct.pack("<2I", len(tags), 77)
    first = max(6, len(tags[0][3])) if tags else 0
    for name, vr, multiplicity, values in tags:
        items = max(6, len(values))
        out += struct.pack("<64si4s3i", name.encode(), multiplicity, vr.encode(), 0, items, 77)
        for number in range(items):
            text = values[number].encode() + b"\0" if number < len(values) else b""
            length = len(text)
            lengths = (length + first, 0, 77, -1) if shifted else (length, length, 77, length)
            out += struct.pack("<4i", *lengths) + text + bytes(-length % 4)
    return out


def expected(tags: list[Tag]) -> tuple[CsaTag, ...]:
    return tuple(CsaTag(name, vr, multiplicity, tuple(values)) for name, vr, multiplicity, values in tags)


@pytest.mark.parametrize("second", [True, False], ids=["CSA2", "CSA1"])
def test_every_tag_is_read_with_its_values(second: bool) -> None:
    assert read_csa(header(TAGS, second=second)) == expected(TAGS)


def test_a_first_length_that_is_too_large_is_corrected_in_csa1() -> None:
    assert read_csa(header(TAGS, second=False, shifted=True)) == expected(TAGS)


def test_a_header_with_its_bytes_swapped_is_put_right() -> None:
    content = header(TAGS)
    swapped = b"".join(content[at : at + 2][::-1] for at in range(0, len(content), 2))
    assert swapped[:4] == b"VS01"
    assert read_csa(swapped) == expected(TAGS)


@pytest.mark.parametrize("second", [True, False], ids=["CSA2", "CSA1"])
def test_a_header_that_is_cut_anywhere_is_spoiled(second: bool) -> None:
    whole = header(TAGS, second=second)
    for end in range(len(whole) - 1):
        with pytest.raises(Spoiled):
            read_csa(whole[:end])


@pytest.mark.parametrize(
    "patch", [(8, 0), (8, 2_000_000_000), (12, 76), (8 + 8 + 64 + 4 + 4 + 4, -1), (8 + 8 + 64 + 4 + 4 + 4, 1 << 30)]
)
def test_numbers_that_cannot_be_are_spoiled(patch: tuple[int, int]) -> None:
    at, number = patch
    spoiled = bytearray(header(TAGS))
    spoiled[at : at + 4] = struct.pack("<i", number)
    with pytest.raises(Spoiled):
        read_csa(bytes(spoiled))


def test_a_length_below_zero_is_spoiled() -> None:
    first_item = 16 + 84
    spoiled = bytearray(header(TAGS))
    spoiled[first_item + 4 : first_item + 8] = struct.pack("<i", -4)
    with pytest.raises(Spoiled):
        read_csa(bytes(spoiled))


@given(st.binary(max_size=2_000))
def test_any_bytes_are_a_header_or_spoiled(tail: bytes) -> None:
    for start in (b"SV10\4\3\2\1\2\0\0\0\115\0\0\0", b"\2\0\0\0\115\0\0\0", b""):
        try:
            tags = read_csa(start + tail)
        except Spoiled:
            continue
        assert looks_like_csa(start + tail)
        assert sum(len(value) for tag in tags for value in tag.values) <= len(tail)


def test_names_are_known_that_no_person_gave() -> None:
    assert (len(CSA_NAMES), len(ASCCONV_NAMES)) == (180, 89)
    assert is_known("B_value")
    assert is_usual_setting("alTR[0]")
    assert is_known("sSliceArray.asSlice[12].dThickness")
    assert not is_known("JOHN_DOE")
    assert not is_known("alTR[JOHN]")


@pytest.mark.corpus
def test_public_files_read_as_nibabel_reads_them(corpora: Path, say: Say) -> None:
    csareader = pytest.importorskip("nibabel.nicom.csareader")
    values = 0
    for path in sorted((corpora / "dicom" / "neurolabusc__dcm_qa").iterdir()):
        ds = pydicom.dcmread(path, stop_before_pixels=True)
        for tag in (0x00291010, 0x00291020):
            theirs: dict[str, Any] = csareader.read(ds[tag].value)["tags"]
            ours = read_csa(ds[tag].value)
            assert [one.name for one in ours] == list(theirs)
            for one in ours:
                known = theirs[one.name]
                assert (one.vr, one.multiplicity) == (known["vr"], known["vm"])
                assert [_value(text, known) for text in one.values] == _values(known)
                values += len(one.values)
    say(f"CSA headers: {values} values as nibabel reads them")
    assert values == 5_738


def _values(known: dict[str, Any]) -> list[Any]:
    """Without empty ones behind. A text without a zero at its end is bytes there."""
    items = [one.decode("latin-1") if isinstance(one, bytes) else one for one in known["items"]]
    stripped = [one.strip() if isinstance(one, str) else one for one in items]
    while stripped and stripped[-1] == "":
        stripped.pop()
    return stripped


def _value(text: str, known: dict[str, Any]) -> Any:
    return float(text) if known["vr"] in ("FL", "FD", "DS", "SS", "US", "SL", "UL", "IS") else text


@pytest.mark.corpus
def test_public_files_read_as_gdcm_reads_them(corpora: Path) -> None:
    gdcm = pytest.importorskip("gdcm")
    for path in sorted((corpora / "dicom" / "neurolabusc__dcm_qa").iterdir()):
        reader = gdcm.Reader()
        reader.SetFileName(str(path))
        assert reader.Read()
        for number in (0x1010, 0x1020):
            element = reader.GetFile().GetDataSet().GetDataElement(gdcm.Tag(0x0029, number))
            theirs = gdcm.CSAHeader()
            assert theirs.LoadFromDataElement(element)
            for one in read_csa(pydicom.dcmread(path, stop_before_pixels=True)[0x0029, number].value):
                if one.name != "MrPhoenixProtocol":  # too long for its printing
                    shown = str(theirs.GetCSAElementByName(one.name)).partition(" Data '")[2]
                    values = [text.strip() for text in shown.removesuffix("'").split("'\\'")] if shown else []
                    assert list(one.values) == values[: len(one.values)], one.name
