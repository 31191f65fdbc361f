"""The tool `render_dicom_image`."""

from typing import Annotated

from pydantic import Field

from trivium.api import Effect, Given, tool
from trivium_dicom.files.desk import TOOL_SECONDS, Desk, DicomPath
from trivium_dicom.pictures.answer import RenderedImage


@tool(effect=Effect.READS_FILES, title="Show a DICOM image", timeout=TOOL_SECONDS)
def render_dicom_image(
    desk: Given[Desk],
    path: DicomPath,
    frame: Annotated[int, Field(ge=1, description="From 1.")] = 1,
    window: Annotated[
        str,
        Field(
            max_length=40,
            description="file (its own, else by its values), full (lowest to highest value), center/width such as "
            "40/400, or for Hounsfield units abdomen, angio, bone, brain, liver, lung, mediastinum, soft tissue, "
            "spine, stroke, subdural, temporal bone.",
        ),
    ] = "file",
    voi: Annotated[int, Field(ge=1, le=1000, description="Which of file_windows, from 1, for window=file.")] = 1,
    size: Annotated[int, Field(ge=32, le=2048, description="Most pixels of the longer side.")] = 768,
    overlays: Annotated[bool, Field(description="Draw the file's overlays (60xx).")] = True,
    invert: Annotated[bool, Field(description="Turn black and white around.")] = False,
) -> RenderedImage:
    """Show one frame of a DICOM image as a picture.

    Use it to see what an image shows, whether window, orientation and color are right, or whether names are burned into
    the pixels. For the attributes of a file use read_dicom_file; for ECGs and other waveforms plot_dicom_waveform.

    Gray values go through the modality LUT or rescale, a window or VOI LUT and the presentation shape (PS3.3 C.11);
    color through palettes and color spaces; pixels that are not square are made so; overlays and shutters are drawn.
    Returns the picture as PNG with how it was made: window and where it is from, the file's other windows, lowest and
    highest value with unit, transfer syntax, decoder, notes. Only the frame asked for is decoded, up to 128 MiB.
    Pictures show faces and names, and are withheld unless the operator opens them. Never a diagnosis: a picture has 8
    bits and a limited size. Video, JPEG XL and color spaces other than RGB, YBR and palette are refused.
    """
    from trivium_dicom.pictures.rendering import render
    from trivium_dicom.pictures.wanted import Wanted

    return desk.work(render, path, Wanted(frame, window, voi, size, overlays, invert))
