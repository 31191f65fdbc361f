"""Why a validation cannot begin."""

from __future__ import annotations

from trivium.api import Problem


class ProfileProblem(Problem):
    """What is wrong with a site profile."""

    TOO_LARGE = "is longer than {limit} characters"
    NOT_TOML = "is not TOML"
    NOT_UTF8 = "is not UTF-8"
    UNKNOWN_KEY = "has a key that a site profile does not have there"
    MISSING_KEY = "is missing"
    BAD_VALUE = "has a value of the wrong kind, or out of range"
    BAD_PATH = "is no place in a message, such as PV1, PID-19 or PID-5.2, without numbers in brackets"
    BAD_RULE = "names no rule; rules are as findings name them, such as table.user_code, or a family, such as length.*"
    BAD_MESSAGE = "is no message, such as ADT or ADT^A01"
    BAD_SEGMENT = "is no segment id: a capital letter and two capital letters or digits"
    BAD_TABLE = "is no table number: four digits"
    BAD_TYPE = "names no data type of HL7"
    DUPLICATE = "describes a field that is described before"
    UNKNOWN = "names no site profile of the settings"
    UNREADABLE = "names a site profile whose file cannot be read"
    TWO = "cannot be given together with profile"


class VersionProblem(Problem):
    UNKNOWN = "is no version of HL7 v2 that is known"
