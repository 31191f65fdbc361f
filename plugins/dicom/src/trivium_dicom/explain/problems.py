"""Why an element cannot be explained."""

from __future__ import annotations

from trivium.api import Problem


class TagProblem(Problem):
    UNREADABLE = "is not a tag number, keyword or words of a name"
    NO_SUCH_NUMBER = "is a tag number that the DICOM dictionary does not have"
    NO_SUCH_WORDS = "is no keyword or name of the DICOM dictionary, and not nearly one"
    SEVERAL = "stands for several elements: lookup_dicom_tag lists them"
    NO_SUCH_IOD = "is no IOD or storage SOP class that DICOM defines"
