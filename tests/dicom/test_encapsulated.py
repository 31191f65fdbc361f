"""Documents inside DICOM: their text by page or section, and what is said where there is none."""

from __future__ import annotations

import io
import struct
from typing import Any

import pytest
from pydicom.dataset import Dataset
from tests.dicom import making

from trivium.api import BadInput, Composed, Kind, NotFound
from trivium_dicom.documents.problems import Oddness
from trivium_dicom.documents.reading import Asked, read_document
from trivium_dicom.documents.results import DocumentPart, EncapsulatedDocument
from trivium_dicom.files.limits import Limits

CLASSES = {
    "application/pdf": "1.2.840.10008.5.1.4.1.1.104.1",
    "text/xml": "1.2.840.10008.5.1.4.1.1.104.2",
    "model/stl": "1.2.840.10008.5.1.4.1.1.104.3",
    "model/obj": "1.2.840.10008.5.1.4.1.1.104.4",
    "model/mtl": "1.2.840.10008.5.1.4.1.1.104.5",
}


def file_of(document: bytes, mime: str = "application/pdf", **changes: Any) -> bytes:
    ds = Dataset()
    values = {
        "SpecificCharacterSet": "ISO_IR 192",
        "SOPClassUID": CLASSES.get(mime, CLASSES["application/pdf"]),
        "SOPInstanceUID": "2.25.1",
        "StudyInstanceUID": "2.25.2",
        "PatientID": "PID1",
        "DocumentTitle": "Letter to Jane Doe",
        "EncapsulatedDocument": document + bytes(len(document) % 2),
        "EncapsulatedDocumentLength": len(document),
        "MIMETypeOfEncapsulatedDocument": mime,
    }
    for keyword, value in (values | changes).items():
        if value is not None:
            setattr(ds, keyword, value)
    return making.as_bytes(ds)


def read(document: bytes, mime: str = "application/pdf", **asked: Any) -> EncapsulatedDocument:
    return read_document(file_of(document, mime), Limits(), Asked(**asked))


def notes(found: EncapsulatedDocument) -> dict[str, int | None]:
    told = (note.rpartition(": ") for note in found.notes)
    return {note: int(count) for note, _, count in told if count.isdecimal()} | {
        note: None for note in found.notes if not note[-1].isdecimal()
    }


def of_word(text: Composed | None) -> list[tuple[str, Kind | None]]:
    return [(part.text, part.phi) for part in text.parts] if text else []


def texts(found: EncapsulatedDocument) -> list[str]:
    return ["".join(part.text for part in one.text.parts) if one.text else "" for one in found.parts]


def of_record(text: str) -> Composed:
    return Composed.model_validate({"parts": [{"text": text, "phi": "text"}]})


def pdf(*pages: str, images: bool = False) -> bytes:
    """A PDF with these lines of text on each page, as small as it can be."""
    first = 4
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(pages)))
    image = "/XObject << /I 3 0 R >>" if images else ""
    bodies = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray /Length 1 >>"
        "\nstream\nx\nendstream",
    ]
    for number, text in enumerate(pages):
        shown = "".join(f"({line}) Tj 0 -14 Td " for line in text.split("\n") if line)
        stream = f"BT /F 12 Tf 72 700 Td {shown}ET"
        font = "/Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
        bodies.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {first + 2 * number + 1} 0 R"
            f" /Resources << {font} {image} >> >>"
        )
        bodies.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    return _numbered(bodies)


def _numbered(bodies: list[str]) -> bytes:
    out, places = "%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(bodies) + 1
    tail = (
        f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{len(out)}\n"
    )
    return (out + tail + "%%EOF\n").encode("ascii")


def encrypted(document: bytes, password: str) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(document)))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def cda(*sections: str, head: str = "") -> bytes:
    body = "".join(f"<component>{section}</component>" for section in sections)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<ClinicalDocument xmlns="urn:hl7-org:v3"><title>Report</title>'
        f"<component><structuredBody>{body}</structuredBody></component></ClinicalDocument>"
    ).encode()


def test_the_pages_of_a_pdf_come_out_with_their_text() -> None:
    found = read(pdf("Jane Doe\nNo finding", "Page two"))
    assert (found.content, found.facts, found.notes, found.next_offset) == ("PDF", {"pages": 2}, (), None)
    assert found.parts == (
        DocumentPart(number=1, length=21, text=of_record("Jane Doe \u00b6 No finding")),
        DocumentPart(number=2, length=8, text=of_record("Page two")),
    )


def test_the_attributes_of_the_document_stand_in_the_head() -> None:
    document_class = making._code("18748-4", "LN", "Diagnostic imaging report")
    changes: dict[str, Any] = {
        "ConceptNameCodeSequence": [document_class],
        "HL7InstanceIdentifier": "1.2.3.4^JANE",
        "ContentDate": "20240229",
        "BurnedInAnnotation": "YES",
        "SourceInstanceSequence": [Dataset(), Dataset()],
    }
    document = pdf("x")
    found = read_document(file_of(document, **changes), Limits(), Asked())
    assert (found.PatientID, found.StudyInstanceUID, of_word(found.sop_class)) == (
        "PID1",
        "2.25.2",
        [("Encapsulated PDF Storage", None)],
    )
    assert (found.title, of_word(found.mime_type)) == ("Letter to Jane Doe", [("application/pdf", None)])
    assert (found.bytes, found.source_instances, found.document_time) == (len(document), 2, "20240229")
    assert (found.hl7_instance_identifier, of_word(found.burned_in_annotation)) == ("1.2.3.4^JANE", [("YES", None)])
    assert found.document_class is not None
    assert "".join(part.text for part in found.document_class.parts if part.phi is None) == (
        "Diagnostic imaging report (18748-4, LN)"
    )


def test_pages_go_on_by_page_and_by_character() -> None:
    document = pdf("a" * 150, "b" * 60, "c" * 60)
    first = read(document, characters=100)
    assert (texts(first), first.next_offset, first.next_skip) == (["a" * 100], 0, 100)
    second = read(document, characters=100, offset=0, skip=100)
    assert (texts(second), second.next_offset, second.next_skip) == (["a" * 50, "b" * 50], 1, 50)
    third = read(document, characters=100, offset=1, skip=50, limit=1)
    assert (texts(third), third.next_offset, third.next_skip) == (["b" * 10], 2, None)


def test_an_offset_beyond_the_end_is_an_error() -> None:
    with pytest.raises(NotFound, match="offset is beyond the end: the document has 1 parts"):
        read(pdf("x"), offset=1)


def test_a_scan_is_told_by_pages_without_text_that_hold_pictures() -> None:
    found = read(pdf("", "", images=True))
    assert notes(found) == {Oddness.NO_TEXT: 2}
    assert found.parts[0] == DocumentPart(number=1, length=0, images=1)


def test_a_pdf_that_takes_a_password_has_no_text_and_a_note() -> None:
    found = read(encrypted(pdf("Jane Doe"), "secret"))
    assert (found.parts, found.facts, notes(found)) == ((), {}, {Oddness.ENCRYPTED: None})


def test_a_pdf_that_is_encrypted_without_a_password_is_read() -> None:
    assert texts(read(encrypted(pdf("Jane Doe"), ""))) == ["Jane Doe"]


def test_a_spoiled_pdf_is_told() -> None:
    assert notes(read(b"%PDF-1.4 nothing else")) == {Oddness.SPOILED_PDF: None}


def test_a_spoiled_page_does_not_take_the_others_along() -> None:
    found = read(pdf("one", "two").replace(b"/Contents 5 0 R", b"/Contents (bad)"))
    assert texts(found)[1] == "two"


def test_a_document_that_is_not_what_its_type_says_is_read_as_what_it_is() -> None:
    found = read(pdf("x"), "text/xml")
    assert (found.content, notes(found), texts(found)) == ("PDF", {Oddness.OTHER_TYPE: None}, ["x"])


def test_a_type_that_no_storage_class_has_is_withheld() -> None:
    found = read(b"Jane Doe", "application/x-jane")
    assert (found.content, of_word(found.mime_type)) == ("unknown", [("application/x-jane", Kind.TEXT)])
    assert notes(found) == {Oddness.UNKNOWN_TYPE: None}


def test_a_document_shorter_than_its_length_is_told() -> None:
    content = file_of(pdf("x"), EncapsulatedDocumentLength=100_000)
    assert notes(read_document(content, Limits(), Asked())) == {Oddness.SHORT: None}


def test_the_sections_of_a_clinical_document_come_out_with_their_text() -> None:
    inner = "<section><title>Inner</title><text>deep</text></section>"
    outer = (
        '<section><code code="18782-3" codeSystem="2.16.840.1.113883.6.1"/><title>Findings of Jane</title>'
        "<text><paragraph>First\n line</paragraph><table><tr><td>a</td><td>b</td></tr></table></text>"
        f"<component>{inner}</component></section>"
    )
    found = read(cda(outer), "text/xml")
    assert (found.content, found.facts, notes(found)) == ("XML", {"sections": 2}, {})
    assert [one.depth for one in found.parts] == [None, 2]
    assert [one.title for one in found.parts] == ["Findings of Jane", "Inner"]
    assert texts(found) == ["First line \u00b6 | a | b", "deep"]


def test_a_section_code_that_dicom_uses_is_shown_in_words() -> None:
    section = '<section><code code="18748-4" codeSystem="2.16.840.1.113883.6.1"/><text>x</text></section>'
    assert read(cda(section), "text/xml").parts[0].section == "Diagnostic Imaging Report"
    local = '<section><code code="JANE" codeSystem="1.2.3"/><text>x</text></section>'
    assert read(cda(local), "text/xml").parts[0].section is None


@pytest.mark.parametrize(
    "head",
    [
        "<!DOCTYPE ClinicalDocument>",
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://example.org/x.dtd">',
    ],
)
def test_xml_with_a_document_type_is_not_read(head: str) -> None:
    found = read(cda("<section><text>x</text></section>", head=head), "text/xml")
    assert (found.parts, notes(found)) == ((), {Oddness.DOCTYPE: None})


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (b'<?xml version="1.0"?><html>x</html>', {Oddness.NOT_CDA: None}),
        (cda()[:-5], {Oddness.SPOILED_XML: None}),
        (cda().replace(b"UTF-8", b"UTF-9"), {Oddness.SPOILED_XML: None}),
        (cda().replace(b"UTF-8", b"idna"), {Oddness.SPOILED_XML: None}),
        (cda("<section>" + "<a>" * 300), {Oddness.DEEP_XML: None}),
        (
            b'<ClinicalDocument xmlns="urn:hl7-org:v3"><component><nonXMLBody><text>x</text></nonXMLBody></component>'
            b"</ClinicalDocument>",
            {Oddness.NOT_XML_BODY: None},
        ),
    ],
)
def test_what_is_wrong_with_xml_is_told(document: bytes, expected: dict[str, None]) -> None:
    assert notes(read(document, "text/xml")) == expected


@pytest.mark.parametrize(
    ("mime", "document", "facts"),
    [
        ("model/stl", bytes(80) + struct.pack("<I", 2) + bytes(100), {"triangles": 2}),
        ("model/stl", b"solid x\nfacet\nendfacet\nendsolid " + bytes(100), {"triangles": 1}),
        ("model/obj", b"# Jane\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", {"vertices": 3, "faces": 1}),
        ("model/mtl", b"newmtl skin\nKd 1 1 1\n", {"materials": 1}),
    ],
)
def test_a_model_is_counted_and_none_of_its_words_is_shown(mime: str, document: bytes, facts: dict[str, int]) -> None:
    found = read(document, mime)
    assert (found.facts, found.parts, found.notes) == (facts, (), ())


def test_a_model_that_cannot_be_counted_is_told() -> None:
    assert notes(read(b"Jane", "model/stl")) == {Oddness.SPOILED_MODEL: None}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            making.as_bytes(making.ct()),
            "path is an image, not an encapsulated document: use render_dicom_image or read_dicom_file",
        ),
        (
            file_of(b"", EncapsulatedDocument=b""),
            "path holds no encapsulated document: (0042,0011) is absent or empty",
        ),
        (
            file_of(
                b"", EncapsulatedDocument=None, MIMETypeOfEncapsulatedDocument=None, ContentSequence=[Dataset()]
            ),
            "path is a structured report, not an encapsulated document: use read_structured_report",
        ),
    ],
)  # fmt: skip
def test_what_holds_no_document_is_named(content: bytes, sentence: str) -> None:
    with pytest.raises(BadInput) as failure:
        read_document(content, Limits(), Asked())
    assert str(failure.value) == sentence
