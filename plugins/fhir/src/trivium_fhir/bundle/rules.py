"""R4's invariants of the resources that the guide makes, kept: what one lacks is said to be absent or left out.

Each rule is named after the invariant. Those that no map can break (`dom-*`, `ref-1`, `ext-1`) are not here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from trivium_fhir.bundle.fixing import Fixer
from trivium_fhir.convert.model import Reason

Rule: TypeAlias = Callable[[Fixer], None]

_ERROR: Final = "entered-in-error"
_CLINICAL: Final = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_OVER: Final = frozenset({"resolved", "remission", "inactive"})
_UNPLANNED: Final = frozenset({"proposed", "cancelled", "waitlist"})


def _needs(present: str, name: str) -> Rule:
    """Where `present` is, `name` must be."""

    def rule(fix: Fixer) -> None:
        if fix.has(present) and not fix.has(name):
            fix.give(name)

    return rule


def _one_of(name: str, *others: str) -> Rule:
    """`name` or one of the others must be there."""

    def rule(fix: Fixer) -> None:
        if not fix.has(name, *others):
            fix.give(name)

    return rule


def _leave_out_without(present: str, name: str) -> Rule:
    def rule(fix: Fixer) -> None:
        if fix.has(present) and not fix.has(name):
            fix.drop(present)

    return rule


def _leave_out_beside(name: str, other: str) -> Rule:
    def rule(fix: Fixer) -> None:
        if fix.has(name) and fix.has(other):
            fix.drop(name, Reason.ONE_VALUE)

    return rule


def _period(fix: Fixer) -> None:
    """per-1. Compared as far as both are precise; with offsets that differ the text says too little."""
    start, end = fix.node.get("start"), fix.node.get("end")
    if start and end and _later(start, end):
        fix.drop("start", Reason.FORM)
        fix.drop("end", Reason.FORM)
        fix.give("start")


def _later(start: str, end: str) -> bool:
    common = min(len(start), len(end), 19)
    if start[19:] != end[19:] and common == 19:
        from datetime import datetime  # rarely: two offsets

        return datetime.fromisoformat(start) > datetime.fromisoformat(end)
    return start[:common] > end[:common]


def _ratio(fix: Fixer) -> None:
    """rat-1."""
    if fix.has("numerator") != fix.has("denominator"):
        fix.give("denominator" if fix.has("numerator") else "numerator")


def _observation(fix: Fixer) -> None:
    """obs-6."""
    if "dataAbsentReason" in fix.node and any(name.startswith("value") for name in fix.node):
        fix.drop("dataAbsentReason", Reason.ONE_VALUE)


def _reference_range(fix: Fixer) -> None:
    """obs-3."""
    if not fix.has("low", "high", "text"):
        fix.give("text")


def _no_home(fix: Fixer) -> None:
    """org-2, org-3."""
    for name in ("address", "telecom"):
        for one in fix.node.get(name, ()):
            if one.get("use") == "home":
                del one["use"]
                fix.ledger.drop(fix.draft, f"{fix.path}.{name}.use", Reason.FORM)


def _appointment(fix: Fixer) -> None:
    """app-2, app-3, app-4."""
    planned = fix.node.get("status") not in _UNPLANNED
    for name, other in (("start", "end"), ("end", "start")):
        if not fix.has(name) and (planned or fix.has(other)):
            fix.give(name)
    if fix.has("cancelationReason") and fix.node.get("status") not in ("noshow", "cancelled"):
        fix.drop("cancelationReason", Reason.FORM)


def _allergy(fix: Fixer) -> None:
    """ait-1, ait-2."""
    if _ERROR in _codes(fix.node.get("verificationStatus")):
        if fix.has("clinicalStatus"):
            fix.drop("clinicalStatus", Reason.FORM)
    elif not fix.has("clinicalStatus"):
        fix.give("clinicalStatus")


def _condition(fix: Fixer) -> None:
    """con-4, con-5. That a condition has ended says that it is inactive, which all ended ones are."""
    if _ERROR in _codes(fix.node.get("verificationStatus")) and fix.has("clinicalStatus"):
        fix.drop("clinicalStatus", Reason.FORM)
    ended = [name for name in fix.node if name.lstrip("_").startswith("abatement")]
    if not ended or _OVER & _codes(fix.node.get("clinicalStatus")):
        return
    if fix.has("clinicalStatus") or _ERROR in _codes(fix.node.get("verificationStatus")):
        for name in ended:
            fix.drop(name.lstrip("_"), Reason.FORM)
    else:
        fix.put("clinicalStatus", {"coding": [{"system": _CLINICAL, "code": "inactive"}]})


def _codes(concept: Any) -> set[str]:
    return {coding.get("code", "") for coding in (concept or {}).get("coding", ())}


def _participant(fix: Fixer) -> None:
    """ctm-1: on whose behalf is told of practitioners alone."""
    member = fix.node.get("member")
    if fix.has("onBehalfOf") and member is not None and member.get("type", "Practitioner") != "Practitioner":
        fix.drop("onBehalfOf", Reason.FORM)


RULES: Final[Mapping[str, tuple[Rule, ...]]] = {
    "Period": (_period,),
    "ContactPoint": (_needs("value", "system"),),  # cpt-2
    "Quantity": (_needs("code", "system"),),  # qty-3
    "Age": (_needs("value", "code"), _needs("code", "system")),  # age-1
    "Duration": (_needs("code", "system"), _needs("code", "value")),  # drt-1
    "Attachment": (_needs("data", "contentType"),),  # att-1
    "Ratio": (_ratio,),
    "Timing.repeat": (
        _needs("duration", "durationUnit"),  # tim-1
        _needs("period", "periodUnit"),  # tim-2
        _leave_out_without("periodMax", "period"),  # tim-6
        _leave_out_without("durationMax", "duration"),  # tim-7
        _leave_out_without("countMax", "count"),  # tim-8
        _leave_out_beside("when", "timeOfDay"),  # tim-10
        _leave_out_without("offset", "when"),  # tim-9
    ),
    "Patient.contact": (_one_of("name", "telecom", "address", "organization"),),  # pat-1
    "Organization": (_one_of("name", "identifier"), _no_home),  # org-1
    "Observation": (_observation,),
    "Observation.referenceRange": (_reference_range,),
    "Appointment": (_appointment,),
    "Appointment.participant": (_one_of("actor", "type"),),  # app-1
    "AllergyIntolerance": (_allergy,),
    "Condition": (_condition,),
    "Condition.stage": (_one_of("summary", "assessment"),),  # con-1
    "Condition.evidence": (_one_of("code", "detail"),),  # con-2
    "ServiceRequest": (_needs("orderDetail", "code"),),  # prr-1
    "CareTeam.participant": (_participant,),
    "MedicationAdministration.dosage": (_one_of("dose", "rateRatio", "rateQuantity"),),  # mad-1
    "Immunization.education": (_one_of("documentType", "reference"),),  # imm-1
}
