"""What can keep a waveform from being drawn, and what is to be known about one that was."""

from __future__ import annotations

from enum import StrEnum

from trivium.api import Problem


class WaveformProblem(Problem):
    NOT_INSTALLED = "cannot be drawn: the extra trivium-dicom[images] (numpy and Pillow) is not installed"
    NO_WAVEFORM = "holds no waveforms: read_dicom_file tells what it is"
    IS_IMAGE = "is an image and holds no waveforms: use render_dicom_image"
    NO_SUCH_GROUP = "is group {group}, and the file has {groups}"
    NO_SUCH_CHANNEL = "names channel {channel}, and the group has {channels}"
    TOO_MANY_CHANNELS = "names more than {limit} channels"
    UNUSABLE = (
        "has a group without usable numbers of channels and samples, sampling frequency, bits or data (PS3.3 C.10.9)"
    )
    OTHER_SAMPLES = "has samples of an interpretation that is not drawn here"
    NOTHING_THERE = "is beyond the end of the group, which lasts {seconds:g} s"
    TOO_LARGE = "would show {values} values, more than {limit}: ask for fewer seconds or channels"


class WaveformNote(StrEnum):
    CUT = "the data end before the samples that the group claims"
    PADDED = "samples that are padding are left out"
    LAW = "samples are stored by mu-law or A-law (ITU-T G.711) and were expanded"
    NO_UNIT = "a channel has no sensitivity: its stored values are drawn"
    FIRST_CHANNELS = "more channels than are drawn at once: name others in channels"
    SKEWED = "channels are sampled at shifted times; the shift is not drawn"
    UNNAMED = "a channel whose source is no known lead or DICOM concept is shown by its number"
    FLATTENED = "rows were made flatter than usual for the picture to fit"
