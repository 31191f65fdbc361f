"""The tool `plot_dicom_waveform`."""

from typing import Annotated

from pydantic import Field

from trivium.api import Effect, Given, tool
from trivium_dicom.files.desk import TOOL_SECONDS, Desk, DicomPath
from trivium_dicom.waveforms.answer import PlottedWaveform


@tool(effect=Effect.READS_FILES, title="Plot a DICOM waveform", timeout=TOOL_SECONDS)
def plot_dicom_waveform(
    desk: Given[Desk],
    path: DicomPath,
    group: Annotated[int, Field(ge=1, description="Multiplex group, from 1.")] = 1,
    channels: Annotated[
        list[int] | None, Field(description="Channels from 1, e.g. [2, 7]. Default: the first 32.")
    ] = None,
    start: Annotated[float, Field(ge=0, le=1e7, description="Seconds from the beginning of the group.")] = 0.0,
    seconds: Annotated[float, Field(gt=0, le=1e6, description="Length of the part.")] = 10.0,
    width: Annotated[int, Field(ge=500, le=2400, description="Pixels.")] = 1400,
    height: Annotated[int, Field(ge=300, le=2400, description="Most pixels.")] = 1600,
) -> PlottedWaveform:
    """Plot an ECG or other DICOM waveform (pressure, respiration, EEG, audio) over time as a picture.

    Use it to see what a waveform file holds, whether leads are there, swapped, flat or cut, and how it is sampled. For
    images use render_dicom_image; for the attributes of a file read_dicom_file.

    Voltages stand on ECG paper: fields of 1 and 5 mm, usually 25 mm/s and 10 mm/mV, the scale being written on it and
    returned; other signals have rows with scales of their own. Values are stored values times sensitivity and
    correction factor plus baseline (PS3.3 C.10.9). Returns the picture as PNG, all groups, the range shown, each
    channel with unit, lowest and highest value and filters, and up to 30 annotations. Channels have their lead or a
    name that DICOM knows, else their number. Pictures and free text may be withheld. It measures and interprets
    nothing: never a diagnosis.
    """
    from trivium_dicom.waveforms.plotting import plot
    from trivium_dicom.waveforms.wanted import Wanted

    wanted = Wanted(group, tuple(channels or ()), start, seconds, width, height)
    return desk.work(plot, path, wanted)
