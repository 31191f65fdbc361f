"""Where the license lies: what is there counts at once, what is gone counts no more, and time goes on in between."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.core.bench import KEY_ID, public_key
from tests.core.tokens import DAY, KEY, NOW, STRANGER, TRUSTED, signed
from trivium.licensing import KeyFault, LicenseDesk, LicenseFault, add_revoked, read, read_revoked, retire


@dataclass
class Home:
    """A home folder with a good license, on a machine whose clock a test sets."""

    folder: Path
    time: float = NOW + DAY
    newest: float = 0
    others: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.keys.mkdir(parents=True)
        self.key.write_bytes(TRUSTED[KEY_ID].pem)
        self.file.write_text(f"\n  {signed()}\n")
        self.desk = self.another()

    @property
    def file(self) -> Path:
        return self.folder / "license.jwt"

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    @property
    def key(self) -> Path:
        return self.keys / f"{KEY_ID}.pem"

    @property
    def revoked(self) -> Path:
        return self.folder / "revoked.txt"

    @property
    def clock(self) -> Path:
        return self.folder / "clock"

    def another(self, **others: Any) -> LicenseDesk:
        terms = {"revoked": self.revoked, "clock": self.clock, "site": None, "floor": lambda: self.newest, **others}
        return LicenseDesk(self.file, self.keys, terms.pop("built_in", {}), **terms, now=lambda: self.time)

    def fault(self, desk: LicenseDesk | None = None) -> tuple[str, str]:
        with pytest.raises(LicenseFault) as caught:
            (desk or self.desk).current()
        return caught.value.state.value, str(caught.value)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """The files were last written to a while ago, so that what was read of them is kept."""
    really = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: really() + 10_000_000_000)


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every token whose signature is checked."""
    seen: list[str] = []

    def counted(token: str, keys: Any) -> Any:
        seen.append(token)
        return read(token, keys)

    monkeypatch.setattr("trivium.licensing.desk.read", counted)
    return seen


def test_a_license_counts_from_the_moment_it_is_there_until_it_is_gone(home: Home) -> None:
    assert home.desk.current().holder == "Ward 7"
    home.file.unlink()
    assert home.fault() == ("missing", "there is no license")
    home.file.write_text(signed({"sub": "Ward 8"}))
    assert home.desk.current().holder == "Ward 8"
    home.file.write_text("something else")
    assert home.fault() == ("invalid", "the license cannot be read: it is no signed token")


def test_a_key_counts_from_the_moment_it_is_there_until_it_is_gone(home: Home) -> None:
    pem = home.key.read_bytes()
    home.key.unlink()
    assert home.fault() == ("invalid", "the license was signed with a key this host does not trust")
    home.key.write_bytes(pem)
    assert home.desk.current().key_id == KEY_ID


def test_a_key_that_is_retired_too_early_counts_no_more(home: Home) -> None:
    retire(home.keys, KEY_ID, now=NOW + DAY)
    assert home.desk.current().id == "L-1"
    home.key.write_bytes(TRUSTED[KEY_ID].pem)
    retire(home.keys, KEY_ID, now=NOW - DAY)
    assert home.fault() == ("invalid", "the license was issued after its key was retired")


def test_a_license_is_revoked_from_the_next_call_on(home: Home, later: None) -> None:
    assert home.desk.current().id == "L-1"
    add_revoked(home.revoked, "L-2", now=NOW)
    assert home.desk.current().id == "L-1"
    add_revoked(home.revoked, "L-1", now=NOW)
    assert home.fault() == ("invalid", "the license has been revoked")
    home.revoked.unlink()
    assert home.desk.current().id == "L-1"


def test_a_license_for_a_site_needs_the_site_in_the_settings(home: Home) -> None:
    home.file.write_text(signed({"site": "North"}))
    assert home.another(site="North").current().site == "North"
    assert home.fault(home.another(site="South"))[1] == "the license is bound to a site, and it is not this one"


# Time.


def test_time_goes_on_though_no_file_changes(home: Home, later: None) -> None:
    home.file.write_text(signed({"grace": 14 * DAY}))
    assert home.desk.current().notice is None
    home.time = NOW + 31 * DAY
    assert home.desk.current().notice == "the license ended on 2027-02-14 and still counts until 2027-02-28; renew it"
    home.time = NOW + 44 * DAY
    assert home.fault() == ("expired", "the license ended on 2027-02-14, its grace period on 2027-02-28")


def test_turning_the_clock_back_makes_no_license_good_again(home: Home) -> None:
    home.time = NOW + 30 * DAY
    assert home.fault() == ("expired", "the license ended on 2027-02-14")
    home.time = NOW + 29 * DAY
    assert home.fault() == ("expired", "the license ended on 2027-02-14")
    home.time = NOW + 27 * DAY
    said = home.fault()
    assert said == home.fault(home.another())
    assert said[1].startswith("the clock of this machine has been turned back: clock knows of 2027-02-14; ")


def test_a_day_back_is_tolerated_and_three_are_not(home: Home) -> None:
    home.time = NOW + 10 * DAY
    home.desk.current()
    home.time = NOW + 9 * DAY
    assert home.desk.current().id == "L-1"
    home.time = NOW + 7 * DAY
    assert home.fault()[0] == "invalid"


def test_the_newest_audit_record_is_a_time_that_has_been_seen(home: Home) -> None:
    home.newest = NOW + 31 * DAY
    home.time = NOW + 29.5 * DAY
    assert home.fault() == ("expired", "the license ended on 2027-02-14")
    home.time = NOW + DAY
    assert "the audit trail knows of 2027-02-15" in home.fault()[1]


def test_a_host_without_a_license_leaves_no_mark(home: Home) -> None:
    home.file.unlink()
    home.fault()
    assert not home.clock.exists()


def test_a_mark_that_cannot_be_read_refuses(home: Home) -> None:
    home.clock.write_text("2027")
    assert home.fault() == (
        "invalid", "clock, line 1: is not a time; if the clock of this machine is right, remove the file"
    )  # fmt: skip


# Files of every sort.


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("é".encode(), "license.jwt holds no license"),
        (b"\xff\xfe", "license.jwt holds no license"),
        (b"x" * 200_000, "license.jwt holds no license"),
        (b"", "the license cannot be read: it is no signed token"),
        (bytes(64), "the license cannot be read: it is no signed token"),
        (signed().encode()[:100], "the license cannot be read: it is no signed token"),
        (f"{signed()}\n{signed()}".encode(), "the license cannot be read: it is no signed token"),
    ],
)
def test_a_license_file_of_anything_else_is_invalid(home: Home, content: bytes, reason: str) -> None:
    home.file.write_bytes(content)
    assert home.fault() == ("invalid", reason)


def test_a_half_written_license_is_never_good(home: Home) -> None:
    token = signed().encode()
    for length in range(len(token)):
        home.file.write_bytes(token[:length])
        assert home.fault()[0] == "invalid", length


def a_folder(path: Path) -> None:
    path.mkdir()


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_loop(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize("make", [a_folder, a_pipe, a_loop])
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("license.jwt", "license.jwt cannot be read (OSError)"),
        ("revoked.txt", "the list of revoked licenses, revoked.txt, cannot be read (OSError)"),
        ("clock", "clock cannot be read (OSError); let this account read it"),
        (f"keys/{KEY_ID}.pem", f"the license was signed with a key this host cannot use ({KEY_ID}.pem: cannot be read "
         "(OSError))"),
    ],
)  # fmt: skip
def test_what_is_no_file_refuses_and_keeps_nobody_waiting(
    home: Home, name: str, reason: str, make: Callable[[Path], None]
) -> None:
    path = home.folder / name
    path.unlink(missing_ok=True)
    make(path)
    assert home.fault() == ("invalid", reason)


def test_a_folder_of_keys_that_is_none_trusts_nobody(home: Home) -> None:
    home.key.unlink()
    home.keys.rmdir()
    assert home.fault() == ("invalid", "the license was signed with a key this host does not trust")
    home.keys.write_text("")
    assert home.fault() == ("invalid", "the folder of trusted keys cannot be read")


def test_one_bad_key_takes_no_other_with_it(home: Home) -> None:
    (home.keys / "bad.pem").write_text("words")
    (home.keys / "folder.pem").mkdir()
    assert home.desk.current().id == "L-1"
    assert {kid: str(key) for kid, key in home.desk.keys().items() if isinstance(key, KeyFault)} == {
        "bad": "bad.pem, line 1: is neither since, until nor the beginning of a public key",
        "folder": "folder.pem: cannot be read (OSError)",
    }


def test_a_key_of_the_build_cannot_be_replaced_by_a_file(home: Home) -> None:
    built = home.another(built_in={KEY_ID: public_key(STRANGER)})
    assert home.fault(built) == ("invalid", "the license's signature is wrong")
    home.file.write_text(signed({"iss": "build"}, key=STRANGER))
    assert built.current().issuer == "build"


def test_another_license_is_judged_without_being_put_in_place(home: Home) -> None:
    home.file.unlink()
    assert home.desk.judge(signed({"sub": "Ward 8"})).holder == "Ward 8"
    add_revoked(home.revoked, "L-1", now=NOW)
    with pytest.raises(LicenseFault, match=r"^the license has been revoked$"):
        home.desk.judge(signed())
    assert not home.file.exists()


# What is kept.


def test_a_signature_is_checked_once_as_long_as_no_file_changes(home: Home, later: None, readings: list[str]) -> None:
    for _ in range(5):
        assert home.desk.current().id == "L-1"
    assert readings == [signed_in(home)]


def signed_in(home: Home) -> str:
    return home.file.read_text().strip()


def test_nothing_is_kept_of_a_file_that_was_just_written(home: Home, readings: list[str]) -> None:
    """Two writes within a tick of the file system's clock look alike from outside."""
    for _ in range(3):
        home.desk.current()
    assert readings == [signed_in(home)] * 3


@pytest.mark.parametrize("seconds_ahead", [0, 3600])
def test_a_license_of_the_same_length_in_the_same_file_is_noticed(home: Home, seconds_ahead: int) -> None:
    home.desk.current()
    for ward in ("Ward 8", "Ward 9"):
        with home.file.open("r+") as file:
            file.write(f"\n  {signed({'sub': ward})}\n")
        os.utime(home.file, (time.time() + seconds_ahead,) * 2)
        assert home.desk.current().holder == ward


CHANGES: dict[str, Callable[[Home], object]] = {
    "a license that is touched": lambda home: home.file.touch(),
    "a new key": lambda home: (home.keys / "new.pem").write_bytes(TRUSTED[KEY_ID].pem),
    "a key that is written anew": lambda home: home.key.write_bytes(b"\n" + TRUSTED[KEY_ID].pem),
    "a list of revoked licenses": lambda home: add_revoked(home.revoked, "L-2"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_everything_is_read_again_when_one_file_changes(
    home: Home, later: None, readings: list[str], change: Callable[[Home], object]
) -> None:
    home.desk.current()
    change(home)
    home.desk.current()
    home.desk.current()
    assert readings == [signed_in(home)] * 2


def test_a_fault_is_not_kept(home: Home, later: None) -> None:
    home.revoked.write_text("?\n")
    assert home.fault() == ("invalid", "revoked.txt, line 1: is not the id of a license")
    home.revoked.unlink()
    assert home.desk.current().id == "L-1"


def test_many_threads_get_the_same_answer(home: Home) -> None:
    with ThreadPoolExecutor(8) as pool:
        licenses = list(pool.map(lambda _: home.desk.current(), range(200)))
    assert set(map(repr, licenses)) == {repr(home.desk.current())}
    assert sorted(path.name for path in home.folder.iterdir()) == ["clock", "keys", "license.jwt"]
    assert read_revoked(home.revoked) == frozenset()


def test_two_desks_share_one_mark(home: Home) -> None:
    """As two processes do."""
    desks = [home.another(), home.another()]
    with ThreadPoolExecutor(2) as pool:
        for hour in range(50):
            home.time = NOW + DAY + hour * 3600
            assert [d.id for d in pool.map(LicenseDesk.current, desks)] == ["L-1", "L-1"]
    assert home.clock.read_text() == "2027-01-18T09:00:00Z\n"


def test_a_private_key_in_the_folder_signs_but_is_not_read(home: Home) -> None:
    (home.keys / f"{KEY_ID}.private.pem").write_bytes(KEY.private_bytes_raw())
    assert home.desk.keys() == {KEY_ID: TRUSTED[KEY_ID]}
