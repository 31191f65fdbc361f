"""A report of the validation as a tool answers it: a page of its findings."""

from __future__ import annotations

from typing import Literal

from trivium.api import Kind
from trivium_fhir.r4.elements import is_element_name
from trivium_fhir.validation.checking import Report, report
from trivium_fhir.validation.findings import Finding, Severity
from trivium_fhir.validation.reading import read
from trivium_fhir.validity import FhirFinding, FhirTotals, FhirValidation


def answer(resource: str, severity: str, limit: int, offset: int) -> FhirValidation:
    """Raises what `read` raises. A large resource is checked in a worker."""
    found = report(read(resource))
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


def _verdict(report: Report) -> Literal["conforms", "conforms with warnings", "does not conform"]:
    if not report.valid:
        return "does not conform"
    return "conforms with warnings" if any(_is(one, "warning") for one in report.findings) else "conforms"


def _totals(report: Report) -> FhirTotals:
    def count(severity: str) -> int:
        return sum(one.count for one in report.findings if _is(one, severity))

    return FhirTotals(error=count("error"), warning=count("warning"), note=count("note"))


def _is(finding: Finding, severity: str) -> bool:
    return finding.severity.value == severity


def _entry(finding: Finding) -> FhirFinding:
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


def _severity(severity: Severity) -> Literal["error", "warning", "note"]:
    return severity.value


def _kind(name: str | None) -> Kind | None:
    """A name that R4 uses somewhere is public; any other may be anything, a patient's name too."""
    return Kind.TEXT if name is not None and not is_element_name(name) else None
