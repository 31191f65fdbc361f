"""What `plot_dicom_waveform` answers."""

from typing import Annotated

from pydantic import Field

from trivium.api import PUBLIC, Image, Kind, Phi, PhiBy
from trivium_dicom.result import Result


class Group(Result):
    """A multiplex group: channels that are sampled together."""

    group: Annotated[int, PUBLIC]
    label: Annotated[str | None, Phi(Kind.TEXT)] = None
    originality: Annotated[str | None, PUBLIC] = None
    channels: Annotated[int, PUBLIC]
    samples: Annotated[int, PUBLIC]
    frequency: Annotated[float, PUBLIC] = Field(description="Hz")
    seconds: Annotated[float, PUBLIC]


class PlottedChannel(Result):
    """One row of the picture."""

    channel: Annotated[int, PUBLIC]
    name: Annotated[str, PUBLIC]
    unit: Annotated[str | None, PUBLIC] = None
    lowest: Annotated[float | None, PUBLIC] = Field(default=None, description="in the range shown")
    highest: Annotated[float | None, PUBLIC] = None
    low_filter: Annotated[float | None, PUBLIC] = Field(default=None, description="Hz")
    high_filter: Annotated[float | None, PUBLIC] = None


class NotedOnWaveform(Result):
    """An annotation: a statement or a measurement that the device or a reader made."""

    text: Annotated[str | None, Phi(Kind.TEXT)] = None
    name: Annotated[str | None, PhiBy("phi")] = None
    phi: Annotated[Kind | None, PUBLIC] = None
    value: Annotated[float | None, PUBLIC] = None
    unit: Annotated[str | None, PUBLIC] = None


class PlottedWaveform(Result):
    """A picture of some channels over time."""

    picture: Annotated[Image, Phi(Kind.IMAGE)]
    groups: tuple[Group, ...]
    group: Annotated[int, PUBLIC]
    start: Annotated[float, PUBLIC] = Field(description="s; start and end of the range shown")
    end: Annotated[float, PUBLIC]
    scale: Annotated[str, PUBLIC]
    channels: tuple[PlottedChannel, ...]
    annotations: tuple[NotedOnWaveform, ...] = ()
    more_annotations: Annotated[int | None, PUBLIC] = None
    notes: Annotated[tuple[str, ...], PUBLIC] = ()
