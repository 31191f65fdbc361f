"""Draw one frame of a file. Runs in the worker process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from trivium.api import BadInput, Image
from trivium_dicom.files.limits import Limits
from trivium_dicom.pictures.answer import RenderedImage
from trivium_dicom.pictures.problems import PictureNote, PictureProblem
from trivium_dicom.pictures.shape import GRAY
from trivium_dicom.pictures.values import text_of
from trivium_dicom.pictures.wanted import Wanted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image as Pillow
    from pydicom.dataset import Dataset

    from trivium_dicom.files.reading import Reading
    from trivium_dicom.pictures.gray import Gray
    from trivium_dicom.pictures.shape import Shape

_BLUR_FROM: Final = 64
"""A smaller picture is enlarged with its pixels to be seen."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A frame in shades or colors, pixel for pixel."""

    pixels: NDArray[np.uint8]
    """Rows x columns, or rows x columns x 3."""
    decoder: str
    gray: Gray | None
    overlays: int
    notes: tuple[PictureNote, ...]


def render(content: bytes, limits: Limits, wanted: Wanted) -> RenderedImage:
    """A picture of one frame.

    Raises `BadInput`, `NotFound` and `TooLarge` with `PictureProblem`, `WindowProblem` or `FileProblem`.
    """
    _check_installed()
    from trivium_dicom.files.reading import read
    from trivium_dicom.pictures.geometry import pixel_of, size_of
    from trivium_dicom.pictures.shape import check, shape_of

    reading = read(content, limits)
    shape = shape_of(reading.dataset)
    check(shape, wanted.frame)
    drawn = draw(reading, shape, wanted)
    pixel = pixel_of(reading.dataset, wanted.frame)
    size = size_of(shape, pixel.aspect, wanted.size)
    notes = (*_about(reading.dataset, shape), *drawn.notes, *pixel.notes, *_about_size(shape, size))
    return RenderedImage(
        picture=Image(png=_png(drawn.pixels, size)),
        frame=wanted.frame,
        frames=shape.frames,
        rows=shape.rows,
        columns=shape.columns,
        photometric_interpretation=shape.photometric,
        transfer_syntax=_name(reading.transfer_syntax),
        decoder=drawn.decoder,
        bits_allocated=shape.allocated,
        bits_stored=shape.stored,
        signed=shape.signed_bits or None,
        spacing=pixel.spacing,
        aspect=round(pixel.aspect, 4) if pixel.aspect != 1 else None,
        overlays=drawn.overlays or None,
        notes=tuple(dict.fromkeys(note.value for note in notes)),
        **_of_gray(drawn.gray),
    )


def draw(reading: Reading, shape: Shape, wanted: Wanted) -> Drawn:
    """The frame with its overlays and shutter. Raises as `render` does."""
    from trivium_dicom.pictures.decoding import decode
    from trivium_dicom.pictures.gray import gray
    from trivium_dicom.pictures.overlays import Overlays, overlays_of
    from trivium_dicom.pictures.shutter import shutter_of

    dataset = reading.dataset
    decoded = decode(reading, shape, wanted.frame)
    stored = decoded.values(shape)
    shades = gray(stored, dataset, shape, wanted) if shape.photometric in GRAY else None
    pixels = shades.shades if shades else _colors(stored, dataset, shape, decoded.photometric, wanted)
    words = None if decoded.masked else decoded.words
    over = overlays_of(dataset, shape, wanted.frame, words) if wanted.overlays else Overlays()
    shutter = shutter_of(dataset, shape, wanted.frame)
    if over.mask is not None:
        pixels = _with(pixels, over.mask, 255)
    if shutter.hidden is not None:
        pixels = _with(pixels, shutter.hidden, shutter.shade)
    notes = (*decoded.notes, *(shades.notes if shades else _about_color(wanted)), *over.notes, *shutter.notes)
    return Drawn(pixels, decoded.decoder, shades, over.count, notes)


def _check_installed() -> None:
    try:
        import numpy as np  # noqa: F401
        import PIL.Image  # noqa: F401
    except ImportError:
        raise BadInput(where="path", problem=PictureProblem.NOT_INSTALLED) from None


def _with(pixels: NDArray[np.uint8], where: NDArray[Any], shade: int) -> NDArray[np.uint8]:
    changed = pixels.copy()
    changed[where] = shade
    return changed


def _of_gray(gray: Gray | None) -> dict[str, Any]:
    if gray is None:
        return {}
    return {
        "window": gray.voi.shown(),
        "file_windows": tuple(str(one) for one in gray.listed),
        "lowest": gray.ends[0],
        "highest": gray.ends[1],
        "unit": gray.unit,
        "inverted": gray.inverted or None,
    }


def _colors(
    stored: NDArray[Any], dataset: Dataset, shape: Shape, photometric: str, wanted: Wanted
) -> NDArray[np.uint8]:
    from trivium_dicom.pictures.color import painted, rgb
    from trivium_dicom.pictures.shape import PALETTE

    found = painted(stored, dataset) if shape.photometric == PALETTE else rgb(stored, photometric, shape)
    return 255 - found if wanted.invert else found


def _about(dataset: Dataset, shape: Shape) -> tuple[PictureNote, ...]:
    held = {
        PictureNote.ODD_FRAMES: shape.odd_frames,
        PictureNote.SUPPLEMENTAL: shape.photometric in GRAY and "RedPaletteColorLookupTableDescriptor" in dataset,
    }
    odd = tuple(note for note, holds in held.items() if holds)
    match text_of(dataset, "BurnedInAnnotation"):
        case "NO":
            return odd
        case "YES":
            return (PictureNote.BURNED_IN, *odd)
        case _:
            return (PictureNote.MAYBE_BURNED_IN, *odd)


def _about_color(wanted: Wanted) -> tuple[PictureNote, ...]:
    return (PictureNote.COLOR_WINDOW,) if wanted.window != "file" or wanted.voi > 1 else ()


def _about_size(shape: Shape, size: tuple[int, int]) -> tuple[PictureNote, ...]:
    if size[0] < shape.columns or size[1] < shape.rows:
        return (PictureNote.DOWN,)
    return (PictureNote.UP,) if size[0] >= 2 * shape.columns and size[1] >= 2 * shape.rows else ()


def _png(pixels: NDArray[np.uint8], size: tuple[int, int]) -> bytes:
    """Without any metadata."""
    import io

    from PIL import Image as Pillow

    picture = Pillow.fromarray(pixels)
    if picture.size != size:
        picture = picture.resize(size, _filter(picture, size), reducing_gap=3.0)
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=4)
    return out.getvalue()


def _filter(picture: Pillow.Image, size: tuple[int, int]) -> Pillow.Resampling:
    from PIL import Image as Pillow

    if size[0] < picture.width or size[1] < picture.height:
        return Pillow.Resampling.LANCZOS
    return Pillow.Resampling.BICUBIC if max(picture.size) >= _BLUR_FROM else Pillow.Resampling.NEAREST


def _name(syntax: str) -> str:
    """The transfer syntax by the name of PS3.6; one that is decoded has one."""
    from pydicom.uid import UID

    return UID(syntax).name if syntax.startswith("1.2.840.10008.") else "unknown"
