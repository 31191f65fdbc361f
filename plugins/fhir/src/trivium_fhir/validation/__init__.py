"""Validation of R4 resources against R4's own tables and invariants."""

from trivium_fhir.validation.checking import Options, Report, report, validate
from trivium_fhir.validation.findings import Code, Finding, Severity
from trivium_fhir.validation.reading import read

__all__ = ["Code", "Finding", "Options", "Report", "Severity", "read", "report", "validate"]
