"""One value has one stand-in, everywhere and always, and only this host knows the way back."""

from __future__ import annotations

import re
import threading
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trivium.api import Kind
from trivium.privacy import StandIns
from trivium.privacy.stand_ins import PREFIXES

KEY = b"k" * 32
FORM = re.compile(r"(name|patient|born|address|contact|file)(-[A-HJKMNP-TV-Z2-9]{4}){3}")


def test_a_stand_in_has_a_form_that_is_copied_without_mistakes() -> None:
    for kind, prefix in PREFIXES.items():
        stand_in = StandIns(KEY).of(kind, "MRN-1")
        assert FORM.fullmatch(stand_in)
        assert stand_in.startswith(f"{prefix}-")
    assert not set("ILOU01") & set(StandIns(KEY).of(Kind.NAME, "MRN-1").partition("-")[2])


def test_it_stays_the_same_in_another_process_with_the_same_key() -> None:
    assert StandIns(b"\0" * 32).of(Kind.PATIENT_ID, "MRN-1") == "patient-25DT-KPC2-TTV7"
    assert StandIns(KEY).of(Kind.PATIENT_ID, "MRN-1") == StandIns(KEY).of(Kind.PATIENT_ID, "MRN-1")


def test_another_key_another_kind_and_another_value_give_another() -> None:
    made = {
        StandIns(KEY).of(Kind.PATIENT_ID, "MRN-1"),
        StandIns(b"K" * 32).of(Kind.PATIENT_ID, "MRN-1"),
        StandIns(KEY).of(Kind.PATIENT_ID, "MRN-2"),
        StandIns(KEY).of(Kind.PATIENT_ID, "mrn-1"),
    }
    letters = {stand_in.partition("-")[2] for stand_in in made} | {
        StandIns(KEY).of(kind, "MRN-1").partition("-")[2] for kind in PREFIXES
    }
    assert (len(made), len(letters)) == (4, 3 + len(PREFIXES))


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (Kind.PATIENT_ID, "MRN-1", "MRN-1 "),
        (Kind.PATIENT_ID, "MRN-1", " MRN-1\0"),
        (Kind.PATIENT_ID, "Mu\u0308-1", "M\u00fc-1"),
        (Kind.NAME, "ZORBLAX^QUENTIN", "Zorblax^Quentin^^^"),
        (Kind.NAME, "ZORBLAX^QUENTIN  X", "ZORBLAX^QUENTIN X=="),
        (Kind.BIRTH_DATE, "19700101", "1970-01-01"),
        (Kind.ADDRESS, "1 Main  St", "1 MAIN ST"),
        (Kind.CONTACT, "q@x.example", "Q@X.EXAMPLE"),
    ],
)
def test_what_does_not_count_in_a_value_does_not_count_in_its_stand_in(kind: Kind, one: str, other: str) -> None:
    assert StandIns(KEY).of(kind, one) == StandIns(KEY).of(kind, other)


def test_a_stand_in_leads_back_to_the_value_as_it_was_written() -> None:
    known = StandIns(KEY)
    stand_in = known.of(Kind.NAME, "ZORBLAX^QUENTIN^^^ ")
    assert known.resolve(stand_in, Kind.NAME) == "ZORBLAX^QUENTIN^^^"
    assert known.resolve(f" {stand_in.lower()} ", Kind.NAME) == "ZORBLAX^QUENTIN^^^"
    assert known.resolve(stand_in.upper(), Kind.NAME) == "ZORBLAX^QUENTIN^^^"


def test_one_of_another_kind_or_an_unknown_one_leads_nowhere() -> None:
    known = StandIns(KEY)
    stand_in = known.of(Kind.NAME, "ZORBLAX")
    assert known.resolve(stand_in, Kind.PATIENT_ID) is None
    assert known.resolve(stand_in, Kind.UID) is None
    assert known.resolve(stand_in.replace("name", "patient"), Kind.PATIENT_ID) is None
    assert known.resolve("ZORBLAX", Kind.NAME) is None
    assert StandIns(KEY).resolve(stand_in, Kind.NAME) is None


def test_after_a_restart_a_value_that_is_read_again_is_known_again() -> None:
    before = StandIns(KEY).of(Kind.PATIENT_ID, "MRN-1")
    after = StandIns(KEY)
    assert after.resolve(before, Kind.PATIENT_ID) is None
    after.of(Kind.PATIENT_ID, "MRN-1")
    assert after.resolve(before, Kind.PATIENT_ID) == "MRN-1"


def test_the_least_used_is_forgotten_first() -> None:
    known = StandIns(KEY, most=3)
    first, second, third = (known.of(Kind.PATIENT_ID, number) for number in "123")
    assert known.resolve(first, Kind.PATIENT_ID) == "1"
    known.of(Kind.PATIENT_ID, "2")
    known.of(Kind.PATIENT_ID, "4")
    assert [known.resolve(one, Kind.PATIENT_ID) for one in (first, second, third)] == ["1", "2", None]


@pytest.mark.parametrize("kind", sorted(set(Kind) - set(PREFIXES)))
def test_the_other_kinds_have_none(kind: Kind) -> None:
    with pytest.raises(KeyError):
        StandIns(KEY).of(kind, "x")


def test_a_stand_in_is_known_by_its_form_and_not_by_less() -> None:
    known = StandIns(KEY)
    stand_in = known.of(Kind.PATIENT_ID, "MRN-1")
    assert known.looks_like(stand_in)
    assert known.looks_like(f" {stand_in.lower()}")
    assert known.kind_of(stand_in) is Kind.PATIENT_ID
    for other in (stand_in + "X", f"x{stand_in}", f"{stand_in}*", stand_in[:-1], "MRN-1", "", "patient-0000-0000-0000"):
        assert not known.looks_like(other)
        assert known.kind_of(other) is None


def test_a_part_of_a_stand_in_is_noticed_wherever_it_is() -> None:
    known = StandIns(KEY)
    stand_in = known.of(Kind.PATIENT_ID, "MRN-1")
    for text in (
        stand_in,
        f"*{stand_in}*",
        f"MRN {stand_in.lower()}^X",
        stand_in[:12],
        stand_in[:17],
        stand_in[:13] + "*",
    ):
        assert known.mentions(text)
    for text in ("", "MRN-1", "patient", "patient-1", "name^*", "patient-*", "inpatient", "PATIENT-TEST-0001"):
        assert not known.mentions(text)


@given(st.text(max_size=20), st.text(max_size=20))
def test_two_patient_numbers_share_one_only_if_they_are_the_same(one: str, other: str) -> None:
    known = StandIns(KEY)
    same = known.of(Kind.PATIENT_ID, one) == known.of(Kind.PATIENT_ID, other)
    bare = [unicodedata.normalize("NFC", text).strip().strip("\0").strip() for text in (one, other)]
    assert same == (bare[0] == bare[1])


def test_threads_do_not_disturb_each_other() -> None:
    known = StandIns(KEY, most=50)
    faults: list[str] = []

    def work(start: int) -> None:
        for number in range(start, start + 500):
            stand_in = known.of(Kind.PATIENT_ID, str(number))
            if known.resolve(stand_in, Kind.PATIENT_ID) not in (str(number), None):
                faults.append(stand_in)

    threads = [threading.Thread(target=work, args=(start,)) for start in range(0, 2000, 250)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
