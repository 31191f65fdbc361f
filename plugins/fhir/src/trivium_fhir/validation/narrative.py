"""Narratives: what R4 forbids in them, as findings."""

from __future__ import annotations

from trivium_fhir.r4.narrative import NarrativeFault, narrative_faults
from trivium_fhir.validation.findings import At, Code, Findings


def check_narrative(findings: Findings, text: str, at: At) -> None:
    """At most one finding of each kind for one narrative: what is wrong there is seen in the text."""
    for fault in narrative_faults(text):
        if fault is NarrativeFault.UNSAFE:
            findings.add(Code.NARRATIVE_UNSAFE, at, "txt-1")
        else:
            rule = "txt-2" if fault is NarrativeFault.EMPTY else "txt-1"
            findings.add(Code.NARRATIVE_FORM, at, rule, detail=fault.value)
