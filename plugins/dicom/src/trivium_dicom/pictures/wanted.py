"""What `render_dicom_image` is asked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the caller wants to see."""

    frame: int = 1
    window: str = "file"
    voi: int = 1
    size: int = 768
    """Most pixels of the longer side."""
    overlays: bool = True
    invert: bool = False
