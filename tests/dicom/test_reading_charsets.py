"""Text in the character sets of (0008,0005): PS3.3 C.12.1.1.2, with the examples of PS3.5 annexes H to K."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dicom import making

from trivium_dicom.files.charsets import CharacterSet, Text, character_set
from trivium_dicom.files.limits import Limits
from trivium_dicom.files.problems import Note, Oddity
from trivium_dicom.files.reading import Reading, read

NAME = b"\t\n\f\r\\^="


def of_name(charset: str, name: bytes) -> Reading:
    body = making.element(0x00080005, b"CS", charset.encode() + b" " * (len(charset) % 2))
    padded = name + b" " * (len(name) % 2)
    return read(making.file_of(body + making.element(0x00100010, b"PN", padded)), Limits())


@pytest.mark.parametrize(
    ("charset", "name", "text"),
    [
        ("", b"Smith^John", "Smith^John"),
        ("ISO_IR 100", b"Buc^J\xe9r\xf4me", "Buc^Jérôme"),
        ("ISO_IR 101", b"W\xb3\xf3dzimierz", "Włódzimierz"),
        ("ISO_IR 109", b"\xc6u\xfdo", "Ĉuŭo"),
        ("ISO_IR 110", b"\xd0\xe0r", "Đār"),
        ("ISO_IR 144", b"\xbb\xee\xda\xdc", "Люкм"),
        ("ISO_IR 126", b"\xc4\xe9\xef\xed\xf5\xf3\xe9\xef\xf2", "Διονυσιος"),
        ("ISO_IR 127", b"\xe2\xc8\xc7\xe6\xea^\xe4\xe6\xd2\xc7\xd1", "قباني^لنزار"),
        ("ISO_IR 138", b"\xf9\xf8\xe5\xef^\xe3\xe1\xe5\xf8\xe4", "שרון^דבורה"),
        ("ISO_IR 148", b"\xdda\xf0r", "İağr"),
        ("ISO_IR 166", b"\xca\xc1\xaa\xd2\xc2", "สมชาย"),
        ("ISO_IR 203", b"\xbdil \xa4", "œil €"),
        ("ISO_IR 13", b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3", "ﾔﾏﾀﾞ^ﾀﾛｳ"),
        ("ISO_IR 192", "Wang^XiaoDong=王^小東=".encode(), "Wang^XiaoDong=王^小東="),
        ("GB18030", "Wang^XiaoDong=王^小东=".encode("gb18030"), "Wang^XiaoDong=王^小东="),
        ("GBK", "Wang^XiaoDong=王^小东=".encode("gbk"), "Wang^XiaoDong=王^小东="),
        (
            "\\ISO 2022 IR 87",
            b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B",
            "Yamada^Tarou=山田^太郎=やまだ^たろう",
        ),
        (
            "ISO 2022 IR 13\\ISO 2022 IR 87",
            b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J=\x1b$B$d$^$@\x1b(J^\x1b$B$?$m$&\x1b(J",
            "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう",
        ),
        (
            "\\ISO 2022 IR 149",
            b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf",
            "Hong^Gildong=洪^吉洞=홍^길동",
        ),
        (
            "\\ISO 2022 IR 58",
            b"Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab=",
            "Zhang^XiaoDong=张^小东=",
        ),
        ("ISO 2022 IR 87\\ISO 2022 IR 159", b"\x1b$(D0!\x1b(B", "丂"),
        (
            "ISO 2022 IR 100\\ISO 2022 IR 144\\ISO 2022 IR 126",
            b"Dionysios \x1b-F\xc4\xe9\xef: \x1b-L\xbb\xee \x1b-A\xe9",
            "Dionysios Διο: Лю é",
        ),
        ("ISO 2022 IR 6\\ISO 2022 IR 203", b"\x1b-b\xa4", "€"),
    ],
)
def test_a_name_in_each_character_set(charset: str, name: bytes, text: str) -> None:
    found = of_name(charset, name)
    assert (str(found.dataset.PatientName), found.notes) == (text.rstrip(" ="), [])


def test_a_delimiter_switches_back_to_the_first_character_set() -> None:
    found = character_set(("ISO 2022 IR 100", "ISO 2022 IR 126")).decode(b"\x1b-F\xe2^\xe1", NAME)
    assert found == Text("β^á", True)


def test_a_backslash_inside_a_two_byte_character_is_no_separator() -> None:
    body = making.element(0x00080005, b"CS", b"GB18030 ") + making.element(
        0x00100010, b"PN", "乗\\李".encode("gb18030") + b" "
    )
    found = read(making.file_of(body), Limits())
    assert [str(one) for one in found.dataset.PatientName] == ["乗", "李"]


def test_the_groups_and_parts_of_a_name() -> None:
    name = of_name("ISO_IR 192", "Wang^XiaoDong^M^Dr.^PhD=王^小東".encode()).dataset.PatientName
    assert (name.family_name, name.given_name, name.middle_name) == ("Wang", "XiaoDong", "M")
    assert (name.name_prefix, name.name_suffix, name.ideographic, name.phonetic) == ("Dr.", "PhD", "王^小東", "")


@pytest.mark.parametrize(
    ("spelled", "text"),
    [
        ("ISO_IR 100", "é"),
        ("ISO-IR 100", "é"),
        ("ISO IR 100", "é"),
        ("ISO_IR_100", "é"),
        ("iso_ir100", "é"),
        ("LATIN1", "é"),
    ],
)
def test_usual_misspellings_of_a_character_set(spelled: str, text: str) -> None:
    found = of_name(spelled, b"\xe9")
    assert (str(found.dataset.PatientName), found.notes) == (text, [])


def test_an_unknown_character_set_is_noted_and_text_read_as_well_as_can_be() -> None:
    found = of_name("KOI8-R", "Грета".encode())
    assert str(found.dataset.PatientName) == "Грета"
    assert [note.oddity for note in found.notes] == [Oddity.UNKNOWN_CHARSET, Oddity.WRONG_CHARSET]


@pytest.mark.parametrize(("raw", "text"), [("Jérôme".encode(), "Jérôme"), ("Jérôme".encode("latin-1"), "Jérôme")])
def test_undeclared_utf_8_and_latin_1_are_read_with_a_note(raw: bytes, text: str) -> None:
    found = read(making.file_of(making.element(0x00100010, b"PN", raw + b" " * (len(raw) % 2))), Limits())
    at = len(making.file_of(b""))
    assert (str(found.dataset.PatientName), found.notes) == (text, [Note(Oddity.WRONG_CHARSET, at)])


def test_an_item_inherits_the_character_set_and_may_have_its_own() -> None:
    def item(body: bytes) -> bytes:
        return b"\xfe\xff\x00\xe0" + len(body).to_bytes(4, "little") + body

    name = making.element(0x00100010, b"PN", b"\xe4\xe4")
    own = making.element(0x00080005, b"CS", b"ISO_IR 144") + name
    body = making.element(0x00080005, b"CS", b"ISO_IR 100")
    found = read(making.file_of(body + making.element(0x00081115, b"SQ", item(name) + item(own))), Limits())
    assert [str(one.PatientName) for one in found.dataset.ReferencedSeriesSequence] == ["ää", "фф"]


@given(
    terms=st.lists(st.sampled_from(["", "ISO_IR 13", "ISO 2022 IR 87", "ISO_IR 192", "GBK", "ISO_IR 166", "X"])),
    raw=st.binary(),
)
def test_any_bytes_become_text(terms: list[str], raw: bytes) -> None:
    found = character_set(tuple(terms))
    assert isinstance(found, CharacterSet)
    assert isinstance(found.decode(raw, NAME).value, str)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])))
def test_utf_8_is_read_as_it_was_written(text: str) -> None:
    assert character_set(("ISO_IR 192",)).decode(text.encode()) == Text(text, True)
