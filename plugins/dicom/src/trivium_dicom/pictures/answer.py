"""What `render_dicom_image` answers."""

from typing import Annotated

from pydantic import Field

from trivium.api import PUBLIC, Image, Kind, Phi
from trivium_dicom.result import Result


class Window(Result):
    """How values became shades of gray."""

    center: Annotated[float | None, PUBLIC] = None
    width: Annotated[float | None, PUBLIC] = None
    function: Annotated[str, PUBLIC] = Field(description="LINEAR, LINEAR_EXACT, SIGMOID, or LUT for a VOI LUT")
    source: Annotated[str, PUBLIC]


class RenderedImage(Result):
    """One frame as a picture, and how it was made."""

    picture: Annotated[Image, Phi(Kind.IMAGE)]
    frame: Annotated[int, PUBLIC]
    frames: Annotated[int, PUBLIC]
    rows: Annotated[int, PUBLIC]
    columns: Annotated[int, PUBLIC]
    photometric_interpretation: Annotated[str, PUBLIC]
    transfer_syntax: Annotated[str, PUBLIC]
    decoder: Annotated[str, PUBLIC]
    bits_allocated: Annotated[int, PUBLIC]
    bits_stored: Annotated[int, PUBLIC]
    signed: Annotated[bool | None, PUBLIC] = None
    window: Window | None = None
    file_windows: Annotated[tuple[str, ...], PUBLIC] = Field(
        default=(), description="VOI LUTs and windows (center/width) of this frame, by voi"
    )
    lowest: Annotated[float | None, PUBLIC] = Field(default=None, description="value after rescale, without padding")
    highest: Annotated[float | None, PUBLIC] = None
    unit: Annotated[str | None, PUBLIC] = None
    inverted: Annotated[bool | None, PUBLIC] = None
    spacing: Annotated[tuple[float, float] | None, PUBLIC] = Field(default=None, description="mm between rows, columns")
    aspect: Annotated[float | None, PUBLIC] = Field(default=None, description="height by width of a pixel, if not 1")
    overlays: Annotated[int | None, PUBLIC] = Field(default=None, description="overlay planes drawn, in white")
    notes: Annotated[tuple[str, ...], PUBLIC] = ()
