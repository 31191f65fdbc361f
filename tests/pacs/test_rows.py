from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trivium.api import Kind, Phi, Public
from trivium_pacs import reading
from trivium_pacs.keys import SERIES_ATTRIBUTES, STUDY_ATTRIBUTES
from trivium_pacs.modalities import MODALITIES
from trivium_pacs.rows import OddValue, SeriesRow, StudyRow, in_series_order, newest_first, series_row, study_row

CANARY = "ZORBLAX QUENTIN"


def public_part(row: StudyRow | SeriesRow) -> str:
    """What the host shows of a row even when it withholds patient data: the open fields, and UIDs, dates, orders."""
    shown = (Kind.UID, Kind.DATE, Kind.ORDER)
    parts: dict[str, object] = {"odd": [odd.attribute for odd in row.odd_values]}
    for name, info in type(row).model_fields.items():
        if any(isinstance(m, Public) or (isinstance(m, Phi) and m.kind in shown) for m in info.metadata):
            parts[name] = getattr(row, name)
    return json.dumps(parts)


def test_a_study_is_read_in_the_standards_own_words() -> None:
    row = study_row(
        {
            "SpecificCharacterSet": b"ISO_IR 192",
            "PatientName": "MÜLLER^JÖRG".encode(),
            "PatientID": b"TRI-0002",
            "PatientBirthDate": b"19681104",
            "PatientSex": b"M ",
            "StudyInstanceUID": b"1.2.3\0",
            "StudyDate": b"20250228",
            "StudyTime": b"080500.123 ",
            "StudyDescription": b"MR KNIE LINKS ",
            "AccessionNumber": b"TRI25-0055",
            "ModalitiesInStudy": b"SR\\MR ",
            "NumberOfStudyRelatedSeries": b"2 ",
            "NumberOfStudyRelatedInstances": b"5 ",
        }
    )
    assert row == StudyRow(
        StudyInstanceUID="1.2.3",
        StudyDate="20250228",
        StudyTime="080500",
        StudyDescription="MR KNIE LINKS",
        AccessionNumber="TRI25-0055",
        ModalitiesInStudy=("MR", "SR"),
        NumberOfStudyRelatedSeries=2,
        NumberOfStudyRelatedInstances=5,
        PatientName="MÜLLER^JÖRG",
        PatientID="TRI-0002",
        PatientBirthDate="19681104",
        PatientSex="M",
    )


@pytest.mark.parametrize(
    ("character_sets", "raw", "name"),
    [
        (b"", b"DOE^JANE", "DOE^JANE"),
        (b"ISO_IR 100", b"GARC\xcdA^LUC\xcdA", "GARCÍA^LUCÍA"),
        (b"ISO_IR 192", "Đặng^Thị".encode(), "Đặng^Thị"),
        (b"ISO_IR 166", b"\xca\xc1\xaa\xd2\xc2^\xe3\xa8\xb4\xd5", "สมชาย^ใจดี"),
        (
            b"\\ISO 2022 IR 87",
            b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B",
            "Yamada^Tarou=山田^太郎=やまだ^たろう",
        ),
        (
            b"\\ISO 2022 IR 149",
            b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf",
            "Hong^Gildong=洪^吉洞=홍^길동",
        ),
        (
            b"\\ISO 2022 IR 58",
            b"Wang^XiaoDong=\x1b$)A\xcd\xf5^\x1b$)A\xd0\xa1\xb6\xab",
            "Wang^XiaoDong=王^小东",
        ),
        (b"ISO_IR 192\\ISO 2022 IR 87", "Wang^XiaoDong=王^小東".encode(), "Wang^XiaoDong=王^小東"),
    ],
)
def test_names_are_read_in_the_character_set_of_the_answer(character_sets: bytes, raw: bytes, name: str) -> None:
    assert reading.text(raw, character_sets, person_name=True) == name


@pytest.mark.parametrize(
    ("character_sets", "read"),
    [
        (b"ISO_IR 192", "M\ufffdLLER"),
        (b"ISO_IR 999", "MüLLER"),
        (b"ZORBLAX^QUENTIN", "MüLLER"),
        (b"unicode_escape", "MüLLER"),
        (b"\xff\\\xff", "MüLLER"),
    ],
)
def test_bytes_that_do_not_fit_their_character_set_are_read_without_failing(character_sets: bytes, read: str) -> None:
    assert reading.text(b"M\xfcLLER", character_sets) == read


def test_an_escape_sequence_that_was_not_announced_is_not_followed() -> None:
    assert reading.text(b"A\x1b$B;3", b"ISO 2022 IR 6\\ISO 2022 IR 100") == "A$B;3"


@pytest.mark.parametrize(
    "keyword", [k for k in STUDY_ATTRIBUTES if k not in ("PatientName", "PatientID", "StudyDescription")]
)
def test_a_name_in_the_wrong_place_of_a_study_stays_withheld(keyword: str) -> None:
    row = study_row({keyword: CANARY.encode()})
    assert row.odd_values == (OddValue(attribute=keyword, value=CANARY),)
    assert "ZORBLAX" not in public_part(row)


@pytest.mark.parametrize("keyword", [k for k in SERIES_ATTRIBUTES if k != "SeriesDescription"])
def test_a_name_in_the_wrong_place_of_a_series_stays_withheld(keyword: str) -> None:
    row = series_row({keyword: CANARY.encode()})
    assert row.odd_values == (OddValue(attribute=keyword, value=CANARY),)
    assert "ZORBLAX" not in public_part(row)


def test_one_false_modality_does_not_hide_the_true_ones() -> None:
    row = study_row({"ModalitiesInStudy": b"CT\\SMITH\\MR"})
    assert (row.ModalitiesInStudy, row.odd_values) == (
        ("CT", "MR"),
        (OddValue(attribute="ModalitiesInStudy", value="SMITH"),),
    )


def test_control_characters_do_not_come_through() -> None:
    row = study_row({"PatientName": b"DOE\x1b[2J^JANE\r\n", "PatientID": b"\x00\x07X1", "StudyDescription": b"A\x85B"})
    assert (row.PatientName, row.PatientID, row.StudyDescription) == ("DOE[2J^JANE", "X1", "AB")


def test_a_date_of_acr_nema_is_understood_and_a_false_date_is_not() -> None:
    assert reading.date(b"2025.02.28") == "20250228"
    assert [reading.date(raw) for raw in (b"20250230", b"2025", b"SMITH123")] == [None, None, None]


def test_a_very_long_text_is_cut() -> None:
    assert len(study_row({"StudyDescription": b"x" * 1_000_000}).StudyDescription or "") == reading.MOST_TEXT


raw_bytes = st.binary(max_size=40) | st.sampled_from(
    [b"ISO_IR 192", b"\\ISO 2022 IR 87", b"ISO 2022 IR 6\\ISO 2022 IR 149"]
)


@given(st.dictionaries(st.sampled_from([*STUDY_ATTRIBUTES, *SERIES_ATTRIBUTES, "SpecificCharacterSet"]), raw_bytes))
def test_whatever_bytes_arrive_a_row_is_made_and_its_open_fields_keep_their_form(answer: dict[str, bytes]) -> None:
    study, series = study_row(answer), series_row(answer)
    assert set(study.ModalitiesInStudy) <= MODALITIES
    assert series.Modality is None or series.Modality in MODALITIES
    assert study.PatientSex in (None, "M", "F", "O")
    texts = [study.PatientName, study.StudyDescription, *(odd.value for odd in study.odd_values)]
    assert not any(ord(c) < 32 for text in texts if text for c in text)


def test_studies_come_newest_first_and_undated_ones_last() -> None:
    dates = [b"20240101", b"", b"20250101"]
    rows = newest_first(study_row({"StudyDate": date}) for date in dates)
    assert [row.StudyDate for row in rows] == ["20250101", "20240101", None]


def test_series_come_by_number() -> None:
    rows = in_series_order(series_row({"SeriesNumber": number}) for number in (b"10", b"", b"2", b"-1"))
    assert [row.SeriesNumber for row in rows] == [-1, 2, 10, None]


@pytest.mark.parametrize(
    ("name", "shown"),
    [("OFFIS_DCMTK_367", True), ("dcm4che-5.29.1", True), ("ZORBLAX", False), ("ZORBLAX Q 1", False), ("", False)],
)
def test_a_version_name_that_could_be_a_persons_is_not_shown(name: str, shown: bool) -> None:
    assert reading.version_name(name) == (name if shown else None)
