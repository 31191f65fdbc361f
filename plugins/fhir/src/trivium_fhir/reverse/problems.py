"""What can be wrong with a bundle, and what may become of a value of it."""

from enum import StrEnum

from trivium.api import Problem


class BundleProblem(Problem):
    NOT_JSON = "is not JSON"
    NOT_AN_OBJECT = "is not a JSON object"
    TOO_DEEP = "is nested deeper than {number} levels"
    NO_RESOURCE_TYPE = "names no resourceType"
    NO_RESOURCES = "holds no resource"
    NO_MESSAGE_TYPE = (
        "no MessageHeader names an event: choose one of ADT^A01, ADT^A04, ADT^A08, ADT^A40, ORU^R01, ORM^O01, OML^O21, "
        "MDM^T02, SIU^S12, VXU^V04"
    )
    UNKNOWN_MESSAGE_TYPE = (
        "is none of ADT^A01, ADT^A04, ADT^A08, ADT^A40, ORU^R01, ORM^O01, OML^O21, MDM^T02, SIU^S12, VXU^V04"
    )
    SEVERAL_EVENTS = "has MessageHeaders of {number} events: choose the message type"
    UNKNOWN_VERSION = "is no version from 2.3 to 2.8.2"
    NOT_IN_VERSION = "the version has no such message"
    NO_ANCHOR = "holds no resource that a message of this type is about"


class Unused(StrEnum):
    """Why a value of the bundle stands in no field."""

    BUNDLE = "identity or transport of the resource, which a message has no field for"
    NARRATIVE = "human-readable narrative, made from the other elements"
    NO_ROW = "the guide has no row from a field of this message to this element"
    NOT_REACHED = "no segment of this message takes this resource"
    NO_ROOM = "more values than the field takes in this version"
    NOT_IN_VERSION = "the field or component is not in this version"
    NO_CODE = "no v2 code stands for this code in the guide's code map"
    AMBIGUOUS = "several v2 codes stand for it and nothing else decides"
    NO_FORM = "the value cannot be written in the field's data type"
    DISPLAY = "text of a code whose field holds the code alone"
    UNRESOLVED = "a reference to what is not in the bundle"
    OTHER_USE = "its fixed values match no row of the guide"
    NO_PLACE = "the message structure has no place for the segment"
