"""Images of one's own making, drawn pixel for pixel as the tool draws them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian
from tests.dicom import making

from trivium_dicom.files.limits import Limits
from trivium_dicom.files.reading import read
from trivium_dicom.pictures.answer import RenderedImage
from trivium_dicom.pictures.rendering import Drawn, draw, render
from trivium_dicom.pictures.shape import shape_of
from trivium_dicom.pictures.wanted import Wanted

if TYPE_CHECKING:
    from numpy.typing import NDArray


def gray(pixels: NDArray[Any], **changes: Any) -> Dataset:
    """A CT slice of these stored values, rows x columns or frames x rows x columns, without windows and rescale."""
    rows, columns = pixels.shape[-2:]
    bits = 8 * pixels.dtype.itemsize
    plain: dict[str, Any] = {
        "Rows": rows,
        "Columns": columns,
        "BitsAllocated": bits,
        "BitsStored": bits,
        "HighBit": bits - 1,
        "PixelRepresentation": int(pixels.dtype.kind == "i"),
        "NumberOfFrames": pixels.shape[0] if pixels.ndim == 3 else None,
        "PixelData": pixels.tobytes() + b"\0" * (pixels.nbytes % 2),
        "BurnedInAnnotation": "NO",
    }
    gone = dict.fromkeys(("RescaleIntercept", "RescaleSlope", "RescaleType", "WindowCenter", "WindowWidth"))
    ds = making.ct(**gone | plain | changes)
    if "PixelData" in ds:
        ds["PixelData"].VR = "OW" if bits > 8 else "OB"
    return ds


def color(pixels: NDArray[Any], **changes: Any) -> Dataset:
    """A secondary capture of these samples, rows x columns x 3."""
    rows, columns = pixels.shape[:2]
    bits = 8 * pixels.dtype.itemsize
    plain: dict[str, Any] = {
        "Rows": rows,
        "Columns": columns,
        "BitsAllocated": bits,
        "BitsStored": bits,
        "HighBit": bits - 1,
        "PixelData": pixels.tobytes() + b"\0" * (pixels.nbytes % 2),
    }
    ds = making.sc(**plain | changes)
    ds["PixelData"].VR = "OW" if bits > 8 else "OB"
    return ds


def item(**values: Any) -> Dataset:
    """An item of a sequence."""
    ds = Dataset()
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


def lut(count: int, first: int, bits: int, entries: list[int], **more: Any) -> Dataset:
    """An item with a lookup table (PS3.3 C.11.1.1)."""
    ds = item(**more)
    ds.add_new("LUTDescriptor", "US", [count, first, bits])
    ds.add_new("LUTData", "US", entries)
    return ds


def drawn(ds: Dataset, syntax: str = ExplicitVRLittleEndian, **wanted: Any) -> Drawn:
    return drawn_of(making.as_bytes(ds, syntax=syntax), **wanted)


def drawn_of(content: bytes, **wanted: Any) -> Drawn:
    """The picture before it is scaled."""
    reading = read(content, Limits())
    return draw(reading, shape_of(reading.dataset), Wanted(**wanted))


def shades(ds: Dataset, syntax: str = ExplicitVRLittleEndian, **wanted: Any) -> Any:
    """Pixels as nested lists."""
    return drawn(ds, syntax, **wanted).pixels.tolist()


def rendered(ds: Dataset, syntax: str = ExplicitVRLittleEndian, **wanted: Any) -> RenderedImage:
    return render(making.as_bytes(ds, syntax=syntax), Limits(), Wanted(**wanted))


def picture_of(result: RenderedImage) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(result.picture.png)))
