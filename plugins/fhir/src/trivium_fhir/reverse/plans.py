"""What each message type is made of: which resources make which segments, and which of them belong together.

The rows are those of the guide's message maps read from the other side: `DiagnosticReport.basedOn`, `.result` and
`.specimen` say what stands in the group of its OBR.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from trivium_fhir.reverse.layout import Bundle, Item
from trivium_fhir.reverse.making import (
    Making,
    all_of,
    allergies,
    diagnoses,
    encounter_of,
    insurances,
    notes,
    observations,
    patient_of,
    person,
    procedures,
    relatives,
    specimens,
    staying,
    visit,
    with_members,
)
from trivium_fhir.reverse.observing import document_segments
from trivium_fhir.reverse.scheduling import schedule
from trivium_fhir.reverse.state import Draft
from trivium_fhir.reverse.store import Cursor
from trivium_hl7 import dictionary

RESULT: Final = "RE"
NEW: Final = "NW"


def admission(making: Making) -> Iterator[Item]:
    patient = patient_of(making)
    encounter = encounter_of(making, patient)
    yield from person(making, patient)
    yield from relatives(making, patient)
    yield from visit(making, patient, encounter)
    yield from observations(making, with_members(making, all_of(making, patient, "Observation")))
    yield from allergies(making, patient)
    yield from diagnoses(making, all_of(making, patient, "Condition"), encounter)
    yield from procedures(making, patient)
    yield from insurances(making, patient)


def merge(making: Making) -> Iterator[Item]:
    """PID of the patient who stays, MRG of each who is replaced (HL7 v2.9 chapter 3.3.40)."""
    merges = [(patient, list(_merged(making, patient))) for patient in staying(making)]
    for patient, others in merges:
        for other in others:
            yield _merge(making, patient, making.segment("MRG", *_merge_sources(making, other)))
    if any(others for _, others in merges):
        return
    accounts = [making.segment("MRG", ("MRG[Account]", one)) for one in _unknown_accounts(making)]
    for mrg in accounts or (None,):  # a merge of accounts alone
        yield _merge(making, patient_of(making), mrg)


def _merge(making: Making, patient: Cursor | None, mrg: Draft | None) -> Bundle:
    seen = visit(making, patient, encounter_of(making, patient))[:1]
    return Bundle([*person(making, patient), *([mrg] if mrg else []), *seen])


def _merge_sources(making: Making, other: Cursor) -> list[tuple[str, Cursor | None]]:
    """The patient who is replaced, and an account of theirs."""
    found: list[tuple[str, Cursor | None]] = [("MRG[Patient]", other)]
    if other.type == "Patient":
        accounts = (one for one in making.store.of_type("Account") if making.refers(one, other, "subject"))
        found += [("MRG[Account]", one) for one in accounts][:1]
    return found


def _unknown_accounts(making: Making) -> list[Cursor]:
    """The guide gives the account of an MRG this status."""
    return [one for one in making.store.of_type("Account") if one.text("status") == "unknown"]


def _merged(making: Making, patient: Cursor) -> Iterator[Cursor]:
    seen: set[int] = set()
    for link in patient.steps("link"):
        if link.text("type") != "replaces":
            continue
        found = making.target(link, "other")
        for one in found:
            seen.add(one.entry)
            yield one
        if not found and (named := link.reach("other", "identifier")):
            yield Cursor(named[0].entry, named[0].place[:-1], {"identifier": named[0].value})
    for one in making.store.of_type("Patient"):
        by = [link for link in one.steps("link") if link.text("type") == "replaced-by"]
        if one.entry not in seen and any(making.refers(link, patient, "other") for link in by):
            yield one


def results(making: Making) -> Iterator[Item]:
    patient = patient_of(making)
    reports = making.store.of_type("DiagnosticReport")
    encounter = encounter_of(making, patient, *reports)
    yield Bundle([*person(making, patient), *relatives(making, patient), *visit(making, patient, encounter)])
    told: set[int] = set()
    for number, report in enumerate(reports, 1):
        found = with_members(making, making.target(report, "result"))
        told.update(one.entry for one in found)
        yield _report(making, report, found, number)
    rest = [one for one in making.store.of_type("Observation") if one.entry not in told]
    yield from _without_report(making, rest, len(reports))


def _report(making: Making, report: Cursor, found: list[Cursor], number: int) -> Item:
    request = next((one for one in making.target(report, "basedOn") if one.type == "ServiceRequest"), None)
    orc = making.segment("ORC", ("ORC[DiagnosticReport]", report), ("ORC[ServiceRequest]", request))
    samples = making.target(report, "specimen")
    drawn = _of_order(making, samples)
    obr = making.segment(
        "OBR", ("OBR[DiagnosticReport]", report), ("OBR[ServiceRequest]", request), ("OBR[Specimen]", drawn)
    )
    obr.set(1, str(number))
    said = [] if request is None else notes(making, request, "ServiceRequest")
    before = [] if request is None and not orc.has(4) else [_controlled(making, orc, RESULT)]
    return Bundle([*before, obr, *said, *observations(making, found), *_samples(making, samples, drawn)])


def _of_order(making: Making, found: list[Cursor]) -> Cursor | None:
    """The specimen that stands in the OBR: without number or type; before 2.5, which has SPM, the first."""
    has_spm = bool(dictionary.field_count("SPM", making.version))
    bare = (one for one in found if not has_spm or not (one.steps("identifier") or one.steps("type")))
    return next(bare, None)


def _samples(making: Making, found: list[Cursor], drawn: Cursor | None) -> list[Item]:
    """SPM, which is of version 2.5."""
    if not dictionary.field_count("SPM", making.version):
        return []
    return specimens(making, [one for one in found if drawn is None or one.entry != drawn.entry])


def _without_report(making: Making, found: list[Cursor], before: int) -> Iterator[Item]:
    """Observations by the order they name; one without an order stands under an OBR of its own code."""
    groups: dict[int, tuple[Cursor | None, list[Cursor]]] = {}
    members = {one.entry for panel in found for one in making.target(panel, "hasMember")}
    for one in found:
        if one.entry in members:
            continue
        request = next((order for order in making.target(one, "basedOn") if order.type == "ServiceRequest"), None)
        groups.setdefault(request.entry if request else ~one.entry, (request, []))[1].append(one)
    for number, (request, some) in enumerate(groups.values(), before + 1):
        obr = making.segment("OBR", ("OBR[ServiceRequest]", request))
        if request is None:
            obr = making.segment("OBR", ("OBR[Observation]", some[0]))
            making.account.note(obr, 4, "an observation without report or order stands under its own code")
        obr.set(1, str(number))
        orc = [] if request is None else [_order(making, request, RESULT)]
        yield Bundle([*orc, obr, *observations(making, with_members(making, some))])


def _order(making: Making, request: Cursor, control: str) -> Draft:
    return _controlled(making, making.segment("ORC", ("ORC[ServiceRequest]", request)), control)


def _controlled(making: Making, orc: Draft, control: str) -> Draft:
    """ORC-1 is required; where no business event says it, the kind of message does."""
    if not orc.has(1):
        orc.set(1, control)
        making.account.note(orc, 1, "the bundle names no order control: the kind of message decides")
    return orc


def orders(making: Making) -> Iterator[Item]:
    patient = patient_of(making)
    requests = making.store.of_type("ServiceRequest")
    encounter = encounter_of(making, patient, *requests)
    people = [*person(making, patient), *visit(making, patient, encounter), *insurances(making, patient)]
    if making.event == "O21":
        people += relatives(making, patient)
    yield Bundle([*people, *allergies(making, patient)])
    for number, request in enumerate(requests, 1):
        yield _request(making, request, number, encounter)


def _request(making: Making, request: Cursor, number: int, encounter: Cursor | None) -> Item:
    samples = making.target(request, "specimen")
    drawn = _of_order(making, samples)
    obr = making.segment("OBR", ("OBR[ServiceRequest]", request), ("OBR[Specimen]", drawn))
    obr.set(1, str(number))
    reasons = [one for one in making.target(request, "reasonReference") if one.type == "Condition"]
    about = with_members(making, making.target(request, "supportingInfo"))
    items: list[Item] = [_order(making, request, NEW), *_timing(making, request), obr]
    items += notes(making, request, "ServiceRequest")
    items += diagnoses(making, reasons, encounter)
    items += observations(making, about)
    return Bundle([*items, *_samples(making, samples, drawn)])


def _timing(making: Making, request: Cursor) -> list[Item]:
    if making.event == "O01" or not dictionary.field_count("TQ1", making.version):
        return []
    tq1 = making.segment("TQ1", ("TQ1[ServiceRequest]", request))
    if not tq1.fields:
        return []
    tq1.set(1, "1")
    return [Bundle([tq1])]


def documents(making: Making) -> Iterator[Item]:
    """One message tells one document: the first."""
    patient = patient_of(making)
    found = making.store.of_type("DocumentReference")
    yield from person(making, patient)[:1]
    yield from visit(making, patient, encounter_of(making, patient, *found))[:1]
    for document in found[:1]:
        for request in making.target(document, "context", "related"):
            if request.type == "ServiceRequest":
                obr = making.segment("OBR", ("OBR[ServiceRequest]", request))
                yield Bundle([_order(making, request, RESULT), *_timing(making, request), obr])
        txa = making.segment("TXA", ("TXA[DocumentReference]", document), skip=frozenset({3, 17, 19}))
        txa.set(1, "1")
        _document_state(making, txa, document)
        yield txa
        for number, draft in enumerate(document_segments(document, making.version, making.account), 1):
            draft.set(1, str(number))
            yield Bundle([draft])


_COMPLETION: Final = {"preliminary": "DO", "final": "AU", "amended": "AU"}
_AVAILABILITY: Final = {"current": "AV", "superseded": "OB", "entered-in-error": "CA"}
_PRESENTATION: Final = {"text": "TX", "application": "AP", "image": "IM", "audio": "AU"}


def _document_state(making: Making, txa: Draft, document: Cursor) -> None:
    """TXA-3, TXA-17 and TXA-19: the guide sends v2 codes to elements that take codes of FHIR alone."""
    kind = document.text("content", "attachment", "contentType").partition("/")[0]
    for number, code, names in (
        (3, _PRESENTATION.get(kind), ("content", "attachment", "contentType")),
        (17, _COMPLETION.get(document.text("docStatus")), ("docStatus",)),
        (19, _AVAILABILITY.get(document.text("status")), ("status",)),
    ):
        if code:
            txa.set(number, code)
            making.account.said_by(document, names, txa, number)


def vaccinations(making: Making) -> Iterator[Item]:
    patient = patient_of(making)
    found = making.store.of_type("Immunization")
    yield from person(making, patient)
    yield from relatives(making, patient)
    yield Bundle(visit(making, patient, encounter_of(making, patient, *found)))
    yield from insurances(making, patient)
    about = _by_immunization(making)
    for one in found:
        orc = _controlled(making, making.segment("ORC", ("ORC[Immunization]", one)), RESULT)
        rxa = making.segment("RXA", ("RXA[Immunization]", one))
        rxa.set(1, "0")
        rxa.set(2, "1")
        rxr = making.segment("RXR", ("RXR[Immunization]", one))
        yield Bundle([orc, rxa, *([rxr] if rxr.fields else []), *observations(making, about.get(one.entry, []))])


def _by_immunization(making: Making) -> dict[int, list[Cursor]]:
    """Observations by the immunization that they are part of."""
    found: dict[int, list[Cursor]] = {}
    for one in making.store.of_type("Observation"):
        for target in making.target(one, "partOf"):
            found.setdefault(target.entry, []).append(one)
    return found


PLANS: Final[dict[str, tuple[Callable[[Making], Iterator[Item]], str]]] = {
    "ADT^A01": (admission, "Patient"),
    "ADT^A04": (admission, "Patient"),
    "ADT^A08": (admission, "Patient"),
    "ADT^A40": (merge, "Patient"),
    "ORU^R01": (results, "DiagnosticReport|Observation"),
    "ORM^O01": (orders, "ServiceRequest"),
    "OML^O21": (orders, "ServiceRequest"),
    "MDM^T02": (documents, "DocumentReference"),
    "SIU^S12": (schedule, "Appointment"),
    "VXU^V04": (vaccinations, "Immunization|Patient"),
}
"""By message type: what makes its segments, and a resource that it cannot be without."""
