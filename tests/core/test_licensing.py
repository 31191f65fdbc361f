"""A license counts only when one of the trusted keys signed exactly it, and it is good now."""

from __future__ import annotations

import base64
import json
import stat
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from tests.core.bench import KEY_ID, public_key
from trivium.api import PublicKey
from trivium.licensing import (
    License,
    LicenseDesk,
    LicenseFault,
    LicenseState,
    issue,
    load_keys,
    load_private_key,
    new_key_pair,
    verify,
)

NOW = 1_800_000_000
DAY = 86_400
KEY = Ed25519PrivateKey.generate()
STRANGER = Ed25519PrivateKey.generate()
TRUSTED = {KEY_ID: public_key(KEY)}
CLAIMS: dict[str, Any] = {
    "iss": "site",
    "aud": "trivium",
    "sub": "Ward 7",
    "jti": "L-1",
    "iat": NOW,
    "nbf": NOW,
    "exp": NOW + 30 * DAY,
    "entitlements": ["widgets.move"],
}
HEADER: dict[str, Any] = {"kid": KEY_ID, "typ": "license+jwt"}


def signed(
    claims: Mapping[str, Any] | None = None,
    header: Mapping[str, Any] | None = None,
    *,
    key: Any = KEY,
    algorithm: str = "EdDSA",
) -> str:
    """A token of one's own making; a header of None is left out."""
    headers = {name: value for name, value in {**HEADER, **(header or {})}.items() if value is not None}
    return jwt.encode({**CLAIMS, **(claims or {})}, key, algorithm=algorithm, headers=headers)


def without(claim: str) -> str:
    claims = {name: value for name, value in CLAIMS.items() if name != claim}
    return jwt.encode(claims, KEY, algorithm="EdDSA", headers=HEADER)


def good() -> str:
    return issue(
        KEY, key_id=KEY_ID, issuer="site", holder="Ward 7", entitlements=["pacs.retrieve", "a"], days=30, now=NOW
    )


def judged(token: str, *, now: float = NOW + DAY, keys: Mapping[str, PublicKey] = TRUSTED) -> LicenseState:
    with pytest.raises(LicenseFault) as caught:
        verify(token, keys, now=now)
    return caught.value.state


def segment(content: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def test_a_good_license_reads_back_whole() -> None:
    license_ = verify(good(), TRUSTED, now=NOW)
    assert license_ == License(
        id=license_.id,
        holder="Ward 7",
        issuer="site",
        key_id=KEY_ID,
        entitlements=frozenset({"pacs.retrieve", "a"}),
        not_before=datetime.fromtimestamp(NOW, UTC),
        expires=datetime.fromtimestamp(NOW + 30 * DAY, UTC),
    )
    assert license_.id


def test_the_tokens_made_by_these_tests_are_good_but_for_what_they_change() -> None:
    assert verify(signed(), TRUSTED, now=NOW).id == "L-1"


def test_two_licenses_have_two_ids() -> None:
    assert verify(good(), TRUSTED, now=NOW).id != verify(good(), TRUSTED, now=NOW).id


def hmac_with_public_key() -> str:
    """The classic: the public key taken for a shared secret (PyJWT refuses to make it, so by hand)."""
    import hashlib
    import hmac

    body = f"{segment({**HEADER, 'alg': 'HS256'})}.{segment(CLAIMS)}"
    mac = hmac.new(TRUSTED[KEY_ID].pem, body.encode(), hashlib.sha256).digest()
    return f"{body}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


FORGED = {
    "nothing": "",
    "words": "let me in",
    "dots": "..",
    "more dots": "....",
    "no algorithm": f"{segment({**HEADER, 'alg': 'none'})}.{segment(CLAIMS)}.",
    "no algorithm in capitals": f"{segment({**HEADER, 'alg': 'NONE'})}.{segment(CLAIMS)}.",
    "HS256 with the public key": hmac_with_public_key(),
    "HS256 with the key's id": signed(key=KEY_ID.ljust(32, "x"), algorithm="HS256"),
    "RS256": signed(key=rsa.generate_private_key(public_exponent=65537, key_size=2048), algorithm="RS256"),
    "a stranger's key": signed(key=STRANGER),
    "a stranger's key, sent along": signed(
        header={"jwk": {"kty": "OKP", "crv": "Ed25519", "x": base64.urlsafe_b64encode(b"1" * 32).decode()}},
        key=STRANGER,
    ),
    "an unknown key id": signed(header={"kid": "site-2"}),
    "no key id": signed(header={"kid": None}),
    "a path to a key": signed(header={"kid": f"../keys/{KEY_ID}"}),
    "a path from the root": signed(header={"kid": "/etc/passwd"}),
    "a key id with an end": signed(header={"kid": f"{KEY_ID}\x00"}),
    "another type": signed(header={"typ": "JWT"}),
    "no type": signed(header={"typ": None}),
    "an extension it must know": signed(header={"crit": ["exp"], "exp": 1}),
    "another audience": signed({"aud": "pacs"}),
    "no signature": signed().rpartition(".")[0] + ".",
    "the signature of another": f"{signed({'sub': 'Ward 8'}).rpartition('.')[0]}.{signed().rpartition('.')[2]}",
    "100 kB": signed({"sub": "x" * 100_000}),
    "100 kB of dots": "." * 100_000,
    "non-ASCII": "é" * 40,
    "a surrogate": "\udcff.\udcff.\udcff",
    "a header that is a list": f"{base64.urlsafe_b64encode(b'[]').decode()}.{segment(CLAIMS)}.AAAA",
    "entitlements that are a text": signed({"entitlements": "widgets.move"}),
    "entitlements that are a mapping": signed({"entitlements": {"widgets.move": True}}),
    "entitlements that are numbers": signed({"entitlements": [1]}),
    "entitlements that are null": signed({"entitlements": None}),
    "times that are words": signed({"nbf": "now"}),
    "an end beyond all calendars": signed({"exp": 10**20}),
    "an end that is infinite": signed({"exp": float("inf")}),
    "an end that is no number": signed({"exp": float("nan")}),
}


@pytest.mark.parametrize("token", FORGED.values(), ids=FORGED.keys())
def test_a_forged_or_malformed_license_is_invalid_and_never_a_crash(token: str) -> None:
    assert judged(token) is LicenseState.INVALID


@pytest.mark.parametrize("claim", CLAIMS)
def test_every_claim_is_required(claim: str) -> None:
    assert judged(without(claim)) is LicenseState.INVALID


def test_a_license_without_a_key_id_is_not_tried_with_a_key_called_none() -> None:
    keys = {"None": public_key(KEY, "None")}
    assert judged(signed(header={"kid": None}), keys=keys) is LicenseState.INVALID


def test_a_license_with_any_bit_flipped_is_invalid() -> None:
    token = good()
    for place, letter in enumerate(token):
        for bit in range(8):
            flipped = f"{token[:place]}{chr(ord(letter) ^ 1 << bit)}{token[place + 1 :]}"
            assert judged(flipped) is LicenseState.INVALID, (place, bit)


@given(st.text(max_size=60) | st.from_regex(r"[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,40}"))
def test_no_text_is_a_license_or_a_crash(text: str) -> None:
    assert judged(text) is LicenseState.INVALID


def test_a_license_begins_and_ends_on_the_second() -> None:
    token = good()
    assert judged(token, now=NOW - 1) is LicenseState.INVALID
    assert verify(token, TRUSTED, now=NOW) == verify(token, TRUSTED, now=NOW + 30 * DAY - 1)
    assert judged(token, now=NOW + 30 * DAY) is LicenseState.EXPIRED


def test_a_fault_says_the_date_and_nothing_of_the_holder() -> None:
    with pytest.raises(LicenseFault, match=r"^the license ended on 2027-02-14$"):
        verify(good(), TRUSTED, now=NOW + 40 * DAY)
    with pytest.raises(LicenseFault, match=r"^the license begins on 2027-01-15$"):
        verify(good(), TRUSTED, now=NOW - 1)


def test_an_expired_license_of_a_stranger_is_invalid_not_expired() -> None:
    assert judged(signed({"exp": NOW - 1}, key=STRANGER)) is LicenseState.INVALID


@pytest.mark.parametrize("pem", [b"", b"no key", rsa.generate_private_key(public_exponent=65537, key_size=2048)])
def test_a_trusted_key_that_is_none_trusts_nobody(pem: Any) -> None:
    if not isinstance(pem, bytes):
        pem = pem.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert judged(signed(), keys={KEY_ID: PublicKey(KEY_ID, pem)}) is LicenseState.INVALID


# Where the license lies.


@pytest.fixture
def desk(tmp_path: Path) -> LicenseDesk:
    keys = tmp_path / "keys"
    keys.mkdir()
    (keys / f"{KEY_ID}.pem").write_bytes(public_key(KEY).pem)
    return LicenseDesk(tmp_path / "license.jwt", keys)


def present() -> str:
    return issue(KEY, key_id=KEY_ID, issuer="site", holder="Ward 7", entitlements=["a"], days=1)


def state_at(desk: LicenseDesk) -> LicenseState:
    with pytest.raises(LicenseFault) as caught:
        desk.current()
    return caught.value.state


def test_a_license_counts_from_the_moment_it_is_there_until_it_is_gone(desk: LicenseDesk) -> None:
    assert state_at(desk) is LicenseState.MISSING
    desk.file.write_text(f"\n  {present()}\n")
    assert desk.current().holder == "Ward 7"
    desk.file.write_text("something else")
    assert state_at(desk) is LicenseState.INVALID
    desk.file.unlink()
    assert state_at(desk) is LicenseState.MISSING


def test_a_key_counts_from_the_moment_it_is_there_until_it_is_gone(desk: LicenseDesk) -> None:
    desk.file.write_text(present())
    key = desk.key_folder / f"{KEY_ID}.pem"
    pem = key.read_bytes()
    key.unlink()
    assert state_at(desk) is LicenseState.INVALID
    key.write_bytes(pem)
    assert desk.current().key_id == KEY_ID


@pytest.mark.parametrize("content", ["é".encode(), b"\xff\xfe", b"", b"x" * 200_000])
def test_a_license_file_of_anything_is_invalid(desk: LicenseDesk, content: bytes) -> None:
    desk.file.write_bytes(content)
    assert state_at(desk) is LicenseState.INVALID


def test_a_license_file_that_is_a_folder_is_invalid(desk: LicenseDesk) -> None:
    desk.file.mkdir()
    assert state_at(desk) is LicenseState.INVALID


def test_a_folder_of_keys_that_cannot_be_read_trusts_nobody(desk: LicenseDesk) -> None:
    desk.file.write_text(present())
    (desk.key_folder / "folder.pem").mkdir()
    assert state_at(desk) is LicenseState.INVALID


def test_an_absent_folder_of_keys_trusts_nobody(tmp_path: Path) -> None:
    desk = LicenseDesk(tmp_path / "license.jwt", tmp_path / "keys")
    desk.file.write_text(present())
    assert state_at(desk) is LicenseState.INVALID


def test_a_key_of_the_build_cannot_be_replaced_by_a_file(desk: LicenseDesk) -> None:
    built = LicenseDesk(desk.file, desk.key_folder, {KEY_ID: public_key(STRANGER)})
    desk.file.write_text(present())
    assert state_at(built) is LicenseState.INVALID
    desk.file.write_text(
        issue(STRANGER, key_id=KEY_ID, issuer="build", holder="Ward 7", entitlements=["a"], days=1, now=time.time())
    )
    assert built.current().issuer == "build"


# Keys.


def test_a_new_pair_signs_and_verifies(tmp_path: Path) -> None:
    private, public = new_key_pair("ward", private_folder=tmp_path / "mine", public_folder=tmp_path / "keys")
    assert (private.name, public.name) == ("ward.private.pem", "ward.pem")
    token = issue(load_private_key(private), key_id="ward", issuer="i", holder="h", entitlements=[], days=1, now=NOW)
    assert verify(token, load_keys(tmp_path / "keys"), now=NOW).key_id == "ward"


def test_a_private_key_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    private, _ = new_key_pair("ward", private_folder=tmp_path, public_folder=tmp_path)
    assert stat.S_IMODE(private.stat().st_mode) == 0o600


def test_a_private_key_among_the_trusted_is_not_taken_for_a_public_one(tmp_path: Path) -> None:
    new_key_pair("ward", private_folder=tmp_path, public_folder=tmp_path)
    assert list(load_keys(tmp_path)) == ["ward"]


@pytest.mark.parametrize("which", ["ward.private.pem", "ward.pem"])
def test_a_key_is_never_overwritten_and_no_half_pair_is_left(tmp_path: Path, which: str) -> None:
    (tmp_path / which).write_text("mine")
    with pytest.raises(FileExistsError):
        new_key_pair("ward", private_folder=tmp_path, public_folder=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [which]
    assert (tmp_path / which).read_text() == "mine"


@pytest.mark.parametrize("key_id", ["", "../ward", "a/b", ".hidden", "-x", "a b", "ä", "x" * 65, "a\n"])
def test_a_key_id_is_a_plain_name(tmp_path: Path, key_id: str) -> None:
    with pytest.raises(ValueError, match="a key's id is letters"):
        new_key_pair(key_id, private_folder=tmp_path, public_folder=tmp_path)
    assert not list(tmp_path.iterdir())


def test_what_is_no_private_key_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "x.private.pem"
    for content in (b"", b"no key", public_key(KEY).pem):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"^x\.private\.pem holds no Ed25519 private key$"):
            load_private_key(path)
