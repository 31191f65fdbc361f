"""Notes on pitfalls: each has a source, and is about elements that there are."""

from __future__ import annotations

import re

import pytest

from trivium_dicom.dictionary import entries
from trivium_dicom.explain.pitfalls import Note, notes, pitfalls_of
from trivium_dicom.private.definitions import everywhere

_SOURCE = re.compile(r"https://github\.com/[\w.-]+/[\w.-]+/(issues|pull)/[0-9]+")
_VENDORS = {"Siemens", "Philips", "GE"}
ALL = notes()


def _id(note: Note) -> str:
    return f"{note.tags[0]} {note.note[:30]}"


def test_there_are_enough_of_them_and_none_twice() -> None:
    assert len(ALL) >= 40
    assert len({note.note for note in ALL}) == len(ALL)


@pytest.mark.parametrize("note", ALL, ids=_id)
def test_a_note_has_sources_that_can_be_looked_up(note: Note) -> None:
    assert note.sources
    assert [source for source in note.sources if not _SOURCE.fullmatch(source)] == []
    assert len(set(note.sources)) == len(note.sources)


@pytest.mark.parametrize("note", ALL, ids=_id)
def test_a_note_is_about_elements_that_there_are(note: Note) -> None:
    standard = {entry.digits for entry in entries()}
    for tag in note.tags:
        assert re.fullmatch("[0-9a-fx]{8}", tag)
        if int(tag[3], 16) % 2 if tag[3] != "x" else False:
            assert everywhere(tag), tag
        else:
            assert tag in standard, tag


@pytest.mark.parametrize("note", ALL, ids=_id)
def test_a_note_is_a_short_sentence_of_plain_characters(note: Note) -> None:
    assert note.vendor is None or note.vendor in _VENDORS
    assert note.note.isascii()
    assert note.note.endswith(".")
    assert len(note.note) <= 260


def test_a_private_element_has_its_notes_in_any_block() -> None:
    assert [one.vendor for one in pitfalls_of("0043103b")] == []
    assert [one.vendor for one in pitfalls_of("00431039")] == ["GE"]
    assert pitfalls_of("00431239") == pitfalls_of("0043xx39") == pitfalls_of("00431039")


def test_an_element_without_a_note_has_none() -> None:
    assert pitfalls_of("00101040") == []
