"""Real archives and destinations as plain context managers: Orthanc and DCMTK's storescp, on free loopback ports."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pynetdicom import AE, build_context

from trivium_pacs.embedded import DEMO_STUDIES, Study
from trivium_pacs.embedded.listener import SYNTAXES
from trivium_pacs.net.wire import hush

HOST = "127.0.0.1"
START_SECONDS = 30.0


@dataclass(frozen=True)
class Peer:
    """A DICOM service that listens."""

    port: int
    ae_title: str
    folder: Path
    host: str = HOST

    @property
    def files(self) -> list[Path]:
        """What a destination has stored."""
        return sorted(path for path in self.folder.iterdir() if path.is_file())


def free_port() -> int:
    with socket.create_server((HOST, 0)) as server:
        port: int = server.getsockname()[1]
        return port


@contextmanager
def orthanc_archive(
    program: str,
    folder: Path,
    *,
    destinations: Mapping[str, tuple[str, int]] | None = None,
    studies: Iterable[Study] = DEMO_STUDIES,
) -> Iterator[Peer]:
    """Orthanc with these studies in it. `destinations` maps AE titles to (host, port)."""
    peer = Peer(free_port(), "ORTHANC", folder)
    folder.mkdir(parents=True, exist_ok=True)
    settings = {
        "Name": "test archive",
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "index"),
        "StorageCompression": False,
        "Plugins": [],
        "HttpServerEnabled": False,
        "DicomServerEnabled": True,
        "DicomAet": peer.ae_title,
        "DicomPort": peer.port,
        "DicomCheckCalledAet": True,
        "DicomAlwaysAllowEcho": True,
        "DicomAlwaysAllowStore": True,
        "DicomAlwaysAllowFind": True,
        "DicomAlwaysAllowMove": True,
        "DicomModalities": {title: [title, *address] for title, address in (destinations or {}).items()},
        "DicomScuTimeout": 5,
    }
    configuration = folder / "orthanc.json"
    configuration.write_text(json.dumps(settings))
    with _running([program, str(configuration)], peer, folder / "orthanc.log"):
        send(peer, studies)
        yield peer


@contextmanager
def storescp_destination(program: str, folder: Path, *, ae_title: str = "STORESCP") -> Iterator[Peer]:
    """DCMTK's storescp, which stores what it receives as files in `folder`."""
    peer = Peer(free_port(), ae_title, folder)
    folder.mkdir(parents=True, exist_ok=True)
    command = [program, "--aetitle", ae_title, "--output-directory", str(folder), str(peer.port)]
    with _running(command, peer, folder.with_suffix(".log")):
        yield peer


def send(peer: Peer, studies: Iterable[Study]) -> None:
    """C-STORE every instance of these studies."""
    hush()
    instances = [ds for study in studies for ds in study.instances()]
    ae = AE("LOADER")
    ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = 20
    contexts = [build_context(sop_class, SYNTAXES) for sop_class in sorted({ds.SOPClassUID for ds in instances})]
    association = ae.associate(peer.host, peer.port, contexts, peer.ae_title)
    if not association.is_established:
        raise RuntimeError("the archive under test takes no association")
    for ds in instances:
        status = association.send_c_store(ds).get("Status")
        if status != 0:
            raise RuntimeError(f"the archive under test refuses an instance: {status}")
    association.release()


@contextmanager
def _running(command: list[str], peer: Peer, log: Path) -> Iterator[None]:
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output) as process:
        try:
            _wait_until_it_listens(process, peer, log)
            yield
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_until_it_listens(process: subprocess.Popen[bytes], peer: Peer, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended at once: {log.read_text(errors='replace')[-2000:]}")
        try:
            socket.create_connection((peer.host, peer.port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{process.args!r} does not listen after {START_SECONDS} seconds")
