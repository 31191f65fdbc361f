"""A TCP proxy in front of an archive that lets so many PDUs of its answers pass, then misbehaves."""

from __future__ import annotations

import random
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Literal

Fault = Literal["cut", "reset", "stall", "oversize", "abort", "garbage"]

_ABORT = bytes((7, 0, 0, 0, 0, 4, 0, 0, 2, 1))
_OVERSIZE = struct.pack(">BBL", 4, 0, 0xFFFFFFF0)
_GARBAGE = b"\x09\x00\x00\x00\x00\x04HTTP"


Pump = Callable[[socket.socket, socket.socket], None]


@contextmanager
def faulty(target: tuple[str, int], fault: Fault, *, after_pdus: int, and_bytes: int = 0) -> Iterator[int]:
    """The port of the proxy. Downstream, `after_pdus` whole PDUs and `and_bytes` of the next one pass."""
    with _proxy(target, partial(_copy_with_fault, fault=fault, after=after_pdus, extra=and_bytes)) as port:
        yield port


@contextmanager
def flipping(target: tuple[str, int], *, seed: int, rate: float) -> Iterator[int]:
    """The port of a proxy that flips one bit in `rate` of the bytes that come downstream."""
    with _proxy(target, partial(_copy_with_flips, rng=random.Random(seed), rate=rate)) as port:
        yield port


@contextmanager
def _proxy(target: tuple[str, int], downstream: Pump) -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    open_sockets: list[socket.socket] = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection(target)
                open_sockets.extend((client, server))
                threading.Thread(target=_copy, args=(client, server), daemon=True).start()
                threading.Thread(target=downstream, args=(server, client), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
        for sock in open_sockets:
            _close(sock)


def _copy_with_flips(source: socket.socket, sink: socket.socket, *, rng: random.Random, rate: float) -> None:
    with suppress(OSError):
        while data := bytearray(source.recv(65536)):
            for place in range(len(data)):
                if rng.random() < rate:
                    data[place] ^= 1 << rng.randrange(8)
            sink.sendall(data)
    _close(sink)


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    _close(sink)


def _copy_with_fault(source: socket.socket, sink: socket.socket, *, fault: Fault, after: int, extra: int) -> None:
    with suppress(OSError):
        for _ in range(after):
            sink.sendall(_pdu(source))
        if extra:
            sink.sendall(_pdu(source)[:extra])
        if fault == "stall":
            return
        if fault == "oversize":
            sink.sendall(_OVERSIZE + bytes(4096))
            return
        if fault in ("abort", "garbage"):
            sink.sendall(_ABORT if fault == "abort" else _GARBAGE)
            return
        if fault == "reset":
            sink.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            sink.shutdown(socket.SHUT_RD)  # wakes the other thread, whose receive would hold the socket open
            sink.close()
            source.close()
            return
    _close(sink)


def _pdu(source: socket.socket) -> bytes:
    head = _exactly(source, 6)
    return head + _exactly(source, struct.unpack(">L", head[2:])[0])


def _exactly(source: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        part = source.recv(length - len(data))
        if not part:
            raise OSError("the archive under test has closed")
        data += part
    return data


def _close(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
    sock.close()
