"""Which facts of a study are compared, and where each stands in DICOM, in an order, and in what the study becomes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from trivium_fhir.imaging.study import Made
from trivium_fhir.imaging.worklist import ACCESSION, STUDY_UID

PLACER: Final = "00402016"
FILLER: Final = "00402017"


class Fact(NamedTuple):
    """What is compared. A reader gives the text of the FHIR side, empty where it has none."""

    name: str
    path: str
    """Of tags, as worklist items have them."""
    fhir: str
    read: Callable[[Made], str]
    same: Callable[[str, str], bool] = str.__eq__
    other: str = ""
    """Where studies have what is next to it, which is shown beside it and not held against it."""


def among(several: str, one: str) -> bool:
    """Whether it is one of several values with DICOM's own mark between them."""
    return one in several.split("\\")


def _same_name(one: str, other: str) -> bool:
    """The alphabetic group, without regard to case and to components at the end that are empty."""
    parts = [text.partition("=")[0].casefold().rstrip("^ ") for text in (one, other)]
    return parts[0] == parts[1]


def accession_numbers(made: Made) -> list[str]:
    return [one["value"] for one in made.study["identifier"] if "ACSN" in _codes(one)]


def modalities(made: Made) -> list[str]:
    return [one["code"] for one in made.study.get("modality", ())]


def _uid(made: Made) -> str:
    return next((str(one["value"]) for one in made.study["identifier"] if one.get("system") == "urn:dicom:uid"), "")


def _order_number(kind: str) -> Callable[[Made], str]:
    def read(made: Made) -> str:
        found = (one["identifier"] for one in made.study.get("basedOn", ()))
        return next((str(one["value"]) for one in found if kind in _codes(one)), "")

    return read


def _codes(identifier: Mapping[str, Any]) -> list[str]:
    return [coding.get("code", "") for coding in identifier.get("type", {}).get("coding", ())]


def _all(read: Callable[[Made], list[str]]) -> Callable[[Made], str]:
    return lambda made: ", ".join(read(made))


def _of_patient(*path: str) -> Callable[[Made], str]:
    return lambda made: _at(made.patient, path)


def _of_study(*path: str) -> Callable[[Made], str]:
    return lambda made: _at(made.study, path)


def _referrer(made: Made) -> str:
    reference = _at(made.study, ("referrer", "reference"))
    return next((_name(one) for one in made.practitioners if reference.endswith(one["id"])), "")


def _at(value: Any, path: Iterable[str]) -> str:
    """The text at a path, of lists the first."""
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
        value = value[0] if isinstance(value, list) and value else value
    return value if isinstance(value, str) else ""


def _name(person: Mapping[str, Any]) -> str:
    name: Mapping[str, Any] = next(iter(person.get("name", ())), {})
    given = " ".join(name.get("given", ()))
    return ", ".join(part for part in (name.get("family", ""), given) if part)


def _issuer(made: Made) -> str:
    return _at(made.patient, ("identifier", "system")) or _at(made.patient, ("identifier", "assigner", "display"))


def _procedure(made: Made) -> str:
    return _at(made.study, ("procedureCode", "coding", "code"))


FACTS: Final = (
    Fact("accession number", ACCESSION, "ImagingStudy.identifier", _all(accession_numbers), among),
    Fact("study instance UID", STUDY_UID, "ImagingStudy.identifier", _uid),
    Fact("placer order number", PLACER, "ImagingStudy.basedOn.identifier", _order_number("PLAC")),
    Fact("filler order number", FILLER, "ImagingStudy.basedOn.identifier", _order_number("FILL")),
    Fact("requested procedure ID", "00401001", "", lambda _: ""),
    Fact("patient ID", "00100020", "Patient.identifier.value", _of_patient("identifier", "value")),
    Fact("issuer of patient ID", "00100021", "Patient.identifier.system", _issuer),
    Fact("patient name", "00100010", "Patient.name", lambda made: _name(made.patient), _same_name),
    Fact("birth date", "00100030", "Patient.birthDate", _of_patient("birthDate")),
    Fact("sex", "00100040", "Patient.gender", _of_patient("gender")),
    Fact("modality", "00400100/00080060", "ImagingStudy.modality", _all(modalities), among),
    Fact(
        "procedure code",
        "00321064/00080100",
        "ImagingStudy.procedureCode",
        _procedure,
        other="00081032/00080100",
    ),
    Fact("requested procedure", "00321060", "", lambda _: ""),
    Fact("study description", "00081030", "ImagingStudy.description", _of_study("description")),
    Fact("study date", "00080020", "ImagingStudy.started", _of_study("started")),
    Fact("scheduled start", "00400100/00400002", "", lambda _: ""),
    Fact("referring physician", "00080090", "ImagingStudy.referrer", _referrer, _same_name),
    Fact("admission ID", "00380010", "", lambda _: ""),
)
