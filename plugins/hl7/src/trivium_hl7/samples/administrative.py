"""Patients, visits, relatives and what is paid: HL7 v2.5.1 chapters 3 and 6."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from trivium_hl7.samples.people import HOSPITAL
from trivium_hl7.samples.place import Place
from trivium_hl7.samples.values import Coded, Moment, Number, Organization, Parts, Phone, Quantity
from trivium_hl7.samples.writing import Content

_ACCOUNT_MERGES: Final = frozenset({"A35", "A41", "A44", "A49"})
_VISIT_MERGES: Final = frozenset({"A42", "A45", "A50"})
_ADMISSION_TYPES: Final = {"E": "E", "B": "L", "I": "R", "P": "C"}


def evn(place: Place) -> Content:
    return {1: place.event, 2: Moment(place.case.now), 6: Moment(place.case.now)}


def pid(place: Place) -> Content:
    who, case = place.patient, place.case
    minor = who.age < 18 * 365
    dead = case.scenario.movement == "death"
    return {
        1: str(place.ordinal),
        3: who.number,
        5: who.name,
        6: who.mother if minor else None,
        7: Moment(datetime(who.birth.year, who.birth.month, who.birth.day), day_only=True),
        8: Coded(who.sex, table="0001"),
        11: who.address,
        13: who.phone,
        16: Coded("S" if minor or not who.married else "M", table="0002"),
        18: who.account if place.since("2.2") else who.account.number,
        24: "N" if case.newborn else None,
        29: Moment(case.now) if dead else None,
        30: "Y" if dead else None,
        40: who.phone,
    }


def pv1(place: Place) -> Content:
    case, who = place.case, place.patient
    moved = case.event in ("A02", "A12", "A17") or case.scenario.movement == "transfer"
    here, before = case.location, case.earlier_location
    if who is case.other:
        here, before = before, here
    newborn = case.newborn and case.patient_class == "I"
    return {
        1: str(place.ordinal),
        2: Coded(case.patient_class),
        3: here,
        4: Coded("N" if newborn else _ADMISSION_TYPES.get(case.patient_class, "R")),
        6: before if moved else None,
        7: case.attending,
        8: case.referring,
        10: Coded(_service(place), system="L") if place.since("2.7") else _service(place),
        16: Coded("VIP", "", "L") if case.scenario.vip else None,
        19: who.visit,
        36: Coded("20" if case.scenario.movement == "death" else "01", "", "L") if case.discharged else None,
        44: Moment(case.admitted),
        45: Moment(case.now) if case.discharged else None,
    }


def _service(place: Place) -> str:
    case = place.case
    if case.scenario.pregnant or case.patient_class == "B":
        return "OBS"
    return "PED" if place.patient.age < 18 * 365 else "MED"


def pv2(place: Place) -> Content:
    return {3: Coded("REASON", place.case.reason, "L")}


def nk1(place: Place) -> Content:
    who = place.patient
    minor = who.age < 18 * 365
    relation = Coded("MTH" if minor else "SPO" if who.married else "FND", table="0063")
    return {
        1: str(place.ordinal),
        2: who.contact,
        3: relation,
        4: who.address,
        5: who.phone,
        7: Coded("N" if minor or who.married else "C", table="0131"),
    }


def mrg(place: Place) -> Content:
    who = place.patient
    earlier = who.earlier_number
    content: dict[int, object] = {1: earlier, 7: who.name}
    if place.event in _ACCOUNT_MERGES or place.event in _VISIT_MERGES:
        content[3] = Number(str(int(who.account.number) - 11), HOSPITAL, "AN")
    if place.event in _VISIT_MERGES:
        content[5] = Number(str(int(who.visit.number) - 11), HOSPITAL, "VN")
    return content  # type: ignore[return-value]


def al1(place: Place) -> Content:
    allergen = Coded("PENI", "Penicillin", "L")
    return {1: str(place.ordinal), 2: Coded("DA", table="0127"), 3: allergen, 4: Coded("MO", table="0128"), 5: "Rash"}


def dg1(place: Place) -> Content:
    case = place.case
    return {
        1: str(place.ordinal),
        3: Coded("DX1", case.reason, "L"),
        4: case.reason,
        5: Moment(case.admitted),
        6: Coded("F" if case.discharged else "A" if case.code == "ADT" else "W"),
    }


def in1(place: Place) -> Content:
    who = place.patient
    start = datetime(place.case.now.year, 1, 1)
    return {
        1: str(place.ordinal),
        2: Coded("PLAN1", "Example Health Plan", "L"),
        3: Number("EHP-001", HOSPITAL, "NIIP") if place.since("2.2") else "EHP-001",
        4: Organization("Example Insurance"),
        12: Moment(start),
        13: Moment(start + timedelta(days=364)),
        16: who.name,
        17: Coded("CHD" if who.age < 18 * 365 else "SEL", table="0063"),
        36: f"EX{who.number.number}",
    }


def gt1(place: Place) -> Content:
    who = place.patient
    minor = who.age < 18 * 365
    return {
        1: str(place.ordinal),
        3: who.contact if minor else who.name,
        5: who.address,
        6: who.phone,
        11: Coded("PAR" if minor else "SEL", table="0063"),
    }


def ft1(place: Place) -> Content:
    case, order = place.case, place.order
    return {
        1: str(place.ordinal),
        2: f"T{order.filler.number}",
        4: Moment(order.done),
        5: Moment(case.now),
        6: Coded("CD" if case.status == "cancel" else "CG"),
        7: order.service,
        10: "1",
        11: Parts((Quantity("250.00", "USD"),)),
        13: Coded(order.section, "", "L"),
        20: case.performer,
        21: case.attending,
        23: order.filler,
    }


def pd1(place: Place) -> Content:
    return {3: Organization("Northmere Clinic")}


def stf(place: Place) -> Content:
    staff = place.case.performer
    return {
        1: Coded(staff.number, "", "L"),
        2: Number(staff.number, staff.assigner),
        3: staff.name,
        5: "U",
        7: "I" if place.case.status == "cancel" else "A",
        10: Phone("207", "5550100", "WPN"),
    }


def pra(place: Place) -> Content:
    return {1: Coded(place.case.performer.number, "", "L")}


ADMINISTRATIVE: Final[Mapping[str, Callable[[Place], Content]]] = {
    "EVN": evn,
    "PID": pid,
    "PD1": pd1,
    "PV1": pv1,
    "PV2": pv2,
    "NK1": nk1,
    "MRG": mrg,
    "AL1": al1,
    "DG1": dg1,
    "IN1": in1,
    "GT1": gt1,
    "FT1": ft1,
    "STF": stf,
    "PRA": pra,
}
