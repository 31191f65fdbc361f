"""How fast a folder of DICOM files is summed up: `python bench/dicom_folder.py [files]`.

The files are CT slices of 512 bytes of pixels and some 70 attributes, made here; the folder is in the page cache.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.dicom import making

from trivium.api import Folders, Workers
from trivium_dicom.files.desk import Desk
from trivium_dicom.files.limits import Limits
from trivium_dicom.tools.summarize_dicom_folder import summarize_dicom_folder


class _Nobody:
    def progress(self, done: int, total: int | None = None) -> None:
        pass

    def cancelled(self) -> bool:
        return False


def make(folder: Path, count: int) -> None:
    for number in range(count):
        series = number // 100
        ds = making.ct(
            SOPInstanceUID=f"2.25.1.{number}",
            SeriesInstanceUID=f"2.25.2.{series}",
            StudyInstanceUID=f"2.25.3.{series // 4}",
            InstanceNumber=number % 100 + 1,
            ImagePositionPatient=[0, 0, number % 100],
        )
        path = folder / str(series) / f"{number}.dcm"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(making.as_bytes(ds))


def main(count: int) -> None:
    workers = Workers(memory=3 << 30)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, count)
        tool = summarize_dicom_folder.given(desk=Desk(Folders([folder]), Limits(), workers), max_files=count)
        for run in ("first call, with the start of the worker", "second call"):
            start = time.perf_counter()
            found = tool(call=_Nobody(), folder=str(folder))
            seconds = time.perf_counter() - start
            assert (found.instances, found.findings) == (count, ())
            print(f"{count} files, {run}: {seconds:.2f} s, {count / seconds:.0f} files/s")
    workers.close()
    print(f"host: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB at most")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)
