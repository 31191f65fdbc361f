"""A Patient out of DICOM patient attributes (R4: ImagingStudy.subject is (0010/*)), and Practitioners out of names."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from trivium_fhir.imaging.coding import identifier, uri_of
from trivium_fhir.imaging.notes import Notes, Remark, conflicts
from trivium_fhir.imaging.people import human_names
from trivium_fhir.imaging.rows import Row, distinct, first, items, text, texts
from trivium_fhir.imaging.times import date_of

NAMESPACE: Final = uuid.UUID("6f6b2c1e-7f0c-5d5e-9d4a-3f1b8a1c2d70")
"""Ids are version 5 UUIDs in it: of the same facts, the same id."""
_GENDERS: Final[Mapping[str, str]] = {"M": "male", "F": "female", "O": "other"}
_ONE_OF_A_STUDY: Final = ("PatientID", "IssuerOfPatientID", "PatientName", "PatientBirthDate", "PatientSex")


def id_of(*facts: str) -> str:
    return str(uuid.uuid5(NAMESPACE, "\x1f".join(facts)))


def patient(rows: Sequence[Row], notes: Notes) -> dict[str, Any]:
    """The patient of one study. What the objects say differently of one person is noted, the commonest taken."""
    found = {keyword: distinct(rows, keyword) for keyword in _ONE_OF_A_STUDY}
    conflicts(notes, found.items())
    value = {keyword: values[0] if values else "" for keyword, values in found.items()}
    if not any(value.values()):
        notes.add("PatientID", Remark.NO_PATIENT)
    body: dict[str, Any] = {"resourceType": "Patient"}
    source = next((row for row in rows if text(row, "PatientID") == value["PatientID"]), {})
    if numbers := _identifiers(source, rows, notes):
        body["identifier"] = numbers
    if value["PatientName"] and (names := human_names(value["PatientName"])):
        body["name"] = names
    if gender := _gender(value["PatientSex"], notes):
        body["gender"] = gender
    if born := _birth_date(value["PatientBirthDate"], notes):
        body["birthDate"] = born
    if address := [{"text": one} for one in first(rows, "PatientAddress")]:
        body["address"] = address
    if numbers_ := [{"system": "phone", "value": one} for one in first(rows, "PatientTelephoneNumbers")]:
        body["telecom"] = numbers_
    return {"resourceType": "Patient", "id": id_of("Patient", *_key(body, value, rows)), **body}


def _key(body: Mapping[str, Any], value: Mapping[str, str], rows: Sequence[Row]) -> tuple[str, ...]:
    """What makes two patients one: a number with its issuer; else number, issuer, name and birth date together.

    A number without an issuer is not unique, and without any of these nothing says that two studies are of one person.
    """
    for one in body.get("identifier", ()):
        if "system" in one:
            return one["system"], one["value"]
    who = tuple(value[name] for name in ("PatientID", "IssuerOfPatientID", "PatientName", "PatientBirthDate"))
    return who if any(who) else (text(next(iter(rows), {}), "StudyInstanceUID"),)


def _identifiers(source: Row, rows: Sequence[Row], notes: Notes) -> list[dict[str, Any]]:
    found = [_identifier(source, notes)] if text(source, "PatientID") else []
    if not found:
        notes.add("PatientID", Remark.NO_PATIENT_ID)
    others = next((items(row, "OtherPatientIDsSequence") for row in rows if items(row, "OtherPatientIDsSequence")), [])
    for item in others:
        if text(item, "PatientID") and (made := _identifier(item, notes)) not in found:
            found.append(made)
    return found


def _identifier(row: Row, notes: Notes) -> dict[str, Any]:
    qualifiers = next(iter(items(row, "IssuerOfPatientIDQualifiersSequence")), {})
    issuer = text(row, "IssuerOfPatientID")
    made = identifier(
        text(row, "PatientID"),
        namespace=issuer,
        universal=text(qualifiers, "UniversalEntityID"),
        form=text(qualifiers, "UniversalEntityIDType"),
    )
    if "system" not in made:
        remark = Remark.LOCAL_ISSUER if issuer and not uri_of(issuer) else Remark.UNQUALIFIED
        notes.add("IssuerOfPatientID", remark)
    return made


def _gender(sex: str, notes: Notes) -> str:
    if sex and sex not in _GENDERS:
        notes.add("PatientSex", Remark.BAD_SEX)
    return _GENDERS.get(sex, "")


def _birth_date(day: str, notes: Notes) -> str:
    found = date_of(day)
    if day and not found:
        notes.add("PatientBirthDate", Remark.BAD_DATE)
    return found


class Practitioners:
    """The persons who are named in a study, each once. They are this study's: a name alone identifies nobody."""

    def __init__(self, study_uid: str) -> None:
        self._study = study_uid
        self.made: dict[str, dict[str, Any]] = {}

    def named(self, row: Row, names: str, identification: str) -> list[dict[str, Any]]:
        """References to the persons under `names`, each with the item of the same place in `identification`."""
        known = items(row, identification)
        return [
            self._reference(name, known[place] if place < len(known) else {})
            for place, name in enumerate(texts(row, names))
            if human_names(name)
        ]

    def _reference(self, name: str, item: Row) -> dict[str, Any]:
        codes = [text(code, "CodeValue") for code in items(item, "PersonIdentificationCodeSequence")]
        where = text(item, "InstitutionName")
        id_ = id_of("Practitioner", self._study, name, where, *codes)
        body: dict[str, Any] = {"resourceType": "Practitioner", "id": id_}
        if numbers := [identifier(code, namespace=where) for code in codes if code]:
            body["identifier"] = numbers
        self.made.setdefault(id_, {**body, "name": human_names(name)})
        return {"reference": f"urn:uuid:{id_}"}
