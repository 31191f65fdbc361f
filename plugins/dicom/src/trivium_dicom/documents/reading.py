"""Read the document that a DICOM file carries. Runs in a worker process; nothing is written anywhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from trivium.api import BadInput, Composed, Kind, NotFound, Part
from trivium_dicom.documents.cda import read_cda
from trivium_dicom.documents.contents import Contents, Text
from trivium_dicom.documents.models import read_mtl, read_obj, read_stl
from trivium_dicom.documents.pdf import is_pdf, read_pdf
from trivium_dicom.documents.problems import DocumentProblem, Oddness
from trivium_dicom.documents.results import DocumentPart, EncapsulatedDocument
from trivium_dicom.files.limits import Limits
from trivium_dicom.files.reading import read
from trivium_dicom.phi import kind_of
from trivium_dicom.reports.codes import code_in
from trivium_dicom.reports.elements import element_of, items, one_line, text, whole_numbers
from trivium_dicom.reports.references import sop_class_name

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_READERS: Final[Mapping[str, Callable[[bytes], Contents]]] = {
    "PDF": read_pdf,
    "XML": read_cda,
    "STL": read_stl,
    "OBJ": read_obj,
    "MTL": read_mtl,
}
_TYPES: Final = {
    "application/pdf": "PDF",
    "text/xml": "XML",
    "application/xml": "XML",
    "model/stl": "STL",
    "application/sla": "STL",
    "model/obj": "OBJ",
    "model/mtl": "MTL",
}
_UNKNOWN: Final = "unknown"
_XML_MARKS: Final = (b"<?xml", b"<ClinicalDocument", b"\xef\xbb\xbf<", b"\xff\xfe<\0", b"\xfe\xff\0<")
_SHARE_OF_TIME: Final = 0.5
"""Of the seconds of a file, for the pages of one answer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which parts are wanted, and how much of them."""

    limit: int = 20
    offset: int = 0
    skip: int = 0
    characters: int = 20_000


def read_document(content: bytes, limits: Limits, asked: Asked) -> EncapsulatedDocument:
    """A document's facts and text.

    Raises `BadInput` for a file without one, `NotFound` for an offset beyond its end, and what `read` raises.
    """
    ds = read(content, limits, pixels=False).dataset
    document = _document(ds)
    mime = text(ds, "MIMETypeOfEncapsulatedDocument")
    kind = _kind(document, mime)
    contents = _READERS[kind](document) if kind in _READERS else Contents()
    _compared(contents, ds, document, mime, kind)
    if asked.offset and asked.offset >= contents.count:
        raise NotFound(where="offset", problem=DocumentProblem.NO_SUCH_PART, parts=contents.count)
    parts, rest = _parts(contents, asked, limits.seconds * _SHARE_OF_TIME)
    return EncapsulatedDocument(
        **_header(ds, mime),
        content=kind,
        bytes=len(document),
        facts=contents.facts,
        notes=tuple(f"{one.value}: {times}" if times else one.value for one, times in contents.notes.items()),
        parts=tuple(parts),
        **rest,
    )


def _document(ds: Dataset) -> bytes:
    """The bytes of the document, without the byte that pads it to an even length where its length is told."""
    element = element_of(ds, "EncapsulatedDocument")
    value = element.value if element is not None else None
    if not isinstance(value, bytes) or not value:
        raise BadInput(where="path", problem=_instead(ds))
    told = next(iter(whole_numbers(ds, "EncapsulatedDocumentLength")), 0)
    return value[:told] if 0 < told < len(value) else value


def _instead(ds: Dataset) -> DocumentProblem:
    if "EncapsulatedDocument" in ds or "MIMETypeOfEncapsulatedDocument" in ds:
        return DocumentProblem.NO_DOCUMENT
    if "ContentSequence" in ds:
        return DocumentProblem.IS_REPORT
    return DocumentProblem.IS_IMAGE if "Rows" in ds else DocumentProblem.NO_DOCUMENT


def _kind(document: bytes, mime: str) -> str:
    """By its first bytes, else by what the file says it is: models have no mark of their own."""
    if is_pdf(document):
        return "PDF"
    if document.lstrip()[:64].startswith(_XML_MARKS):
        return "XML"
    told = _TYPES.get(mime.lower(), _UNKNOWN)
    return told if told in ("STL", "OBJ", "MTL", "PDF", "XML") else _UNKNOWN


def _compared(contents: Contents, ds: Dataset, document: bytes, mime: str, kind: str) -> None:
    told = next(iter(whole_numbers(ds, "EncapsulatedDocumentLength")), 0)
    if told > len(document):
        contents.note(Oddness.SHORT)
    if mime.lower() not in _TYPES:
        contents.note(Oddness.UNKNOWN_TYPE if kind == _UNKNOWN else Oddness.OTHER_TYPE)
    elif _TYPES[mime.lower()] != kind:
        contents.note(Oddness.OTHER_TYPE)


def _header(ds: Dataset, mime: str) -> dict[str, Any]:
    document_class = code_in(ds, "ConceptNameCodeSequence")
    burned_in = text(ds, "BurnedInAnnotation")
    return {
        "PatientID": text(ds, "PatientID") or None,
        "StudyInstanceUID": text(ds, "StudyInstanceUID") or None,
        "sop_class": Composed(parts=(sop_class_name(text(ds, "SOPClassUID")),)),
        "title": text(ds, "DocumentTitle") or None,
        "document_class": Composed(parts=tuple(document_class.parts(codes=True))) if document_class else None,
        "mime_type": _word(mime, None if mime.lower() in _TYPES else Kind.TEXT),
        "hl7_instance_identifier": text(ds, "HL7InstanceIdentifier") or None,
        "document_time": text(ds, "ContentDate") + text(ds, "ContentTime") or None,
        "burned_in_annotation": _word(burned_in, kind_of("00280301", "CS", burned_in)),
        "source_instances": len(items(ds, "SourceInstanceSequence")) or None,
    }


def _word(text: str, kind: Kind | None) -> Composed | None:
    return Composed(parts=(Part(text=text, phi=kind),)) if text else None


def _parts(contents: Contents, asked: Asked, seconds: float) -> tuple[list[DocumentPart], dict[str, int]]:
    """As many parts as there is room and time for, and where the next answer goes on."""
    found: list[DocumentPart] = []
    room, skip, deadline = asked.characters, asked.skip, time.monotonic() + seconds
    for number, part in contents.parts(asked.offset, asked.limit):
        whole = one_line(part.text)
        shown = whole[skip : skip + room]
        found.append(_row(number, part, shown, len(whole)))
        room -= len(shown)
        if skip + len(shown) < len(whole):
            return found, {"next_offset": number - 1, "next_skip": skip + len(shown)}
        skip = 0
        if number < contents.count and (not room or time.monotonic() > deadline):
            if room:
                contents.note(Oddness.STOPPED)
            return found, {"next_offset": number}
    end = asked.offset + len(found)
    return found, {"next_offset": end} if end < contents.count else {}


def _row(number: int, part: Text, shown: str, length: int) -> DocumentPart:
    return DocumentPart(
        number=number,
        depth=part.depth if part.depth and part.depth > 1 else None,
        section=part.section,
        title=part.title or None,
        length=length,
        images=part.images,
        text=Composed(parts=(Part(text=shown, phi=Kind.TEXT),)) if shown else None,
    )
