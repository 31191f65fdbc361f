"""Headers, acknowledgments, queries and master files: HL7 v2.5.1 chapters 2, 5 and 8."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from trivium_hl7.samples.case import PLACER
from trivium_hl7.samples.people import HOSPITAL
from trivium_hl7.samples.place import Place
from trivium_hl7.samples.values import Coded, Moment, Part, Parts
from trivium_hl7.samples.writing import Content

_QUERIES: Final = {
    "Q21": ("Q21", "Get person demographics"),
    "Q22": ("Q22", "Find candidates"),
    "Q23": ("Q23", "Get corresponding identifiers"),
    "Q24": ("Q24", "Allocate identifiers"),
    "Q11": ("Q11", "Query by parameter"),
}
_ANSWERS: Final = {"K21": "Q21", "K22": "Q22", "K23": "Q23", "K24": "Q24", "K11": "Q11"}
_MASTER_FILES: Final = {
    "M02": "PRA", "M03": "OM1", "M04": "CDM", "M05": "LOC", "M06": "CMA", "M07": "CMB", "M08": "OM1", "M09": "OM2",
    "M10": "OM5", "M11": "OM6",
}  # fmt: skip


def msh(place: Place) -> Content:
    """From MSH-3 on."""
    case = place.case
    department_sends = place.reports or place.replies or place.code == "ACK"
    sender, receiver = (case.department, PLACER) if department_sends else (PLACER, case.department)
    return {
        3: sender,
        4: HOSPITAL,
        5: receiver,
        6: HOSPITAL,
        7: Moment(case.now),
        9: Parts((place.code, place.event, place.structure if place.since("2.3.1") else None)),
        10: case.control_id,
        11: "T",
        12: place.version,
    }


def msa(place: Place) -> Content:
    return {1: "AA", 2: place.case.answered_id}


def _query(place: Place) -> Coded:
    event = _ANSWERS.get(place.event, place.event)
    code, display = _QUERIES.get(event, (event, "Sample query"))
    return Coded(code, display, "L")


def qak(place: Place) -> Content:
    return {1: place.case.query_tag, 2: "OK", 3: _query(place), 4: "1", 5: "1", 6: "0"}


def qpd(place: Place) -> Content:
    event = _ANSWERS.get(place.event, place.event)
    return {1: _query(place), 2: place.case.query_tag, 3: _parameters(place, event)}


def _parameters(place: Place, event: str) -> Part | list[Part]:
    who = place.patient
    if event == "Q22":
        return [Parts(("@PID.5.1", who.name.family)), Parts(("@PID.8", who.sex))]
    return who.number


def query_type(place: Place) -> str:
    """The data type of QPD-3, which is the query's own."""
    event = _ANSWERS.get(place.event, place.event)
    return "QIP" if event == "Q22" else "CX"


def rcp(place: Place) -> Content:
    return {1: "I", 2: Parts(("20", Coded("RD", "Records", "HL70126")))}


def qrd(place: Place) -> Content:
    return {
        1: Moment(place.case.now),
        2: "R",
        3: "I",
        4: place.case.query_tag,
        7: Parts(("20", Coded("RD", "Records", "HL70126"))),
        8: _who(place),
        9: Coded("DEM"),
        10: Coded("ALL", "", "L"),
    }


def _who(place: Place) -> Part:
    number = place.patient.number
    return Parts((number.number, place.patient.name.family, place.patient.name.given)) if place.since("2.3") else number


def mfi(place: Place) -> Content:
    return {1: Coded(_MASTER_FILES.get(place.event, "OM1")), 3: "UPD", 4: Moment(place.case.now), 6: "AL"}


def mfe(place: Place) -> Content:
    staff = place.case.performer
    key = Coded(staff.number, "", "L") if place.event == "M02" else place.order.service
    action = "MDL" if place.case.status == "cancel" else "MUP" if place.case.status == "corrected" else "MAD"
    return {1: action, 2: f"M{place.ordinal}", 3: Moment(place.case.now), 4: key, 5: place.coded_type}


def mfa(place: Place) -> Content:
    return {1: "MAD", 2: f"M{place.ordinal}", 4: Coded("S"), 5: place.order.service, 6: place.coded_type}


def err(place: Place) -> Content:
    """The error that is none: a reply which must have the segment says success."""
    if not place.since("2.5"):
        return {}
    return {2: Parts(("MSH", "1", "10")), 3: Coded("0"), 4: "I"}


def dsp(place: Place) -> Content:
    return {1: str(place.ordinal), 3: place.patient.name.text("ST")}


def rdf(place: Place) -> Content:
    return {1: "1", 2: Parts(("PatientName", "ST", "40"))}


CONTROL: Final[Mapping[str, Callable[[Place], Content]]] = {
    "MSH": msh,
    "MSA": msa,
    "QAK": qak,
    "QPD": qpd,
    "RCP": rcp,
    "QRD": qrd,
    "MFI": mfi,
    "MFE": mfe,
    "MFA": mfa,
    "ERR": err,
    "DSP": dsp,
    "RDF": rdf,
}
