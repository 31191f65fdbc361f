"""Every line of pydicom's tables, asked for and compared."""

from __future__ import annotations

from collections.abc import Callable

from pydicom._dicom_dict import DicomDictionary, RepeatersDictionary
from pydicom._private_dict import private_dictionaries
from pydicom._uid_dict import UID_dictionary

from trivium_dicom.dictionary import EntryKind, entries_of, private_creators, uid_names
from trivium_dicom.private.definitions import lines
from trivium_dicom.tag_number import TagNumber, written
from trivium_dicom.tools.lookup_dicom_tag import lookup_dicom_tag
from trivium_dicom.tools.lookup_dicom_uid import lookup_dicom_uid
from trivium_dicom.tools.tag_results import TagMatch

SPELLINGS = ("({0},{1})", "{0}{1}", "{0},{1}", "0x{0}{1}", "{0}:{1}", "ds[0x{0}, 0x{1}]")


def line(match: TagMatch) -> tuple[str | None, ...]:
    return match.vr, match.vm, match.name, "Retired" if match.retired else "", match.keyword


def expected(row: tuple[str, str, str, str, str]) -> tuple[str | None, ...]:
    vr, vm, name, retired, keyword = row
    return vr, vm, name or None, retired, keyword or None


def test_every_public_element_is_answered_as_pydicom_has_it() -> None:
    assert len(DicomDictionary) == 5091
    for at, (tag, row) in enumerate(DicomDictionary.items()):
        digits = f"{tag:08X}"
        asked = SPELLINGS[at % len(SPELLINGS)].format(digits[:4], digits[4:])
        answer = lookup_dicom_tag(tag=asked, limit=2)
        assert [(match.tag, *line(match)) for match in answer.matches] == [(written(digits), *expected(row))], asked
        assert answer.total == 1


def test_every_keyword_leads_back_to_its_element() -> None:
    for tag, row in DicomDictionary.items():
        if keyword := row[4]:
            answer = lookup_dicom_tag(tag=keyword, limit=50)
            assert written(f"{tag:08x}") in {match.tag for match in answer.matches if match.matched_by == "keyword"}


def test_every_repeating_element_is_answered_at_each_place_that_it_can_have() -> None:
    assert len(RepeatersDictionary) == 88
    for mask, row in RepeatersDictionary.items():
        for filler in ("00", "02", "1E", "FE"):
            digits = mask
            for position in filler:
                digits = digits.replace("x", position, 1)
            digits = digits.replace("x", "0")
            if int(digits, 16) in DicomDictionary or int(digits[:4], 16) % 2:
                continue
            found = [(match.tag, *line(match)) for match in lookup_dicom_tag(tag=digits, limit=5).matches]
            assert (written(mask), *expected(row)) in found, digits


def filled(digits: str) -> str:
    """A number of the shape `60xxxx01`: odd group 6001, block 10."""
    group, block, element = digits[:4].replace("xx", "01"), digits[4:6].replace("xx", "10"), digits[6:]
    return f"{group}{block}{element}".replace("x", "1")


def test_every_private_line_is_among_the_definitions_at_its_place(say: Callable[[str], None]) -> None:
    known = {(one.creator, one.digits) for one in lines() if not one.of_creators}
    answered = {
        (entry.creator, entry.digits)
        for place in {filled(digits) for _, digits in known}
        for entry in entries_of(TagNumber(place))
        if entry.kind is EntryKind.PRIVATE_DEFINITION
    }
    say(f"private definitions answered: {len(answered)} of {len(known)}")
    # Lines in groups that no private element may use (PS3.5 clause 7.8), and 0032, which is even.
    assert {digits[:4] for _, digits in known - answered} == {"0003", "0005", "0032", "ffff"}
    assert len(answered) > 15_000


def test_every_private_creator_of_pydicom_is_known() -> None:
    assert len(private_dictionaries) == 449
    assert sum(map(len, private_dictionaries.values())) == 10_545
    named = {
        creator
        for creator, rows in private_dictionaries.items()
        if any(row[2] not in ("Private Creator", "Private Element Creator") for row in rows.values())
    }
    assert named - set(private_creators()) == set()


def test_every_uid_is_answered_as_pydicom_has_it() -> None:
    assert len(UID_dictionary) >= 482  # a library that is loaded, such as pynetdicom, registers some of its own
    own = {uid: row for uid, row in UID_dictionary.items() if uid in uid_names()}
    assert len(own) == 482
    for uid, (name, kind, info, retired, keyword) in own.items():
        (match,) = lookup_dicom_uid(uid=uid, limit=2).matches
        assert (match.uid, match.name, match.type, match.retired, match.keyword, match.note) == (
            uid,
            name,
            kind,
            retired == "Retired" or None,
            keyword or None,
            info or None,
        )
        if not (keyword or name):  # one retired UID has neither
            continue
        found = lookup_dicom_uid(uid=keyword or name, limit=50).matches
        assert uid in {match.uid for match in found if match.score is None}
