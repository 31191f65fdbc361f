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
_EXTRA_SEGMENTS = "HL7 v2.5.1 chapters 2.5 and 2.6.2"
"""2.6.2: receivers ignore what they did not expect."""
_FIELDS = "HL7 v2.5.1 chapter 2.5.3"
_USAGE = "HL7 v2.5.1 chapter 2.5.3.4"
_TABLES = "HL7 v2.5.1 chapter 2.5.3.6"
_EXTRA_FIELDS = "HL7 v2.5.1 chapters 2.5.3 and 2.6.2"
_LENGTHS = "HL7 v2.5.1 chapter 2.5.3.2; HL7 v2.7 chapter 2.5.5"
_TYPES = "HL7 v2.5.1 chapter 2.A"
_LOCAL = "HL7 v2.5.1 chapter 2.11"
_TYPE = "HL7 v2.5.1 chapter 2.15.9.9 (MSH-9); table 0354"
_VERSION = "HL7 v2.5.1 chapter 2.15.9.12 (MSH-12)"
_RESULT = "HL7 v2.5.1 chapter 7.4.2.2 (OBX-2); table 0125"
_STATUS = "HL7 v2.5.1 chapters 4.5.3 (OBR-25) and 7.4.2 (OBX-11); tables 0123 and 0085"
_ORDER = "HL7 v2.5.1 chapter 4.5.1 (ORC-2, ORC-3)"

_ALL: Final = (
    Rule("version.unknown", _W, "names no version that is known", _VERSION),
    Rule("version.nearest", _N, "names a version without definitions of its own; the nearest are used", _VERSION),
    Rule("structure.unknown", _W, "names a message without a structure in this version: none is checked", _TYPE),
    Rule("segment.missing", _E, "is required and not there", _SEGMENTS),
    Rule("segment.misplaced", _E, "stands where the structure has no place for it", _SEGMENTS),
    Rule("segment.repetitions", _E, "comes again, but does not repeat here", _SEGMENTS),
    Rule("segment.unexpected", _W, "is no part of this message's structure", _EXTRA_SEGMENTS),
    Rule("segment.undefined", _W, "is no segment of any version", _EXTRA_SEGMENTS),
    Rule("segment.local", _N, "is a local segment", _LOCAL),
    Rule("field.required", _E, "is required and empty", _USAGE),
    Rule("field.required_null", _W, 'is required and holds the null (""), which deletes it', _FIELDS),
    Rule("field.conditional", _N, "is empty, which only a condition allows", _USAGE),
    Rule("field.repetitions", _W, "repeats more often than it may; receivers ignore the rest", _EXTRA_FIELDS),
    Rule("field.withdrawn", _N, "is withdrawn in this version", "HL7 v2.5.1 chapter 2.8.4"),
    Rule("field.deprecated", _N, "is kept for backward compatibility only", "HL7 v2.5.1 chapter 2.8.3"),
    Rule("field.later", _N, "is not defined in this version, but in another", _EXTRA_FIELDS),
    Rule("field.undefined", _W, "is defined in no version", _EXTRA_FIELDS),
    Rule("component.required", _E, "is required where its data type is valued, and empty", _TYPES),
    Rule("component.withdrawn", _N, "is withdrawn in this version", _TYPES),
    Rule("component.undefined", _W, "is more than its data type has; receivers ignore it", "HL7 v2.5.1 chapter 2.6.2"),
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
    Rule("table.unknown_code", _E, "is no code of its HL7 table", _TABLES),
    Rule("table.other_version", _N, "is no code of its table, but of the one that another version has here", _TABLES),
    Rule("table.local_code", _W, "is no code of its HL7 table, and names no other coding system", _TYPES),
    Rule("table.user_code", _N, "is not among the suggested codes of its table, which a site may replace", _TABLES),
    Rule("table.deprecated_code", _N, "is a code that its table has deprecated", _TABLES),
    Rule("length.exceeded", _W, "is longer than this version allows", _LENGTHS),
    Rule("length.short", _W, "is shorter than this version allows", _LENGTHS),
    Rule("length.component", _N, "is longer than this version allows its component", _TYPES),
    Rule("cross.msh9_structure", _E, "is not the structure of this message type and event", _TYPE),
    Rule("cross.obx2_missing", _E, "has a value, but no data type in OBX-2", _RESULT),
    Rule("cross.obx2_obx5", _E, "names no data type, so OBX-5 cannot be read", _RESULT),
    Rule("cross.obr25_obx11", _W, "says otherwise than the results of this order do", _STATUS),
    Rule("cross.order_number", _W, "has neither a placer nor a filler order number", _ORDER),
    Rule("cross.order_numbers", _W, "differs between ORC and the order detail", _ORDER),
    Rule(
        "cross.merge_same",
        _E,
        "is the number of the patient that is left after the merge",
        "HL7 v2.5.1 chapter 3.3.40 (A40)",
    ),
    Rule("cross.set_id", _N, "does not go on from the set id before", "HL7 v2.5.1, Set ID field of each segment"),
    Rule(
        "cross.date_order", _W, "is before a date that cannot be later", "meaning of the two fields; no rule of its own"
    ),
    Rule("site.required", _E, "is required by the site profile, and empty", "site profile"),
    Rule("site.segment", _E, "is required by the site profile, and not there", "site profile"),
    Rule("site.undefined", _N, "is not described by the site profile", "site profile"),
    Rule("site.code", _E, "is no code of the site's table", "site profile"),
    Rule("site.length", _W, "is longer than the site profile allows", "site profile"),
    Rule("site.repetitions", _E, "repeats, which the site profile does not allow", "site profile"),
)
RULES: Final = {rule.id: rule for rule in _ALL}
