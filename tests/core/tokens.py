"""License tokens of one's own making: signed by a trusted key and good, but for what a test changes."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.core.bench import KEY_ID, public_key
from trivium.licensing import License, LicenseFault, TrustedKeys, verify

NOW = 1_800_000_000
"""2027-01-15T08:00:00Z."""
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
HEADER: dict[str, Any] = {"alg": "EdDSA", "typ": "license+jwt", "kid": KEY_ID}
LEFT_OUT = object()


def segment(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def sealed(header: bytes, payload: bytes, *, key: Ed25519PrivateKey = KEY) -> str:
    """Any two byte strings with a signature that is right."""
    signed_ = f"{segment(header)}.{segment(payload)}"
    return f"{signed_}.{segment(key.sign(signed_.encode()))}"


def signed(
    claims: Mapping[str, Any] | None = None,
    header: Mapping[str, Any] | None = None,
    *,
    key: Ed25519PrivateKey = KEY,
) -> str:
    """A token with some claims or header fields changed, or `LEFT_OUT`."""
    return sealed(_json(HEADER, header), _json(CLAIMS, claims), key=key)


def _json(usual: Mapping[str, Any], others: Mapping[str, Any] | None) -> bytes:
    content = {name: value for name, value in {**usual, **(others or {})}.items() if value is not LEFT_OUT}
    return json.dumps(content).encode()


def judged(
    token: str,
    *,
    now: float = NOW + DAY,
    keys: TrustedKeys = TRUSTED,
    revoked: frozenset[str] = frozenset(),
    site: str | None = None,
) -> License:
    return verify(token, keys, revoked=revoked, site=site, moment=now)


def fault(token: str, **others: Any) -> tuple[str, str]:
    """The state and the reason with which a token is refused."""
    with pytest.raises(LicenseFault) as caught:
        judged(token, **others)
    return caught.value.state.value, str(caught.value)
