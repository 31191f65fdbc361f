"""A license is a JSON Web Token signed with Ed25519 (RFC 8037); the rules for reading one are those of RFC 8725.

The key's id decides which key is tried, and nothing in the token decides anything else about how it is checked.
"""

from __future__ import annotations

import time
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from trivium.api import PublicKey
from trivium.licensing import claims as read_claims
from trivium.licensing.claims import Envelope, Malformed, json_object, license_id, unpack
from trivium.licensing.keys import KeyFault, TrustedKeys, is_key_id, public_key_in
from trivium.licensing.moments import DAY, LAST, utc

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ALGORITHM: Final = "EdDSA"
TYPE: Final = "license+jwt"
AUDIENCE: Final = "trivium"
LONGEST: Final = 16_384
"""Characters of a token that is looked at at all."""
GRACE_LONGEST: Final = 30 * DAY
"""Seconds."""


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
    issued: datetime
    not_before: datetime
    expires: datetime
    grace_ends: datetime | None
    """Until then an expired license still counts, with a notice. None: it has no grace period."""
    site: str | None
    """The one site that it is good for; None: any."""
    limits: Mapping[str, int]
    """Upper bounds by name, such as `instances`. What they bound is for the policy to say."""
    notice: str | None = None
    """One sentence to show beside every result, while the license is in its grace period."""


def issue(
    private_key: Ed25519PrivateKey,
    *,
    key_id: str,
    issuer: str,
    holder: str,
    entitlements: Iterable[str],
    days: int,
    grace_days: int = 14,
    site: str | None = None,
    limits: Mapping[str, int] | None = None,
    now: float | None = None,
) -> str:
    """A signed license that is good from now on for `days` days, and `grace_days` more with a notice.

    Raises `ValueError` for terms that no host would accept.
    """
    import uuid

    import jwt

    if not is_key_id(key_id):
        raise ValueError("the key's id is none")
    start = int(time.time() if now is None else now)
    claims: dict[str, Any] = {
        "iss": issuer,
        "aud": AUDIENCE,
        "sub": holder,
        "jti": str(uuid.uuid4()),
        "iat": start,
        "nbf": start,
        "exp": start + days * DAY,
        "grace": grace_days * DAY,
        "entitlements": sorted(set(entitlements)),
        **({} if site is None else {"site": site}),
        **({"limits": dict(limits)} if limits else {}),
    }
    _license(claims, key_id)  # what is issued reads back
    token = jwt.encode(claims, private_key, algorithm=ALGORITHM, headers={"kid": key_id, "typ": TYPE})
    if len(token) > LONGEST:
        raise ValueError("the license would be too long to be read")
    return token


def verify(token: str, keys: TrustedKeys, *, revoked: Container[str], site: str | None, moment: float) -> License:
    """What the token says, if one of `keys` signed it, nobody revoked it, and it is good at this site and moment.

    `moment` is in seconds since 1970. Raises `LicenseFault`.
    """
    return judge(read(token, keys), revoked=revoked, site=site, moment=moment)


def read(token: str, keys: TrustedKeys) -> License:
    """What a token says that one of `keys` signed while it was in use. Whether it counts now is `judge`'s question.

    Whoever steals a key that was retired can still date a license back into its time. Only to take the key away, or to
    revoke what it signed, ends that. Raises `LicenseFault`.
    """
    if len(token) > LONGEST:
        raise LicenseFault(LicenseState.INVALID, "the license is too long to be one")
    try:
        envelope = unpack(token)
        key = _key(envelope.header, keys)
        _check_signature(envelope, key)
        license_ = _license(json_object(envelope.payload), key.kid)
        _check_key_times(key, license_.issued)
    except LicenseFault:
        raise
    except Malformed as error:
        raise LicenseFault(LicenseState.INVALID, f"the license cannot be read: {error}") from None
    except Exception as error:  # whatever a malformed token breaks, it is no license
        raise LicenseFault(LicenseState.INVALID, f"the license cannot be read ({type(error).__name__})") from None
    return license_


def judge(license_: License, *, revoked: Container[str], site: str | None, moment: float) -> License:
    """The license, with a notice in its grace period, if it counts. Raises `LicenseFault`."""
    if license_.id in revoked:
        raise LicenseFault(LicenseState.INVALID, "the license has been revoked")
    if license_.site is not None and license_.site != site:
        reason = "this host has no site name (license.site)" if site is None else "it is not this one"
        raise LicenseFault(LicenseState.INVALID, f"the license is bound to a site, and {reason}")
    try:
        now = utc(moment)
    except ValueError:
        raise LicenseFault(LicenseState.INVALID, "the time to judge the license by is none") from None
    begins = max(license_.issued, license_.not_before)  # nobody holds a license before it was issued
    if now < begins:
        raise LicenseFault(LicenseState.INVALID, f"the license begins on {begins:%Y-%m-%d}")
    if now < license_.expires:
        return license_
    ended = f"the license ended on {license_.expires:%Y-%m-%d}"
    if license_.grace_ends is None:
        raise LicenseFault(LicenseState.EXPIRED, ended)
    if now >= license_.grace_ends:
        raise LicenseFault(LicenseState.EXPIRED, f"{ended}, its grace period on {license_.grace_ends:%Y-%m-%d}")
    return replace(license_, notice=f"{ended} and still counts until {license_.grace_ends:%Y-%m-%d}; renew it")


def _key(header: Mapping[str, Any], keys: TrustedKeys) -> PublicKey:
    """The key that the header names. A field beyond the three known ones (`jwk`, `crit`) could change the rules."""
    kid = header.get("kid")
    if header.keys() != {"alg", "typ", "kid"} or not isinstance(kid, str):
        raise LicenseFault(LicenseState.INVALID, "the license is not of the kind this host reads")
    if header["alg"] != ALGORITHM or header["typ"] != TYPE:
        raise LicenseFault(LicenseState.INVALID, "the license is not of the kind this host reads")
    key = keys.get(kid)
    if key is None:
        raise LicenseFault(LicenseState.INVALID, "the license was signed with a key this host does not trust")
    if isinstance(key, KeyFault):
        raise LicenseFault(LicenseState.INVALID, f"the license was signed with a key this host cannot use ({key})")
    return key


def _check_signature(envelope: Envelope, key: PublicKey) -> None:
    from cryptography.exceptions import InvalidSignature

    try:
        public_key = public_key_in(key.pem)
    except ValueError:
        raise LicenseFault(LicenseState.INVALID, "the license was signed with a key this host cannot use") from None
    try:
        public_key.verify(envelope.signature, envelope.signed)
    except InvalidSignature:
        raise LicenseFault(LicenseState.INVALID, "the license's signature is wrong") from None


def _check_key_times(key: PublicKey, issued: datetime) -> None:
    if key.since is not None and issued < key.since:
        raise LicenseFault(LicenseState.INVALID, "the license was issued before its key came into use")
    if key.until is not None and issued >= key.until:
        raise LicenseFault(LicenseState.INVALID, "the license was issued after its key was retired")


def _license(claims: Mapping[str, Any], key_id: str) -> License:
    """Raises `Malformed`."""
    if read_claims.text(claims, "aud") != AUDIENCE:
        raise Malformed("it is meant for another program")
    id_ = license_id(claims.get("jti"))
    if id_ is None:
        raise Malformed("jti is not an id")
    issued, begins, ends = (read_claims.seconds(claims, name) for name in ("iat", "nbf", "exp"))
    if ends <= max(issued, begins):
        raise Malformed("exp is not after iat and nbf")
    grace = read_claims.seconds(claims, "grace", most=GRACE_LONGEST) if "grace" in claims else 0
    if ends + grace > LAST:
        raise Malformed("exp and grace lead out of the calendar")
    return License(
        id=id_,
        holder=read_claims.text(claims, "sub"),
        issuer=read_claims.text(claims, "iss"),
        key_id=key_id,
        entitlements=read_claims.names(claims, "entitlements"),
        issued=utc(issued),
        not_before=utc(begins),
        expires=utc(ends),
        grace_ends=utc(ends + grace) if grace else None,
        site=read_claims.text(claims, "site") if "site" in claims else None,
        limits=MappingProxyType(read_claims.limits(claims, "limits")),
    )
