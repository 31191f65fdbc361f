"""Every definition of every source, found by its creator in whichever block; and what is said where none is found."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from pydicom._private_dict import private_dictionaries
from tests.conftest import Say

from trivium_dicom.confidentiality import safe_private
from trivium_dicom.knowledge import load
from trivium_dicom.private.asking import definitions_named
from trivium_dicom.private.creators import folded, stem
from trivium_dicom.private.definitions import Definition, by_creator, creators, defined, everywhere, listed
from trivium_dicom.private.meanings import Meaning, known_creator, meaning_by_creator, meaning_without_creator
from trivium_dicom.private.vocabulary import Basis, Source

BLOCKS = ("10", "57", "ff")
Row = tuple[str, str, str, str, str | None]


def of_pydicom() -> Iterator[Row]:
    for creator, elements in private_dictionaries.items():
        for digits, (vr, vm, name, _) in elements.items():
            yield creator, digits.lower(), vr.replace("_", " or "), vm, name


def of_dicom3tools() -> Iterator[Row]:
    for creator, elements in load("private")["creators"].items():
        for digits, row in elements.items():
            yield creator, digits, row[0].replace("/", " or "), row[1], row[2] if len(row) > 2 else None


def of_the_safe_list() -> Iterator[Row]:
    for creator, elements in safe_private().items():
        for digits, (vr, vm, name) in elements.items():
            yield creator, digits.lower(), vr, vm, name


def moved(digits: str, block: str) -> str:
    group = digits[:4].replace("xx", "21")
    element = digits[6:].replace("xx", "05")
    return f"{group}{block}{element}"


def said(meaning: Meaning) -> tuple[str, str, str | None]:
    assert meaning.definition
    return meaning.definition.vr, meaning.definition.vm, meaning.definition.name


def names_of(meaning: Meaning) -> set[str | None]:
    """Every name that is told, and every spelling of it that the dictionaries have."""
    assert meaning.definition
    told = {folded(one.name or "") for one in (meaning.definition, *meaning.others)}
    return {one.name for one in by_creator()[meaning.definition.creator] if folded(one.name or "") in told}


def is_of_creators(row: Row) -> bool:
    return row[1].endswith("xx") and "Creator" in (row[4] or "")


@pytest.mark.parametrize(
    ("rows", "count", "creators_lines", "otherwise"),
    [(of_pydicom, 10_545, 10, 75), (of_dicom3tools, 4_823, 0, 8), (of_the_safe_list, 87, 0, 54)],
    ids=["pydicom", "dicom3tools", "PS3.15"],
)
def test_every_definition_is_found_by_its_creator_in_any_block(
    rows: object, count: int, creators_lines: int, otherwise: int, say: Say
) -> None:
    """Of several lines for one element, that of the very block is given, else one with a name, else pydicom's; other
    names are told beside it. In `otherwise` cases that is another line than the one that is looked at.
    """
    assert callable(rows)
    started = time.perf_counter()
    lines: list[Row] = list(rows())
    assert len(lines) == count
    assert sum(map(is_of_creators, lines)) == creators_lines
    others = set()
    for row in lines:
        creator, digits, vr, vm, name = row
        if is_of_creators(row):
            continue
        known = None if name in ("", "?", "?num?", "Unknown", "unknown") else name
        for block in BLOCKS:
            meaning = meaning_by_creator(creator, moved(digits, block))
            assert meaning.basis is Basis.CREATOR
            assert meaning.definition
            assert meaning.definition.creator == creator
            if said(meaning) != (vr, vm, known):
                others.add((creator, digits))
                assert known is None or known in names_of(meaning)
    assert len(others) == otherwise
    say(f"private elements: {count} in {len(BLOCKS)} blocks answered in {time.perf_counter() - started:.1f} s")


def test_a_line_that_names_its_block_counts_most_in_that_block() -> None:
    assert said(meaning_by_creator("ELSCINT1", "01f11004")) == ("CS", "1", "Angular Sampling")
    assert said(meaning_by_creator("ELSCINT1", "01f11104")) == ("CS", "1", "Angular Sampling Density")
    assert said(meaning_by_creator("ELSCINT1", "00e11121")) == ("DS", "1", "DLP")


def test_another_name_for_the_same_element_is_told() -> None:
    meaning = meaning_by_creator("GEMS_PARM_01", "00431039")
    assert said(meaning) == ("IS", "4", "Slop_int_6... slop_int_9")
    assert [(one.source, one.name) for one in meaning.others] == [(Source.SAFE_LIST, "1stvalue is B Value")]


def test_a_line_for_creators_is_no_definition_of_every_element_of_the_block() -> None:
    assert private_dictionaries["GEMS_ACQU_01"]["001910xx"][2] == "Private Element Creator"
    assert meaning_by_creator("GEMS_ACQU_01", "001910fe") == Meaning(Basis.NONE)
    assert said(meaning_by_creator("BioPri3D", "00111134")) == ("UN", "1", "Private Segmentation Data")


@pytest.mark.parametrize(
    "creator", ["SIEMENS CSA HEADER ", " SIEMENS CSA HEADER", "SIEMENS CSA HEADER\0"], ids=["after", "before", "null"]
)
def test_padding_is_no_part_of_a_creator(creator: str) -> None:
    assert meaning_by_creator(creator, "00291010") == meaning_by_creator("SIEMENS CSA HEADER", "00291010")


@pytest.mark.parametrize("creator", ["Siemens CSA Header", "SIEMENS  CSA HEADER", "SIEMENS_CSA_HEADER"])
def test_a_creator_spelled_otherwise_is_near(creator: str) -> None:
    meaning = meaning_by_creator(creator, "00291010")
    assert meaning.basis is Basis.NEAR_CREATOR
    assert said(meaning) == ("OB", "1", "CSA Image Header Info")


def test_spellings_of_one_creator_complete_one_another() -> None:
    """Both stand in the dictionaries, with other elements each."""
    exact = {name: {one.digits for one in listed(name)} for name in ("HOLOGIC", "Hologic")}
    for digits in sorted(exact["Hologic"] - exact["HOLOGIC"]):
        meaning = meaning_by_creator("HOLOGIC", digits)
        assert (meaning.basis, meaning.definition and meaning.definition.creator) == (Basis.NEAR_CREATOR, "Hologic")


@pytest.mark.parametrize(
    ("creator", "expected"),
    [
        ("GEMS_PARM_01", "gemsparm"),
        ("SIEMENS CT VA0  GEN", None),
        ("SPI RELEASE 1", None),
        ("AEGIS_DICOM_2.00", "aegisdicom"),
        ("MITRA LINKED ATTRIBUTES 1.0", "mitralinkedattributes"),
        ("Applicare/Print/Version 5.1", "applicareprint"),
        ("Philips MR Imaging DD 001", None),
        ("PHILIPS MR/PART 12", None),
        ("CANON_MEC_MR3^10", None),
        ("ELSCINT1", "elscint"),
    ],
)
def test_a_version_is_what_is_not_a_number_of_a_part(creator: str, expected: str | None) -> None:
    assert stem(creator) == expected


def test_another_version_of_a_creator_is_near() -> None:
    assert creators().exact("GEMS_PARM_02") is None
    meaning = meaning_by_creator("GEMS_PARM_02", "00431039")
    assert (meaning.basis, meaning.definition and meaning.definition.creator) == (Basis.NEAR_CREATOR, "GEMS_PARM_01")
    assert known_creator("GEMS_PARM_02") == ("GEMS_PARM_01", False)


def test_another_part_of_a_dictionary_is_another_one() -> None:
    assert known_creator("Philips MR Imaging DD 099") is None
    assert meaning_by_creator("Philips MR Imaging DD 099", "20051000") == Meaning(Basis.NONE)


def test_an_element_that_its_creator_does_not_define_has_no_meaning() -> None:
    assert meaning_by_creator("SIEMENS CSA HEADER", "002910fe") == Meaning(Basis.NONE)
    assert meaning_by_creator("Someone Else", "00291010") == Meaning(Basis.NONE)


def test_without_a_creator_a_hint_names_those_who_define_the_number() -> None:
    meaning = meaning_without_creator("00291010")
    assert (meaning.basis, meaning.definition, meaning.by_vendor) == (Basis.HINT, None, False)
    assert len(meaning.others) + meaning.more == len([one for one in everywhere("00291010") if one.name])
    assert len(meaning.others) == 5


def test_the_maker_of_a_device_narrows_a_hint_down() -> None:
    meaning = meaning_without_creator("00431039", maker="GE MEDICAL SYSTEMS")
    assert meaning.by_vendor
    assert said(meaning) == ("IS", "4", "Slop_int_6... slop_int_9")


def test_a_creator_that_stands_elsewhere_in_the_file_narrows_a_hint_down_most() -> None:
    meaning = meaning_without_creator("00291010", maker="GE MEDICAL SYSTEMS", beside=["SIEMENS CSA HEADER"])
    assert said(meaning) == ("OB", "1", "CSA Image Header Info")


def test_a_number_that_nobody_defines_has_no_hint() -> None:
    assert meaning_without_creator("99991012") == Meaning(Basis.NONE)


def test_words_find_names_of_every_creator_the_nearest_first() -> None:
    found = definitions_named(("b", "value"), None)
    assert [(one.creator, one.digits) for one in found[:2]] == [
        ("SIEMENS MR HEADER", "0019xx0c"),
        ("SIEMENS MR SDI 02", "0021xx05"),
    ]
    assert all(one.name for one in found)


def test_a_creators_elements_are_listed_once_each_in_order() -> None:
    rows = listed("SIEMENS MR HEADER")
    assert [row.digits for row in rows] == sorted({row.digits for row in rows})
    assert defined("SIEMENS MR HEADER", "0019xx0c") == Definition(
        "SIEMENS MR HEADER", "0019xx0c", "IS", "1", "B_value", Source.PYDICOM, "0019xx0c"
    )
