"""What is judged, how much it weighs, and where the standard says it.

Severity. An error breaks a rule of the standard: a receiver that keeps to it may refuse the message. A warning breaks a
rule that receivers are told to tolerate, or makes loss of content likely. A note is allowed, and worth knowing.
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
    """Stable; what a site profile ignores by."""
    severity: Severity
    says: str
    """What is wrong, to be read after the place."""
    source: str


_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE
_SEGMENTS = "HL7 v2.5.1 chapter 2.5"
_FIELDS = "HL7 v2.5.1 chapter 2.5.3"
_TYPES = "HL7 v2.5.1 chapter 2.A"
_LOCAL = "HL7 v2.5.1 chapter 2.11"
_MSH = "HL7 v2.5.1 chapter 2.15"

_ALL: Final = (
    Rule("version.unknown", _W, "names no version that is known", _MSH),
    Rule("version.nearest", _N, "names a version without definitions of its own; the nearest are used", _MSH),
    Rule("structure.unknown", _W, "names a message without a structure in this version: none is checked", _MSH),
    Rule("segment.missing", _E, "is required and not there", _SEGMENTS),
    Rule("segment.misplaced", _E, "stands where the structure has no place for it", _SEGMENTS),
    Rule("segment.repetitions", _E, "comes again, but does not repeat here", _SEGMENTS),
    Rule("segment.unexpected", _W, "is no part of this message's structure", _SEGMENTS),
    Rule("segment.undefined", _W, "is no segment of any version", _SEGMENTS),
    Rule("segment.local", _N, "is a local segment", _LOCAL),
    Rule("field.required", _E, "is required and empty", _FIELDS),
    Rule("field.required_null", _W, 'is required and holds the null (""), which deletes it', _FIELDS),
    Rule("field.conditional", _N, "is empty, which only a condition allows", _FIELDS),
    Rule("field.repetitions", _E, "repeats more often than it may", _FIELDS),
    Rule("field.withdrawn", _N, "is withdrawn in this version", _FIELDS),
    Rule("field.deprecated", _N, "is kept for backward compatibility only", _FIELDS),
    Rule("field.later", _N, "is not defined in this version, but in another", _FIELDS),
    Rule("field.undefined", _W, "is defined in no version", _FIELDS),
    Rule("component.required", _E, "is required where its data type is valued, and empty", _TYPES),
    Rule("component.withdrawn", _N, "is withdrawn in this version", _TYPES),
    Rule("component.undefined", _W, "is more than its data type has; receivers ignore it", _TYPES),
    Rule("type.date", _E, "is no date and time in the form of its data type", _TYPES),
    Rule("type.date_exists", _E, "is in the form of a date and time, but there is none such", _TYPES),
    Rule("type.date_precision", _W, "has a precision that this version does not know", _TYPES),
    Rule("type.number", _E, "is no number", _TYPES),
    Rule("type.sequence", _E, "is no whole number from 0", _TYPES),
    Rule("type.oid", _E, "is no object identifier, as the type beside it says", _TYPES),
    Rule("type.uuid", _E, "is no UUID, as the type beside it says", _TYPES),
    Rule("type.identifier", _W, "lacks a part without which it identifies nothing", _TYPES),
    Rule("type.coded", _W, "has neither an identifier nor a text", _TYPES),
    Rule("type.coded_system", _N, "has an identifier without a coding system", _TYPES),
    Rule("type.check_digit", _W, "has a check digit that does not fit, so the code is mistyped", "LOINC, SNOMED CT"),
    Rule("table.unknown_code", _E, "is no code of its HL7 table", _FIELDS),
    Rule("table.other_version", _N, "is no code of its table, but of the one that another version has here", _FIELDS),
    Rule("table.local_code", _W, "is no code of its HL7 table, and names no other coding system", _TYPES),
    Rule("table.user_code", _N, "is not among the suggested codes of its table, which a site may replace", _FIELDS),
    Rule("table.deprecated_code", _N, "is a code that its table has deprecated", _FIELDS),
    Rule("length.exceeded", _W, "is longer than this version allows", _FIELDS),
    Rule("length.short", _W, "is shorter than this version allows", _FIELDS),
    Rule("length.component", _N, "is longer than this version allows its component", _TYPES),
    Rule("cross.msh9_structure", _E, "is not the structure of this message type and event", _MSH),
    Rule("cross.obx2_missing", _E, "has a value, but no data type in OBX-2", "HL7 v2.5.1 chapter 7.4.2"),
    Rule("cross.obx2_obx5", _E, "names no data type, so OBX-5 cannot be read", "HL7 v2.5.1 chapter 7.4.2"),
    Rule("cross.obr25_obx11", _W, "says otherwise than the results of this order do", "HL7 v2.5.1 chapter 7.4.1"),
    Rule("cross.order_number", _W, "has neither a placer nor a filler order number", "HL7 v2.5.1 chapter 4.5.1"),
    Rule("cross.order_numbers", _W, "differs between ORC and the order detail", "HL7 v2.5.1 chapter 4.5.1"),
    Rule("cross.merge_same", _E, "is the number of the patient that is left after the merge", "HL7 v2.5.1 chapter 3.6"),
    Rule("cross.set_id", _N, "does not go on from the set id before", _FIELDS),
    Rule("cross.date_order", _W, "is before a date that cannot be later", _FIELDS),
    Rule("site.required", _E, "is required by the site profile, and empty", "site profile"),
    Rule("site.segment", _E, "is required by the site profile, and not there", "site profile"),
    Rule("site.undefined", _N, "is not described by the site profile", "site profile"),
    Rule("site.code", _E, "is no code of the site's table", "site profile"),
    Rule("site.length", _W, "is longer than the site profile allows", "site profile"),
    Rule("site.repetitions", _E, "repeats, which the site profile does not allow", "site profile"),
)
RULES: Final = {rule.id: rule for rule in _ALL}
