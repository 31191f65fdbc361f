"""Marks that say which fields carry patient data.

A tool's result is a pydantic model whose leaves are marked. The host, never the tool, decides what the caller sees::

    class Study(BaseModel):
        PatientName: Annotated[str, Phi(Kind.NAME)]
        StudyInstanceUID: Annotated[str, Phi(Kind.UID)]
        modalities: Annotated[list[str], PUBLIC]

A mark on a container covers every leaf below it, unless a leaf carries its own. Where one field holds now this kind of
value and now that (an HL7 field, a DICOM element), `PhiBy` names the sibling field that says which::

    class Field(BaseModel):
        path: Annotated[str, PUBLIC]
        phi: Annotated[Kind | None, PUBLIC]
        value: Annotated[str, PhiBy("phi")]     # phi=None means this value is public

The sibling is for programs: the text that a model reads leaves it out, since what is withheld says its kind itself.

A tool's parameter takes a mark too: `patient_id: Annotated[str, Phi(Kind.PATIENT_ID), Field(...)]`. There the host puts
the value back for a stand-in that it gave out, so that an agent works on with what it has never seen. `EMBEDDED` says
that stand-ins may stand anywhere in the text of a parameter, which is a whole message or document.

A public text of several lines, such as a generated file, is marked `BLOCK` beside `PUBLIC`, and is shown as lines.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a value tells of a person."""

    # The groups of 45 CFR 164.514(b)(2), and some that work needs. The line above stands in the schema of many a tool.
    NAME = "name"
    """Names of patients, relatives and staff."""
    PATIENT_ID = "patient_id"
    """Medical record, account, insurance and national numbers."""
    BIRTH_DATE = "birth_date"
    ADDRESS = "address"
    CONTACT = "contact"
    """Telephone, e-mail, URL."""
    TEXT = "text"
    """Free text: descriptions, comments, report text. It may hide anything."""
    ORDER = "order"
    """Accession, placer and filler numbers: the keys that join systems."""
    UID = "uid"
    """DICOM unique identifiers."""
    DATE = "date"
    """Dates and times of care: study, admission, observation."""
    FILE = "file"
    """Paths: people name files and folders after patients."""
    IMAGE = "image"
    """Pictures of a patient or of a record, which show faces and burned-in names. For `Image` alone."""


@dataclass(frozen=True, slots=True)
class Phi:
    """This field carries patient data of one kind."""

    kind: Kind


@dataclass(frozen=True, slots=True)
class PhiBy:
    """This field carries patient data of the kind that the sibling field `field` holds (`None`: public)."""

    field: str


@dataclass(frozen=True, slots=True)
class Public:
    """This field can never carry patient data."""


PUBLIC: Final = Public()

Mark = Phi | PhiBy | Public


@dataclass(frozen=True, slots=True)
class Embedded:
    """This parameter's text may hold stand-ins of the host in it, in whose place the values are put back."""


@dataclass(frozen=True, slots=True)
class Block:
    """This public text has lines, and is shown with them."""


EMBEDDED: Final = Embedded()
BLOCK: Final = Block()


def mark_among(metadata: Iterable[object]) -> Mark | None:
    """The mark among the annotations of a type or field."""
    return next((one for one in metadata if isinstance(one, Mark)), None)
