"""What is wrong with a site's maps."""

from __future__ import annotations

from trivium.api import Problem


class MapsProblem(Problem):
    """Names the fault; the place before it names section, row and key."""

    TOO_LARGE = "is longer than {limit} characters"
    TOO_MANY = "has more than {limit} rows"
    NOT_TOML = "is not TOML"
    NOT_JSON = "is not JSON"
    NOT_UTF8 = "is not UTF-8"
    UNREADABLE = "is a file that cannot be read"
    UNKNOWN_KEY = "is a key that such a row does not have"
    MISSING_KEY = "is missing"
    BAD_VALUE = "has a value of the wrong kind, or is empty or too long"
    BAD_MAP = "is no name of a map, such as PID[Patient] or CX[Identifier]"
    UNKNOWN_MAP = "names a map that neither the guide nor this file has"
    NO_RESOURCE = "names no resource of FHIR R4"
    UNKNOWN_FIELD = "is a field or component that no version of HL7 v2 has"
    TWICE = "is the same row as one before"
    NOT_OF_MAP = "is no field or component of what the map reads"
    BAD_PATH = "is no path, such as identifier[1].system"
    NAMELESS = "goes into an extension that no row of the map gives a url"
    NOT_IN_R4 = "is a path that FHIR R4 does not have"
    BAD_CONDITION = 'is no condition in expression form, such as ["eq", "PID-8", "F"]'
    UNKNOWN_TYPE = "is no data type of FHIR R4"
    NO_SUCH_ROW = "overrides or drops what the map does not have"
    ROW_EXISTS = "adds what the map has already; override it"
    BAD_CODE = "is no code that FHIR R4 can carry: no leading, trailing or double spaces"
    BAD_SYSTEM = "is no absolute URI"


class ZoneProblem(Problem):
    UNKNOWN = "is no offset such as +01:00 and no known IANA time zone such as Europe/Berlin"
