"""Why a sample cannot be made."""

from __future__ import annotations

from trivium.api import Problem


class SampleProblem(Problem):
    NOT_A_TYPE = "is not a message type such as ADT^A01, ORM O01, ADT_A01 or A01"
    UNKNOWN_TYPE = "is not a message that the standard knows: look at explain_hl7_message_type"
    NOT_IN_VERSION = "is a message that this version does not have: look at explain_hl7_message_type for those that do"
    NOT_A_MOMENT = "is not a date such as 2026-01-02, 2026-01-02T03:04:05 or 20260102030405 (1900 to 2199, no offset)"
    NOT_A_VERSION = "is not a version from 2.1 to 2.9.1"
