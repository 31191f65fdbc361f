"""What can keep a picture from being drawn, and what is to be known about one that was."""

from __future__ import annotations

from enum import StrEnum

from trivium.api import Problem


class PictureProblem(Problem):
    NOT_INSTALLED = "cannot be drawn: the extra trivium-dicom[images] (numpy, Pillow and decoders) is not installed"
    NO_PIXELS = "has no pixel data: read_dicom_file tells what it is"
    IS_WAVEFORM = "holds waveforms, not pixel data: use plot_dicom_waveform"
    IS_REPORT = "is a structured report, not an image: use read_structured_report"
    IS_DOCUMENT = "is an encapsulated document, not an image: use extract_encapsulated_document"
    NO_SUCH_FRAME = "is frame {frame}, and the file has {frames}"
    NO_SHAPE = (
        "has pixel data without usable Rows, Columns, Samples per Pixel, Bits Allocated, Bits Stored or High Bit "
        "(PS3.3 C.7.6.3)"
    )
    TOO_LARGE = "has a frame of {size} bytes, more than the {limit} that are drawn"
    TOO_SHORT = "ends before the pixels of frame {frame} begin"
    OTHER_SIZE = "has a frame whose compressed picture is {columns} x {rows}, not what Rows and Columns say"
    SPOILED = "has compressed pixel data that no installed decoder can read"
    NO_JPEG = "is compressed as JPEG: no decoder is installed; Pillow or python-gdcm would do it"
    NO_JPEG_12 = "is compressed as JPEG of 12 bits: no decoder is installed; python-gdcm would do it"
    NO_JPEG_LOSSLESS = "is compressed as lossless JPEG: no decoder is installed; python-gdcm would do it"
    NO_JPEG_LS = "is compressed as JPEG-LS: no decoder is installed; pyjpegls or python-gdcm would do it"
    NO_JPEG_2000 = "is compressed as JPEG 2000: no decoder is installed; pylibjpeg-openjpeg would do it"
    NO_HTJ2K = "is compressed as High-Throughput JPEG 2000: no decoder is installed; pylibjpeg-openjpeg would do it"
    JPEG_XL = "is compressed as JPEG XL, which is not decoded here"
    VIDEO = "is a video (MPEG-2, H.264, H.265 or SMPTE ST 2110), whose frames are not decoded here"
    OTHER_SYNTAX = "has a transfer syntax that is not decoded here"
    OTHER_COLORS = "has a photometric interpretation that is not drawn here, or one that does not fit its samples"
    NO_PALETTE = "is of palette color, and has no usable palette (PS3.3 C.7.9)"


class WindowProblem(Problem):
    UNREADABLE = "is no preset, nor file, full, or two numbers such as 40/400"
    TOO_NARROW = "is narrower than {least:g}"
    NO_SUCH_VOI = "is number {number}, and the frame has {count} VOI LUTs and windows"
    NOT_HOUNSFIELD = "is a preset in Hounsfield units, and the values of this image are not said to be such"


class PictureNote(StrEnum):
    """What is to be known about a picture."""

    BURNED_IN = "the file says that its pixels hold identifying text: do not pass the picture on"
    MAYBE_BURNED_IN = "the file does not say whether its pixels hold identifying text, and they may show names"
    NO_WINDOW = "the file has no window for this frame: the window was taken from the values"
    ODD_WINDOW = "a window or VOI LUT of the file is unusable and was passed over"
    COLOR_WINDOW = "windows do not apply to color"
    PADDED = "pixels that are padding are black and do not count as values (PS3.3 C.7.5.1.1.2)"
    CUT = "the pixel data end within this frame: what is missing is drawn as zero"
    ODD_FRAMES = "Number of Frames is not usable and was taken as one"
    ODD_SHAPE = "Presentation LUT Shape contradicts the photometric interpretation, and was followed"
    OTHER_COLOR_SPACE = "the compressed pictures say another color space than the file, and were followed"
    ODD_OVERLAY = "an overlay is unusable and was left out"
    EMBEDDED_OVERLAY = "an overlay is inside the pixels (retired)"
    ODD_MODALITY = "the modality LUT or rescale is unusable: stored values were drawn"
    BITMAP_SHUTTER = "a bitmap shutter is left out"
    EXTREME_ASPECT = "an extreme pixel aspect ratio was left out"
    SUPPLEMENTAL = "the supplemental palette is left out: the picture is gray"
    DOWN = "the picture was made smaller"
    UP = "the picture was made larger"
