"""The tool `extract_encapsulated_document`."""

from typing import Annotated

from pydantic import Field

from trivium.api import Effect, Given, tool
from trivium_dicom.documents.results import EncapsulatedDocument
from trivium_dicom.files.desk import TOOL_SECONDS, Desk, DicomPath


@tool(effect=Effect.READS_FILES, title="Extract encapsulated document", timeout=TOOL_SECONDS)
def extract_encapsulated_document(
    desk: Given[Desk],
    path: DicomPath,
    limit: Annotated[int, Field(ge=1, le=200, description="Most pages or sections.")] = 20,
    offset: Annotated[int, Field(ge=0, description="next_offset of the answer before.")] = 0,
    skip: Annotated[int, Field(ge=0, description="next_skip of the answer before.")] = 0,
    characters: Annotated[int, Field(ge=100, le=100_000, description="Most characters of text.")] = 20_000,
) -> EncapsulatedDocument:
    """Read the document that a DICOM file carries: the text of a PDF or a CDA, the size of an STL, OBJ or MTL model.

    Use it for encapsulated PDF, CDA and models. For a report that is DICOM itself (SR) use read_structured_report; for
    all other attributes of the file use read_dicom_file.

    Returns title, document class, MIME type, what the document really is, bytes, HL7 instance identifier, page or
    section counts, and the text by page (PDF) or section (CDA), which may be withheld. Says so where a PDF is
    encrypted, spoiled or scanned (no text), or where the XML is not read. Pages go on with next_offset and next_skip.

    Nothing is written to disk; scripts, attachments, pictures and addresses inside a document are never opened, and no
    characters are recognized in pictures.
    """
    # The reading of documents is loaded on first use.
    from trivium_dicom.documents.reading import Asked, read_document

    return desk.work(read_document, path, Asked(limit, offset, skip, characters))
