"""The tool `validate_hl7_message`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field

from trivium.api import EMBEDDED, PUBLIC, BadInput, Effect, Given, Kind, PhiBy, tool
from trivium_hl7 import dictionary
from trivium_hl7.elements import Position, describe
from trivium_hl7.reader import Limits, Segment
from trivium_hl7.result import Result
from trivium_hl7.tools.batch_summary import MessageNumber, message_of
from trivium_hl7.tools.results import BatchPlace
from trivium_hl7.validation.problems import ProfileProblem, VersionProblem
from trivium_hl7.validation.profiles import Profiles
from trivium_hl7.validation.rules import Severity

if TYPE_CHECKING:
    from trivium_hl7.validation.checking import Report
    from trivium_hl7.validation.findings import Example, Finding
    from trivium_hl7.validation.site_profile import SiteProfile

_LONGEST_VALUE: Final = 200


class FoundValue(Result):
    """What stands at one of the places of a finding."""

    path: Annotated[str, PUBLIC]
    rule: Annotated[str, PUBLIC]
    value: Annotated[str | None, PhiBy("phi")] = Field(default=None, description="cut to 200")
    phi: Annotated[Kind | None, PUBLIC] = None
    found: Annotated[int | None, PUBLIC] = Field(
        default=None, description="characters or repetitions counted, or the field's number"
    )


class FindingEntry(Result):
    """Equal findings: `<path> <problem>`, and what would be right."""

    severity: Annotated[Severity, PUBLIC]
    path: Annotated[str, PUBLIC] = Field(description="without numbers of segments and repetitions")
    problem: Annotated[str, PUBLIC]
    fix: Annotated[str | None, PUBLIC] = Field(default=None, description="what would be right")
    count: Annotated[int, PUBLIC]
    at: Annotated[tuple[str, ...] | None, PUBLIC] = Field(
        default=None, description="the first five places, where they tell more than path"
    )
    after_segment: Annotated[int | None, PUBLIC] = Field(
        default=None, description="what is missing belongs behind this segment of the message"
    )
    rule: Annotated[str, PUBLIC] = Field(description="stable name, which a site profile can ignore")
    source: Annotated[str, PUBLIC] = Field(description="where the standard says so")


class Totals(Result):
    error: Annotated[int, PUBLIC]
    warning: Annotated[int, PUBLIC]
    note: Annotated[int, PUBLIC]


class ValidationResult(Result):
    """Whether a message conforms, and everything that says otherwise."""

    batch: BatchPlace | None = Field(default=None, description="where there are several messages")
    verdict: Annotated[Literal["conforms", "conforms with warnings", "does not conform"], PUBLIC]
    totals: Totals = Field(description="single findings of each severity")
    ignored: Annotated[int | None, PUBLIC] = Field(default=None, description="findings that the site profile ignores")
    version: Annotated[str, PUBLIC] = Field(description="whose rules were applied")
    structure: Annotated[str | None, PUBLIC] = Field(
        default=None, description="message structure that was checked; absent: the version has none for it"
    )
    profile: Annotated[Literal["applied", "does not apply to this message"] | None, PUBLIC] = None
    notes: Annotated[tuple[str, ...], PUBLIC] = Field(description="what was odd in reading, and where")
    total: Annotated[int, PUBLIC] = Field(description="different findings of the severities asked for")
    next_offset: Annotated[int | None, PUBLIC] = Field(default=None, description="more follow: ask for this offset")
    left_out: Annotated[int | None, PUBLIC] = Field(default=None, description="findings beyond the 2000 kinds kept")
    findings: tuple[FindingEntry, ...] = Field(description="errors first")
    values: tuple[FoundValue, ...] = Field(description="what stands at the places of these findings")


@tool(effect=Effect.LOCAL, title="Validate HL7 v2 message")
def validate_hl7_message(
    limits: Given[Limits],
    profiles: Given[Profiles],
    message: Annotated[
        str,
        EMBEDDED,
        Field(
            description="An HL7 v2 message, any version, from MSH on; segments end with CR, LF or CR LF. Or several of "
            "them, or a batch file (FHS, BHS)."
        ),
    ],
    version: Annotated[
        str | None, Field(description="Judge by this version, e.g. 2.5.1, instead of the one in MSH-12.", max_length=12)
    ] = None,
    profile: Annotated[
        str | None, Field(description="Name of a site profile that the operator has set up.", max_length=64)
    ] = None,
    profile_toml: Annotated[
        str | None, Field(description="A site profile as TOML text, instead of a named one.", max_length=262_144)
    ] = None,
    severity: Annotated[
        Literal["error", "warning", "note"], Field(description="The least severity to list; the totals count all.")
    ] = "note",
    limit: Annotated[int, Field(ge=1, le=500, description="Most findings in one answer.")] = 100,
    offset: Annotated[int, Field(ge=0, description="Findings to skip: next_offset of the answer before.")] = 0,
    message_number: MessageNumber = None,
) -> ValidationResult:
    """Check an HL7 v2 message against the standard of its own version and against a site profile, all findings at once.

    Use it to find out why a receiver refuses a message, or before one is sent. To read what a message says use
    parse_hl7_message; for what a field or table is, explain_hl7_field and lookup_hl7_table; for what a sender does over
    many messages, profile_hl7_messages.

    Checks the structure (segments missing, misplaced, repeated, unexpected; Z segments are allowed anywhere), required
    and withdrawn fields, repetitions, forms of data types (dates that exist, numbers, identifiers, coded values),
    lengths where the version gives them, codes (of HL7's tables: errors; of user tables: notes) and what fields say of
    each other (MSH-9, OBX-2, OBR-25, order numbers, merges). Each finding has a rule, severity, path, what would be
    right and the source; equal ones are counted together. A site profile in TOML can describe Z segments, local codes,
    required and optional fields, and findings to ignore: keys title, applies_to, ignore, required, optional, tables,
    segments. Conditions on fields that the standard has in prose only are not checked. Of a batch it checks one
    message: choose by message_number; parse_hl7_message lists them. Nothing is stored or sent.
    """
    from trivium_hl7.validation.checking import validate  # the rules are read on first use

    parsed, batch = message_of(message, message_number, limits)
    report = validate(parsed, version=_version(version), profile=_profile(profiles, profile, profile_toml))
    listed = [one for one in report.findings if one.severity.rank <= Severity(severity).rank]
    page = listed[offset : offset + limit]
    end = offset + len(page)
    return ValidationResult(
        batch=BatchPlace.of(batch),
        verdict=_verdict(report),
        totals=_totals(report),
        ignored=report.ignored or None,
        version=report.version,
        structure=report.structure or None,
        profile=_applied(report) if profile is not None or profile_toml is not None else None,
        notes=tuple(str(note) for note in parsed.notes),
        total=len(listed),
        next_offset=end if end < len(listed) else None,
        left_out=report.left_out or None,
        findings=tuple(_entry(one) for one in page),
        values=tuple(row for one in page for row in _values(one, report.version)),
    )


def _version(version: str | None) -> str | None:
    if version is None:
        return None
    found = dictionary.nearest_version(version.strip())
    if found is None:
        raise BadInput(where="version", problem=VersionProblem.UNKNOWN)
    return found


def _profile(profiles: Profiles, name: str | None, text: str | None) -> "SiteProfile | None":
    if name is not None and text is not None:
        raise BadInput(where="profile_toml", problem=ProfileProblem.TWO)
    if name is not None:
        return profiles.read(name)
    if text is None:
        return None
    from trivium_hl7.validation.site_profile import read_profile

    return read_profile(text)


def _applied(report: "Report") -> Literal["applied", "does not apply to this message"]:
    return "applied" if report.profile_applies else "does not apply to this message"


def _verdict(report: "Report") -> Literal["conforms", "conforms with warnings", "does not conform"]:
    if not report.valid:
        return "does not conform"
    return "conforms with warnings" if report.totals[Severity.WARNING] else "conforms"


def _totals(report: "Report") -> Totals:
    totals = report.totals
    return Totals(error=totals[Severity.ERROR], warning=totals[Severity.WARNING], note=totals[Severity.NOTE])


def _entry(finding: "Finding") -> FindingEntry:
    path = str(finding.path)
    places = tuple(str(example.path) for example in finding.examples)
    return FindingEntry(
        severity=finding.severity,
        path=path,
        problem=finding.rule.says,
        fix=finding.fix or None,
        count=finding.count,
        at=places if any(place != path for place in places) else None,
        after_segment=finding.examples[0].after,
        rule=finding.rule.id,
        source=finding.rule.source,
    )


def _values(finding: "Finding", version: str) -> Iterator[FoundValue]:
    for example in finding.examples:
        rule, measured = finding.rule.id, example.measured
        if example.text and example.segment is not None:
            element = describe(_position(example, example.segment), version)
            value = element.value[:_LONGEST_VALUE]
            yield FoundValue(path=element.path, rule=rule, value=value, phi=element.phi, found=measured)
        elif measured is not None:
            yield FoundValue(path=str(example.path), rule=rule, found=measured)


def _position(example: "Example", seg: Segment) -> Position:
    path = example.path
    whole = path._replace(
        occurrence=path.occurrence or 1,
        repetition=path.repetition or 1,
        component=path.component or 1,
        subcomponent=path.subcomponent or 1,
    )
    repeats = (path.occurrence is not None, path.repetition is not None)
    return Position(seg, whole, repeats, example.components, example.text)
