"""Does a message conform to the standard of its own version, and to a site's profile?"""

from __future__ import annotations

from trivium_hl7.validation.checking import Report, faults, validate
from trivium_hl7.validation.findings import Example, Finding
from trivium_hl7.validation.rules import RULES, Rule, Severity
from trivium_hl7.validation.site_profile import SiteProfile, read_profile

__all__ = [
    "RULES",
    "Example",
    "Finding",
    "Report",
    "Rule",
    "Severity",
    "SiteProfile",
    "faults",
    "read_profile",
    "validate",
]
