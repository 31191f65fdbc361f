"""Signed licenses, verified offline. Any site can be its own issuer."""

from trivium.licensing.desk import LicenseDesk
from trivium.licensing.document import License, LicenseFault, LicenseState, issue, verify
from trivium.licensing.keys import load_keys, load_private_key, new_key_pair

__all__ = [
    "License",
    "LicenseDesk",
    "LicenseFault",
    "LicenseState",
    "issue",
    "load_keys",
    "load_private_key",
    "new_key_pair",
    "verify",
]
