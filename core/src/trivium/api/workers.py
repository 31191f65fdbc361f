"""Work on content that nobody vouches for, in another process, with a bound on memory and time.

A file from outside can make a decoder crash, loop or take all memory. `Workers` runs a module-level function of the
plugin in a process of its own::

    def measure(content: bytes, options: Options) -> Measures: ...        # runs over there, returns a pydantic model

    measures = workers.run(measure, content, Options(...), where="path", seconds=20)

What goes there is pickled; what comes back is JSON and is read as the model that the function declares, so nothing that
goes wrong over there is run over here. A `ToolFailure` that the function raises is raised here. A worker opens no file
for writing, has no terminal, and serves one call at a time; it is kept for the next, and ends when it is idle.
"""

from __future__ import annotations

import importlib
import os
import pickle
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from typing import Any, Final, TypeVar, get_type_hints

from pydantic import BaseModel, TypeAdapter, ValidationError

from trivium.api.errors import BadInput, NotFound, PeerFailure, Problem, TooLarge, ToolFailure
from trivium.api.worker_process import IDLE_SECONDS, Answer, Setup, read_frame, write_frame

R = TypeVar("R", bound=BaseModel)

_JOBS: Final = 500
"""Calls after which a worker is replaced, so that what a library forgets to give back is given back."""
_ENVIRONMENT: Final = frozenset(
    ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "TEMP", "SYSTEMROOT", "PYTHONDONTWRITEBYTECODE")
)
"""What a worker is told of the host's environment, which holds keys."""
_LONGEST: Final = 1 << 30
"""Bytes of one answer."""
_FAILURES: Final = {one.code: one for one in (BadInput, NotFound, TooLarge, PeerFailure)}


class WorkerProblem(Problem):
    CRASHED = "makes the program that reads it crash"
    """It died, which files do to decoders in compiled code."""
    FAILED = "makes the library that reads it fail in a way that it does not declare"
    TOO_MUCH_MEMORY = "needs more than {limit} MiB of memory to be read"
    TOO_LONG = "takes longer than {seconds:g} seconds to be read"
    UNSTARTED = "cannot be read: the worker process does not start"


class Ended(Enum):
    """How a worker ended that did not answer."""

    OVERRUN = "it took too long"
    CRASHED = "it died over what it was given"


class Workers:
    """Up to `most` worker processes, started when they are needed. Safe for threads."""

    def __init__(self, *, memory: int, most: int = 2) -> None:
        """`memory` bounds each worker, in bytes of address space; not on Windows."""
        self._memory = memory
        self._free: list[_Worker] = []
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(most)

    def run(self, function: Callable[..., R], /, *arguments: Any, where: str, seconds: float) -> R:
        """What `function` returns. `where` is what a failure of the worker calls the content.

        Raises the function's `ToolFailure`; `TooLarge` beyond memory or time; `BadInput` for content that kills the
        worker or its library.
        """
        with self._places:
            answer = self._asked(function, arguments, seconds) or self._asked(function, arguments, seconds)
        match answer:
            case None:
                raise ToolFailure(where=where, problem=WorkerProblem.UNSTARTED)
            case Ended.OVERRUN:
                raise TooLarge(where=where, problem=WorkerProblem.TOO_LONG, seconds=seconds)
            case Ended.CRASHED:
                raise BadInput(where=where, problem=WorkerProblem.CRASHED)
            case _:
                return self._read(answer, function, where)

    def close(self) -> None:
        """End the workers that wait."""
        with self._lock:
            waiting, self._free = self._free, []
        for worker in waiting:
            worker.kill()

    def _asked(self, function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> Answer | Ended | None:
        """None: the worker ended by itself, which an idle one may do in the moment that it is asked."""
        worker = self._take()
        try:
            answer = worker.ask(function, arguments, seconds)
        except BaseException:
            worker.kill()
            raise
        if isinstance(answer, Answer) and answer.usable and worker.jobs < _JOBS:
            with self._lock:
                self._free.append(worker)
        else:
            worker.kill()
        return answer

    def _take(self) -> _Worker:
        with self._lock:
            while self._free:
                worker = self._free.pop()
                if worker.waits():
                    return worker
                worker.kill()
        return _Worker(self._memory)

    def _read(self, answer: Answer, function: Callable[..., R], where: str) -> R:
        match answer.outcome:
            case "result":
                try:
                    return _adapter(function).validate_json(answer.body)
                except ValidationError:
                    raise ToolFailure(where=where, problem=WorkerProblem.FAILED) from None
            case "failure":
                raise _failure(answer.body, where, package=function.__module__.partition(".")[0])
            case "memory":
                raise TooLarge(where=where, problem=WorkerProblem.TOO_MUCH_MEMORY, limit=self._memory >> 20)
            case _:
                raise BadInput(where=where, problem=WorkerProblem.FAILED)


class _Worker:
    """One process. Its standard streams are the way in and out; its standard error leads nowhere, as libraries write
    what they read there.
    """

    def __init__(self, memory: int) -> None:
        self.jobs = 0
        self._overrun = False
        import subprocess  # a host without such work starts without it

        path = os.pathsep.join(filter(None, sys.path))
        own = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from trivium.api.worker_process import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**own, "PYTHONPATH": path, "PYTHONSAFEPATH": "1"},
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise OSError("a process without pipes")
        self._way_in, self._way_out = self._process.stdin, self._process.stdout
        guards = [pickle.dumps(one) for one in sys.meta_path if getattr(one, "guards_workers", False)]
        self._write(pickle.dumps(Setup(memory=memory, guards=guards)))

    def waits(self) -> bool:
        return self._process.poll() is None

    def ask(self, function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> Answer | Ended | None:
        """None: it ended in peace before it answered."""
        self.jobs += 1
        timer = threading.Timer(seconds, self._stop)
        timer.start()
        try:
            self._write(pickle.dumps((function.__module__, function.__qualname__)))
            self._write(pickle.dumps(arguments, protocol=5))
            head = read_frame(self._way_out, most=64)
            body = read_frame(self._way_out, most=_LONGEST)
        except (OSError, ValueError):
            head = body = None
        finally:
            timer.cancel()
        if head is not None and body is not None:
            return Answer.of(head, body)
        if self._overrun:
            return Ended.OVERRUN
        self._way_in.close()
        return None if self._process.wait() == 0 else Ended.CRASHED

    def kill(self) -> None:
        with suppress(OSError):
            self._process.kill()
        for stream in (self._way_in, self._way_out):
            with suppress(OSError):
                stream.close()
        self._process.wait()

    def _stop(self) -> None:
        self._overrun = True
        with suppress(OSError):
            self._process.kill()

    def _write(self, frame: bytes) -> None:
        with suppress(BrokenPipeError):  # it has died, which the answer will tell
            write_frame(self._way_in, frame)


def _adapter(function: Callable[..., R]) -> TypeAdapter[R]:
    found: TypeAdapter[R] | None = _ADAPTERS.get(function)
    if found is None:
        found = _ADAPTERS[function] = TypeAdapter(get_type_hints(function)["return"])
    return found


_ADAPTERS: Final[dict[Callable[..., Any], TypeAdapter[Any]]] = {}


class _Failure(BaseModel):
    code: str
    where: str
    problem: tuple[str, str, str]
    numbers: dict[str, float | int]


def _failure(body: bytes, where: str, package: str) -> ToolFailure:
    """A failure as it was raised over there, if it is one that could have been raised here.

    Its list of sentences may not be loaded here yet; what is loaded for it is the plugin's own.
    """
    try:
        told = _Failure.model_validate_json(body)
        module, name, member = told.problem
        if module.startswith(f"{package}."):
            importlib.import_module(module)
        listed = next(one for one in _all_problems(Problem) if (one.__module__, one.__qualname__) == (module, name))
        return _FAILURES[told.code](where=told.where, problem=listed[member], **told.numbers)
    except (ValidationError, StopIteration, KeyError, IndexError, TypeError, ImportError):
        return ToolFailure(where=where, problem=WorkerProblem.FAILED)


def _all_problems(root: type[Problem]) -> list[type[Problem]]:
    return [one for below in root.__subclasses__() for one in (below, *_all_problems(below))]


__all__ = ["IDLE_SECONDS", "WorkerProblem", "Workers"]
