"""A license is a JSON Web Token signed with Ed25519 (RFC 8037); the rules for reading one are those of RFC 8725.

The key's id decides which key is tried, and nothing in the token decides anything else about how it is checked.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from trivium.api import PublicKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ALGORITHM: Final = "EdDSA"
TYPE: Final = "license+jwt"
AUDIENCE: Final = "trivium"
LONGEST: Final = 16_384
"""Characters of a token that is looked at at all."""
_DAY: Final = 86_400
_CLAIMS: Final = ["iss", "aud", "sub", "jti", "iat", "nbf", "exp"]


class LicenseState(StrEnum):
    MISSING = "missing"
    INVALID = "invalid"
    EXPIRED = "expired"


class LicenseFault(Exception):
    """There is no license to go by. `str(fault)` says why in a few words, without anything from the token."""

    def __init__(self, state: LicenseState, reason: str) -> None:
        super().__init__(reason)
        self.state = state


@dataclass(frozen=True, slots=True)
class License:
    """What a verified license says."""

    id: str
    holder: str
    issuer: str
    key_id: str
    entitlements: frozenset[str]
    not_before: datetime
    expires: datetime


def issue(
    private_key: Ed25519PrivateKey,
    *,
    key_id: str,
    issuer: str,
    holder: str,
    entitlements: Iterable[str],
    days: int,
    now: float | None = None,
) -> str:
    """A signed license that is good from now on for `days` days."""
    import jwt

    start = int(time.time() if now is None else now)
    claims = {
        "iss": issuer,
        "aud": AUDIENCE,
        "sub": holder,
        "jti": str(uuid.uuid4()),
        "iat": start,
        "nbf": start,
        "exp": start + days * _DAY,
        "entitlements": sorted(set(entitlements)),
    }
    return jwt.encode(claims, private_key, algorithm=ALGORITHM, headers={"kid": key_id, "typ": TYPE})


def verify(token: str, keys: Mapping[str, PublicKey], *, now: float | None = None) -> License:
    """What the token says, if one of `keys` signed it and it is good now.

    Raises `LicenseFault`.
    """
    import jwt

    if len(token) > LONGEST:
        raise LicenseFault(LicenseState.INVALID, "the license is too long to be one")
    try:
        header = jwt.get_unverified_header(token)
        key = keys.get(header.get("kid", ""))
        if header.get("alg") != ALGORITHM or header.get("typ") != TYPE:
            raise LicenseFault(LicenseState.INVALID, "the license is not of the kind this host reads")
        if key is None:
            raise LicenseFault(LicenseState.INVALID, "the license was signed with a key this host does not trust")
        claims = jwt.decode(
            token,
            key.pem,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            # The times are judged below, by one clock and with words of their own.
            options={"require": _CLAIMS, "verify_exp": False, "verify_nbf": False, "verify_iat": False},
        )
        license_ = _read(claims, key.kid)
    except LicenseFault:
        raise
    except jwt.InvalidSignatureError:
        raise LicenseFault(LicenseState.INVALID, "the license's signature is wrong") from None
    except Exception as error:  # whatever a malformed token breaks, it is no license
        raise LicenseFault(LicenseState.INVALID, f"the license cannot be read ({type(error).__name__})") from None
    moment = datetime.fromtimestamp(time.time() if now is None else now, UTC)
    if moment < license_.not_before:
        raise LicenseFault(LicenseState.INVALID, f"the license begins on {license_.not_before:%Y-%m-%d}")
    if moment >= license_.expires:
        raise LicenseFault(LicenseState.EXPIRED, f"the license ended on {license_.expires:%Y-%m-%d}")
    return license_


def _read(claims: Mapping[str, Any], key_id: str) -> License:
    entitlements = claims["entitlements"]
    if not isinstance(entitlements, list) or not all(isinstance(name, str) for name in entitlements):
        raise TypeError("entitlements")
    return License(
        id=str(claims["jti"]),
        holder=str(claims["sub"]),
        issuer=str(claims["iss"]),
        key_id=key_id,
        entitlements=frozenset(entitlements),
        not_before=datetime.fromtimestamp(int(claims["nbf"]), UTC),
        expires=datetime.fromtimestamp(int(claims["exp"]), UTC),
    )
