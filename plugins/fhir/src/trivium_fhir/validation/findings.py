"""What a validation finds, equal findings counted together, and never a value of the resource."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from trivium_fhir.r4.reading import SITE

MOST_KINDS: Final = 2000
_LONGEST_NAME: Final = 64


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        return list(Severity).index(self)


class Code(StrEnum):
    """What can be wrong: a closed list, stable, for programs."""

    UNKNOWN_TYPE = "unknown-resource-type"
    UNKNOWN_ELEMENT = "unknown-element"
    MISSING = "missing-element"
    ARRAY_EXPECTED = "array-expected"
    ARRAY_UNEXPECTED = "array-unexpected"
    EMPTY_ARRAY = "empty-array"
    EMPTY_OBJECT = "empty-object"
    EMPTY_TEXT = "empty-text"
    BLANK_TEXT = "blank-text"
    NULL = "null"
    TOO_LONG = "too-long"
    JSON_TYPE = "json-type"
    FORM = "form"
    NO_SUCH_DATE = "no-such-date"
    SIBLING = "sibling"
    TWO_CHOICES = "two-choices"
    CHOICE_TYPE = "choice-type"
    COMPARATOR = "comparator"
    REQUIRED_CODE = "code-not-in-required-value-set"
    EXTENSIBLE_CODE = "code-not-in-extensible-value-set"
    NO_CODE = "no-code-for-required-value-set"
    EXTENSION_VALUE = "extension-value"
    EXTENSION_TYPE = "extension-type"
    REFERENCE_FORM = "reference-form"
    REFERENCE_TARGET = "reference-target"
    REFERENCE_TYPE = "reference-type"
    UNRESOLVED = "reference-unresolved"
    UNREFERENCED = "contained-unreferenced"
    NESTED_CONTAINED = "contained-nested"
    NO_CONTAINED_ID = "contained-without-id"
    DUPLICATE_URL = "fullurl-duplicate"
    FULL_URL_FORM = "fullurl-form"
    FULL_URL_ID = "fullurl-id"
    REQUEST_URL = "request-url"
    NARRATIVE_UNSAFE = "narrative-unsafe"
    NARRATIVE_FORM = "narrative-form"
    PROFILE = "profile-not-checked"
    INVARIANT = "invariant"
    NOT_CHECKED = "invariant-not-checked"


SENTENCES: Final[Mapping[Code, str]] = {
    Code.UNKNOWN_TYPE: "resourceType is missing or names no resource of R4",
    Code.UNKNOWN_ELEMENT: "has an element that R4 does not define here",
    Code.MISSING: "is missing, and R4 requires it",
    Code.ARRAY_EXPECTED: "may repeat and must therefore be an array",
    Code.ARRAY_UNEXPECTED: "may not repeat and must not be an array",
    Code.EMPTY_ARRAY: "is an empty array; leave the element out",
    Code.EMPTY_OBJECT: "has neither a value nor children; leave the element out",
    Code.EMPTY_TEXT: "is an empty text; leave the element out",
    Code.BLANK_TEXT: "holds only white space",
    Code.NULL: "is null, which only the arrays of repeating primitives may hold, where an extension stands beside it",
    Code.TOO_LONG: "is longer than R4 allows (1,048,576 characters)",
    Code.JSON_TYPE: "has the wrong JSON type",
    Code.FORM: "does not have the form of its data type",
    Code.NO_SUCH_DATE: "is a date that the calendar does not have",
    Code.SIBLING: "belongs to a primitive element, and must be an object or an array as that element is",
    Code.TWO_CHOICES: "is given in more than one type, and R4 allows one",
    Code.CHOICE_TYPE: "is given in a type that R4 does not allow here",
    Code.COMPARATOR: "has a comparator, which R4 does not allow here (SimpleQuantity)",
    Code.REQUIRED_CODE: "is not in the value set that R4 requires",
    Code.EXTENSIBLE_CODE: "is not in the value set that R4 asks for unless none of its codes fits",
    Code.NO_CODE: "has no code, and R4 requires one of a value set",
    Code.EXTENSION_VALUE: "must have either a value or extensions, and not both",
    Code.EXTENSION_TYPE: "has a value of a type that the definition of this extension does not allow",
    Code.REFERENCE_FORM: "is not a reference: Type/id, a URL, urn:uuid:, urn:oid: or #id",
    Code.REFERENCE_TARGET: "points to a type of resource that R4 does not allow here",
    Code.REFERENCE_TYPE: "says another type than what it points to",
    Code.UNRESOLVED: "points to nothing in this resource or bundle",
    Code.UNREFERENCED: "is contained, and nothing refers to it",
    Code.NESTED_CONTAINED: "stands in a contained resource, which R4 does not allow",
    Code.NO_CONTAINED_ID: "is contained and has no id to refer to",
    Code.DUPLICATE_URL: "repeats the fullUrl of another entry with the same version",
    Code.FULL_URL_FORM: "is not an absolute URI",
    Code.FULL_URL_ID: "does not end in the type and id of its resource",
    Code.REQUEST_URL: "names another type than that of the entry's resource",
    Code.NARRATIVE_UNSAFE: "holds active content: a script, form, frame, event handler or script URL",
    Code.NARRATIVE_FORM: "is not the XHTML that R4 allows in a narrative",
    Code.PROFILE: "claims profiles, which were not checked; the R4 base was",
    Code.INVARIANT: "does not fulfil an invariant of R4",
    Code.NOT_CHECKED: "has an invariant that could not be evaluated",
}

_PAGES: Final[Mapping[Code, str]] = {
    Code.ARRAY_EXPECTED: "json.html#repeat",
    Code.ARRAY_UNEXPECTED: "json.html#repeat",
    Code.EMPTY_ARRAY: "json.html#repeat",
    Code.EMPTY_OBJECT: "conformance-rules.html#ele-1",
    Code.EMPTY_TEXT: "datatypes.html#string",
    Code.BLANK_TEXT: "datatypes.html#string",
    Code.TOO_LONG: "datatypes.html#string",
    Code.NULL: "json.html#null",
    Code.SIBLING: "json.html#primitive",
    Code.TWO_CHOICES: "formats.html#choice",
    Code.CHOICE_TYPE: "formats.html#choice",
    Code.UNKNOWN_TYPE: "resourcelist.html",
    Code.REFERENCE_FORM: "references.html#literal",
    Code.REFERENCE_TYPE: "references.html#Reference",
    Code.UNRESOLVED: "bundle.html#references",
    Code.FULL_URL_FORM: "bundle.html#bundle-unique",
    Code.FULL_URL_ID: "bundle.html#bundle-unique",
    Code.REQUEST_URL: "http.html#transaction",
    Code.NARRATIVE_UNSAFE: "narrative.html#security",
    Code.NARRATIVE_FORM: "narrative.html#xhtml",
    Code.PROFILE: "profiling.html",
    Code.NO_CONTAINED_ID: "references.html#contained",
    Code.COMPARATOR: "datatypes.html#SimpleQuantity",
}

At: TypeAlias = "tuple[At | None, str, int | None]"
"""A place: the place around it, the JSON name, and the number in its array."""


def page(code: Code) -> str | None:
    """The R4 page that has a rule, for codes that have one page."""
    found = _PAGES.get(code)
    return SITE + found if found else None


def place(at: At, *, numbered: bool) -> str:
    """`Patient.name[0].given`, or with any number: `Patient.name[*].given`."""
    parts: list[str] = []
    step: At | None = at
    while step is not None:
        around, name, index = step
        number = "" if index is None else f"[{index}]" if numbered else "[*]"
        parts.append(name + number)
        step = around
    return ".".join(reversed(parts))


@dataclass(slots=True)
class Finding:
    """Equal findings: what, where, by which rule, how often."""

    code: Code
    severity: Severity
    path: str
    """Element path by JSON names; `[*]` for any repetition: `Bundle.entry[*].resource.ofType(Patient).gender`."""
    first: str
    """The first place, with the numbers in FHIRPath's count from 0."""
    rule: str
    """URL of the R4 page, of the value set, or key of the invariant."""
    message: str
    count: int = 1
    name: str | None = None
    """Of an unknown element: what the resource calls it, which may be anything. The only text of the input."""


class Findings:
    """Collects findings; equal ones are one."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str, str | None], Finding] = {}
        self.left_out = 0

    def add(
        self,
        code: Code,
        at: At,
        rule: str | None = None,
        *,
        severity: Severity = Severity.ERROR,
        detail: str = "",
        name: str | None = None,
    ) -> None:
        path = place(at, numbered=False)
        rule = rule or page(code) or SITE
        name = name[:_LONGEST_NAME] if name is not None else None
        known = self._found.get((code, path, rule, name))
        if known is not None:
            known.count += 1
        elif len(self._found) >= MOST_KINDS:
            self.left_out += 1
        else:
            message = SENTENCES[code] + (f" ({detail})" if detail else "")
            finding = Finding(code, severity, path, place(at, numbered=True), rule, message, 1, name)
            self._found[code, path, rule, name] = finding

    def sorted(self) -> list[Finding]:
        """Errors first, then by place."""
        return sorted(self._found.values(), key=lambda one: (one.severity.rank, one.path, one.code, one.rule))
