"""What codes mean for whoever sent the message, and what to do next (HL7 v2.5.1 chapters 2.9.2, 2.9.3; table 0357)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from trivium_hl7.sending.codes import Code, Outcome
from trivium_hl7.sending.expecting import Expected, Mode, When

MEANINGS: Final[Mapping[Code, str]] = {
    Code.AA: "application accept: the receiving application has processed the message",
    Code.AE: "application error: the receiving application read the message and could not process its content",
    Code.AR: (
        "application reject: the receiving application does not take the message; either MSH-9, MSH-11 or MSH-12 is "
        "nothing it accepts, or a fault of its own that has nothing to do with the content"
    ),
    Code.CA: "commit accept: the receiver has stored the message safely; nobody need send it again",
    Code.CE: "commit error: the receiver has not stored the message, for a reason other than its type",
    Code.CR: "commit reject: the receiver has not stored the message, as it does not accept MSH-9, MSH-11 or MSH-12",
}

NEXT: Final[Mapping[Outcome, str]] = {
    Outcome.PLANNED: "call again without dry_run to send it",
    Outcome.ACCEPTED: "nothing: the message has been taken",
    Outcome.STORED: "nothing to send again; the application's own answer is not known from this call",
    Outcome.ERROR: (
        "look at errors and at the answer's texts, correct the message (validate_hl7_message names faults) and send it "
        "as a new message with a new MSH-10"
    ),
    Outcome.REJECTED: (
        "check MSH-9, MSH-11 and MSH-12 against what the receiver accepts; where they fit, the fault is the "
        "receiver's and the same message may be taken later"
    ),
    Outcome.UNCONFIRMED: "whether it was taken can only be seen at the receiver; do not send it again unasked",
}

BY_ERROR: Final[Mapping[str, str]] = {
    "100": "order or presence of segments: validate_hl7_message shows the structure's faults",
    "101": "a required field is empty: fill the place that is named",
    "102": "a value is not of its data type, such as a date or a number: correct its form",
    "103": "a code is not in the receiver's table: lookup_hl7_table has HL7's codes, the site has its own",
    "104": "a value is longer than the receiver takes: shorten it, or have the site allow it",
    "198": "something is there too often or not often enough for the receiver's profile",
    "200": "the receiver does not take this message type (MSH-9.1): ask which it takes",
    "201": "the receiver does not take this event (MSH-9.2): ask which it takes",
    "202": "the receiver does not take this processing id (MSH-11): a test system wants T, production P",
    "203": "the receiver does not take this version (MSH-12): send the version it is set to",
    "204": "the receiver knows no such patient, order or visit: send what creates it first, or correct the number",
    "205": "the receiver has this number already: correct the number, or send an update",
    "206": "somebody else has the record open at the receiver: send the message again later",
    "207": "an error inside the receiving application: its log and its administrator know more",
}
"""What to do about a code of table 0357."""


def asked_for(expected: Expected) -> str:
    """Which acknowledgments the message asks for, in words."""
    if expected.mode is Mode.ORIGINAL:
        return "original mode (MSH-15 and MSH-16 are empty): one answer by the application, AA, AE or AR"
    accept, application = _WHEN[expected.accept], _WHEN[expected.application]
    return f"enhanced mode: accept acknowledgment (MSH-15) {accept}, application acknowledgment (MSH-16) {application}"


_WHEN: Final = {
    When.ALWAYS: "always",
    When.NEVER: "never",
    When.ERROR: "on error or rejection only",
    When.SUCCESS: "on success only",
}
