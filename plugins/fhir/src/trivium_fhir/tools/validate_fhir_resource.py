"""The tool `validate_fhir_resource`."""

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from trivium.api import EMBEDDED, PUBLIC, Effect, Kind, PhiBy, tool
from trivium_fhir.result import Result

if TYPE_CHECKING:
    from trivium_fhir.validation import Finding, Report, Severity


class FhirFinding(Result):
    """Equal findings: `<path> <problem>`."""

    severity: Annotated[Literal["error", "warning", "note"], PUBLIC]
    path: Annotated[str, PUBLIC] = Field(description="JSON names; [*] stands for any repetition")
    problem: Annotated[str, PUBLIC]
    count: Annotated[int, PUBLIC]
    first: Annotated[str | None, PUBLIC] = Field(default=None, description="the first place, counted from 0")
    code: Annotated[str, PUBLIC] = Field(description="stable, for programs")
    rule: Annotated[str, PUBLIC] = Field(description="R4 page, value set, or key of the invariant")
    name: Annotated[str | None, PhiBy("phi")] = Field(default=None, description="of an element that R4 does not define")
    phi: Annotated[Kind | None, PUBLIC] = None


class FhirTotals(Result):
    error: Annotated[int, PUBLIC]
    warning: Annotated[int, PUBLIC]
    note: Annotated[int, PUBLIC]


class FhirValidation(Result):
    """Whether a resource conforms to R4, and everything that says otherwise."""

    type: Annotated[str | None, PUBLIC] = Field(default=None, description="absent: no resource of R4")
    verdict: Annotated[Literal["conforms", "conforms with warnings", "does not conform"], PUBLIC]
    totals: FhirTotals = Field(description="single findings of each severity")
    resources: Annotated[int, PUBLIC] = Field(description="checked: with entries and contained ones")
    total: Annotated[int, PUBLIC] = Field(description="different findings of the severities asked for")
    next_offset: Annotated[int | None, PUBLIC] = Field(default=None, description="more follow: ask for this offset")
    left_out: Annotated[int | None, PUBLIC] = Field(default=None, description="findings beyond the 2000 kinds kept")
    findings: tuple[FhirFinding, ...] = Field(description="errors first")


@tool(effect=Effect.LOCAL, title="Validate FHIR resource")
def validate_fhir_resource(
    resource: Annotated[
        str, EMBEDDED, Field(description="One FHIR R4 resource or Bundle, whole, as JSON or as FHIR XML.")
    ],
    severity: Annotated[
        Literal["error", "warning", "note"], Field(description="The least severity to list; the totals count all.")
    ] = "note",
    limit: Annotated[int, Field(ge=1, le=500, description="Most findings in one answer.")] = 100,
    offset: Annotated[int, Field(ge=0, description="Findings to skip: next_offset of the answer before.")] = 0,
) -> FhirValidation:
    """Check a FHIR R4 (4.0.1) resource or Bundle against the base specification, all findings at once.

    Use it to find out why a server refuses a resource, or before one is sent. For what an element or resource is, use
    explain_fhir_element and explain_fhir_resource; for a code, lookup_fhir_code; to try an invariant,
    evaluate_fhirpath.

    Checks elements, cardinality, choices, JSON types, forms and dates that exist, codes of required and extensible
    bindings as far as R4's own lists decide (SNOMED CT, LOINC, UCUM, languages and media types are not looked up),
    references and their target types, fullUrls, requests, contained resources, narrative safety and all invariants.
    Each finding has a path, code, rule and count; equal ones are one. Profiles in meta.profile are noted, not checked.
    Of XML the order of elements is not checked. Nothing is fetched, stored or sent, and no value of the resource is
    repeated.
    """
    from trivium_fhir.validation import Severity, read, report  # R4's tables are read on first use

    parsed = read(resource)
    found = report(parsed)
    listed = [one for one in found.findings if one.severity.rank <= Severity(severity).rank]
    page = listed[offset : offset + limit]
    end = offset + len(page)
    return FhirValidation(
        type=found.type,
        verdict=_verdict(found),
        totals=_totals(found),
        resources=found.resources,
        total=len(listed),
        next_offset=end if end < len(listed) else None,
        left_out=found.left_out or None,
        findings=tuple(map(_entry, page)),
    )


def _verdict(report: "Report") -> Literal["conforms", "conforms with warnings", "does not conform"]:
    if not report.valid:
        return "does not conform"
    return "conforms with warnings" if any(_is(one, "warning") for one in report.findings) else "conforms"


def _totals(report: "Report") -> FhirTotals:
    def count(severity: str) -> int:
        return sum(one.count for one in report.findings if _is(one, severity))

    return FhirTotals(error=count("error"), warning=count("warning"), note=count("note"))


def _is(finding: "Finding", severity: str) -> bool:
    return finding.severity.value == severity


def _entry(finding: "Finding") -> FhirFinding:
    return FhirFinding(
        severity=_severity(finding.severity),
        path=finding.path,
        problem=finding.message,
        count=finding.count,
        first=finding.first if finding.first != finding.path else None,
        code=finding.code.value,
        rule=finding.rule,
        name=finding.name,
        phi=_kind(finding.name),
    )


def _severity(severity: "Severity") -> Literal["error", "warning", "note"]:
    return severity.value


def _kind(name: str | None) -> Kind | None:
    """A name that R4 uses somewhere is public; any other may be anything, a patient's name too."""
    from trivium_fhir.r4.elements import is_element_name

    return Kind.TEXT if name is not None and not is_element_name(name) else None
