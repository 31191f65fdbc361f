"""What `compare_dicom_files` answers."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from trivium.api import PUBLIC, Kind, PhiBy
from trivium_dicom.result import Result


class Change(StrEnum):
    CHANGED = "changed"
    RESPELLED = "respelled"
    """The same number or text, written otherwise: `1.0` and `1.00`."""
    ONLY_LEFT = "only_left"
    ONLY_RIGHT = "only_right"
    ITEM_ONLY_LEFT = "item_only_left"
    ITEM_ONLY_RIGHT = "item_only_right"
    ITEM_MOVED = "item_moved"


class ComparedElement(Result):
    """One difference."""

    change: Annotated[Change, PUBLIC]
    path: Annotated[str, PUBLIC] = Field(description="in the left file, or the only one")
    right_path: Annotated[str | None, PUBLIC] = Field(default=None, description="if another")
    name: Annotated[str, PUBLIC]
    vr: Annotated[str, PUBLIC]
    right_vr: Annotated[str | None, PUBLIC] = None
    left: Annotated[str | None, PhiBy("left_phi")] = None
    left_phi: Annotated[Kind | None, PUBLIC] = None
    left_bytes: Annotated[int | None, PUBLIC] = None
    right: Annotated[str | None, PhiBy("right_phi")] = None
    right_phi: Annotated[Kind | None, PUBLIC] = None
    right_bytes: Annotated[int | None, PUBLIC] = None
    elements: Annotated[int | None, PUBLIC] = Field(default=None, description="in a whole sequence or item")


class ComparedPixels(Result):
    """The encoded pixel data of one file."""

    bytes: Annotated[int, PUBLIC]
    digest: Annotated[str, PUBLIC] = Field(description="of the encoded bytes, SHA-256")


class ComparedFile(Result):
    """One of the two files."""

    sop_class: Annotated[str | None, PUBLIC] = None
    transfer_syntax: Annotated[str | None, PUBLIC] = None
    file_bytes: Annotated[int, PUBLIC]
    whole: Annotated[bool, PUBLIC]
    pixels: ComparedPixels | None = None
    notes: Annotated[tuple[str, ...], PUBLIC]


class FileComparison(Result):
    """What differs between two files."""

    equal: Annotated[bool, PUBLIC] = Field(description="save noise, spelling and what is ignored")
    total: Annotated[int, PUBLIC] = Field(description="without noise")
    counts: Annotated[dict[str, int], PUBLIC]
    same_elements: Annotated[int, PUBLIC]
    same_pixels: Annotated[bool | None, PUBLIC] = Field(default=None, description="as encoded")
    noise: Annotated[dict[str, int], PUBLIC] = Field(description="expected to differ, and not listed")
    uids_consistent: Annotated[bool | None, PUBLIC] = Field(default=None, description="replaced one to one")
    left: ComparedFile
    right: ComparedFile
    offset: Annotated[int, PUBLIC]
    next_offset: Annotated[int | None, PUBLIC] = None
    differences: tuple[ComparedElement, ...]
