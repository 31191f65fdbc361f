"""What is judged, how much it weighs, and where the standard says it.

Severity. An error breaks a rule of the standard: a receiver that keeps to it may refuse the object. A warning breaks a
rule that receivers live with, or makes loss of content likely. A note is allowed, and worth knowing.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        return list(Severity).index(self)


class Rule(NamedTuple):
    id: str
    """Stable."""
    severity: Severity
    says: str
    """What is wrong, to be read after the place."""
    source: str


_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE
_TYPES = "PS3.5 7.4"
_META = "PS3.10 7.1"
_VR = "PS3.5 6.2"
_VM = "PS3.5 6.4, PS3.6"
_UIDS = "PS3.5 9"
_PRIVATE = "PS3.5 7.8.1"
_CHARSET = "PS3.3 C.12.1.1.2, PS3.5 6.1"
_PIXEL = "PS3.3 C.7.6.3"
_PLANE = "PS3.3 C.7.6.2.1.1"
_WINDOW = "PS3.3 C.11.2.1.2"
_GROUPS = "PS3.3 C.7.6.16"
_EXTENDED = "PS3.2 7.3, Standard Extended SOP Class"

_ALL: Final = (
    Rule("iod.class_missing", _E, "is missing, so nothing says what object this is", "PS3.3 C.12.1"),
    Rule(
        "iod.class_unknown", _W, "is a SOP class that PS3.6 does not list: only general rules were checked", "PS3.6 A"
    ),
    Rule("iod.not_known", _N, "has no object definition here: only general rules were checked", "PS3.4 B.5"),
    Rule(
        "iod.module_missing",
        _E,
        "is the first attribute of a mandatory module of which nothing is there",
        "PS3.3 A.1.3.1",
    ),
    Rule("iod.extra", _N, "is not in the definition of this object, which standard extended classes may do", _EXTENDED),
    Rule("attribute.missing", _E, "is required and not there", _TYPES),
    Rule("attribute.empty", _E, "is required with a value and is empty", _TYPES),
    Rule("attribute.conditional_missing", _E, "is required by a condition that holds, and not there", _TYPES),
    Rule("attribute.conditional_empty", _E, "must have a value where it is present, and is empty", _TYPES),
    Rule("attribute.forbidden", _E, "is present although its condition does not hold, which forbids it", _TYPES),
    Rule("attribute.retired", _N, "is retired", "PS3.6 6"),
    Rule("attribute.unknown", _W, "is not in the data dictionary", "PS3.6 6"),
    Rule("groups.missing", _E, "is a mandatory functional group, and in neither shared nor every frame's", _GROUPS),
    Rule("groups.twice", _E, "is both shared and of single frames", "PS3.3 C.7.6.16.1.1"),
    Rule("groups.frames", _E, "does not have one item for each frame", "PS3.3 C.7.6.16.1.2"),
    Rule("vr.wrong", _E, "is stored with another VR than the dictionary gives it", "PS3.5 7.1.2, PS3.6"),
    Rule("vr.unknown", _W, "is stored as UN although its VR is known", "PS3.5 6.2.2"),
    Rule("vr.length", _E, "is longer than its VR allows, or not of the VR's only length", _VR),
    Rule("vr.characters", _E, "has characters that its VR does not allow", _VR),
    Rule("vr.form", _E, "is not in the form of its VR", _VR),
    Rule("vr.no_such_date", _E, "is a date or time that does not exist", _VR),
    Rule("vr.range", _E, "is a number beyond the range of its VR", _VR),
    Rule("vr.odd_length", _E, "has an odd length in bytes", "PS3.5 7.1.1"),
    Rule("vr.part_of_value", _E, "has a length that is no whole number of values", _VR),
    Rule("vm.wrong", _E, "has a number of values that the dictionary does not allow", _VM),
    Rule("term.enumerated", _E, "is none of the enumerated values", "PS3.5 6.3"),
    Rule("term.defined", _N, "is none of the defined terms known here, which others may extend", "PS3.5 6.3"),
    Rule("order.tags", _E, "stands behind an element with a higher tag", "PS3.5 7.1"),
    Rule(
        "order.group_length",
        _N,
        "is a group length, which is retired outside of files' and commands' groups",
        "PS3.5 7.2",
    ),
    Rule("private.no_creator", _E, "is private, and no creator reserves its block", _PRIVATE),
    Rule("private.bad_element", _E, "is private with an element number that private elements may not have", _PRIVATE),
    Rule("private.bad_group", _E, "is in a group that private elements may not use", "PS3.5 7.8"),
    Rule("uid.same", _E, "is the same UID as another entity of this object has", _UIDS),
    Rule("charset.unknown", _E, "is no defined term for a character set", _CHARSET),
    Rule("charset.default", _W, "names the default repertoire, for which there is no defined term", _CHARSET),
    Rule("charset.mixed", _E, "is a character set that no other value may stand beside", _CHARSET),
    Rule("charset.undeclared", _E, "has characters beyond ASCII, but no character set is named", _CHARSET),
    Rule("charset.undecodable", _E, "has bytes that are no text in the character set named", _CHARSET),
    Rule("meta.absent", _E, "is missing: there is no file meta information", _META),
    Rule("meta.missing", _E, "is required in the file meta information and not there", _META),
    Rule("meta.empty", _E, "is required in the file meta information and empty", _META),
    Rule("meta.differs", _E, "is not what the data set says", _META),
    Rule("meta.transfer_syntax", _W, "is a transfer syntax that PS3.6 does not list", "PS3.6 A"),
    Rule("pixel.length", _E, "is not as long as rows, columns, samples, frames and bits make it", "PS3.5 8.1.1"),
    Rule("pixel.bits", _E, "does not fit with the other numbers of bits", "PS3.5 8.1.1, PS3.3 C.7.6.3"),
    Rule("pixel.samples", _E, "does not fit with the photometric interpretation", "PS3.3 C.7.6.3.1.2"),
    Rule("pixel.not_encapsulated", _E, "is not in fragments, as its transfer syntax needs", "PS3.5 A.4"),
    Rule("pixel.zero", _E, "is zero, where an image has at least one", _PIXEL),
    Rule("pixel.vr", _E, "has a VR that its bits or its transfer syntax do not allow", "PS3.5 8.1, A.2, A.4"),
    Rule("pixel.aspect_and_spacing", _E, "is there beside a physical pixel spacing", _PIXEL),
    Rule("window.pairs", _E, "does not have as many values as its partner", _WINDOW),
    Rule("window.width", _E, "is narrower than its function allows", _WINDOW),
    Rule("plane.orientation", _E, "is not two unit vectors at a right angle", _PLANE),
    Rule("plane.spacing", _E, "is not above zero", "PS3.3 10.7.1.3"),
    Rule("lut.length", _E, "is not as long as its descriptor says", "PS3.3 C.7.6.3.1.5, C.7.6.3.1.6"),
)
RULES: Final = {rule.id: rule for rule in _ALL}
