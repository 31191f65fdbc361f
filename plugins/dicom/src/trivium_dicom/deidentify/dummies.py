"""Values that stand where a value must stand and the one that stood there may not (PS3.15 table E.1-1a, action D).

Each is the same in every file, tells nothing, and is of its value representation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from trivium_dicom.deidentify.needs import Path

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from trivium_dicom.deidentify.keyed import Keyed
    from trivium_dicom.iods import Attribute

REMOVED: Final = "REMOVED"
SCHEME: Final = "99TRIVIUM"
"""Of codes that stand for codes that were taken away; private schemes begin with 99 (PS3.16 8.2)."""
MEANING: Final = "Removed"
_TEXTS: Final = frozenset({"SH", "LO", "ST", "LT", "UC", "UT", "PN"})
_BY_VR: Final[Mapping[str, Any]] = {
    "DA": "19000101",
    "TM": "000000",
    "DT": "19000101000000",
    "AS": "000Y",
    "CS": "UNKNOWN",
    "UR": "urn:removed",
    "DS": "0",
    "IS": "0",
    "OB": b"\0\0",
    "OW": b"\0\0",
    "UN": b"\0\0",
    "OL": b"\0\0\0\0",
    "OF": b"\0\0\0\0",
    "OD": b"\0\0\0\0\0\0\0\0",
    "OV": b"\0\0\0\0\0\0\0\0",
}
_BY_TAG: Final[Mapping[str, Any]] = {
    "00080060": "OT",  # Modality
    "00080064": "WSD",  # ConversionType
    "00281054": "US",  # RescaleType: unspecified
    "00700006": "removed",  # UnformattedTextValue, which a viewer shows
    "00420012": "application/octet-stream",  # MIMETypeOfEncapsulatedDocument
}
_IDENTIFIERS: Final = ("ID", "Identifier", "Number", "SerialNumber", "Layer", "AE", "AETitle")
"""Ends of keywords whose values tell things apart, and go on doing so."""
_RELATIONSHIPS: Final = frozenset(
    ("CONTAINS", "HAS OBS CONTEXT", "HAS ACQ CONTEXT", "HAS CONCEPT MOD", "HAS PROPERTIES", "INFERRED FROM")
)
"""In which a text can stand (PS3.3 C.17.3.2.4)."""


def dummy(keyed: Keyed, tag: str, vr: str, keyword: str, values: tuple[str, ...]) -> Any:
    """What is put in the place of `values`: one for each."""
    if tag in _BY_TAG:
        return _BY_TAG[tag]
    if tag == "00080008":
        return ["DERIVED", "SECONDARY"]
    if vr == "UI":
        return [keyed.uid(one) for one in values or (keyword,)]
    if vr == "AE" or (vr in ("SH", "LO", "UC", "CS") and keyword.endswith(_IDENTIFIERS)):
        return [keyed.pseudonym(keyword, one.strip()) for one in values or (keyword,)]
    if vr in _TEXTS:
        return REMOVED
    if vr.startswith(("US or", "OB or")):
        return b"\0\0"
    return _BY_VR.get(vr, 0)


def code_item() -> Dataset:
    """A coded concept that says that there was another."""
    from pydicom.dataset import Dataset

    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = REMOVED, SCHEME, MEANING
    return item


def item_of(keyed: Keyed, attributes: Mapping[str, Attribute], above: Path = ()) -> Dataset:
    """The smallest item that a sequence's definition allows: dummies where values must be, nothing where they may."""
    from pydicom.datadict import dictionary_VR, keyword_for_tag
    from pydicom.dataset import Dataset

    if "00080104" in attributes:
        return code_item()
    item = Dataset()
    for one in attributes.values():
        if one.type not in ("1", "2") or one.tag in above:
            continue
        tag = int(one.tag, 16)
        vr = dictionary_VR(tag)
        if vr == "SQ":
            value: Any = [item_of(keyed, one.items, (*above, one.tag))] if one.type == "1" else []
        else:
            value = dummy(keyed, one.tag, vr, keyword_for_tag(tag), ()) if one.type == "1" else None
        item.add_new(tag, vr, value)
    return item


def content_item(relationship: str = "CONTAINS") -> Dataset:
    """A line of a structured report that says that there was another."""
    from pydicom.dataset import Dataset

    item, name = Dataset(), Dataset()
    name.CodeValue, name.CodingSchemeDesignator, name.CodeMeaning = "121106", "DCM", "Comment"
    if relationship in _RELATIONSHIPS:
        item.RelationshipType = relationship
    item.ValueType, item.ConceptNameCodeSequence, item.TextValue = "TEXT", [name], REMOVED
    return item


def graphic_items(layer: str) -> list[Dataset]:
    """Graphic annotation (PS3.3 C.10.5): a word in the corner that says that there was another."""
    from pydicom.dataset import Dataset

    item, text = Dataset(), Dataset()
    text.BoundingBoxAnnotationUnits = "DISPLAY"
    text.UnformattedTextValue = _BY_TAG["00700006"]
    text.BoundingBoxTopLeftHandCorner = [0, 0]
    text.BoundingBoxBottomRightHandCorner = [0.2, 0.05]
    text.BoundingBoxTextHorizontalJustification = "LEFT"
    item.GraphicLayer, item.TextObjectSequence = layer, [text]
    return [item]


def waveform_items() -> list[Dataset]:
    """Annotation of a waveform (PS3.3 C.10.10), of all channels of the first group."""
    from pydicom.dataset import Dataset

    item = Dataset()
    item.UnformattedTextValue, item.ReferencedWaveformChannels = _BY_TAG["00700006"], [1, 0]
    return [item]


_PDF_OBJECTS: Final = (
    b"<</Type/Catalog/Pages 2 0 R>>",
    b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
)


def _pdf() -> bytes:
    """One blank page."""
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(_PDF_OBJECTS, 1):
        places.append(len(out))
        out += b"%d 0 obj%sendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(places) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n" % count
    return out + head + table + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (count, len(out))


_DOCUMENTS: Final = {
    "application/pdf": _pdf(),
    "text/xml": b'<ClinicalDocument xmlns="urn:hl7-org:v3"/>\n',
    "model/stl": bytes(84),
    "model/obj": b"# removed\n",
    "model/mtl": b"# removed\n",
}
MIME_TYPES: Final = frozenset(_DOCUMENTS)


def document(mime_type: str) -> bytes:
    """An empty document of a type, of even length."""
    found = _DOCUMENTS.get(mime_type.casefold(), b"\0\0")
    return found + (b" " if found.endswith(b"\n") and len(found) % 2 else b"")
