"""The other side of `Workers`: a process that answers one call after the other, under limits that it sets itself.

Frames are eight bytes of length and a body. A call is two frames, the function's place and its arguments, both pickled;
an answer is two frames, its outcome and its body. The first frame of all is the `Setup`.
"""

from __future__ import annotations

import importlib
import os
import pickle
import sys
import threading
from dataclasses import dataclass, field
from typing import IO, Any, Final, Literal

IDLE_SECONDS: Final = 120.0
_STACK: Final = 256 << 20
"""Bytes of address space for the stack, so that a nested file meets Python's own limit first."""
_DEPTH: Final = 20_000
_USABLE: Final = "+"
"""Behind the outcome: the worker can take another call."""


@dataclass(frozen=True)
class Setup:
    memory: int
    guards: list[bytes] = field(default_factory=list)
    """Import guards of the host, pickled: what is imported here must be what was checked there."""


@dataclass(frozen=True)
class Answer:
    outcome: str
    body: bytes
    usable: bool

    @classmethod
    def of(cls, head: bytes, body: bytes) -> Answer:
        text = head.decode("ascii", "replace")
        return cls(text.removesuffix(_USABLE), body, text.endswith(_USABLE))


def read_frame(stream: IO[bytes], *, most: int) -> bytes | None:
    """None at the end of the stream. Raises `ValueError` for a frame of more than `most` bytes."""
    head = stream.read(8)
    if len(head) < 8:
        return None
    length = int.from_bytes(head)
    if length > most:
        raise ValueError("a frame is longer than any answer")
    body = stream.read(length)
    return body if len(body) == length else None


def write_frame(stream: IO[bytes], body: bytes) -> None:
    stream.write(len(body).to_bytes(8))
    stream.write(body)
    stream.flush()


def main() -> None:
    """Serve until the stream ends, or nothing is asked for a while."""
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):  # a library that prints must not spoil the answers
        os.dup2(nowhere, descriptor)
    setup = read_frame(incoming, most=1 << 30)
    if setup is None:
        return
    _prepare(pickle.loads(setup))  # noqa: S301 (what is unpickled in this process comes from the host itself)
    threading.stack_size(_STACK)
    sys.setrecursionlimit(_DEPTH)
    serving = threading.Thread(target=_serve, args=(incoming, outgoing), daemon=True)
    serving.start()
    serving.join()


def _prepare(setup: Setup) -> None:
    import logging
    import warnings

    logging.disable()
    warnings.simplefilter("ignore")
    for guard in setup.guards:
        pickle.loads(guard).install()  # noqa: S301
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (setup.memory, setup.memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _serve(incoming: IO[bytes], outgoing: IO[bytes]) -> None:
    while True:
        idle = threading.Timer(IDLE_SECONDS, os._exit, (0,))
        idle.daemon = True
        idle.start()
        function = read_frame(incoming, most=1 << 16)
        idle.cancel()
        arguments = read_frame(incoming, most=1 << 34)
        if function is None or arguments is None:
            return
        outcome, body = _answer(function, arguments)
        del arguments
        usable = _USABLE if outcome in ("result", "failure") else ""
        write_frame(outgoing, (outcome + usable).encode())
        write_frame(outgoing, body)


def _answer(place: bytes, arguments: bytes) -> tuple[Literal["result", "failure", "memory", "crash"], bytes]:
    try:
        module, name = pickle.loads(place)  # noqa: S301
        function = getattr(importlib.import_module(module), name)
        result = function(*pickle.loads(arguments))  # noqa: S301
        return "result", result.model_dump_json().encode()
    except MemoryError:
        return "memory", b""
    except Exception as error:
        return _told(error)


def _told(error: Exception) -> tuple[Literal["failure", "crash"], bytes]:
    """A failure by its parts; of anything else nothing, as its text can be the content's."""
    import json

    from trivium.api.errors import ToolFailure

    if not isinstance(error, ToolFailure):
        return "crash", b""
    kind = type(error.problem)
    parts: dict[str, Any] = {
        "code": error.code,
        "where": error.where,
        "problem": (kind.__module__, kind.__qualname__, error.problem.name),
        "numbers": error.numbers,
    }
    return "failure", json.dumps(parts).encode()
