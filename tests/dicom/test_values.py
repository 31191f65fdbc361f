"""Values of elements as text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from tests.dicom import making

from trivium.api import Kind
from trivium_dicom.files.limits import Limits
from trivium_dicom.files.reading import read
from trivium_dicom.files.values import count_of, float32, is_known_code, shown, size_of, strictest, tag_of, texts_of


def of(tag: int, vr: str, value: Any) -> DataElement:
    return DataElement(tag, vr, value)


@pytest.mark.parametrize(
    ("element", "texts"),
    [
        (of(0x00180050, "DS", "1.250"), ["1.250"]),
        (of(0x00280030, "DS", ["0.50", "0.5"]), ["0.50", "0.5"]),
        (of(0x00200013, "IS", "7"), ["7"]),
        (of(0x00100010, "PN", "Doe^Jane"), ["Doe^Jane"]),
        (of(0x00100010, "PN", ""), []),
        (of(0x00081048, "PN", ["A^B", "C^D"]), ["A^B", "C^D"]),
        (of(0x00280009, "AT", 0x00181063), ["(0018,1063)"]),
        (of(0x00280010, "US", 512), ["512"]),
        (of(0x00189087, "FD", 0.1), ["0.1"]),
        (of(0x00080005, "CS", ["", "ISO 2022 IR 87"]), ["", "ISO 2022 IR 87"]),
        (of(0x00104000, "LT", "a\\b"), ["a\\b"]),
        (of(0x00420011, "OB", b"%PDF"), []),
        (of(0x00081115, "SQ", [Dataset()]), []),
        (of(0x00180050, "DS", None), []),
    ],
)  # fmt: skip
def test_texts(element: DataElement, texts: list[str]) -> None:
    assert (texts_of(element), count_of(element)) == (texts, len(texts))


def test_a_single_precision_number_is_written_with_its_own_digits() -> None:
    assert texts_of(of(0x00720000 + 0x0076, "FL", 0.10000000149011612)) == ["0.1"]


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_single_precision_numbers_survive(value: float) -> None:
    assert float32(value) in (f"{float(float32(value)):.{n}g}" for n in range(6, 10))


def test_sizes_and_tags() -> None:
    element = of(0x7FE00010, "OW", b"1234")
    assert (size_of(element), tag_of(element), shown(element)) == (4, "7fe00010", ("", None))


def test_what_is_shown_has_the_strictest_kind_among_it() -> None:
    assert shown(of(0x00080008, "CS", ["ORIGINAL", "PRIMARY"])) == ("ORIGINAL\\PRIMARY", None)
    assert shown(of(0x00080008, "CS", ["ORIGINAL", "JOHN"])) == ("ORIGINAL\\JOHN", Kind.TEXT)
    assert shown(of(0x00100010, "PN", "Doe^Jane"), most=3) == ("Doe", Kind.NAME)
    assert strictest(iter([None, Kind.UID, Kind.UID])) is Kind.UID
    assert strictest(iter([Kind.DATE, None, Kind.UID])) is Kind.TEXT
    assert strictest(iter([None, None])) is None


def test_many_values_are_not_all_looked_at() -> None:
    element = of(0x00280030, "DS", ["1"] * 100_000)
    assert shown(element, most=20) == ("1\\" * 10, None)


def test_a_code_that_dicom_defines_is_public_with_its_meaning_and_another_is_not() -> None:
    known, changed = Dataset(), Dataset()
    for item, meaning in ((known, "Uncompressed predecessor"), (changed, "John Doe")):
        item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = "121320", "DCM", meaning
    assert (is_known_code(known), is_known_code(changed), is_known_code(Dataset())) == (True, False, False)
    assert shown(known["CodeMeaning"], within=known) == ("Uncompressed predecessor", None)
    assert shown(known["CodeMeaning"]) == ("Uncompressed predecessor", Kind.TEXT)
    assert shown(changed["CodeMeaning"], within=changed) == ("John Doe", Kind.TEXT)
    assert shown(changed["CodeValue"], within=changed) == ("121320", Kind.TEXT)


def test_a_value_that_could_not_be_read_is_shown_as_it_stands_and_withheld() -> None:
    body = making.element(0x00180050, b"DS", b"Smith ")
    element = read(making.file_of(body), Limits()).dataset["SliceThickness"]
    assert (texts_of(element), shown(element)) == (["Smith"], ("Smith", Kind.TEXT))
