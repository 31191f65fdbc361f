"""What `map_dicom_to_hl7` and `map_hl7_to_dicom` answer."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from trivium_hl7.result import Result


class Status(StrEnum):
    MAPPED = "mapped"
    NOT_MAPPED = "not_mapped"
    """Known, and no row names it."""
    UNKNOWN = "unknown"
    """No attribute or field of the dictionaries."""


class DicomAttribute(Result):
    """An element of the DICOM dictionary."""

    tag: str
    keyword: str
    name: str
    vr: str | None = Field(default=None, description="value representation, of elements that have rows")


class MapRow(Result):
    """One join of fields and an attribute."""

    attribute: str = Field(description="tags, / between the levels of sequences")
    keyword: str
    hl7: tuple[str, ...] = Field(description="HL7 v2 fields or components")
    hl7_name: str | None = Field(default=None, description="of the fields; absent: not in the dictionary")
    direction: Literal["hl7_to_dicom", "dicom_to_hl7"]
    messages: tuple[str, ...]
    maps: tuple[str, ...] = Field(description="for what the row holds")
    join: str | None = Field(default=None, description="of several fields: first valued one, or all combined")
    constant: str | None = Field(default=None, description="a fixed value, whatever the message says")
    remark: str | None = None
    usage: tuple[str, ...] = Field(default=(), description="how one archive uses the fields; R2: required if known")
    corrected: str | None = Field(default=None, description="the source's spelling, where a slip of it was put right")


class HomeOfValue(Result):
    """A place where the value travels, or where it is wrongly looked for."""

    place: str
    standing: Literal["rule", "local", "other"] = Field(
        description="rule: a profile or map says so; local: only by a site's definition; other: holds another value"
    )
    says: str
    source: str


class SourcedRemark(Result):
    says: str
    source: str


class CodePair(Result):
    hl7: str
    dicom: str
    name: str | None = None


class _Mapping(Result):
    status: Status
    summary: str
    differences: tuple[str, ...] = Field(default=(), description="where the home differs from message to message")
    homes: tuple[HomeOfValue, ...] = Field(default=(), description="every place it is known to travel in, and misuses")
    rows: tuple[MapRow, ...]
    total: int
    next_offset: int | None = Field(default=None, description="ask for this offset next")
    remarks: tuple[SourcedRemark, ...] = ()
    codes: tuple[CodePair, ...] = Field(default=(), description="code conversion: character sets or priorities")
    source: str


class AttributeMapping(_Mapping):
    """Where a DICOM attribute is in HL7 v2."""

    attribute: tuple[DicomAttribute, ...] = Field(description="outermost sequence first; empty: unknown")
    near: tuple[DicomAttribute, ...] = Field(default=(), description="other attributes with these words or nearly so")
    fhir: tuple[str, ...] = Field(default=(), description="FHIR R4's own DICOM column")


class FieldMapping(_Mapping):
    """Where an HL7 v2 field is in DICOM."""

    reference: str
    name: str = Field(description="of segment, field and components; empty: not in the dictionary")
    near_segments: tuple[str, ...] = Field(default=(), description="segments that have rows")
    fhir: tuple[str, ...] = Field(default=(), description="FHIR R4's DICOM column for the attributes of this page")
