"""One CT slice of 512 x 512 as a PNG: milliseconds, beside pydicom with Pillow, and DCMTK's program, in the same run.

    uv run python bench/pictures.py [ROUNDS]

The slice is synthetic: disks with noise. DCMTK is a process for each picture, whose start is in its figure; ours
and pydicom's are calls in a warm process. A worker's call adds what passing the file and the picture takes.
"""

from __future__ import annotations

import io
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut
from pydicom.uid import UID, ExplicitVRLittleEndian

from trivium.api import Folders, Workers
from trivium_dicom.files.desk import Desk
from trivium_dicom.files.limits import Limits
from trivium_dicom.pictures.rendering import render
from trivium_dicom.pictures.wanted import Wanted

SIDE = 512


def slice_of_ct() -> bytes:
    """A disk with smaller ones in it, of 12 bits, windowed."""
    down, right = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    values = np.where(np.hypot(down, right) < 0.8, 1040.0, 24.0)
    for place in (-0.4, 0.0, 0.4):
        values[np.hypot(down - place, right - place / 2) < 0.15] += 200 * (1 + place)
    noisy = values + np.random.default_rng(0).normal(0, 12, values.shape)
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = UID("1.2.840.10008.5.1.4.1.1.2"), UID("2.25.7000.1")
    ds.Modality, ds.PhotometricInterpretation, ds.SamplesPerPixel = "CT", "MONOCHROME2", 1
    ds.Rows = ds.Columns = SIDE
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.RescaleSlope, ds.RescaleIntercept, ds.WindowCenter, ds.WindowWidth = 1, -1024, 40, 400
    ds.add_new("PixelData", "OW", noisy.clip(0, 4095).astype("<u2").tobytes())
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    out = io.BytesIO()
    ds.save_as(out, enforce_file_format=True)
    return out.getvalue()


def by_pydicom(content: bytes) -> bytes:
    ds = pydicom.dcmread(io.BytesIO(content))
    values = apply_voi_lut(apply_modality_lut(ds.pixel_array, ds), ds)
    shades = (values - values.min()) / (values.max() - values.min()) * 255
    out = io.BytesIO()
    Image.fromarray(shades.astype(np.uint8)).save(out, "PNG", compress_level=4)
    return out.getvalue()


def milliseconds(way: Callable[[], object], rounds: int) -> float:
    way()
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        way()
        took.append(time.perf_counter() - began)
    return statistics.median(took) * 1000


def main(rounds: int) -> None:
    content = slice_of_ct()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "slice.dcm"
        path.write_bytes(content)
        workers = Workers(memory=Limits().memory)
        desk = Desk(Folders([Path(folder)]), Limits(), workers)
        ways: dict[str, Callable[[], object]] = {
            "render, in process": lambda: render(content, Limits(), Wanted()),
            "render, by a warm worker": lambda: desk.work(render, str(path), Wanted()),
            "pydicom and Pillow, in process": lambda: by_pydicom(content),
        }
        if program := shutil.which("dcmj2pnm"):
            command = [program, "+Wi", "1", "+on", str(path), str(path.with_suffix(".png"))]
            ways["DCMTK dcmj2pnm, a process"] = lambda: subprocess.run(command, check=True, capture_output=True)
        for name, way in ways.items():
            print(f"{name:34}{milliseconds(way, rounds):8.1f} ms")
        workers.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
