"""Signed licenses, verified offline. Any site can be its own issuer."""

from trivium.licensing.clock import Clock
from trivium.licensing.desk import LicenseDesk, read_token
from trivium.licensing.document import License, LicenseFault, LicenseState, issue, judge, read, verify
from trivium.licensing.keys import KeyFault, TrustedKeys, load_keys, load_private_key, new_key_pair, retire
from trivium.licensing.revocation import add_revoked, read_revoked

__all__ = [
    "Clock",
    "KeyFault",
    "License",
    "LicenseDesk",
    "LicenseFault",
    "LicenseState",
    "TrustedKeys",
    "add_revoked",
    "issue",
    "judge",
    "load_keys",
    "load_private_key",
    "new_key_pair",
    "read",
    "read_revoked",
    "read_token",
    "retire",
    "verify",
]
