"""The tool, as a caller sees it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import __version__ as pydicom_version

from trivium.api import PUBLIC, BadInput, Effect, NotFound
from trivium_dicom.dictionary import Entry, entries
from trivium_dicom.tag_number import written
from trivium_dicom.tools.lookup_dicom_tag import TagProblem, lookup_dicom_tag
from trivium_dicom.tools.tag_results import TagMatch, TagMatches


def look_up(tag: str, limit: int = 10) -> TagMatches:
    answer = lookup_dicom_tag(tag=tag, limit=limit)
    assert isinstance(answer, TagMatches)
    return answer


def match_of(entry: Entry, matched_by: str) -> TagMatch:
    return TagMatch(
        tag=written(entry.digits),
        keyword=entry.keyword or None,
        name=entry.name or None,
        vr=entry.vr,
        vm=entry.vm,
        retired=entry.retired or None,
        kind=None if entry.kind.value == "standard" else entry.kind.value,
        matched_by=matched_by,
    )


def test_a_whole_answer() -> None:
    assert look_up("(0010,0010)").model_dump(exclude_none=True) == {
        "matches": [
            {
                "tag": "(0010,0010)",
                "keyword": "PatientName",
                "name": "Patient's Name",
                "vr": "PN",
                "vm": "1",
                "matched_by": "number",
            }
        ],
        "total": 1,
        "dictionary": f"pydicom {pydicom_version} (DICOM PS3.6)",
    }


@pytest.mark.parametrize(
    "spelled", ["({0},{1})", "{0},{1}", "{0}{1}", "0x{0}{1}", "x{0}{1}", "{0}:{1}", "{0}\\{1}"], ids=repr
)
def test_every_element_is_found_by_its_number(spelled: str) -> None:
    assert len(entries()) == 5091 + 88
    for entry in entries():
        if entry.digits.endswith("xxxx"):  # (1010,xxxx) asks for the whole group, which is this one element
            continue
        answer = look_up(spelled.format(entry.digits[:4].upper(), entry.digits[4:]))
        assert answer.matches == [match_of(entry, "number")]


@pytest.mark.parametrize("recased", [str, str.lower, str.upper])
def test_every_element_is_found_by_its_keyword(recased: type[str]) -> None:
    for entry in entries():
        if entry.keyword:
            assert match_of(entry, "keyword") in look_up(recased(entry.keyword)).matches


def test_every_element_is_found_by_its_name() -> None:
    for entry in entries():
        if entry.name:
            answer = look_up(entry.name, limit=50)
            exact = [match for match in answer.matches if match.score is None]
            assert written(entry.digits) in [match.tag for match in exact]
            assert answer.matches[: len(exact)] == exact


@pytest.mark.parametrize(
    ("words", "keyword", "matched_by"),
    [
        ("patient's name", "PatientName", "name"),
        ("patients name", "PatientName", "name"),
        ("patient name", "PatientName", "keyword"),
        ("slice thickness", "SliceThickness", "keyword"),
        ("thickness slice", "SliceThickness", "words"),
        ("slice thick", "SliceThickness", "words"),
        ("pixel data", "PixelData", "keyword"),
        ("overlay data", "OverlayData", "keyword"),
        ("PatientNmae", "PatientName", "near"),
        ("slize thikness", "SliceThickness", "near"),
        ("modalty", "Modality", "near"),
        ("acession number", "AccessionNumber", "near"),
        ("StudyInstaceUID", "StudyInstanceUID", "near"),
    ],
)
def test_words_find_the_element_first(words: str, keyword: str, matched_by: str) -> None:
    first = look_up(words).matches[0]
    assert (first.keyword, first.matched_by) == (keyword, matched_by)


def test_a_near_answer_says_that_it_is_one() -> None:
    assert look_up("modalty").note == "Nothing has this keyword, name or these words; these are spelled nearly so."


def test_a_limit_cuts_and_the_total_tells() -> None:
    few, many = look_up("pixel", limit=3), look_up("pixel", limit=50)
    assert few.matches == many.matches[:3]
    assert few.total == many.total > 50
    scores = [match.score or 1 for match in many.matches]
    assert scores == sorted(scores, reverse=True)


def test_a_page_goes_on_where_the_one_before_ended() -> None:
    first = look_up("0010", limit=50)
    second = lookup_dicom_tag(tag="0010", limit=50, offset=50)
    assert (first.next_offset, second.next_offset) == (50, None)
    assert len(first.matches) + len(second.matches) == first.total == second.total


@pytest.mark.parametrize(
    ("question", "keyword"),
    [
        ("what is the tag for kVp?", "KVP"),
        ("which attribute holds the slice thickness", "SliceThickness"),
        ("Where is the accession number", "AccessionNumber"),
        ("name of the patient", "PatientName"),
        ("how is the patinet nmae called", "PatientName"),
    ],
)
def test_a_question_finds_what_it_is_about(question: str, keyword: str) -> None:
    assert look_up(question).matches[0].keyword == keyword


def test_words_of_a_question_alone_find_nothing() -> None:
    with pytest.raises(NotFound):
        look_up("what is the tag for")


@pytest.mark.parametrize("text", ["(6000,3000)", "60023000", "0x601E3000"])
def test_a_repeating_element_is_found_by_any_of_its_numbers(text: str) -> None:
    (match,) = look_up(text).matches
    assert (match.tag, match.keyword, match.kind) == ("(60xx,3000)", "OverlayData", "repeating")


def test_a_group_alone_brings_its_elements() -> None:
    answer = look_up("0010", limit=50)
    assert answer.total == sum(entry.digits.startswith("0010") for entry in entries())
    assert [match.keyword for match in answer.matches[:2]] == ["PatientName", "PatientID"]


def test_a_group_length_is_known_in_any_group() -> None:
    (general,) = look_up("(0010,0000)").matches
    assert (general.tag, general.keyword, general.vr, general.retired) == (
        "(xxxx,0000)",
        "GenericGroupLength",
        "UL",
        True,
    )
    (meta,) = look_up("(0002,0000)").matches
    assert (meta.keyword, meta.retired) == ("FileMetaInformationGroupLength", None)
    (private,) = look_up("(0029,0000)").matches
    assert private == general


def test_a_private_creator_is_told_apart_from_a_private_element() -> None:
    (creator,) = look_up("(0029,0010)").matches
    assert (creator.kind, creator.vr, creator.vm) == ("private_creator", "LO", "1")
    element, *definitions = look_up("(0029,1010)", limit=50).matches
    assert (element.kind, element.vr, element.vm) == ("private_element", None, None)
    siemens = [match for match in definitions if match.creator == "SIEMENS CSA HEADER"]
    assert [(match.tag, match.name, match.vr) for match in siemens] == [("(0029,xx10)", "CSA Image Header Info", "OB")]


@pytest.mark.parametrize(
    "text", ["(0029,0005)", "(0029,0200)", "(0001,0010)", "(FFFF,1010)", "(0010,0011)", "12345678"]
)
def test_a_number_that_no_dictionary_has_is_not_found(text: str) -> None:
    with pytest.raises(NotFound) as missing:
        look_up(text)
    assert missing.value.problem is TagProblem.NO_SUCH_NUMBER


@pytest.mark.parametrize("text", ["John Zorblax", "dead beef", "qqq"])
def test_words_that_no_name_has_are_not_found_and_not_repeated(text: str) -> None:
    with pytest.raises(NotFound) as missing:
        look_up(text)
    assert str(missing.value) == "tag is no keyword or name of the DICOM dictionary, and not nearly one"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "tag is not a tag number, keyword or words of a name"),
        ("(,)", "tag is not a tag number, keyword or words of a name"),
        ("a" * 301, "tag is longer than 300 characters"),
    ],
)
def test_what_is_no_question_is_bad_input(text: str, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        look_up(text)
    assert str(refused.value) == sentence


@given(st.text(max_size=310) | st.text(alphabet="0123456789abcdefx,() ", max_size=12))
def test_any_text_is_an_answer_or_a_coded_error(text: str) -> None:
    try:
        answer = look_up(text, limit=3)
    except (BadInput, NotFound) as error:
        assert str(error) in {f"tag {problem.value.format(limit=300)}" for problem in TagProblem}  # noqa: PT017
        return
    assert 0 < len(answer.matches) <= 3


@given(st.integers(0, 0xFFFFFFFF))
def test_no_digit_that_the_dictionary_lacks_comes_back(tag: int) -> None:
    known = {written(entry.digits) for entry in entries()} | {"(xxxx,0000)", "(xxxx,00xx)", "(xxxx,xxxx)"}
    try:
        answer = look_up(f"{tag:08x}")
    except NotFound:
        return
    assert all(match.tag in known or match.creator for match in answer.matches)


def test_the_tool_is_public_and_local() -> None:
    assert (lookup_dicom_tag.name, lookup_dicom_tag.effect, lookup_dicom_tag.mark) == (
        "lookup_dicom_tag",
        Effect.LOCAL,
        PUBLIC,
    )


PATHS = [
    ("RequestAttributesSequence.ScheduledProcedureStepID", ["(0040,0275) RequestAttributesSequence"], "(0040,0009)"),
    ("(0040,0275)/(0040,0009)", ["(0040,0275) RequestAttributesSequence"], "(0040,0009)"),
    ("00400275.00400009", ["(0040,0275) RequestAttributesSequence"], "(0040,0009)"),
    ("00400275/Value/0/00400009", ["(0040,0275) RequestAttributesSequence"], "(0040,0009)"),
    ("(0040,0275)[0].(0040,0009)", ["(0040,0275) RequestAttributesSequence"], "(0040,0009)"),
    (
        'ds[0x0040, 0x0275][0]["ScheduledProcedureStepID"].value',
        ["(0040,0275) RequestAttributesSequence"],
        "(0040,0009)",
    ),
    ("ReqestAttributesSequence > ScheduledProcedureStepID", ["(0040,0275) RequestAttributesSequence"], "(0040,0009)"),
    (
        "ReferencedStudySequence[0].ReferencedInstanceSequence[1].ReferencedSOPInstanceUID",
        ["(0008,1110) ReferencedStudySequence", "(0008,114A) ReferencedInstanceSequence"],
        "(0008,1155)",
    ),
    ("ds.PatientName", None, "(0010,0010)"),
    ("PatientName.", None, "(0010,0010)"),
    ("ds.file_meta.TransferSyntaxUID", None, "(0002,0010)"),
]


@pytest.mark.parametrize(("path", "within", "tag"), PATHS, ids=[path for path, _, _ in PATHS])
def test_a_path_says_what_is_at_its_end_and_what_is_around(path: str, within: list[str] | None, tag: str) -> None:
    answer = look_up(path)
    assert (answer.within, answer.matches[0].tag, answer.note) == (within, tag, None)


def test_a_path_through_what_is_no_sequence_says_so() -> None:
    assert look_up("PatientName/PatientID").note == (
        "(0010,0010) PatientName is no sequence, so that nothing can stand in it."
    )


@pytest.mark.parametrize("path", ["john.smith", "(0040,0275)/(0010,0011)", "Zorblax/Qqqq"])
def test_a_path_to_nothing_is_not_found(path: str) -> None:
    with pytest.raises(NotFound):
        look_up(path)


def test_importing_the_plugin_does_not_import_pydicom() -> None:
    program = (
        "import sys, trivium_dicom.plugin\n"
        "import trivium_dicom.tools.lookup_dicom_uid, trivium_dicom.tools.explain_dicom_iod\n"
        "import trivium_dicom.resources, trivium_dicom.prompts\n"
        "heavy = ('pydicom', 'difflib', 'numpy', 'trivium_dicom.iods', 'trivium_dicom.uids', 'trivium_dicom.words')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
