"""Key files: who may issue licenses, and from when until when."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.core.tokens import KEY, NOW, TRUSTED, fault, judged
from trivium.api import PublicKey
from trivium.licensing import KeyFault, issue, load_keys, load_private_key, new_key_pair, retire

PEM = TRUSTED["site-1"].pem
SINCE = b"since: 2026-11-23T00:00:00Z\n"
UNTIL = b"until: 2027-11-23T00:00:00Z\n"


def loaded(folder: Path, content: bytes, name: str = "ward.pem") -> PublicKey | str:
    """What is made of a key file: the key, or why it cannot be used."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    (key,) = load_keys(folder).values()
    return str(key) if isinstance(key, KeyFault) else key


# Pairs.


def test_a_new_pair_signs_and_verifies(tmp_path: Path) -> None:
    private, public = new_key_pair("ward", private_folder=tmp_path / "mine", public_folder=tmp_path / "keys")
    assert (private.name, public.name) == ("ward.private.pem", "ward.pem")
    token = issue(load_private_key(private), key_id="ward", issuer="i", holder="h", entitlements=[], days=1, now=NOW)
    assert judged(token, keys=load_keys(tmp_path / "keys"), now=NOW).key_id == "ward"


def test_a_private_key_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    private, _ = new_key_pair("ward", private_folder=tmp_path, public_folder=tmp_path)
    assert stat.S_IMODE(private.stat().st_mode) == 0o600


def test_a_private_key_among_the_trusted_is_not_taken_for_a_public_one(tmp_path: Path) -> None:
    new_key_pair("ward", private_folder=tmp_path, public_folder=tmp_path)
    assert list(load_keys(tmp_path)) == ["ward"]


def test_a_private_key_under_the_name_of_a_public_one_trusts_nobody(tmp_path: Path) -> None:
    private, _ = new_key_pair("ward", private_folder=tmp_path, public_folder=tmp_path / "keys")
    said = loaded(tmp_path / "others", private.read_bytes())
    assert said == "ward.pem, line 1: is neither since, until nor the beginning of a public key"


@pytest.mark.parametrize("which", ["ward.private.pem", "ward.pem"])
def test_a_key_is_never_overwritten_and_no_half_pair_is_left(tmp_path: Path, which: str) -> None:
    (tmp_path / which).write_text("mine")
    with pytest.raises(FileExistsError):
        new_key_pair("ward", private_folder=tmp_path, public_folder=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [which]
    assert (tmp_path / which).read_text() == "mine"


def test_a_disk_that_fills_up_leaves_no_half_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        new_key_pair("ward", private_folder=tmp_path, public_folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("key_id", ["", "../ward", "a/b", ".hidden", "-x", "a b", "ä", "x" * 65, "a\n", "a.private"])
def test_a_key_id_is_a_plain_name(tmp_path: Path, key_id: str) -> None:
    with pytest.raises(ValueError, match="a key's id is letters"):
        new_key_pair(key_id, private_folder=tmp_path, public_folder=tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [b"", b"no key", PEM, b"\x00" * 200])
def test_what_is_no_private_key_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.private.pem"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"^x\.private\.pem holds no Ed25519 private key$"):
        load_private_key(path)


# Times.


def test_a_new_pair_can_have_its_times(tmp_path: Path) -> None:
    since, until = datetime(2026, 11, 23, tzinfo=UTC), datetime(2027, 11, 23, tzinfo=UTC)
    _, public = new_key_pair("ward", private_folder=tmp_path, public_folder=tmp_path, since=since, until=until)
    assert public.read_bytes().startswith(SINCE + UNTIL + b"-----BEGIN PUBLIC KEY-----\n")
    key = load_keys(tmp_path)["ward"]
    assert isinstance(key, PublicKey)
    assert (key.since, key.until) == (since, until)


def test_a_pair_that_would_never_be_in_use_is_not_made(tmp_path: Path) -> None:
    day = datetime(2026, 11, 23, tzinfo=UTC)
    with pytest.raises(ValueError, match="cannot be retired before it comes into use"):
        new_key_pair("ward", private_folder=tmp_path, public_folder=tmp_path, since=day, until=day)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "content",
    [
        SINCE + UNTIL + PEM,
        UNTIL + SINCE + PEM,
        b"\n" + SINCE + b"\n  " + UNTIL + b"\n" + PEM + b"\n\n",
        (SINCE + UNTIL + PEM).replace(b"\n", b"\r\n"),
        (SINCE + UNTIL + PEM).rstrip(b"\n"),
    ],
)
def test_a_key_file_says_its_times_before_the_key(tmp_path: Path, content: bytes) -> None:
    assert loaded(tmp_path, content) == PublicKey(
        "ward", PEM, since=datetime(2026, 11, 23, tzinfo=UTC), until=datetime(2027, 11, 23, tzinfo=UTC)
    )


def test_a_key_without_times_is_always_in_use(tmp_path: Path) -> None:
    assert loaded(tmp_path, PEM) == PublicKey("ward", PEM)


NO_LINE = "is neither since, until nor the beginning of a public key"
NO_TIME = "is not a time of the form 2026-11-23T00:00:00Z"
FAULTY = {
    "a comment": (b"# of the ward\n" + PEM, f"ward.pem, line 1: {NO_LINE}"),
    "a condition it does not know": (SINCE + b"site: North\n" + PEM, f"ward.pem, line 2: {NO_LINE}"),
    "a name in capitals": (b"Until: 2027-11-23T00:00:00Z\n" + PEM, f"ward.pem, line 1: {NO_LINE}"),
    "a time that is cut off": (b"until: 2027-11-2\n" + PEM, f"ward.pem, line 1: until {NO_TIME}"),
    "a day without a time": (b"\nuntil: 2027-11-23\n" + PEM, f"ward.pem, line 2: until {NO_TIME}"),
    "a time of another zone": (b"since: 2026-11-23T00:00:00+01:00\n" + PEM, f"ward.pem, line 1: since {NO_TIME}"),
    "a day that is not": (b"since: 2026-02-30T00:00:00Z\n" + PEM, f"ward.pem, line 1: since {NO_TIME}"),
    "no time": (b"since:\n" + PEM, f"ward.pem, line 1: since {NO_TIME}"),
    "a time said twice": (UNTIL + UNTIL + PEM, "ward.pem, line 2: until is said twice"),
    "an end before the beginning": (
        b"since: 2027-11-23T00:00:00Z\nuntil: 2026-11-23T00:00:00Z\n" + PEM,
        "ward.pem: until is not after since",
    ),
    "a time after the key": (PEM + UNTIL, "ward.pem, line 4: there is something after the key"),
    "two keys": (PEM + PEM, "ward.pem, line 4: there is something after the key"),
    "letters of no alphabet": (b"\xff\xfe\n" + PEM, "ward.pem, line 1: holds something else than plain characters"),
    "letters within the key": (
        PEM.replace(b"\n", b"\n\xc3\xa4", 1),
        "ward.pem, line 2: holds something else than plain characters",
    ),
    "nothing": (b"", "ward.pem: holds no Ed25519 public key"),
    "times only": (SINCE + UNTIL, "ward.pem: holds no Ed25519 public key"),
    "half a key": (PEM[:60], "ward.pem: holds no Ed25519 public key"),
    "a key without its end": (PEM[:-10], "ward.pem: holds no Ed25519 public key"),
    "zeros": (bytes(100), f"ward.pem, line 1: {NO_LINE}"),
    "too much": (PEM + b"\n" * 20_000, "ward.pem: is too long to be a key"),
    "a key of another kind": (
        rsa.generate_private_key(public_exponent=65537, key_size=2048)
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "ward.pem: holds no Ed25519 public key",
    ),
    "a curve of another kind": (
        ec.generate_private_key(ec.SECP256R1())
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "ward.pem: holds no Ed25519 public key",
    ),
}


@pytest.mark.parametrize(("content", "reason"), FAULTY.values(), ids=FAULTY.keys())
def test_a_key_file_that_cannot_be_used_is_named_with_its_line(tmp_path: Path, content: bytes, reason: str) -> None:
    assert loaded(tmp_path, content) == reason


@given(content=st.binary(max_size=200))
@example(content=b"-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_are_a_key_or_a_crash(tmp_path: Path, content: bytes) -> None:
    assert isinstance(loaded(tmp_path, content), str)


@given(before=st.binary(max_size=60), after=st.binary(max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_but_blanks_around_a_key_is_overlooked(tmp_path: Path, before: bytes, after: bytes) -> None:
    key = loaded(tmp_path, before + b"\n" + PEM + after)
    assert isinstance(key, str) == bool((before + after).strip(b" \t\r\n"))


# One key's fault is not another's.


def a_folder(path: Path) -> None:
    path.mkdir()


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_dangling_link(path: Path) -> None:
    path.symlink_to("nowhere")


@pytest.mark.parametrize(
    ("make", "error"), [(a_folder, "OSError"), (a_pipe, "OSError"), (a_dangling_link, "FileNotFoundError")]
)
def test_one_key_that_cannot_be_read_takes_no_other_with_it(
    tmp_path: Path, make: Callable[[Path], None], error: str
) -> None:
    (tmp_path / "good.pem").write_bytes(PEM)
    make(tmp_path / "bad.pem")
    keys = load_keys(tmp_path)
    assert keys["good"] == PublicKey("good", PEM)
    assert str(keys["bad"]) == f"bad.pem: cannot be read ({error})"


@pytest.mark.parametrize("name", ["two words.pem", "ä.pem", ".pem.pem", "-x.pem", f"{'x' * 65}.pem"])
def test_a_file_whose_name_is_no_key_id_is_no_key(tmp_path: Path, name: str) -> None:
    assert loaded(tmp_path, PEM, name) == f"{ascii(name)[1:-1]}: its name is not the id of a key"


def test_a_file_name_that_is_no_text_is_said_all_the_same(tmp_path: Path) -> None:
    assert loaded(tmp_path, PEM, "\udcff.pem") == "\\udcff.pem: its name is not the id of a key"


def test_other_files_in_the_folder_are_no_keys(tmp_path: Path) -> None:
    for name in ("README", "ward.pem.old", ".ward.pem.1a2b3c4d", "ward.private.pem"):
        (tmp_path / name).write_bytes(PEM)
    assert load_keys(tmp_path) == {}


def test_an_absent_folder_holds_no_keys(tmp_path: Path) -> None:
    assert load_keys(tmp_path / "absent") == {}


def test_a_file_in_the_place_of_the_folder_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "keys").write_bytes(PEM)
    with pytest.raises(NotADirectoryError):
        load_keys(tmp_path / "keys")


# Rotation.


def test_a_retired_key_signs_nothing_more_and_what_it_signed_stays_good(tmp_path: Path) -> None:
    (tmp_path / "ward.pem").write_bytes(SINCE + PEM)
    until = retire(tmp_path, "ward", now=NOW + 0.9)
    assert until == datetime.fromtimestamp(NOW + 1, UTC)
    assert (tmp_path / "ward.pem").read_bytes() == b"until: 2027-01-15T08:00:01Z\n" + SINCE + PEM
    terms = {"key_id": "ward", "issuer": "i", "holder": "h", "entitlements": ["a"], "days": 30}
    keys = load_keys(tmp_path)
    assert judged(issue(KEY, **terms, now=NOW), keys=keys).key_id == "ward"  # type: ignore[arg-type]
    assert fault(issue(KEY, **terms, now=NOW + 1), keys=keys) == (  # type: ignore[arg-type]
        "invalid", "the license was issued after its key was retired"
    )  # fmt: skip


def test_retiring_keeps_who_may_read_the_key(tmp_path: Path) -> None:
    path = tmp_path / "ward.pem"
    path.write_bytes(PEM)
    path.chmod(0o640)
    retire(tmp_path, "ward")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [entry.name for entry in tmp_path.iterdir()] == ["ward.pem"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (UNTIL + PEM, "ward.pem is retired already, since 2027-11-23T00:00:00Z"),
        (b"since: 2030-01-01T00:00:00Z\n" + PEM, "ward.pem comes into use only on 2030-01-01T00:00:00Z"),
        (b"words", f"ward.pem, line 1: {NO_LINE}"),
        (None, "ward.pem: cannot be read (FileNotFoundError)"),
    ],
)
def test_a_key_that_cannot_be_retired_stays_as_it_is(tmp_path: Path, content: bytes | None, reason: str) -> None:
    path = tmp_path / "ward.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=f"^{re.escape(reason)}$"):
        retire(tmp_path, "ward", now=NOW)
    assert (path.read_bytes() if path.exists() else None) == content


@pytest.mark.parametrize("key_id", ["", "../ward", "/etc/passwd", "a\x00"])
def test_what_is_retired_is_never_a_path(tmp_path: Path, key_id: str) -> None:
    with pytest.raises(ValueError, match=r"^the key to retire has no id$"):
        retire(tmp_path / "keys", key_id)
