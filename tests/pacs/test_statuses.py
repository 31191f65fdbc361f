from __future__ import annotations

import string
from typing import Final

import pytest

from trivium.api import Problem
from trivium_pacs.problems import FoundProblem, InputProblem, LinkProblem, RejectProblem
from trivium_pacs.statuses import (
    FIND,
    GENERAL,
    MOVE,
    REJECTIONS,
    StatusProblem,
    StatusRange,
    find_problem,
    general_problem,
    is_warning,
    move_problem,
)

NUMBERS: Final = {"status", "limit", "seconds", "source", "reason", "result", "completed", "failed"}
LISTS: Final[tuple[type[Problem], ...]] = (InputProblem, FoundProblem, LinkProblem, RejectProblem, StatusProblem)
SENTENCES: Final = [(f"{kind.__name__}.{p.name}", p) for kind in LISTS for p in kind]


@pytest.mark.parametrize("problem", [p for _, p in SENTENCES], ids=[name for name, _ in SENTENCES])
def test_every_sentence_reads_on_after_a_place_and_is_filled_with_numbers_only(problem: Problem) -> None:
    fields = {name for _, name, _, _ in string.Formatter().parse(problem.value) if name}
    assert fields <= NUMBERS
    sentence = "the archive " + problem.value.format(**dict.fromkeys(NUMBERS, 7))
    assert sentence == sentence.strip()
    assert not sentence.endswith(".")
    assert "  " not in sentence
    assert problem.value[0].islower()


@pytest.mark.parametrize("table", [FIND, MOVE, GENERAL])
def test_every_row_of_a_status_table_is_well_formed(table: tuple[StatusRange, ...]) -> None:
    assert all(0 <= row.first <= row.last <= 0xFFFF for row in table)
    taken: set[int] = set()
    for row in table:
        codes = set(range(row.first, row.last + 1))
        assert not codes & taken
        taken |= codes
        assert "{status:04X}" in row.problem.value


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0xA701, "cannot count"),
        (0xA702, "cannot perform the transfers"),
        (0xA801, "register the AE title, host and port of the destination"),
        (0xA900, "does not match the SOP class"),
        (0xB000, "one or more failed"),
        (0xC000, "unable to process"),
        (0xCFFF, "unable to process"),
        (0xFE00, "told to stop"),
        (0x0122, "SOP class not supported"),
        (0x0124, "not authorized"),
        (0x0213, "resource limitation"),
        (0xB123, "a warning"),
        (0x7777, "does not define"),
    ],
)
def test_the_status_of_a_move_is_said_in_words(code: int, words: str) -> None:
    sentence = move_problem(code).value.format(status=code, failed=1)
    assert words in sentence
    assert f"{code:04X}" in sentence


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0xA700, "out of resources"),
        (0xA900, "does not match"),
        (0xB001, "limit"),
        (0xC001, "unable to process"),
        (0x0110, "processing failure"),
        (0x0122, "not supported"),
    ],
)
def test_the_status_of_a_query_is_said_in_words(code: int, words: str) -> None:
    assert words in find_problem(code).value


def test_all_codes_have_words() -> None:
    for code in range(0x10000):
        for words in (find_problem, move_problem, general_problem):
            assert f"{code:04X}" in words(code).value.format(status=code, failed=0)


def test_pynetdicom_calls_the_same_codes_warnings() -> None:
    from pynetdicom.status import code_to_category

    known = [code for code in range(0x10000) if code_to_category(code) == "Warning"]
    assert [code for code in known if not is_warning(code)] == []


def test_each_reason_of_a_rejection_has_its_own_words() -> None:
    assert len(set(REJECTIONS.values())) == len(REJECTIONS) == 8
