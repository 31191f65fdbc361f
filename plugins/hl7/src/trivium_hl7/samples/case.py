"""The story behind a sample: one patient, one visit, orders whose times and numbers agree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Final

from trivium_hl7.samples import catalog, people
from trivium_hl7.samples.people import HOSPITAL, Patient
from trivium_hl7.samples.scenario import Scenario
from trivium_hl7.samples.values import Coded, Location, Named, Number, Person

_FIRST_DAY: Final = datetime(2025, 1, 6, 8, 0, 0)
_DEPARTMENTS: Final = {
    "imaging": Named("RIS", "2.999.1.10"),
    "lab": Named("LIS", "2.999.1.11"),
    "vaccination": Named("IIS", "2.999.1.12"),
    "pharmacy": Named("PHARM", "2.999.1.13"),
}
PLACER: Final = Named("EHR", "2.999.1.20")
_IMAGING_CODES: Final = frozenset({"OMI", "ORI", "ORM", "ORR", "OMG", "ORG", "MDM", "SIU", "SRM", "SRR", "DFT", "OMQ"})
_PHARMACY_CODES: Final = frozenset(
    {
        "RDE",
        "RRE",
        "RDS",
        "RRD",
        "RGV",
        "RRG",
        "RAS",
        "RRA",
        "OMP",
        "ORP",
        "RAR",
        "RDR",
        "RER",
        "RGR",
        "ROR",
        "RDO",
        "RRO",
    }
)
_VACCINATION_CODES: Final = frozenset({"VXU", "VXQ", "VXR", "VXX"})
_CLASSES: Final = {
    "A01": "I", "A02": "I", "A03": "I", "A04": "O", "A05": "P", "A06": "I", "A07": "O", "A14": "P", "A28": "N",
    "A29": "N", "A31": "N", "A38": "P",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Result:
    type: str
    """OBX-2."""
    code: Coded
    value: str
    unit: str = ""
    range: str = ""
    flag: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    placer: Number
    filler: Number
    accession: str
    service: Coded
    section: str
    """Table 0074."""
    specimen: str
    reason: str
    ordered: datetime
    done: datetime
    resulted: datetime
    results: tuple[Result, ...]
    modality: catalog.Modality | None
    side: str


@dataclass(frozen=True, slots=True)
class Case:
    code: str
    event: str
    scenario: Scenario
    kind: str
    now: datetime
    control_id: str
    answered_id: str
    """Of the message that this one answers, if it is an answer."""
    query_tag: str
    patient: Patient
    other: Patient
    """Where a message tells of two."""
    patient_class: str
    priority: str
    location: Location
    earlier_location: Location
    admitted: datetime
    attending: Person
    referring: Person
    performer: Person
    department: Named
    reason: str
    orders: tuple[Order, ...]
    vaccine: tuple[Coded, str]
    drug: catalog.Drug

    @property
    def status(self) -> str:
        return self.scenario.status or ""

    @property
    def newborn(self) -> bool:
        return self.patient.age < 28

    @property
    def discharged(self) -> bool:
        return self.event == "A03" or self.scenario.movement in ("discharge", "death")


def case(code: str, event: str, scenario: Scenario, seed: int, when: datetime | None = None, nth: int = 0) -> Case:
    """The story for a kind of message. Each part draws from its own numbers, so that a scenario's word changes only
    what it means.

    `nth` tells the messages of one exchange apart, which share a story; an answer answers the one before it.
    """

    def draw(part: str) -> Random:
        return _draw(seed, part)

    times = draw("times")
    now = when or _FIRST_DAY + timedelta(days=times.randrange(300), minutes=times.randrange(8 * 60))
    kind = scenario.kind or _usual_kind(code)
    who = _patient(seed, "patient", scenario, now.date())
    patient_class = scenario.patient_class or _CLASSES.get(event, "I" if code == "ADT" else "O")
    priority = scenario.priority or ("S" if patient_class == "E" else "R")
    places = draw("places")
    numbers = draw("numbers")
    control = numbers.randrange(10_000_000)
    count = scenario.orders or 1
    return Case(
        code=code,
        event=event,
        scenario=scenario,
        kind=kind,
        now=now,
        control_id=_control_id(control + nth),
        answered_id=_control_id(control + nth - 1) if nth else f"SMQ{control:07}",
        query_tag=f"Q{control:07}",
        patient=who,
        other=_patient(seed, "other", Scenario(), now.date()),
        patient_class=patient_class,
        priority=priority,
        location=_location(places, patient_class, who.age),
        earlier_location=Location("EMER", f"{places.randrange(1, 20):02}", "A", HOSPITAL),
        admitted=now - timedelta(hours=2 if patient_class != "I" else 30),
        attending=_staff(seed, "attending"),
        referring=_staff(seed, "referring"),
        performer=_staff(seed, "performer"),
        department=_DEPARTMENTS[kind],
        reason=_reason(scenario, kind),
        orders=tuple(
            _order(n, kind, scenario, now, draw(f"order {n}"), numbers.randrange(10_000)) for n in range(count)
        ),
        vaccine=catalog.VACCINES[scenario.vaccine or ("HEPB" if who.age < 28 else "INFLUENZA")],
        drug=catalog.DRUGS[scenario.drug or "ACETAMINOPHEN"],
    )


def _draw(seed: int, part: str) -> Random:
    return Random(f"trivium/{seed}/{part}")  # noqa: S311


@lru_cache(maxsize=64)
def _patient(seed: int, part: str, scenario: Scenario, today: date) -> Patient:
    return people.patient(_draw(seed, part), scenario, today)


@lru_cache(maxsize=64)
def _staff(seed: int, part: str) -> Person:
    return people.staff(_draw(seed, part))


def _control_id(number: int) -> str:
    return f"SMP{number % 10_000_000:07}"


def _usual_kind(code: str) -> str:
    if code in _PHARMACY_CODES:
        return "pharmacy"
    if code in _VACCINATION_CODES:
        return "vaccination"
    return "imaging" if code in _IMAGING_CODES else "lab"


def _location(rng: Random, patient_class: str, age: int) -> Location:
    unit = {"E": "EMER", "I": "WEST", "B": "OBST", "P": "ADMI"}.get(patient_class, "CLIN")
    if patient_class == "I" and age < 18 * 365:
        unit = "NURS" if age < 28 else "PEDI"
    return Location(unit, f"{rng.randrange(101, 399)}", rng.choice("AB"), HOSPITAL)


def _reason(scenario: Scenario, kind: str) -> str:
    if scenario.reason:
        return scenario.reason
    if scenario.pregnant:
        return "Pregnancy"
    if scenario.age == "newborn":
        return "Newborn"
    if kind == "imaging":
        return catalog.BODY_PARTS[_body(scenario)][0]
    return {"lab": "General examination", "vaccination": "Immunization", "pharmacy": "Pain"}[kind]


def _body(scenario: Scenario) -> str:
    return scenario.body or catalog.USUAL_BODY.get(scenario.modality or "CT", "chest")


def _order(index: int, kind: str, scenario: Scenario, now: datetime, rng: Random, number: int) -> Order:
    ordered = now - timedelta(hours=3, minutes=10 * index)
    service, section, specimen, results, modality = _service(index, kind, scenario, rng)
    base = 100_000 + number * 10 + index
    side = scenario.side or "left"
    return Order(
        placer=Number(f"P{base}", PLACER),
        filler=Number(f"F{base + 7}", _DEPARTMENTS[kind]),
        accession=f"A{base + 400_000}",
        service=service,
        section=section,
        specimen=specimen,
        reason=_reason(scenario, kind),
        ordered=ordered,
        done=ordered + timedelta(hours=1),
        resulted=ordered + timedelta(hours=2),
        results=results,
        modality=modality,
        side=side if kind == "imaging" and _body(scenario) in catalog.PAIRED else "",
    )


_Service = tuple[Coded, str, str, tuple[Result, ...], catalog.Modality | None]


def _service(index: int, kind: str, scenario: Scenario, rng: Random) -> _Service:
    if kind == "imaging":
        return _study(index, scenario)
    if kind == "lab":
        return _panel(index, scenario, rng)
    if kind == "pharmacy":
        drug = catalog.DRUGS[scenario.drug or "ACETAMINOPHEN"]
        return drug.code, "PHR", "", (Result("NM", catalog.WEIGHT, "72", "kg"),), None
    vaccine = catalog.VACCINES[scenario.vaccine or "INFLUENZA"][0]
    eligibility = Coded("64994-7", "Vaccine funding program eligibility category", "LN")
    return vaccine, "", "", (Result("CE", eligibility, "V01"),), None


def _study(index: int, scenario: Scenario) -> _Service:
    name = scenario.modality or ("CT", "MR", "US")[index % 3]
    modality, body = catalog.MODALITIES[name], _body(scenario)
    side = f" {scenario.side or 'left'}" if body in catalog.PAIRED else ""
    extra = {True: " with contrast", False: " without contrast", None: ""}[scenario.contrast]
    code = f"{name}{body[:5].upper()}{side.strip()[:1].upper()}{'C' if scenario.contrast else ''}"
    _, well, ill = catalog.BODY_PARTS[body]
    found = ill if scenario.abnormal else well
    flag = "A" if scenario.abnormal else ""
    title = f"{modality.title}{side} {body}{extra}"
    results = (
        Result("TX", catalog.FINDINGS, f"{title}: {found}.", flag=flag),
        Result(
            "TX", catalog.IMPRESSION, "Abnormal examination." if scenario.abnormal else "Normal examination.", flag=flag
        ),
    )
    return Coded(code, title, "L"), modality.section, "", results, modality


def _panel(index: int, scenario: Scenario, rng: Random) -> _Service:
    name = scenario.panel or "CBC"
    if index:
        name = [*(panel for panel in catalog.PANELS if panel != name)][(index - 1) % 4]
    code, section, specimen, analytes = catalog.PANELS[name]
    results = []
    for number, analyte in enumerate(analytes):
        value = rng.uniform(analyte.low, analyte.high)
        flag = "N"
        if scenario.abnormal and number == 0:
            value, flag = analyte.high * 1.6, "H"
        low, high = f"{analyte.low:.{analyte.digits}f}", f"{analyte.high:.{analyte.digits}f}"
        results.append(Result("NM", analyte.code, f"{value:.{analyte.digits}f}", analyte.unit, f"{low}-{high}", flag))
    return code, section, specimen, tuple(results), None
