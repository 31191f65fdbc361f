"""The tool, as a caller sees it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import __version__ as pydicom_version

from trivium.api import PUBLIC, BadInput, Effect, Kind, NotFound, Phi
from trivium_dicom.tools.lookup_dicom_uid import lookup_dicom_uid
from trivium_dicom.tools.uid_results import Origin, UidMatches

DICTIONARY = f"pydicom {pydicom_version} (DICOM PS3.6), private UIDs of vendors"


def look_up(uid: str, limit: int = 10) -> UidMatches:
    answer = lookup_dicom_uid(uid=uid, limit=limit)
    assert isinstance(answer, UidMatches)
    return answer


def test_a_storage_sop_class_names_its_object_and_mandatory_modules() -> None:
    assert look_up("1.2.840.10008.5.1.4.1.1.2").model_dump(exclude_none=True) == {
        "matches": [
            {
                "uid": "1.2.840.10008.5.1.4.1.1.2",
                "keyword": "CTImageStorage",
                "name": "CT Image Storage",
                "type": "SOP Class",
                "sop_class": {
                    "iod": "CT Image",
                    "id": "ct-image",
                    "mandatory_modules": [
                        "Patient",
                        "General Study",
                        "General Series",
                        "Frame of Reference",
                        "General Equipment",
                        "General Acquisition",
                        "General Image",
                        "Image Plane",
                        "Image Pixel",
                        "CT Image",
                        "SOP Common",
                    ],
                    "conditional_modules": 3,
                    "optional_modules": 11,
                },
                "matched_by": "number",
            }
        ],
        "total": 1,
        "dictionary": DICTIONARY,
    }


def test_a_transfer_syntax_says_how_it_encodes() -> None:
    (match,) = look_up("1.2.840.10008.1.2.4.81").matches
    assert match.model_dump(exclude_none=True) == {
        "uid": "1.2.840.10008.1.2.4.81",
        "keyword": "JPEGLSNearLossless",
        "name": "JPEG-LS Lossy (Near-Lossless) Image Compression",
        "type": "Transfer Syntax",
        "transfer_syntax": {
            "vr": "explicit",
            "byte_order": "little",
            "encapsulated": True,
            "codec": "JPEG-LS near-lossless",
            "loss": "lossy",
            "source": "PS3.5 A.4",
        },
        "matched_by": "number",
    }


@pytest.mark.parametrize(
    ("words", "uid", "matched_by"),
    [
        ("CTImageStorage", "1.2.840.10008.5.1.4.1.1.2", "keyword"),
        ("ct image storage", "1.2.840.10008.5.1.4.1.1.2", "keyword"),
        ("CT image", "1.2.840.10008.5.1.4.1.1.2", "name"),
        ("explicit little", "1.2.840.10008.1.2.1", "words"),
        ("modality worklist", "1.2.840.10008.5.1.4.31", "words"),
        ("verification", "1.2.840.10008.1.1", "keyword"),
        ("philips examcard", "1.3.46.670589.11.0.0.12.4", "words"),
        ("jpeg xl lossless", "1.2.840.10008.1.2.4.110", "keyword"),
        ("label map segmentation", "1.2.840.10008.5.1.4.1.1.66.7", "name"),
        ("MWL", "1.2.840.10008.5.1.4.31", "name"),
        ("transfer syntax JPEG 2000 lossless", "1.2.840.10008.1.2.4.90", "keyword"),
        ("what is the UID of CT image storage?", "1.2.840.10008.5.1.4.1.1.2", "keyword"),
        ("JPEGBaselin8Bit", "1.2.840.10008.1.2.4.50", "near"),
    ],
)
def test_words_find_the_uid_first(words: str, uid: str, matched_by: str) -> None:
    first = look_up(words).matches[0]
    assert (first.uid, first.matched_by) == (uid, matched_by)


def test_what_people_call_jpeg_lossless_finds_all_of_its_kind() -> None:
    found = {match.uid.rpartition(".")[2] for match in look_up("JPEG lossless").matches}
    assert found >= {"57", "70", "80", "90"}


def test_a_retired_uid_says_so() -> None:
    (match,) = look_up("1.2.840.10008.1.2.2").matches
    assert (match.name, match.retired) == ("Explicit VR Big Endian", True)


def test_a_private_sop_class_is_known_as_one() -> None:
    (match,) = look_up("1.3.12.2.1107.5.9.1").matches
    assert (match.name, match.type, match.sop_class) == ("Siemens CSA Non-Image Storage", "Private SOP Class", None)


def test_a_uid_that_nobody_named_gives_its_origin_and_is_not_repeated() -> None:
    answer = look_up("1.2.840.113619.2.55.3.12345678.9")
    assert answer == UidMatches(
        matches=[],
        total=0,
        origin=Origin(
            root="1.2.840.113619",
            owner="GE HealthCare",
            arc="United States (1.2.840)",
            source="names of its private SOP classes (fo-dicom, PixelMed)",
        ),
        note="Nobody has registered this UID: it is one of a study, series, instance, device or private definition.",
        dictionary=DICTIONARY,
    )
    assert "12345678" not in answer.model_dump_json()


def test_a_uid_made_of_a_uuid_shows_it_marked_as_a_uid() -> None:
    origin = look_up("2.25.329800735698586629295641978511506172918").origin
    assert origin is not None
    assert (origin.uuid, origin.uuid_version) == ("f81d4fae-7dec-11d0-a765-00a0c91e6bf6", 1)
    assert Phi(Kind.UID) in Origin.model_fields["uuid"].metadata


def test_an_unknown_uid_under_dicoms_own_root_is_told_apart() -> None:
    answer = look_up("1.2.840.10008.5.1.4.1.1.9999")
    assert answer.note == (
        "Only DICOM gives UIDs under this root, and the dictionary lacks this one: misspelled, or younger."
    )


def test_faults_of_writing_are_listed_beside_what_can_be_said() -> None:
    answer = look_up("1.2.840.113619.02.1")
    assert answer.faults == ["a component begins with 0 and is not 0 alone"]
    assert answer.origin is not None
    assert look_up("1.2..840").faults == ["an empty component: a dot at an end, or two together"]
    assert look_up("1.2..840").origin is None


def test_a_limit_cuts_and_details_stand_with_the_first_three() -> None:
    answer = look_up("image storage", limit=5)
    assert len(answer.matches) == 5 < answer.total
    assert [match.sop_class is not None for match in answer.matches[3:]] == [False, False]


@pytest.mark.parametrize("text", ["Zorblax Qqqq", "qqq"])
def test_words_that_no_uid_has_are_not_found_and_not_repeated(text: str) -> None:
    with pytest.raises(NotFound) as missing:
        look_up(text)
    assert str(missing.value) == (
        "uid is no UID, keyword or name that DICOM or a known vendor registered, and not nearly one"
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("", "uid is no UID, keyword or words of a name"), ("1" * 301, "uid is longer than 300 characters")],
)
def test_what_is_no_question_is_bad_input(text: str, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        look_up(text)
    assert str(refused.value) == sentence


@given(st.text(max_size=80) | st.text(alphabet="0123456789. ", max_size=80))
def test_any_text_is_an_answer_or_a_coded_error(text: str) -> None:
    try:
        answer = look_up(text, limit=3)
    except (BadInput, NotFound):
        return
    assert len(answer.matches) <= 3


def test_the_tool_is_local_and_its_parameter_may_be_a_stand_in() -> None:
    assert (lookup_dicom_uid.effect, lookup_dicom_uid.mark) == (Effect.LOCAL, PUBLIC)
    assert Phi(Kind.UID) in lookup_dicom_uid.input.model_fields["uid"].metadata
