"""What can be wrong with an encapsulated document."""

from __future__ import annotations

from enum import StrEnum

from trivium.api import Problem


class DocumentProblem(Problem):
    IS_REPORT = "is a structured report, not an encapsulated document: use read_structured_report"
    IS_IMAGE = "is an image, not an encapsulated document: use render_dicom_image or read_dicom_file"
    NO_DOCUMENT = "holds no encapsulated document: (0042,0011) is absent or empty"
    NO_SUCH_PART = "is beyond the end: the document has {parts} parts"


class Oddness(StrEnum):
    """What is odd about a document, or why its text is not here."""

    SHORT = "the document is shorter than (0042,0015) says"
    OTHER_TYPE = "the document is not what its MIME type (0042,0012) says"
    UNKNOWN_TYPE = "a MIME type that no encapsulated storage class has: only its size is told"
    ENCRYPTED = "the PDF is encrypted and does not open without a password: no text"
    SPOILED_PDF = "the PDF is spoiled: no text"
    SPOILED_PAGES = "pages of the PDF are spoiled: their text is missing"
    NO_TEXT = "pages without any text: a scan, or drawn letters, which would need character recognition"
    STOPPED = "reading the pages took too long: ask for the rest with next_offset"
    DOCTYPE = "the XML declares a document type or entities, which CDA does not need: it is not read"
    SPOILED_XML = "the XML is not well-formed: text up to the fault"
    DEEP_XML = "the XML is nested too deep: text up to there"
    NOT_CDA = "the XML is no HL7 clinical document: no text"
    NOT_XML_BODY = "the body of the clinical document is not XML but another file inside it, which is not opened"
    SPOILED_MODEL = "the model cannot be counted"
