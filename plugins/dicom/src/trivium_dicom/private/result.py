"""What `decode_private_tags` answers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trivium.api import PUBLIC, Kind, Phi, PhiBy
from trivium_dicom.private.vocabulary import Basis, Form, Layout, NotDecoded, Source
from trivium_dicom.result import Result


class PrivateBlock(Result):
    """A reserved block."""

    block: Annotated[str, PUBLIC] = Field(description="(gggg,bbxx), behind the path of its item")
    creator: Annotated[str | None, PUBLIC] = Field(default=None, description="as the dictionaries know it")
    written_creator: Annotated[str | None, Phi(Kind.TEXT)] = Field(default=None, description="where it is not that")


class PrivateCreator(Result):
    """A creator of the dictionaries."""

    creator: Annotated[str, PUBLIC]
    groups: Annotated[tuple[str, ...], PUBLIC]
    elements: Annotated[int, PUBLIC]


class PrivateElement(Result):
    """A private element, or what a creator defines at one."""

    path: Annotated[str, PUBLIC] = Field(description="tag; items count from 1; xx: any block")
    basis: Annotated[Basis, PUBLIC]
    creator: Annotated[str | None, PUBLIC] = None
    written_creator: Annotated[str | None, Phi(Kind.TEXT)] = None
    name: Annotated[str | None, PUBLIC] = Field(default=None, description="absent: none is known")
    vr: Annotated[str | None, PUBLIC] = Field(default=None, description="of the dictionary")
    vm: Annotated[str | None, PUBLIC] = None
    stated_vr: Annotated[str | None, PUBLIC] = Field(default=None, description="of the file, where it differs")
    source: Annotated[Source | None, PUBLIC] = None
    safe: Annotated[bool | None, PUBLIC] = Field(default=None, description="PS3.15 E.3.10-1: identifies nobody")
    others: Annotated[tuple[str, ...] | None, PUBLIC] = Field(
        default=None, description="other definitions of this number"
    )
    more_others: Annotated[int | None, PUBLIC] = None
    value: Annotated[str | None, PhiBy("phi")] = None
    phi: Annotated[Kind | None, PUBLIC] = None
    length: Annotated[int | None, PUBLIC] = Field(default=None, description="characters, where value is cut")
    count: Annotated[int | None, PUBLIC] = Field(default=None, description="values or items, if not 1")
    size: Annotated[int | None, PUBLIC] = Field(default=None, description="bytes, where value is absent")
    layout: Annotated[Layout | None, PUBLIC] = Field(default=None, description="a header inside: ask with its tag")
    entries: Annotated[int | None, PUBLIC] = None
    not_decoded: Annotated[NotDecoded | None, PUBLIC] = None


class PrivateEntry(Result):
    """A named value of a header inside an element."""

    path: Annotated[str, PUBLIC]
    name: Annotated[str, PhiBy("name_phi")]
    name_phi: Annotated[Kind | None, PUBLIC] = None
    vr: Annotated[str | None, PUBLIC] = None
    value: Annotated[str, PhiBy("phi")]
    phi: Annotated[Kind | None, PUBLIC] = None
    length: Annotated[int | None, PUBLIC] = None


class PrivateTags(Result):
    """Private elements, and what they mean."""

    total: Annotated[int, PUBLIC] = Field(description="elements and entries, or creators")
    counts: Annotated[dict[str, int] | None, PUBLIC] = Field(default=None, description="elements by basis")
    offset: Annotated[int, PUBLIC]
    next_offset: Annotated[int | None, PUBLIC] = None
    blocks: tuple[PrivateBlock, ...] | None = None
    more_blocks: Annotated[int | None, PUBLIC] = None
    creators: tuple[PrivateCreator, ...] | None = None
    elements: tuple[PrivateElement, ...] = ()
    entries: tuple[PrivateEntry, ...] | None = None
    dump_form: Annotated[Form | None, PUBLIC] = None
    unread_lines: Annotated[int | None, PUBLIC] = None
    notes: Annotated[tuple[str, ...] | None, PUBLIC] = None
    dictionary: Annotated[str, PUBLIC]
