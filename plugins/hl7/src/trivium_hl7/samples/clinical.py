"""Orders, results, documents, appointments and what is given: HL7 v2.5.1 chapters 4, 7, 9 and 10."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from trivium_hl7.samples.layout import fields
from trivium_hl7.samples.place import Place
from trivium_hl7.samples.values import Coded, Moment, Named, Number, Part, Parts, Quantity, Timing
from trivium_hl7.samples.writing import Content

_UID_ARC: Final = "2.999.1.50"
_RESULT_STATUS: Final = {
    "cancel": "X",
    "preliminary": "P",
    "corrected": "C",
    "scheduled": "S",
    "final": "F",
}
_DOCUMENT_STATUS: Final = {"preliminary": "IP", "cancel": "IN"}
_APPOINTMENT_STATUS: Final = {"S15": "Cancelled", "S17": "Deleted", "S26": "Noshow", "S16": "Cancelled"}
_MANUFACTURER: Final = Coded("EXM", "Example Vaccines", "L")


def orc(place: Place) -> Content:
    case, order = place.case, place.order
    known = place.reports or place.replies
    return {
        1: _control(place),
        2: order.placer,
        3: order.filler if known else None,
        5: _order_status(place),
        7: _timing(place),
        9: Moment(order.resulted if place.reports else order.ordered),
        12: case.referring,
        16: Coded("REASON", order.reason, "L") if not place.reports else None,
    }


def _control(place: Place) -> str:
    status = place.case.status
    if place.reports:
        return "RE"
    if place.replies:
        return {"cancel": "CR", "hold": "HR"}.get(status, "OK")
    return {"cancel": "CA", "hold": "HD", "corrected": "XO"}.get(status, "NW")


def _order_status(place: Place) -> str | None:
    status = place.case.status
    if place.reports:
        return {"cancel": "CA", "preliminary": "A", "scheduled": "SC"}.get(status, "CM")
    found = {"cancel": "CA", "hold": "HD", "scheduled": "SC"}.get(status)
    return found if place.replies or status == "scheduled" else None


def _timing(place: Place) -> Part:
    """In the order itself where the structure has no TQ1 (since 2.5)."""
    if "TQ1" in place.segments:
        return None
    return Timing(place.order.done, place.case.priority)


def obr(place: Place) -> Content:
    case, order = place.case, place.order
    known = place.reports or place.replies
    imaging = order.modality is not None
    return {
        1: str(place.ordinal),
        2: order.placer,
        3: order.filler if known else None,
        4: order.service,
        5: case.priority if not place.since("2.3") else None,
        7: Moment(order.done) if place.reports else None,
        13: order.reason,
        15: Parts((Coded(order.specimen),)) if order.specimen and not place.since("2.5") else None,
        16: case.referring,
        18: order.accession if imaging else None,
        22: Moment(order.resulted) if place.reports else None,
        24: order.section or None,
        25: _RESULT_STATUS.get(case.status, "F") if place.reports else None,
        27: _timing(place),
        31: Coded("REASON", order.reason, "L") if imaging else None,
    }


def obx(place: Place) -> Content:
    case, result = place.case, place.result
    if result is None:
        return {}
    type_id = place.coded_type if result.type == "CE" else result.type
    missing = place.reports and case.status in ("cancel", "scheduled")
    value: Part = Coded(result.value, "", "L") if type_id in ("CE", "CWE") else result.value
    return {
        1: str(place.ordinal),
        2: None if missing else type_id,
        3: result.code,
        5: None if missing else value,
        6: Coded(result.unit, result.unit, "UCUM") if result.unit and not missing else None,
        7: result.range or None,
        8: Coded(result.flag, table="0078") if result.flag and not missing else None,
        11: _RESULT_STATUS.get(case.status, "F"),
        14: Moment(place.order.done),
    }


def observation_type(place: Place) -> str:
    """The data type of OBX-5."""
    result = place.result
    if result is None:
        return "TX"
    return place.coded_type if result.type == "CE" else result.type


def nte(place: Place) -> Content:
    return {1: str(place.ordinal), 2: "L", 3: "Sample comment"}


def tq1(place: Place) -> Content:
    return {
        1: str(place.ordinal),
        2: Quantity("1"),
        7: Moment(place.order.done),
        9: Coded(place.case.priority, table="0485"),
    }


def spm(place: Place) -> Content:
    order = place.order
    number = Number(f"S{order.filler.number[1:]}", order.filler.assigner)
    return {
        1: str(place.ordinal),
        2: Parts((order.placer, number)),
        4: Coded(order.specimen or "BLD", table="0487"),
        17: Moment(order.done - timedelta(minutes=20)),
        18: Moment(order.done),
    }


def ipc(place: Place) -> Content:
    order = place.order
    ris = order.filler.assigner
    modality = order.modality
    study = Named("", f"{_UID_ARC}.{order.filler.number[1:]}")
    return {
        1: Number(order.accession, ris),
        2: Number(f"R{order.filler.number[1:]}", ris),
        3: Parts((study.oid,)),
        4: Number(f"S{order.filler.number[1:]}", ris),
        5: Coded(modality.dicom, modality.title, "DCM") if modality else Coded("OT", "Other", "DCM"),
        6: order.service,
        8: Coded(modality.room, "", "L") if modality else None,
        9: f"{modality.room}_AE" if modality else None,
    }


def txa(place: Place) -> Content:
    case, order = place.case, place.order
    return {
        1: str(place.ordinal),
        2: Coded("DS" if case.scenario.movement == "discharge" else "DI"),
        3: "TX",
        4: Moment(order.done),
        5: case.performer,
        6: Moment(order.resulted),
        9: case.performer,
        12: Number(f"D{order.filler.number[1:]}", order.filler.assigner),
        14: order.placer,
        15: order.filler,
        17: _DOCUMENT_STATUS.get(case.status, "AU"),
        19: "UN" if case.status == "cancel" else "AV",
    }


def sch(place: Place) -> Content:
    case, order = place.case, place.order
    status = "Cancelled" if case.status == "cancel" else _APPOINTMENT_STATUS.get(place.event, "Booked")
    reason = {"E": "EMERGENCY"}.get(case.patient_class, "ROUTINE")
    return {
        1: order.placer,
        2: order.filler,
        6: Coded(reason, table="0276"),
        7: Coded(reason, table="0276"),
        8: Coded("Normal", "Routine", table="0277"),
        9: "30",
        10: Coded("min", "minute", "UCUM"),
        11: Parts((None, None, None, _start(place), None, case.priority)),
        16: case.performer,
        20: case.referring,
        25: Coded(status, table="0278"),
    }


def _start(place: Place) -> Moment:
    return Moment(place.case.now + timedelta(days=7))


def ais(place: Place) -> Content:
    return {
        1: str(place.ordinal),
        2: "A",
        3: place.order.service,
        4: _start(place),
        7: "30",
        8: Coded("min", "minute", "UCUM"),
    }


def ail(place: Place) -> Content:
    return {1: str(place.ordinal), 2: "A", 3: place.case.location, 6: _start(place)}


def aip(place: Place) -> Content:
    return {1: str(place.ordinal), 2: "A", 3: place.case.performer, 6: _start(place)}


def rgs(place: Place) -> Content:
    return {1: str(place.ordinal), 2: "A"}


def rxo(place: Place) -> Content:
    drug = place.case.drug
    return {1: drug.code, 2: drug.dose, 4: Coded(drug.unit, drug.unit, "UCUM")}


def rxe(place: Place) -> Content:
    case, drug = place.case, place.case.drug
    return {
        1: Timing(place.order.done, case.priority, drug.repeat) if "TQ1" not in place.segments else None,
        2: drug.code,
        3: drug.dose,
        5: Coded(drug.unit, drug.unit, "UCUM"),
        10: "30",
        15: place.order.filler.number,
    }


def rxd(place: Place) -> Content:
    drug = place.case.drug
    return {1: str(place.ordinal), 2: drug.code, 3: Moment(place.order.done), 4: "30", 7: place.order.filler.number}


def rxr(place: Place) -> Content:
    vaccination = place.case.kind == "vaccination"
    route = place.case.vaccine[1] if vaccination else place.case.drug.route
    return {1: Coded(route, table="0162"), 2: _site(place) if vaccination else None}


def _site(place: Place) -> Coded:
    """Of table 0163, or of 0550, which the field has since."""
    if fields("RXR", place.version)[1].table == "0550":
        return Coded("THIGH" if place.case.newborn else "DELT")
    return Coded("LT" if place.case.newborn else "LA", table="0163")


def rxa(place: Place) -> Content:
    case = place.case
    vaccination = case.kind == "vaccination"
    return {
        1: "0",
        2: str(place.ordinal),
        3: Moment(place.order.done),
        4: Moment(place.order.done),
        5: case.vaccine[0] if vaccination else case.drug.code,
        6: "0.5" if vaccination else case.drug.dose,
        7: Coded("mL", "mL", "UCUM") if vaccination else Coded(case.drug.unit, case.drug.unit, "UCUM"),
        10: case.performer,
        15: f"LOT{place.order.filler.number[1:]}" if vaccination else None,
        16: Moment(case.now + timedelta(days=400)) if vaccination else None,
        17: _MANUFACTURER if vaccination else None,
        20: "CP",
        21: "D" if case.status == "cancel" else "A",
    }


CLINICAL: Final[Mapping[str, Callable[[Place], Content]]] = {
    "ORC": orc,
    "OBR": obr,
    "OBX": obx,
    "NTE": nte,
    "TQ1": tq1,
    "SPM": spm,
    "IPC": ipc,
    "TXA": txa,
    "SCH": sch,
    "RGS": rgs,
    "AIS": ais,
    "AIL": ail,
    "AIP": aip,
    "RXO": rxo,
    "RXE": rxe,
    "RXD": rxd,
    "RXR": rxr,
    "RXA": rxa,
}
