"""What `plot_dicom_waveform` is asked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the caller wants to see."""

    group: int = 1
    channels: tuple[int, ...] = ()
    """From 1; none for the first ones."""
    start: float = 0.0
    seconds: float = 10.0
    width: int = 1400
    height: int = 1600
