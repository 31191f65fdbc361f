"""What `decode_private_tags` answers. Words of `vocabulary` stand as plain text: their lists would cost each client."""

from typing import Annotated

from pydantic import Field

from trivium.api import PUBLIC, Kind, Phi, PhiBy
from trivium_dicom.result import Result


class PrivateBlock(Result):
    block: Annotated[str, PUBLIC]
    creator: Annotated[str | None, PUBLIC] = None
    written_creator: Annotated[str | None, Phi(Kind.TEXT)] = None


class PrivateElement(Result):
    path: Annotated[str, PUBLIC]
    basis: Annotated[str, PUBLIC]
    creator: Annotated[str | None, PUBLIC] = Field(default=None, description="as dictionaries spell it")
    written_creator: Annotated[str | None, Phi(Kind.TEXT)] = Field(default=None, description="where it is not that")
    name: Annotated[str | None, PUBLIC] = None
    vr: Annotated[str | None, PUBLIC] = None
    vm: Annotated[str | None, PUBLIC] = None
    stated_vr: Annotated[str | None, PUBLIC] = Field(default=None, description="of the file, where it differs")
    source: Annotated[str | None, PUBLIC] = None
    safe: Annotated[bool | None, PUBLIC] = Field(default=None, description="by PS3.15 E.3.10-1")
    others: Annotated[tuple[str, ...] | None, PUBLIC] = Field(default=None, description="that may hold instead")
    value: Annotated[str | None, PhiBy("phi")] = None
    phi: Annotated[Kind | None, PUBLIC] = None
    length: Annotated[int | None, PUBLIC] = Field(default=None, description="of a value that is cut")
    size: Annotated[int | None, PUBLIC] = Field(default=None, description="bytes")
    layout: Annotated[str | None, PUBLIC] = Field(default=None, description="of a header inside")
    not_decoded: Annotated[str | None, PUBLIC] = None


class PrivateEntry(Result):
    """A value inside a header."""

    path: Annotated[str, PUBLIC]
    name: Annotated[str, PhiBy("name_phi")]
    name_phi: Annotated[Kind | None, PUBLIC] = None
    value: Annotated[str, PhiBy("phi")]
    phi: Annotated[Kind | None, PUBLIC] = None
    length: Annotated[int | None, PUBLIC] = None


class PrivateTags(Result):
    total: Annotated[int, PUBLIC] = Field(description="elements and entries, or creators")
    counts: Annotated[dict[str, int] | None, PUBLIC] = Field(default=None, description="elements by basis")
    offset: Annotated[int, PUBLIC]
    next_offset: Annotated[int | None, PUBLIC] = None
    blocks: tuple[PrivateBlock, ...] | None = None
    creators: Annotated[tuple[str, ...] | None, PUBLIC] = None
    elements: tuple[PrivateElement, ...] = ()
    entries: tuple[PrivateEntry, ...] | None = None
    unread_lines: Annotated[int | None, PUBLIC] = Field(default=None, description="of the dump")
    notes: Annotated[tuple[str, ...] | None, PUBLIC] = None
    dictionary: Annotated[str, PUBLIC]
