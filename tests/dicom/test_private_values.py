"""Private elements of a data set: whose they are, what is in them, and what of it is public."""

from __future__ import annotations

import gzip
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from tests.dicom import making
from tests.dicom.test_csa_headers import TAGS, header

from trivium.api import BadInput, Kind, NotFound
from trivium_dicom.files.limits import Limits
from trivium_dicom.files.problems import FileProblem
from trivium_dicom.private.answering import DecodeProblem, decode_file
from trivium_dicom.private.asking import Asked
from trivium_dicom.private.elements import Element
from trivium_dicom.private.implicit import NoSequence, items_of
from trivium_dicom.private.result import PrivateElement, PrivateTags
from trivium_dicom.private.values import float32, readable_text, texts_of
from trivium_dicom.private.vocabulary import Basis, Layout, NotDecoded, Note

ALL = Asked(limit=500, value_limit=10_000)
CSA = "SIEMENS CSA HEADER"
MR = "SIEMENS MR HEADER"
ASCCONV = (
    '<XProtocol> { junk }\n### ASCCONV BEGIN ###\nulVersion = 0x14b44b6\ntProtocolName = ""head^routine""\n'
    'alTR[0]\t = \t3000000\nsSomething.tPatientsDog = ""Rex""\n### ASCCONV END ###'
)


def mr_with(*elements: tuple[int, str, int, str, Any], block: int = 0x10, **changes: Any) -> Dataset:
    """An MR slice with (group, creator, element, VR, value) each; every creator gets a block from `block` on."""
    ds = making.mr(**changes)
    blocks: dict[tuple[int, str], int] = {}
    for group, creator, element, vr, value in elements:
        used = [number for (other, _), number in blocks.items() if other == group]
        number = blocks.setdefault((group, creator), block + len(used))
        ds.add_new((group, number), "LO", creator)
        ds.add_new((group, number * 256 + element), vr, value)
    return ds


def decode(ds: Dataset, asked: Asked = ALL, syntax: str = ExplicitVRLittleEndian) -> PrivateTags:
    return decode_file(making.as_bytes(ds, syntax=syntax), Limits(), asked)


def only(ds: Dataset, asked: Asked = ALL, syntax: str = ExplicitVRLittleEndian) -> PrivateElement:
    (found,) = decode(ds, asked, syntax).elements
    return found


def test_a_whole_answer() -> None:
    ds = mr_with((0x0019, MR, 0x0C, "IS", "1000"), (0x0019, "ACME", 0x01, "LO", "something"), block=0x21)
    answer = decode(ds).model_dump(exclude_none=True)
    assert answer.pop("dictionary").startswith("pydicom 3.")
    assert answer == {
        "total": 2,
        "counts": {"creator": 1, "none": 1},
        "offset": 0,
        "blocks": (
            {"block": "(0019,21xx)", "creator": MR},
            {"block": "(0019,22xx)", "written_creator": "ACME"},
        ),
        "elements": (
            {
                "path": "(0019,210C)",
                "basis": "creator",
                "creator": MR,
                "name": "B_value",
                "vr": "IS",
                "vm": "1",
                "source": "pydicom",
                "safe": True,
                "value": "1000",
            },
            {
                "path": "(0019,2201)",
                "basis": "none",
                "written_creator": "ACME",
                "stated_vr": "LO",
                "value": "something",
                "phi": "text",
            },
        ),
    }


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian])
@pytest.mark.parametrize("block", [0x10, 0x7F, 0xFF])
def test_a_block_may_be_anywhere_in_any_encoding(syntax: str, block: int) -> None:
    ds = mr_with((0x0019, MR, 0x0E, "FD", [0.5, -0.5, 0.25]), block=block)
    found = only(ds, syntax=syntax)
    assert (found.path, found.name, found.value, found.phi) == (
        f"(0019,{block:02X}0E)",
        "DiffusionGradientDirection",
        "0.5\\-0.5\\0.25",
        None,
    )


def test_each_item_has_creators_of_its_own() -> None:
    inner, orphan = Dataset(), Dataset()
    inner.add_new((0x0019, 0x0011), "LO", "GEMS_ACQU_01")
    inner.add_new((0x0019, 0x1127), "DS", "0.5")
    orphan.add_new((0x0019, 0x110C), "IS", "7")
    ds = mr_with((0x0019, MR, 0x0C, "IS", "1000"), block=0x11)
    ds.RequestAttributesSequence = Sequence([inner, orphan])
    answer = decode(ds)
    assert [(one.path, one.basis, one.creator) for one in answer.elements] == [
        ("(0019,110C)", Basis.CREATOR, MR),
        ("(0040,0275)[1].(0019,1127)", Basis.CREATOR, "GEMS_ACQU_01"),
        ("(0040,0275)[2].(0019,110C)", Basis.HINT, MR),
    ]
    assert answer.notes == (Note.HINTS.value,)


def test_the_maker_of_the_device_helps_where_creators_were_taken_away() -> None:
    ds = making.mr(Manufacturer="GE MEDICAL SYSTEMS")
    ds.add_new((0x0043, 0x1039), "IS", ["1000", "8", "0", "0"])
    found = only(ds)
    assert (found.basis, found.creator, found.name) == (Basis.HINT, "GEMS_PARM_01", "Slop_int_6... slop_int_9")
    assert (found.safe, found.phi) == (None, Kind.TEXT)


def test_without_a_known_maker_all_who_define_the_number_are_named() -> None:
    ds = making.mr(Manufacturer="ACME")
    ds.add_new((0x0029, 0x1010), "LT", "hello")
    found = only(ds)
    assert (found.basis, found.creator, found.name) == (Basis.HINT, None, None)
    assert found.others
    assert len(found.others) == 6
    assert found.others[-1].startswith("and ")


def test_an_element_below_1000_belongs_to_nobody() -> None:
    ds = making.mr()
    ds.add_new((0x0019, 0x0101), "LO", "stray")
    assert only(ds).basis == Basis.NONE


@pytest.mark.parametrize(
    ("vr", "data", "texts"),
    [
        ("US", struct.pack("<2H", 1, 65535), ("1", "65535")),
        ("SL", struct.pack("<i", -1252), ("-1252",)),
        ("FL", struct.pack("<f", 9.7), ("9.7",)),
        ("FD", struct.pack("<d", 0.1), ("0.1",)),
        ("AT", struct.pack("<2H", 0x0018, 0x9345), ("(0018,9345)",)),
        ("LO", b"A\\ B ", ("A", "B")),
        ("LT", b"A\\ B ", ("A\\ B",)),
        ("UI", b"1.2.3\0", ("1.2.3",)),
        ("US", b"\1\2\3", None),
        ("LO", b"\1\2\3", None),
        ("OB", b"\1\2", None),
    ],
)
def test_bytes_become_values_by_their_representation(vr: str, data: bytes, texts: tuple[str, ...] | None) -> None:
    assert texts_of(data, vr) == texts


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_a_number_of_single_precision_is_written_as_short_as_it_can_be(number: float) -> None:
    assert struct.pack("<f", float(float32(number))) == struct.pack("<f", number)
    assert len(float32(number)) <= len(repr(number))


@given(st.binary(max_size=60), st.sampled_from(["US", "FD", "LO", "UI", "AT", "LT", "OW", "??"]))
def test_any_bytes_are_values_or_none(data: bytes, vr: str) -> None:
    assert texts_of(data, vr) is None or isinstance(texts_of(data, vr), tuple)
    assert readable_text(data) is None or isinstance(readable_text(data), str)


def test_an_unknown_representation_is_told_and_decoded_by_the_dictionary() -> None:
    """dicom3tools alone defines it, so that pydicom leaves the bytes."""
    ds = mr_with((0x0021, "SIEMENS MR SDI 02", 0x23, "UN", struct.pack("<6d", 1, 2, 3, 4, 5, 6)))
    found = only(ds)
    assert (found.name, found.vr, found.stated_vr, found.value) == (
        "B Matrix",
        "FD",
        "UN",
        "1.0\\2.0\\3.0\\4.0\\5.0\\6.0",
    )


def test_bytes_that_are_no_such_value_are_not_decoded() -> None:
    ds = mr_with((0x0021, "SIEMENS MR SDI 02", 0x23, "UN", b"\1\2\3\4\5\6"))
    found = only(ds)
    assert (found.value, found.size, found.not_decoded) == (None, 6, NotDecoded.OTHER_VR)


def test_readable_bytes_of_nobody_are_shown_as_text() -> None:
    ds = mr_with((0x0019, "ACME", 0x01, "OB", b"<xml/>\0\0"), (0x0019, "ACME", 0x02, "UN", b"\0\1\2\3"))
    first, second = decode(ds).elements
    assert (first.value, first.phi) == ("<xml/>", Kind.TEXT)
    assert (second.value, second.not_decoded) == (None, NotDecoded.UNKNOWN_VR)


def test_a_sequence_that_stands_as_unknown_bytes_is_opened() -> None:
    inner = b"\x29\x00\x10\x00\x12\x00\x00\x00SIEMENS CSA HEADER" + b"\x29\x00\x08\x10\x02\x00\x00\x00MR"
    raw = b"\xfe\xff\x00\xe0" + struct.pack("<I", len(inner)) + inner
    answer = decode(mr_with((0x0099, "ACME", 0x05, "UN", raw)))
    assert [(one.path, one.name, one.value) for one in answer.elements] == [
        ("(0099,1005)", None, None),
        ("(0099,1005)[1].(0029,1008)", "CSA Image Header Type", "MR"),
    ]


@given(st.binary(max_size=200))
def test_any_bytes_are_a_sequence_or_not(data: bytes) -> None:
    for start in (b"", b"\xfe\xff\x00\xe0\xff\xff\xff\xff", b"\xfe\xff\x00\xe0\x10\0\0\0"):
        try:
            items = items_of(start + data, depth=8, most=20)
        except NoSequence:
            continue
        assert all(isinstance(one, Element) for item in items for one in item)


def test_sequences_end_at_the_limits() -> None:
    nested = b""
    for _ in range(50):
        nested = (
            b"\x99\x00\x05\x10"
            + struct.pack("<I", 0xFFFFFFFF)
            + b"\xfe\xff\x00\xe0"
            + struct.pack("<I", len(nested))
            + nested
            + b"\xfe\xff\xdd\xe0\0\0\0\0"
        )
    outer = b"\xfe\xff\x00\xe0" + struct.pack("<I", len(nested)) + nested
    assert len(items_of(outer, depth=60, most=60)) == 1
    with pytest.raises(NoSequence):
        items_of(outer, depth=20, most=60)
    with pytest.raises(NoSequence):
        items_of(outer, depth=60, most=20)


@pytest.mark.parametrize(
    ("element", "vr", "value", "kind"),
    [
        ((0x0019, MR, 0x0C), "IS", "1000", None),
        ((0x0019, MR, 0x0C), "IS", "12345678", Kind.TEXT),
        ((0x0019, MR, 0x0D), "CS", "DIRECTIONAL", Kind.TEXT),
        ((0x0019, MR, 0x0A), "US", 36, Kind.TEXT),
        ((0x0043, "GEMS_PARM_01", 0x39), "IS", ["1000", "8"], None),
        ((0x0043, "GEMS_PARM_02", 0x39), "IS", ["1000", "8"], Kind.TEXT),
        ((0x0019, MR, 0x0C), "LO", "1000", Kind.TEXT),
        ((0x0009, "GEMS_IDEN_01", 0x01), "LO", "DOE^JANE", Kind.TEXT),
        ((0x0099, "ACME", 0x01), "PN", "DOE^JANE", Kind.NAME),
        ((0x0099, "ACME", 0x01), "DA", "20240131", Kind.BIRTH_DATE),
        ((0x0099, "ACME", 0x01), "DT", "20240131101500", Kind.BIRTH_DATE),
        ((0x0099, "ACME", 0x01), "TM", "101500", Kind.DATE),
        ((0x0013, "SIEMENS CM VA0  CMS", 0x30), "DA", "19240131", Kind.BIRTH_DATE),
        ((0x0021, "BRIT Systems, Inc.", 0x34), "DA", "20240131", Kind.DATE),
        ((0x0021, "BRIT SYSTEMS INC", 0x34), "DA", "20240131", Kind.BIRTH_DATE),
        ((0x0099, "ACME", 0x01), "UI", "1.2.3.4", Kind.UID),
        ((0x0099, "ACME", 0x01), "UI", "1.2.840.10008.1.2", None),
        ((0x0099, "ACME", 0x01), "FD", 1.5, Kind.TEXT),
    ],
)
def test_private_values_are_text_save_dates_names_uids_and_safe_numbers(
    element: tuple[int, str, int], vr: str, value: Any, kind: Kind | None
) -> None:
    found = only(mr_with((*element, vr, value)))
    assert (found.value is not None, found.phi) == (True, kind)


def test_a_header_is_listed_where_its_element_is_asked_for() -> None:
    ds = mr_with((0x0029, CSA, 0x10, "OB", header(TAGS)), block=0x31)
    plain = only(ds)
    assert (plain.layout, plain.value, plain.not_decoded) == (Layout.CSA2, None, None)
    answer = decode(ds, Asked(tag="0029xx10"))
    assert answer.total == 5
    assert [(one.path, one.name, one.value, one.name_phi, one.phi) for one in answer.entries or ()] == [
        ("(0029,3110)", "B_value", "1000", None, Kind.TEXT),
        ("(0029,3110)", "DiffusionGradientDirection", "0.5\\-0.5\\0.70710678", None, Kind.TEXT),
        ("(0029,3110)", "MosaicRefAcqTimes", "0.0\\1812.5", None, Kind.TEXT),
        ("(0029,3110)", "SequenceName", "epfid2d1_86", None, Kind.TEXT),
    ]


def test_a_name_inside_a_header_that_is_not_known_is_text() -> None:
    tags = [("JANE DOE", "LO", 1, ["1 MAIN STREET"]), ("FrameOfReference", "UI", 1, ["1.2.3.4"])]
    ds = mr_with((0x0029, CSA, 0x10, "OB", header(tags, second=False)))
    answer = decode(ds, Asked(tag="00291010"))
    assert answer.elements[0].layout == Layout.CSA1
    assert [(one.name_phi, one.phi) for one in answer.entries or ()] == [(Kind.TEXT, Kind.TEXT), (Kind.TEXT, Kind.UID)]


def test_of_a_protocol_the_usual_settings_are_shown_and_words_find_the_others() -> None:
    ds = mr_with((0x0029, CSA, 0x20, "OB", header([("MrPhoenixProtocol", "UN", 1, [ASCCONV])])))
    answer = decode(ds, Asked(tag="00291020"))
    assert [(one.name, one.value) for one in (answer.entries or ())[1:]] == [
        ("ulVersion", "0x14b44b6"),
        ("tProtocolName", "head^routine"),
        ("alTR[0]", "3000000"),
    ]
    assert answer.notes == (Note.MORE_SETTINGS.value,)
    (found,) = decode(ds, Asked(words=("dog",))).entries or ()
    assert (found.name, found.value, found.name_phi, found.phi) == (
        "sSomething.tPatientsDog",
        "Rex",
        Kind.TEXT,
        Kind.TEXT,
    )


def test_a_protocol_alone_in_an_element_is_read() -> None:
    ds = mr_with((0x0021, "SIEMENS MR SDS 01", 0x19, "OB", ASCCONV.encode()))
    answer = decode(ds, Asked(tag="00211019"))
    assert answer.elements[0].layout == Layout.ASCCONV
    assert [one.name for one in answer.entries or ()] == ["ulVersion", "tProtocolName", "alTR[0]"]


def ge_block(text: bytes) -> bytes:
    packed = gzip.compress(text)
    return struct.pack("<I", len(packed)) + packed


def test_a_protocol_data_block_of_ge_is_inflated() -> None:
    ds = mr_with((0x0025, "GEMS_SERS_01", 0x1B, "OB", ge_block(b'set SLICEORDER "1"\nset PATIENT "DOE"\n')))
    answer = decode(ds, Asked(tag="0025101b"))
    assert (answer.elements[0].name, answer.elements[0].layout) == ("Protocol Data Block (compressed)", Layout.GE_BLOCK)
    assert [(one.name, one.name_phi, one.value, one.phi) for one in answer.entries or ()] == [
        ("SLICEORDER", None, "1", Kind.TEXT),
        ("PATIENT", Kind.TEXT, "DOE", Kind.TEXT),
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (ge_block(b"x" * 100)[:-20], NotDecoded.SPOILED),
        (b"\0\0\0\0\x1f\x8b\x08" + b"\0" * 30, NotDecoded.SPOILED),
        (ge_block(b"\0" * (64 << 20)), NotDecoded.TOO_LARGE),
    ],
    ids=["cut", "none", "bomb"],
)
def test_a_spoiled_or_huge_block_is_not_decoded(data: bytes, reason: NotDecoded) -> None:
    found = only(mr_with((0x0025, "GEMS_SERS_01", 0x1B, "OB", data)))
    assert (found.layout, found.value, found.not_decoded) == (None, None, reason)


@pytest.mark.parametrize(
    ("creator", "element", "data", "reason"),
    [
        (CSA, 0x10, header(TAGS)[:300], NotDecoded.SPOILED),
        (CSA, 0x10, bytes(300), NotDecoded.ZEROED),
        (CSA, 0x10, b"\1\2\3\4" * 60, NotDecoded.BINARY),
        ("SIEMENS MEDCOM OOG", 0x10, b"\1\2\3\4" * 60, NotDecoded.PROPRIETARY),
    ],
)
def test_what_is_not_decoded_is_said(creator: str, element: int, data: bytes, reason: NotDecoded) -> None:
    found = only(mr_with((0x0029, creator, element, "OB", data)))
    assert (found.value, found.size, found.not_decoded) == (None, len(data), reason)


def test_pages_go_through_elements_and_entries() -> None:
    ds = mr_with((0x0029, CSA, 0x10, "OB", header(TAGS)), (0x0019, MR, 0x0C, "IS", "1000"))
    seen: list[str] = []
    offset: int | None = 0
    while offset is not None:
        answer = decode(ds, Asked(words=("value",), limit=1, offset=offset))
        seen += [one.name or "" for one in answer.elements] + [one.name for one in answer.entries or ()]
        assert len(answer.elements) + len(answer.entries or ()) == 1
        offset = answer.next_offset
    assert seen == ["B_value", "B_value"]


def test_values_are_cut_and_their_length_told() -> None:
    found = only(mr_with((0x0019, "ACME", 0x01, "LT", "x" * 500)), Asked(value_limit=20))
    assert (found.value, found.length) == ("x" * 20, 500)


def test_a_creator_narrows_a_file_down() -> None:
    ds = mr_with((0x0019, MR, 0x0C, "IS", "1000"), (0x0019, "ACME", 0x01, "LO", "something"))
    assert [one.path for one in decode(ds, Asked(creator="siemens mr header")).elements] == ["(0019,100C)"]
    assert [one.path for one in decode(ds, Asked(creator="ACME")).elements] == ["(0019,1101)"]


def test_a_file_without_private_elements_has_none() -> None:
    answer = decode(making.mr())
    assert (answer.total, answer.elements, answer.blocks, answer.notes) == (0, (), None, (Note.NOTHING_PRIVATE,))


def test_an_element_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound) as caught:
        decode(making.mr(), Asked(tag="00291010"))
    assert caught.value.problem is DecodeProblem.NO_SUCH_ELEMENT


def test_a_file_that_is_none_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        decode_file(b"hello", Limits(), ALL)
    assert caught.value.problem is FileProblem.NOT_DICOM
