"""The tool, as a caller sees it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.dicom import making
from tests.dicom.test_csa_headers import TAGS, header
from tests.dicom.test_private_values import CSA, MR, mr_with

from trivium.api import BadInput, Effect, Folders, NotFound, Problem, ToolSpec, Workers
from trivium.host.checks import check_tool
from trivium_dicom.files.desk import Desk
from trivium_dicom.files.limits import Limits
from trivium_dicom.private.asking import AskProblem
from trivium_dicom.private.dumps.reading import DumpProblem
from trivium_dicom.private.result import PrivateTags
from trivium_dicom.private.vocabulary import Note
from trivium_dicom.tools.decode_private_tags import decode_private_tags


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    found = Workers(memory=3 << 30, most=1)
    yield found
    found.close()


@pytest.fixture
def tool(tmp_path: Path, workers: Workers) -> ToolSpec:
    ds = mr_with((0x0029, CSA, 0x10, "OB", header(TAGS)), (0x0019, MR, 0x0C, "IS", "1000"))
    (tmp_path / "mr.dcm").write_bytes(making.as_bytes(ds))
    return decode_private_tags.given(desk=Desk(Folders([tmp_path]), Limits(), workers))


def asked(tool: ToolSpec, **arguments: Any) -> PrivateTags:
    answer = tool(**arguments)
    assert isinstance(answer, PrivateTags)
    return answer


def names(answer: PrivateTags) -> list[tuple[str, str, str | None, str | None]]:
    return [(one.path, one.basis, one.creator, one.name) for one in answer.elements]


def test_it_reads_files_and_every_leaf_of_its_answer_is_marked(tool: ToolSpec) -> None:
    check_tool(tool)
    assert (tool.effect, tool.effect.effectful) == (Effect.READS_FILES, False)


def test_a_file_is_read_in_a_worker(tool: ToolSpec) -> None:
    answer = asked(tool, path="mr.dcm")
    assert names(answer) == [
        ("(0019,100C)", "creator", MR, "B_value"),
        ("(0029,1010)", "creator", CSA, "CSA Image Header Info"),
    ]
    assert answer.elements[1].layout == "Siemens CSA2"


def test_a_dump_is_read_in_a_worker(tool: ToolSpec) -> None:
    answer = asked(tool, dump="0029,0010 (PrivateCreator): SIEMENS CSA HEADER\n0029,1018 (?): MR", limit=1)
    assert names(answer) == [("(0029,1018)", "creator", CSA, "CSA Series Header Type")]


def test_one_element_of_a_file_with_the_entries_of_its_header(tool: ToolSpec) -> None:
    answer = asked(tool, path="mr.dcm", tag="(0029,xx10)", limit=3)
    assert (answer.total, answer.next_offset) == (5, 3)
    assert [one.name for one in answer.entries or ()] == ["B_value", "DiffusionGradientDirection"]


def test_words_look_through_names_and_entries_of_a_file(tool: ToolSpec) -> None:
    answer = asked(tool, path="mr.dcm", words="b value")
    assert names(answer) == [("(0019,100C)", "creator", MR, "B_value")]
    assert [(one.path, one.name) for one in answer.entries or ()] == [("(0029,1010)", "B_value")]


@pytest.mark.parametrize(
    "tag", ["(0029,1010)", "0029,4710", "0029xx10", "(0029,xx10)", "0x00291010", "00290010 ".strip()]
)
def test_a_tag_of_a_creator(tool: ToolSpec, tag: str) -> None:
    (found,) = asked(tool, tag=tag, creator=CSA).elements
    assert (found.basis, found.creator) == ("creator", CSA)
    assert found.name == ("Private Creator" if tag == "00290010" else "CSA Image Header Info")


def test_a_tag_of_a_creator_that_is_spelled_otherwise(tool: ToolSpec) -> None:
    answer = asked(tool, tag="(0029,1010)", creator="Siemens CSA-Header")
    assert names(answer) == [("(0029,1010)", "near_creator", CSA, "CSA Image Header Info")]
    assert answer.notes == (Note.NEAR.value,)


def test_a_tag_that_its_creator_does_not_define(tool: ToolSpec) -> None:
    assert names(asked(tool, tag="(0029,10FE)", creator=CSA)) == [("(0029,10FE)", "none", CSA, None)]
    assert names(asked(tool, tag="(0029,1010)", creator="ACME 3000")) == [("(0029,1010)", "none", None, None)]


def test_a_line_of_an_even_group_is_told_with_a_note(tool: ToolSpec) -> None:
    answer = asked(tool, tag="(0032,1032)", creator="FDMS 1.0")
    assert answer.notes == (Note.NEVER_PRIVATE.value,)
    assert answer.elements[0].basis == "creator"


def test_a_tag_alone_is_a_hint_for_each_creator(tool: ToolSpec) -> None:
    answer = asked(tool, tag="(0043,1039)")
    assert names(answer) == [("(0043,xx39)", "hint", "GEMS_PARM_01", "Slop_int_6... slop_int_9")]
    assert answer.notes == (Note.HINTS.value,)
    assert asked(tool, tag="0029", limit=500).total > 500


def test_a_creator_alone_lists_its_elements_in_pages(tool: ToolSpec) -> None:
    seen: list[str] = []
    offset: int | None = 0
    while offset is not None:
        answer = asked(tool, creator=CSA, limit=4, offset=offset)
        seen += [one.path for one in answer.elements]
        offset = answer.next_offset
    assert seen == [f"(0029,xx{element})" for element in ("08", "09", "10", "18", "19", "20")]


def test_a_part_of_a_name_lists_the_creators_that_have_it(tool: ToolSpec) -> None:
    answer = asked(tool, creator="SIEMENS CSA")
    assert answer.creators == (
        "SIEMENS CSA ENVELOPE: 2 elements in 0029",
        "SIEMENS CSA HEADER: 6 elements in 0029",
        "SIEMENS CSA NON-IMAGE: 4 elements in 0029, 7fe1",
        "SIEMENS CSA REPORT: 4 elements in 0029",
    )


def test_a_misspelled_creator_lists_those_that_are_nearly_so(tool: ToolSpec) -> None:
    assert asked(tool, creator="siemens csa hedaer").creators == ("SIEMENS CSA HEADER: 6 elements in 0029",)


def test_words_search_the_names_of_all_or_of_one_creator(tool: ToolSpec) -> None:
    assert names(asked(tool, words="b value"))[0] == ("(0019,xx0C)", "creator", MR, "B_value")
    assert names(asked(tool, words="b factor", creator="Philips Imaging DD 001")) == [
        ("(2001,xx03)", "creator", "Philips Imaging DD 001", "Diffusion B-Factor")
    ]
    assert {one.creator for one in asked(tool, words="b value", creator="SIEMENS MR").elements} == {
        MR,
        "SIEMENS MR SDI 02",
    }


@pytest.mark.parametrize(
    ("arguments", "error", "where", "problem"),
    [
        ({}, BadInput, "path", AskProblem.NOTHING),
        ({"path": "mr.dcm", "dump": "0029,0010 x"}, BadInput, "dump", AskProblem.TWO_SOURCES),
        ({"tag": "B_value"}, BadInput, "tag", AskProblem.UNREADABLE),
        ({"tag": "(9999,1012)"}, NotFound, "tag", AskProblem.UNKNOWN_TAG),
        ({"tag": "(0010,0010)"}, BadInput, "tag", AskProblem.STANDARD),
        ({"creator": "ACME 3000"}, NotFound, "creator", AskProblem.UNKNOWN_CREATOR),
        ({"creator": "--"}, BadInput, "creator", AskProblem.NO_WORDS),
        ({"creator": "ACME 3000", "words": "value"}, NotFound, "creator", AskProblem.UNKNOWN_CREATOR),
        ({"words": "xyzzy"}, NotFound, "words", AskProblem.NO_SUCH_WORDS),
        ({"words": "?"}, BadInput, "words", AskProblem.NO_WORDS),
        ({"dump": "hello"}, BadInput, "dump", DumpProblem.NO_ELEMENT),
    ],
)
def test_what_cannot_be_answered(
    tool: ToolSpec, arguments: dict[str, str], error: type[BadInput], where: str, problem: Problem
) -> None:
    with pytest.raises(error) as caught:
        tool(**arguments)
    assert (caught.value.where, caught.value.problem) == (where, problem)


def test_importing_the_tool_imports_nothing_that_thinks() -> None:
    """The host imports it at start-up."""
    code = (
        "import sys, trivium_dicom.tools.decode_private_tags;"
        "print([name for name in sys.modules if name.split('.')[0] in ('pydicom', 'numpy', 'PIL')"
        " or name.startswith('trivium_dicom.private.') and name.rpartition('.')[2] not in ('result',)])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
