"""Words that answers are made of."""

from __future__ import annotations

from enum import StrEnum


class Basis(StrEnum):
    """What an answer rests on, the best first."""

    CREATOR = "creator"
    NEAR_CREATOR = "near_creator"
    """A creator that is spelled otherwise, or another version of it, defines the element."""
    HINT = "hint"
    """No creator is known: others define an element of this number, which may be another one."""
    NONE = "none"


class Source(StrEnum):
    PYDICOM = "pydicom"
    DICOM3TOOLS = "dicom3tools"
    SAFE_LIST = "PS3.15 E.3.10-1"


class NotDecoded(StrEnum):
    """Why no value stands beside an element."""

    BINARY = "binary, of no layout that is known here"
    UNKNOWN_VR = "of unknown value representation, here and in the dictionaries"
    OTHER_VR = "its bytes are no value of the dictionary's value representation"
    NOT_SHOWN = "the dump does not show it"
    CUT = "the dump shows only its beginning"
    TOO_LARGE = "larger than is decoded here"
    SPOILED = "it has the mark of a known layout, and cannot be read as one"
    ZEROED = "nothing but zeros, as de-identification leaves it"
    PROPRIETARY = "a layout of the maker that is not published"


class Layout(StrEnum):
    CSA1 = "Siemens CSA1"
    CSA2 = "Siemens CSA2"
    ASCCONV = "Siemens ASCCONV"
    GE_BLOCK = "GE protocol data block"


class Form(StrEnum):
    """Whose dump it is; that of most lines."""

    DCMTK = "dcmtk"
    """GDCM writes the same."""
    PYDICOM = "pydicom"
    DICOM3TOOLS = "dicom3tools"
    DCM4CHE = "dcm4che"
    VIEWER = "viewer"
    JSON = "json"


class Note(StrEnum):
    """What a reader should know of an answer."""

    HINTS = (
        "hint: no creator reserves the block, as after de-identification; what others define at this number is shown, "
        "and may be of another maker"
    )
    NEAR = "near_creator: the creator is spelled otherwise, or is another version, than in the dictionaries"
    NO_BLOCK = "an element below (gggg,1000) can belong to no creator (PS3.5 7.8.1)"
    NEVER_PRIVATE = "its group is even, or one of 0001 to 0007 and FFFF: no private element can be there (PS3.5 7.8)"
    CREATOR_ELEMENT = "(gggg,00bb) holds the name of the creator that reserves (gggg,bb00-bbFF) (PS3.5 7.8.1)"
    NOTHING_PRIVATE = "there is no private element"
    MORE_SETTINGS = "a protocol has more settings than are shown: ask with words of their names"
    MORE_BLOCKS = "more blocks are reserved than are listed"
    UNREAD = "some lines are none of a dump"
