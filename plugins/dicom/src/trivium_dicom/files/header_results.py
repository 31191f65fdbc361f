"""What `read_dicom_file` answers."""

from typing import Annotated

from pydantic import Field

from trivium.api import PUBLIC, Kind, PhiBy
from trivium_dicom.result import Result


class ElementRow(Result):
    """One data element."""

    path: Annotated[str, PUBLIC]
    name: Annotated[str, PUBLIC]
    vr: Annotated[str, PUBLIC]
    value: Annotated[str | None, PhiBy("phi")] = Field(default=None, description="several are joined by a backslash")
    phi: Annotated[Kind | None, PUBLIC] = None
    values: Annotated[int | None, PUBLIC] = Field(default=None, description="how many, if several")
    length: Annotated[int | None, PUBLIC] = Field(default=None, description="of the whole text, if cut")
    bytes: Annotated[int | None, PUBLIC] = None
    items: Annotated[int | None, PUBLIC] = None
    creator: Annotated[str | None, PUBLIC] = Field(default=None, description="private; left out if as in the row above")


class PixelSummary(Result):
    """What the file says of its pixel data."""

    bytes: Annotated[int, PUBLIC]
    expected_bytes: Annotated[int | None, PUBLIC] = Field(default=None, description="by the attributes, if it differs")
    fragments: Annotated[int | None, PUBLIC] = None
    rows: Annotated[int | None, PUBLIC] = None
    columns: Annotated[int | None, PUBLIC] = None
    frames: Annotated[int | None, PUBLIC] = None
    samples: Annotated[int | None, PUBLIC] = None
    bits_allocated: Annotated[int | None, PUBLIC] = None
    bits_stored: Annotated[int | None, PUBLIC] = None
    signed: Annotated[bool | None, PUBLIC] = None
    photometric: Annotated[str | None, PUBLIC] = None


class FileHeader(Result):
    """A file, and a page of its elements."""

    sop_class: Annotated[str | None, PUBLIC] = None
    transfer_syntax: Annotated[str | None, PUBLIC] = None
    file_bytes: Annotated[int, PUBLIC]
    whole: Annotated[bool, PUBLIC] = Field(description="false: cut or broken")
    elements_in_file: Annotated[int, PUBLIC]
    private_elements: Annotated[int | None, PUBLIC] = None
    pixels: PixelSummary | None = None
    notes: Annotated[tuple[str, ...], PUBLIC]
    absent: Annotated[tuple[str, ...] | None, PUBLIC] = Field(default=None, description="selected, and not there")
    total: Annotated[int, PUBLIC] = Field(description="rows, as selected")
    offset: Annotated[int, PUBLIC]
    next_offset: Annotated[int | None, PUBLIC] = None
    elements: tuple[ElementRow, ...]
