"""A license counts only when one of the trusted keys signed exactly it, and it is good here and now."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from tests.core.bench import KEY_ID, public_key
from tests.core.tokens import (
    CLAIMS,
    DAY,
    HEADER,
    KEY,
    LEFT_OUT,
    NOW,
    STRANGER,
    TRUSTED,
    fault,
    judged,
    sealed,
    segment,
    signed,
)
from trivium.api import PublicKey
from trivium.licensing import KeyFault, License, LicenseFault, TrustedKeys, issue


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def good(**terms: Any) -> str:
    usual = {"key_id": KEY_ID, "issuer": "site", "holder": "Ward 7", "entitlements": ["pacs.retrieve"], "days": 30}
    return issue(KEY, **{**usual, "now": NOW, **terms})


# What a good one says.


def test_a_good_license_reads_back_whole() -> None:
    license_ = judged(
        good(entitlements=["pacs.retrieve", "a"], site="Ward 7", limits={"instances": 500}), site="Ward 7"
    )
    assert license_ == License(
        id=license_.id,
        holder="Ward 7",
        issuer="site",
        key_id=KEY_ID,
        entitlements=frozenset({"pacs.retrieve", "a"}),
        issued=at(NOW),
        not_before=at(NOW),
        expires=at(NOW + 30 * DAY),
        grace_ends=at(NOW + 44 * DAY),
        site="Ward 7",
        limits={"instances": 500},
        notice=None,
    )
    assert len(license_.id) == 36


def test_a_license_need_not_have_grace_site_or_limits() -> None:
    assert judged(signed()) == License(
        id="L-1",
        holder="Ward 7",
        issuer="site",
        key_id=KEY_ID,
        entitlements=frozenset({"widgets.move"}),
        issued=at(NOW),
        not_before=at(NOW),
        expires=at(NOW + 30 * DAY),
        grace_ends=None,
        site=None,
        limits={},
        notice=None,
    )


def test_what_a_license_says_cannot_be_changed_afterwards() -> None:
    limits: Any = judged(good(limits={"instances": 500})).limits
    with pytest.raises(TypeError):
        limits["instances"] = 501


def test_any_library_for_tokens_can_issue_one() -> None:
    token = jwt.encode(CLAIMS, KEY, algorithm="EdDSA", headers={"kid": KEY_ID, "typ": "license+jwt"})
    assert judged(token).id == "L-1"


def test_a_license_is_a_token_that_any_library_reads() -> None:
    token = good()
    whenever: Any = {"verify_iat": False, "verify_nbf": False, "verify_exp": False}
    claims = jwt.decode(token, KEY.public_key(), algorithms=["EdDSA"], audience="trivium", options=whenever)
    assert claims == {
        "iss": "site",
        "aud": "trivium",
        "sub": "Ward 7",
        "jti": judged(token).id,
        "iat": NOW,
        "nbf": NOW,
        "exp": NOW + 30 * DAY,
        "grace": 14 * DAY,
        "entitlements": ["pacs.retrieve"],
    }


def test_two_licenses_have_two_ids() -> None:
    assert judged(good()).id != judged(good()).id


@pytest.mark.parametrize(
    ("terms", "problem"),
    [
        ({"key_id": "../keys/site-1"}, "the key's id is none"),
        ({"key_id": "site.private"}, "the key's id is none"),
        ({"holder": ""}, "sub is not a text of 1 to 200 printable characters"),
        ({"holder": "Ward\x1b[2J"}, "sub is not a text of 1 to 200 printable characters"),
        ({"issuer": "\n"}, "iss is not a text of 1 to 200 printable characters"),
        ({"entitlements": [""]}, "entitlements is not a list of printable texts"),
        ({"days": 0}, "exp is not after iat and nbf"),
        ({"days": 10**9}, "exp is not a whole number of seconds from 0 to 253402300799"),
        ({"grace_days": 31}, "grace is not a whole number of seconds from 0 to 2592000"),
        ({"grace_days": -1}, "grace is not a whole number of seconds from 0 to 2592000"),
        ({"site": ""}, "site is not a text of 1 to 200 printable characters"),
        ({"limits": {"instances": -1}}, "a number in limits is not a whole number from 0 to 9007199254740991"),
        ({"limits": {"instances": 1.5}}, "a number in limits is not a whole number from 0 to 9007199254740991"),
        ({"limits": {"All of it": 1}}, "limits does not map plain names to numbers"),
        ({"now": -1}, "iat is not a whole number of seconds from 0 to 253402300799"),
        ({"entitlements": [f"{number:0100}" for number in range(200)]}, "the license would be too long to be read"),
    ],
)
def test_terms_that_no_host_would_accept_are_not_signed(terms: Mapping[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(problem)}$"):
        good(**terms)


# Forgeries.


def pem(key: Any) -> bytes:
    raw: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return raw


def hmac_with_public_key() -> str:
    """The classic: the public key taken for a shared secret (PyJWT refuses to make it, so by hand)."""
    body = f"{segment(json.dumps({**HEADER, 'alg': 'HS256'}).encode())}.{segment(json.dumps(CLAIMS).encode())}"
    mac = hmac.new(TRUSTED[KEY_ID].pem, body.encode(), hashlib.sha256).digest()
    return f"{body}.{segment(mac)}"


def by_library(key: Any, algorithm: str) -> str:
    return jwt.encode(CLAIMS, key, algorithm=algorithm, headers={"kid": KEY_ID, "typ": "license+jwt"})


RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
P256 = ec.generate_private_key(ec.SECP256R1())
HEAD, BODY, SIGNATURE = signed().split(".")
OWN_KEY = {"kty": "OKP", "crv": "Ed25519", "x": segment(STRANGER.public_key().public_bytes_raw())}

NO_KIND = "the license is not of the kind this host reads"
NO_TRUST = "the license was signed with a key this host does not trust"
WRONG = "the license's signature is wrong"
NO_TOKEN = "the license cannot be read: it is no signed token"

FORGED = {
    "no algorithm": (f"{segment(json.dumps({**HEADER, 'alg': 'none'}).encode())}.{BODY}.", NO_KIND),
    "no algorithm in capitals": (f"{segment(json.dumps({**HEADER, 'alg': 'NONE'}).encode())}.{BODY}.", NO_KIND),
    "an algorithm of none, signed": (signed(header={"alg": "none"}), NO_KIND),
    "no word of an algorithm": (signed(header={"alg": LEFT_OUT}), NO_KIND),
    "an algorithm that is a list": (signed(header={"alg": ["EdDSA"]}), NO_KIND),
    "HS256 with the public key": (hmac_with_public_key(), NO_KIND),
    "HS256 with the key's id": (by_library(KEY_ID.ljust(32, "x"), "HS256"), NO_KIND),
    "RS256": (by_library(RSA, "RS256"), NO_KIND),
    "ES256": (by_library(P256, "ES256"), NO_KIND),
    "EdDSA on the other curve": (by_library(ed448.Ed448PrivateKey.generate(), "EdDSA"), WRONG),
    "a stranger's key": (signed(key=STRANGER), WRONG),
    "a stranger's key, sent along": (signed(header={"jwk": OWN_KEY}, key=STRANGER), NO_KIND),
    "the trusted key, sent along": (signed(header={"jwk": OWN_KEY}), NO_KIND),
    "a place to fetch a key": (signed(header={"jku": "https://example.org/keys"}), NO_KIND),
    "a place to fetch a certificate": (signed(header={"x5u": "https://example.org/keys"}), NO_KIND),
    "a certificate": (signed(header={"x5c": ["AAAA"]}), NO_KIND),
    "an extension it must know": (signed(header={"crit": ["exp"], "exp": 1}), NO_KIND),
    "an unencoded payload": (signed(header={"b64": False, "crit": ["b64"]}), NO_KIND),
    "compression": (signed(header={"zip": "DEF"}), NO_KIND),
    "an unknown key id": (signed(header={"kid": "site-2"}), NO_TRUST),
    "no key id": (signed(header={"kid": LEFT_OUT}), NO_KIND),
    "a key id of null": (signed(header={"kid": None}), NO_KIND),
    "a key id that is a list": (signed(header={"kid": [KEY_ID]}), NO_KIND),
    "a key id that is an object": (signed(header={"kid": {"id": KEY_ID}}), NO_KIND),
    "a key id that is a number": (signed(header={"kid": 1}), NO_KIND),
    "an empty key id": (signed(header={"kid": ""}), NO_TRUST),
    "a key id of 10 kB": (signed(header={"kid": "k" * 10_000}), NO_TRUST),
    "a path to a key": (signed(header={"kid": f"../keys/{KEY_ID}"}), NO_TRUST),
    "a path from the root": (signed(header={"kid": "/etc/passwd"}), NO_TRUST),
    "a key id with an end": (signed(header={"kid": f"{KEY_ID}\x00"}), NO_TRUST),
    "a key id with a surrogate": (signed(header={"kid": "\udcff"}), NO_TRUST),
    "another type": (signed(header={"typ": "JWT"}), NO_KIND),
    "the type in capitals": (signed(header={"typ": "LICENSE+JWT"}), NO_KIND),
    "no type": (signed(header={"typ": LEFT_OUT}), NO_KIND),
    "no signature": (f"{HEAD}.{BODY}.", WRONG),
    "half a signature": (f"{HEAD}.{BODY}.{segment(KEY.sign(b'')[:32])}", WRONG),
    "a signature of zeros": (f"{HEAD}.{BODY}.{segment(bytes(64))}", WRONG),
    "the signature of another": (f"{signed({'sub': 'Ward 8'}).rpartition('.')[0]}.{SIGNATURE}", WRONG),
    "the header of another": (f"{signed(header={'typ': 'JWT'}).split('.')[0]}.{BODY}.{SIGNATURE}", NO_KIND),
    "nothing": ("", NO_TOKEN),
    "words": ("let me in", NO_TOKEN),
    "dots": ("..", "the license cannot be read: a part of it is not JSON"),
    "more dots": ("....", NO_TOKEN),
    "four parts": (f"{signed()}.AAAA", NO_TOKEN),
    "an encrypted token": (f"{signed()}.AAAA.AAAA", NO_TOKEN),
    "100 kB": (signed({"sub": "x" * 100_000}), "the license is too long to be one"),
    "100 kB of dots": ("." * 100_000, "the license is too long to be one"),
    "letters of no alphabet": ("é" * 40, NO_TOKEN),
    "a surrogate": ("\udcff.\udcff.\udcff", NO_TOKEN),
}


@pytest.mark.parametrize(("token", "reason"), FORGED.values(), ids=FORGED.keys())
def test_a_forged_license_is_invalid_and_never_a_crash(token: str, reason: str) -> None:
    assert fault(token) == ("invalid", reason)


def test_a_license_without_a_key_id_is_not_tried_with_a_key_called_none() -> None:
    keys = {name: public_key(KEY, name) for name in ("None", "null", "")}
    assert fault(signed(header={"kid": LEFT_OUT}), keys=keys) == ("invalid", NO_KIND)
    assert fault(signed(header={"kid": None}), keys=keys) == ("invalid", NO_KIND)


def test_an_expired_license_of_a_stranger_is_invalid_not_expired() -> None:
    assert fault(signed({"exp": NOW + 1}, key=STRANGER)) == ("invalid", WRONG)


# One spelling.


@pytest.mark.parametrize("bits", [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xFF, 0x1F])
def test_a_license_with_any_character_changed_is_invalid(bits: int) -> None:
    token = good()
    for place, letter in enumerate(token):
        changed = f"{token[:place]}{chr(ord(letter) ^ bits)}{token[place + 1 :]}"
        assert fault(changed)[0] == "invalid", place


def test_a_license_with_any_byte_of_its_parts_changed_is_invalid() -> None:
    token = good()
    parts = [jwt.utils.base64url_decode(part) for part in token.split(".")]
    for number, raw in enumerate(parts):
        for place in range(len(raw)):
            changed = bytes([*raw[:place], raw[place] ^ 0x01, *raw[place + 1 :]])
            spelled = [segment(part) for part in [*parts[:number], changed, *parts[number + 1 :]]]
            assert fault(".".join(spelled))[0] == "invalid", (number, place)


@pytest.mark.parametrize("junk", [" ", "\n", "\t", "=", "==", "\x00", "A", ".", "+", "/", "\u200b", "\ufeff"])
def test_a_license_with_anything_added_anywhere_is_invalid(junk: str) -> None:
    token = signed()
    for place in range(len(token) + 1):
        assert fault(f"{token[:place]}{junk}{token[place:]}")[0] == "invalid", place


def test_a_license_with_any_character_missing_is_invalid() -> None:
    token = signed()
    for place in range(len(token)):
        assert fault(token[:place] + token[place + 1 :])[0] == "invalid", place
        assert fault(token[:place])[0] == "invalid", place


def test_the_bits_that_base64_does_not_use_give_no_second_spelling() -> None:
    """The last character of 64 bytes carries two bits; sixteen characters decode to the same signature."""
    token = signed()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    accepted = [letter for letter in alphabet if not _refused(token[:-1] + letter)]
    assert accepted == [token[-1]]


def _refused(token: str) -> bool:
    try:
        judged(token)
    except LicenseFault:
        return True
    return False


def test_the_second_spelling_of_a_signature_is_refused() -> None:
    """S + L is the same point as S: RFC 8032 section 5.1.7 lets only the smaller be."""
    order = 2**252 + 27742317777372353535851937790883648493
    raw = jwt.utils.base64url_decode(SIGNATURE)
    larger = int.from_bytes(raw[32:], "little") + order
    assert fault(f"{HEAD}.{BODY}.{segment(raw[:32] + larger.to_bytes(32, 'little'))}") == ("invalid", WRONG)


@given(st.text(max_size=60) | st.from_regex(r"[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,40}"))
def test_no_text_is_a_license_or_a_crash(text: str) -> None:
    assert fault(text)[0] == "invalid"


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_no_bytes_with_a_right_signature_are_a_license_or_a_crash(header: bytes, payload: bytes) -> None:
    assert fault(sealed(header, payload))[0] == "invalid"
    assert fault(sealed(json.dumps(HEADER).encode(), payload))[0] == "invalid"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(sorted(HEADER)), JSON)
def test_no_value_of_a_header_field_is_a_crash(name: str, value: Any) -> None:
    if value != HEADER[name]:
        assert fault(signed(header={name: value}))[0] == "invalid"


@given(st.sampled_from(["iat", "nbf", "exp", "grace", "aud", "jti", "limits", "entitlements", "site"]), JSON)
def test_no_value_of_a_claim_is_a_crash(name: str, value: Any) -> None:
    try:
        license_ = judged(signed({name: value}))
    except LicenseFault:
        return
    assert license_.holder == "Ward 7"


# Form.

FORM = {
    "a header that is a list": (sealed(b"[]", b"{}"), "a part of it is no JSON object"),
    "a header that is a text": (sealed(b'"EdDSA"', b"{}"), "a part of it is no JSON object"),
    "a payload that is a list": (sealed(json.dumps(HEADER).encode(), b"[]"), "a part of it is no JSON object"),
    "a payload that is empty": (sealed(json.dumps(HEADER).encode(), b""), "a part of it is not JSON"),
    "a payload in another encoding": (
        sealed(json.dumps(HEADER).encode(), json.dumps(CLAIMS).encode("utf-16")),
        "a part of it is not JSON",
    ),
    "a payload with a mark": (
        sealed(json.dumps(HEADER).encode(), b"\xef\xbb\xbf" + json.dumps(CLAIMS).encode()),
        "a part of it is not JSON",
    ),
    "a payload that nests": (sealed(json.dumps(HEADER).encode(), b"[" * 8_000), "a part of it is not JSON"),
    "a number of 5,000 digits": (
        sealed(json.dumps(HEADER).encode(), b'{"exp": ' + b"9" * 5_000 + b"}"),
        "a part of it is not JSON",
    ),
    "a repeated claim": (
        sealed(json.dumps(HEADER).encode(), json.dumps(CLAIMS).encode()[:-1] + b', "exp": 4000000000}'),
        "a name in it is repeated",
    ),
    "a repeated limit": (
        sealed(json.dumps(HEADER).encode(), json.dumps(CLAIMS).encode()[:-1] + b', "limits": {"rows": 1, "rows": 2}}'),
        "a name in it is repeated",
    ),
    "a repeated header field": (
        sealed(json.dumps(HEADER).encode()[:-1] + b', "kid": "site-1"}', json.dumps(CLAIMS).encode()),
        "a name in it is repeated",
    ),
}


@pytest.mark.parametrize(("token", "problem"), FORM.values(), ids=FORM.keys())
def test_a_license_of_another_form_is_invalid(token: str, problem: str) -> None:
    assert fault(token) == ("invalid", f"the license cannot be read: {problem}")


@pytest.mark.parametrize("claim", CLAIMS)
def test_every_claim_is_required(claim: str) -> None:
    problem = "jti is not an id" if claim == "jti" else f"{claim} is missing"
    assert fault(signed({claim: LEFT_OUT})) == ("invalid", f"the license cannot be read: {problem}")


SECONDS = "is not a whole number of seconds from 0 to 253402300799"
TEXT = "is not a text of 1 to 200 printable characters"


@pytest.mark.parametrize("claim", ["iat", "nbf", "exp"])
@pytest.mark.parametrize("value", [None, True, "now", str(NOW), 1.5, float(NOW), -1, 10**11 * 3, 10**20, [NOW], {}])
def test_a_time_is_a_whole_number_within_the_calendar(claim: str, value: Any) -> None:
    assert fault(signed({claim: value})) == ("invalid", f"the license cannot be read: {claim} {SECONDS}")


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
def test_a_time_is_a_number(value: float) -> None:
    assert fault(signed({"exp": value})) == ("invalid", "the license cannot be read: a number in it is none")


def test_an_end_at_the_end_of_the_calendar_has_no_grace_beyond_it() -> None:
    last = 253_402_300_799
    assert judged(signed({"exp": last})).expires == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert fault(signed({"exp": last, "grace": 1})) == (
        "invalid", "the license cannot be read: exp and grace lead out of the calendar"
    )  # fmt: skip


@pytest.mark.parametrize("claim", ["iss", "sub", "aud"])
@pytest.mark.parametrize("value", [None, 7, True, [], ["trivium"], {}, "", " ", "x" * 201, "a\nb", "\x1b[2J", "\ud800"])
def test_a_text_is_short_and_printable(claim: str, value: Any) -> None:
    assert fault(signed({claim: value})) == ("invalid", f"the license cannot be read: {claim} {TEXT}")


@pytest.mark.parametrize("audience", ["pacs", "Trivium", "trivium ", "https://trivium.example.org"])
def test_a_license_for_another_program_is_invalid(audience: str) -> None:
    assert fault(signed({"aud": audience})) == (
        "invalid", "the license cannot be read: it is meant for another program"
    )  # fmt: skip


def test_a_license_for_several_programs_is_invalid() -> None:
    assert fault(signed({"aud": ["trivium", "pacs"]})) == ("invalid", f"the license cannot be read: aud {TEXT}")


@pytest.mark.parametrize(
    "value", [None, 1, "", " ", "a b", "a/b", "../x", "license.jwt", "a#b", "x" * 101, ["L-1"], "ä"]
)
def test_an_id_is_one_that_can_be_revoked(value: Any) -> None:
    assert fault(signed({"jti": value})) == ("invalid", "the license cannot be read: jti is not an id")


@pytest.mark.parametrize("value", ["widgets.move", {"widgets.move": True}, [1], [None], [["a"]], None, [""], ["a\n"]])
def test_entitlements_are_a_list_of_texts(value: Any) -> None:
    assert fault(signed({"entitlements": value})) == (
        "invalid", "the license cannot be read: entitlements is not a list of printable texts"
    )  # fmt: skip


@pytest.mark.parametrize("value", [None, 5, "rows", [], {"": 1}, {"Rows": 1}, {"a b": 1}, {"x" * 65: 1}])
def test_limits_have_plain_names(value: Any) -> None:
    assert fault(signed({"limits": value})) == (
        "invalid", "the license cannot be read: limits does not map plain names to numbers"
    )  # fmt: skip


@pytest.mark.parametrize("number", [-1, 1.0, True, None, "500", 2**53, [1]])
def test_limits_are_whole_numbers(number: Any) -> None:
    assert fault(signed({"limits": {"rows": number}})) == (
        "invalid", "the license cannot be read: a number in limits is not a whole number from 0 to 9007199254740991"
    )  # fmt: skip


def test_a_limit_can_be_nothing_at_all() -> None:
    assert judged(signed({"limits": {"rows": 0, "instances": 2**53 - 1}})).limits == {"rows": 0, "instances": 2**53 - 1}


@pytest.mark.parametrize("claims", [{"exp": NOW}, {"exp": NOW - 1}, {"nbf": NOW + 30 * DAY}, {"iat": NOW + 31 * DAY}])
def test_a_license_ends_after_it_begins(claims: Mapping[str, int]) -> None:
    assert fault(signed(claims)) == ("invalid", "the license cannot be read: exp is not after iat and nbf")


@pytest.mark.parametrize("value", [-1, 30 * DAY + 1, True, 1.5, "14", None, 10**30])
def test_a_grace_period_is_at_most_thirty_days(value: Any) -> None:
    assert fault(signed({"grace": value})) == (
        "invalid", "the license cannot be read: grace is not a whole number of seconds from 0 to 2592000"
    )  # fmt: skip


def test_claims_that_this_host_does_not_know_are_let_be() -> None:
    assert judged(signed({"note": {"of": ["the", "issuer"]}})).id == "L-1"


# Here and now.


def test_a_license_begins_and_ends_on_the_second() -> None:
    token = signed()
    assert fault(token, now=NOW - 1) == ("invalid", "the license begins on 2027-01-15")
    assert judged(token, now=NOW) == judged(token, now=NOW + 30 * DAY - 1)
    assert fault(token, now=NOW + 30 * DAY) == ("expired", "the license ended on 2027-02-14")


def test_a_license_can_begin_later_than_it_was_issued() -> None:
    token = signed({"nbf": NOW + 5 * DAY})
    assert fault(token, now=NOW + 5 * DAY - 1) == ("invalid", "the license begins on 2027-01-20")
    assert judged(token, now=NOW + 5 * DAY).not_before == at(NOW + 5 * DAY)


def test_a_license_does_not_begin_before_it_was_issued() -> None:
    token = signed({"iat": NOW + 5 * DAY})
    assert fault(token, now=NOW + DAY) == ("invalid", "the license begins on 2027-01-20")


def test_a_license_in_its_grace_period_counts_with_a_notice() -> None:
    token = signed({"grace": 14 * DAY})
    assert judged(token, now=NOW + 30 * DAY - 1).notice is None
    notice = "the license ended on 2027-02-14 and still counts until 2027-02-28; renew it"
    assert judged(token, now=NOW + 30 * DAY).notice == notice
    assert judged(token, now=NOW + 44 * DAY - 1).notice == notice
    assert fault(token, now=NOW + 44 * DAY) == (
        "expired", "the license ended on 2027-02-14, its grace period on 2027-02-28"
    )  # fmt: skip


def test_a_license_without_grace_has_none() -> None:
    assert judged(good(grace_days=0)).grace_ends is None
    assert fault(good(grace_days=0), now=NOW + 30 * DAY)[0] == "expired"


def test_a_revoked_license_is_refused_whatever_else_it_is() -> None:
    revoked = frozenset({"L-1"})
    refusal = ("invalid", "the license has been revoked")
    assert fault(signed(), revoked=revoked) == refusal
    assert fault(signed(), revoked=revoked, now=NOW + 99 * DAY) == refusal
    assert judged(signed({"jti": "L-2"}), revoked=revoked).id == "L-2"


def test_an_id_that_is_a_uuid_is_the_same_in_capitals() -> None:
    token = signed({"jti": "6F9619FF-8B86-D011-B42D-00CF4FC964FF"})
    assert judged(token).id == "6f9619ff-8b86-d011-b42d-00cf4fc964ff"


def test_a_license_that_is_bound_to_a_site_counts_only_there() -> None:
    token = signed({"site": "North"})
    assert judged(token, site="North").site == "North"
    assert fault(token, site="South") == ("invalid", "the license is bound to a site, and it is not this one")
    assert fault(token, site="north") == ("invalid", "the license is bound to a site, and it is not this one")
    assert fault(token) == (
        "invalid", "the license is bound to a site, and this host has no site name (license.site)"
    )  # fmt: skip


def test_a_license_that_is_bound_to_no_site_counts_everywhere() -> None:
    assert judged(signed(), site="South").site is None


@pytest.mark.parametrize("site", [None, 1, True, "", " ", [], ["North"], "x" * 201])
def test_a_site_is_a_text(site: Any) -> None:
    assert fault(signed({"site": site}), site="North") == ("invalid", f"the license cannot be read: site {TEXT}")


@pytest.mark.parametrize("moment", [-1.0, float("nan"), float("inf"), 1e15])
def test_no_license_counts_at_no_time(moment: float) -> None:
    assert fault(signed(), now=moment) == ("invalid", "the time to judge the license by is none")


# Keys in their time.


def in_use(*, since: datetime | None = None, until: datetime | None = None) -> dict[str, PublicKey]:
    return {KEY_ID: PublicKey(KEY_ID, TRUSTED[KEY_ID].pem, since=since, until=until)}


def test_a_retired_key_issues_nothing_new_but_what_it_signed_before_stays_good() -> None:
    """A thief of the key can still date a license back: against that only removing the key or revoking helps."""
    keys = in_use(until=at(NOW))
    assert fault(signed(), keys=keys) == ("invalid", "the license was issued after its key was retired")
    assert judged(signed({"iat": NOW - 1}), keys=keys).issued == at(NOW - 1)


def test_a_key_counts_from_the_second_it_comes_into_use() -> None:
    keys = in_use(since=at(NOW))
    assert judged(signed(), keys=keys).issued == at(NOW)
    assert fault(signed({"iat": NOW - 1}), keys=keys) == (
        "invalid", "the license was issued before its key came into use"
    )  # fmt: skip


def test_a_key_with_times_of_no_zone_trusts_nobody() -> None:
    keys = in_use(until=datetime(2030, 1, 1))
    assert fault(signed(), keys=keys) == ("invalid", "the license cannot be read (TypeError)")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no key",
        pem(RSA),
        pem(P256),
        pem(ed448.Ed448PrivateKey.generate()),
        KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        KEY.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
    ],
    ids=["empty", "words", "RSA", "P-256", "Ed448", "private", "OpenSSH"],
)
def test_a_trusted_key_that_is_none_trusts_nobody(content: bytes) -> None:
    refusal = ("invalid", "the license was signed with a key this host cannot use")
    assert fault(signed(), keys={KEY_ID: PublicKey(KEY_ID, content)}) == refusal


def test_a_key_that_cannot_be_used_says_why_to_its_own_licenses() -> None:
    keys: TrustedKeys = {
        KEY_ID: KeyFault(f"{KEY_ID}.pem", "since is said twice", line=2),
        "other": public_key(STRANGER, "other"),
    }
    assert fault(signed(), keys=keys) == (
        "invalid", "the license was signed with a key this host cannot use (site-1.pem, line 2: since is said twice)"
    )  # fmt: skip
    assert judged(signed(header={"kid": "other"}, key=STRANGER), keys=keys).key_id == "other"


def test_a_fault_says_nothing_of_what_the_license_says() -> None:
    secret = "Wilhelmina"
    for claims in ({"sub": [secret]}, {"iss": secret + "\n"}, {"site": secret}, {"jti": secret + "/"}):
        assert secret not in fault(signed(claims))[1]
    assert secret not in fault(signed(header={"kid": secret}))[1]


def test_every_key_signs_for_itself_only() -> None:
    keys = {"one": public_key(KEY, "one"), "two": public_key(Ed25519PrivateKey.generate(), "two")}
    assert judged(signed(header={"kid": "one"}), keys=keys).key_id == "one"
    assert fault(signed(header={"kid": "two"}), keys=keys) == ("invalid", WRONG)
