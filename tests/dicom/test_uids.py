"""How UIDs are written, what their roots hint at, and how transfer syntaxes encode."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import uid as pydicom_uid

from trivium_dicom import iods
from trivium_dicom.dictionary import uid_rows
from trivium_dicom.uids.form import UidFault, bare, faults_of, looks_like_uid
from trivium_dicom.uids.private_uids import PRIVATE
from trivium_dicom.uids.registered import registered
from trivium_dicom.uids.roots import ROOTS, arc_of, root_of, uuid_of
from trivium_dicom.uids.syntaxes import Syntax, syntax_of

ODD = {
    "1.2.840.10008.1.20",  # Papyrus 3: implicit, no fragments
    *(f"1.2.840.10008.1.2.4.{number}" for number in (94, 95, 204, 205)),  # JPIP: pixels are elsewhere
    *(f"1.2.840.10008.1.2.6.{number}" for number in (1, 2)),  # a MIME message, a text
    *(f"1.2.840.10008.1.2.7.{number}" for number in (1, 2, 3)),  # streams
}
"""What pydicom takes for explicit, little endian and encapsulated, as it takes all that it does not know."""


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("1.2.840.10008.1.1", []),
        ("1.2.3\0", []),
        ("urn:oid:1.2.3", []),
        ("1.2.0.3", []),
        ("2.999." + "1" * 58, []),
        ("2.999." + "1" * 59, [UidFault.TOO_LONG]),
        ("1.2.03", [UidFault.LEADING_ZERO]),
        ("1.2.00", [UidFault.LEADING_ZERO]),
        ("1.2..3", [UidFault.EMPTY_COMPONENT]),
        ("1.2.3.", [UidFault.EMPTY_COMPONENT]),
        ("1.2.a", [UidFault.CHARACTERS]),
        ("1.2. 3", [UidFault.CHARACTERS]),
        ("1.2.3 ", [UidFault.PADDED]),
        ("1.2.3\0\0", [UidFault.PADDED]),
        ("3.2.1", [UidFault.FIRST_ARC]),
        ("1.40.1", [UidFault.SECOND_ARC]),
        ("1." + "9" * 6000, [UidFault.TOO_LONG, UidFault.SECOND_ARC]),
        ("12345", [UidFault.ONE_COMPONENT, UidFault.FIRST_ARC]),
    ],
)
def test_what_is_wrong_with_the_writing_of_a_uid_is_said(text: str, faults: list[UidFault]) -> None:
    assert faults_of(text) == faults


@given(st.text(alphabet="0123456789.", min_size=1, max_size=70))
def test_what_is_without_fault_is_valid_to_pydicom_too(text: str) -> None:
    if not faults_of(text):
        assert pydicom_uid.UID(text, 0).is_valid


@given(st.binary(min_size=16, max_size=16))
def test_a_uuid_comes_back_out_of_its_uid(content: bytes) -> None:
    uuid = UUID(bytes=content)
    assert uuid_of(f"2.25.{uuid.int}") == uuid


@pytest.mark.parametrize("uid", ["2.25", "2.25.", "2.25.1.2", f"2.25.{1 << 128}", "2.25." + "9" * 5000, "2.251.3"])
def test_what_holds_no_uuid_gives_none(uid: str) -> None:
    assert uuid_of(uid) is None


@pytest.mark.parametrize("text", ["1.2.840", "1.2.840.10008.1.2 ", '"1.2.3"', "urn:oid:2.25.1", "1..2"])
def test_digits_and_dots_are_meant_as_a_uid(text: str) -> None:
    assert looks_like_uid(text)


@pytest.mark.parametrize("text", ["CT Image Storage", "JPEG 2000", "12", "1.2.840.X", ".", ""])
def test_words_are_not(text: str) -> None:
    assert not looks_like_uid(text)


def test_the_longest_root_wins_and_ends_at_a_dot() -> None:
    assert [
        one.root for one in (root_of(pydicom_uid.generate_uid()), root_of("1.2.826.0.1.3680043.10.7.1")) if one
    ] == [
        "1.2.826.0.1.3680043.8.498",
        "1.2.826.0.1.3680043",
    ]
    assert root_of("1.2.840.1136190195280574824680000700.3") is None


def test_every_root_is_a_uid_with_a_source_and_stands_once() -> None:
    assert len({one.root for one in ROOTS}) == len(ROOTS)
    assert [one for one in ROOTS if faults_of(one.root) or not (one.owner and one.source)] == []


@pytest.mark.parametrize(
    ("uid", "arc"),
    [
        ("1.2.840.113619.2", "United States (1.2.840)"),
        ("1.2.840.10008.9.9", "DICOM, below the United States (ANSI) (1.2.840.10008)"),
        ("1.2.276.0.1", "Germany (1.2.276)"),
        ("2.16.756.5", "Switzerland (2.16.756)"),
        ("1.2.999.1", "member bodies of ISO (1.2)"),
        ("1.3.12.2.1107", "member companies of ECMA (1.3.12.2)"),
        ("1.3.6.1.4.1.5962", "private enterprises (IANA) (1.3.6.1.4.1)"),
        ("2.25.7", "UUIDs (ITU-T X.667; PS3.5 annex B.2) (2.25)"),
        ("2.999.1", "examples: nobody's (2.999)"),
        ("3.1", None),
    ],
)
def test_the_arc_names_country_or_registry(uid: str, arc: str | None) -> None:
    assert arc_of(uid) == arc


def test_every_transfer_syntax_encodes_as_pydicom_says_where_pydicom_knows() -> None:
    known = [uid for uid, row in uid_rows().items() if row[1] == "Transfer Syntax"]
    assert len(known) == 59
    for uid in set(known) - ODD:
        found, pydicom = syntax_of(uid), pydicom_uid.UID(uid)
        assert found is not None, uid
        assert (
            found.vr == "implicit",
            found.byte_order == "little",
            found.deflated,
            found.encapsulated,
        ) == (
            pydicom.is_implicit_VR,
            pydicom.is_little_endian,
            pydicom.is_deflated,
            pydicom.is_encapsulated,
        ), uid
    assert {str(uid) for uid in pydicom_uid.AllTransferSyntaxes} - set(known) == set()


def test_those_that_pydicom_guesses_at_have_no_fragments() -> None:
    assert [uid for uid in sorted(ODD) if (syntax_of(uid) or Syntax()).encapsulated] == []


def test_loss_follows_the_name_of_each_transfer_syntax() -> None:
    for one in registered().values():
        found = syntax_of(one.uid)
        if found and "Lossless" in one.name:
            assert found.loss == ("lossy" if "Near-Lossless" in one.name else "lossless"), one.name


def test_every_known_private_uid_is_well_written_and_not_the_standards() -> None:
    assert [uid for uid, _, _ in PRIVATE if faults_of(uid) or uid.startswith("1.2.840.10008.")] == []
    assert len({uid for uid, _, _ in PRIVATE}) == len(PRIVATE) == 69


def test_every_sop_class_with_an_object_has_a_name() -> None:
    classes = [uid for one in iods.iod_ids() if (found := iods.iod(one)) for uid in found.sop_classes]
    assert len(classes) == 180
    assert [uid for uid in classes if not registered()[uid].name] == []


def test_what_is_written_around_a_uid_is_taken_away() -> None:
    assert [bare(text) for text in (" 1.2.3 ", "'1.2.3'", "URN:OID:1.2.3", "1.2.3\0")] == ["1.2.3"] * 4
