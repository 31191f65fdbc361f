"""What can be wrong with a report, or with what is asked of one."""

from __future__ import annotations

from enum import StrEnum

from trivium.api import Problem


class ReportProblem(Problem):
    IS_IMAGE = "is an image, not a structured report: use render_dicom_image or read_dicom_file"
    IS_DOCUMENT = "is an encapsulated document, not a structured report: use extract_encapsulated_document"
    IS_DIRECTORY = "is a DICOMDIR, not a structured report: use summarize_dicom_folder on its folder"
    NO_TREE = "is not a structured report: it has no content tree (PS3.3 C.17.3)"
    NOT_A_POSITION = "is not a position such as 1.2.3"
    NO_SUCH_POSITION = "is not in this report, which has {items} content items"


class Fault(StrEnum):
    """What is wrong in a content tree that could be read all the same."""

    NO_CONCEPT = "no concept name, which an item of this value type needs"
    OTHER_MEANING = "a code whose meaning is not in the words that PS3.16 has for it"
    NO_RELATIONSHIP = "no relationship to the item above"
    UNKNOWN_RELATIONSHIP = "a relationship that PS3.3 C.17.3.2.4 does not define"
    NO_VALUE_TYPE = "neither a value type nor a reference to another item"
    UNKNOWN_VALUE_TYPE = "a value type that PS3.3 C.17.3.2.1 does not define"
    NO_VALUE = "no value"
    NO_UNIT = "a number without a unit"
    NO_TARGET = "a reference to an item that is not there"
    STRAY_TARGET = "a reference to another item in an item that has a value of its own: the value counts"
    LOOP = "a reference that leads back to an item that it stands in"
    ROOT = "the root is not a container"
