"""The text of a PDF, page by page, with pypdf. No script, link, attachment or picture of it is touched."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING, Any, Final

from trivium_dicom.documents.contents import Contents, Text
from trivium_dicom.documents.problems import Oddness

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

MARK: Final = b"%PDF-"
_MARK_WITHIN: Final = 1024
"""Bytes in which readers commonly look for the mark."""
_MOST_XOBJECTS: Final = 1000
_SPOILED: Final = (
    ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, AssertionError,
    NotImplementedError, zlib.error, struct.error, OSError, EOFError,
)  # fmt: skip
"""What pypdf raises over spoiled files besides its own errors."""


def is_pdf(document: bytes) -> bool:
    return MARK in document[:_MARK_WITHIN]


def read_pdf(document: bytes) -> Contents:
    """Pages as parts. A PDF that cannot be opened has none, and a note why."""
    from pypdf.errors import PyPdfError

    contents = Contents()
    try:
        reader = _opened(document)
        if reader is None:
            contents.note(Oddness.ENCRYPTED)
            return contents
        contents.count = len(reader.pages)
    except (PyPdfError, *_SPOILED):
        contents.note(Oddness.SPOILED_PDF)
        return contents
    contents.facts["pages"] = contents.count
    contents.part = lambda index: _page(reader, index, contents)
    if not contents.count:
        contents.note(Oddness.SPOILED_PDF)
    return contents


def _opened(document: bytes) -> PdfReader | None:
    """None where it takes a password. Many are encrypted with an empty one, which every reader tries."""
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    reader = PdfReader(io.BytesIO(document))
    if not reader.is_encrypted:
        return reader
    try:
        return reader if reader.decrypt("") else None
    except DependencyError:
        return None


def _page(reader: PdfReader, index: int, contents: Contents) -> Text:
    from pypdf.errors import PyPdfError

    try:
        page = reader.pages[index]
        text = page.extract_text()
    except (PyPdfError, *_SPOILED):
        contents.note(Oddness.SPOILED_PAGES, 1)
        return Text("")
    if not text.strip():
        contents.note(Oddness.NO_TEXT, 1)
    return Text(text, images=_images(page) or None)


def _images(page: PageObject) -> int:
    """Pictures that the page names. None is decoded."""
    from pypdf.errors import PyPdfError

    try:
        resources: Any = page["/Resources"]
        named = list(resources["/XObject"].values())[:_MOST_XOBJECTS]
        return sum(one.get_object().get("/Subtype") == "/Image" for one in named)
    except (PyPdfError, *_SPOILED):
        return 0
