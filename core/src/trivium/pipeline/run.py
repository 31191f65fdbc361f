"""Runs a tool: blocking code in a thread, under a timeout, told to stop when its caller goes."""

from __future__ import annotations

import _thread
import asyncio
import contextvars
import inspect
import logging
import secrets
import threading
import traceback
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar, Final

import anyio
from pydantic import BaseModel

from trivium.api import Problem, ToolFailure
from trivium.pipeline.call import AdmittedCall

log = logging.getLogger("trivium.run")

GRACE: Final = 10.0
"""Seconds a blocking tool has to stop its peer and give its account, once it is told to stop."""
THREADS_PER_PLUGIN: Final = 16

ProgressSink = Callable[[float, float | None], Awaitable[None]]
Account = Callable[[BaseModel], None]


class RunProblem(Problem):
    TIMEOUT = "did not finish within {seconds:g} seconds and was told to stop"
    CRASHED = "failed; the host's log has the place under reference {reference:08x}"


class Overrun(Exception):
    """A call took longer than it may. Unlike `TimeoutError`, no library raises it."""


class Died(Exception):
    """A call ended with what is no error of its own: an exit, an interrupt, a stray cancellation. Says its type."""


class TimedOut(ToolFailure):
    code: ClassVar[str] = "timeout"


class RunningCall:
    """The `Call` that a tool receives."""

    def __init__(self, sink: ProgressSink) -> None:
        self._sink = sink
        self._stop = threading.Event()
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._latest: tuple[float, float | None] = (0, None)

    def progress(self, done: int, total: int | None = None) -> None:
        self._latest = (done, total)
        with suppress(RuntimeError):  # the loop has closed: nobody is left to tell
            self._loop.call_soon_threadsafe(self._news.set)

    def cancelled(self) -> bool:
        return self._stop.is_set()

    def stop(self) -> None:
        self._stop.set()

    async def tell(self) -> None:
        """Pass on the latest progress, as fast as the client takes it."""
        while True:
            await self._news.wait()
            self._news.clear()
            await self._sink(*self._latest)


class Workers:
    """Threads for blocking code, one for each running call and a bounded number for each plugin.

    They are daemons: one that is stuck in a library holds neither the next call nor the end of the program.
    """

    def __init__(self) -> None:
        self._room: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(THREADS_PER_PLUGIN))
        self._stuck: Counter[str] = Counter()

    def stuck(self, plugin: str) -> int:
        """Threads of this plugin that nobody waits for any longer and that have not come back."""
        return self._stuck[plugin]

    async def call(
        self,
        function: Callable[..., Any],
        arguments: Mapping[str, Any],
        *,
        plugin: str,
        timeout: float,
        stop: Callable[[], None] = lambda: None,
        grace: float = 0.0,
        account: Account = lambda _: None,
    ) -> Any:
        """What the function returns or raises; `Overrun` when it takes longer than `timeout` seconds.

        When time is up or the caller goes, `stop` is called, and what the function then still returns within `grace`
        seconds goes to `account`.
        """
        work = partial(function, **arguments)
        with anyio.move_on_after(timeout):
            if inspect.iscoroutinefunction(function):
                return await _alive(work())
            return await self._in_thread(work, plugin, stop, grace, account)
        raise Overrun

    async def _in_thread(
        self, work: Callable[[], Any], plugin: str, stop: Callable[[], None], grace: float, account: Account
    ) -> Any:
        await self._room[plugin].acquire()
        future = _started(work, done=self._room[plugin].release)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            stop()
            with anyio.CancelScope(shield=True):
                await asyncio.wait({future}, timeout=grace)
            if not future.done():
                self._give_up(future, plugin)
            elif future.exception() is None and isinstance(future.result(), BaseModel):
                account(future.result())
            raise

    def _give_up(self, future: asyncio.Future[Any], plugin: str) -> None:
        self._stuck[plugin] += 1
        future.add_done_callback(lambda _: self._stuck.subtract((plugin,)))


async def _alive(work: Coroutine[Any, Any, Any]) -> Any:
    """What the coroutine returns; an exit or an interrupt in it does not become the host's."""
    try:
        return await work
    except (SystemExit, KeyboardInterrupt) as error:
        raise Died(type(error).__name__) from None
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise Died(type(error).__name__) from None  # nobody has canceled the call


def _started(work: Callable[[], Any], *, done: Callable[[], None]) -> asyncio.Future[Any]:
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Any] = loop.create_future()
    context = contextvars.copy_context()

    def settle(result: Any, error: Exception | None) -> None:
        done()
        if future.cancelled():
            return
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
            future.exception()  # looked at: an abandoned call must not complain about it later

    def body() -> None:
        result: Any = None
        error: Exception | None = None
        try:
            result = context.run(work)
        except StopIteration as caught:  # a future cannot carry it
            error = Died(type(caught).__name__)
        except Exception as caught:
            error = caught
        except BaseException as caught:  # on the event loop it would end the host
            error = Died(type(caught).__name__)
        with suppress(RuntimeError):  # the loop has closed: nobody is waiting
            loop.call_soon_threadsafe(settle, result, error)

    # Not threading.Thread: its start waits until the new thread runs, which takes longer than most look-ups.
    _thread.start_new_thread(body, ())
    return future


async def run(call: AdmittedCall, workers: Workers, sink: ProgressSink, account: Account) -> BaseModel:
    """The tool's own result. `account` receives the result of a call that was told to stop.

    Raises the `ToolFailure` that the tool raises, `TimedOut`, or `ToolFailure` without words for anything else.
    """
    spec = call.spec
    running = RunningCall(sink)
    arguments = {**spec.supplied, **call.values}
    teller = None
    if spec.call_parameter is not None:
        arguments[spec.call_parameter] = running
        teller = asyncio.create_task(running.tell())
    try:
        result = await workers.call(
            spec.function,
            arguments,
            plugin=call.plugin,
            timeout=spec.timeout,
            stop=running.stop,
            grace=GRACE,
            account=lambda late: account(late) if type(late) is spec.output else None,
        )
        if type(result) is not spec.output:
            raise TypeError("not the declared result")
    except Overrun:
        raise TimedOut(where=spec.name, problem=RunProblem.TIMEOUT, seconds=spec.timeout) from None
    except ToolFailure:
        raise
    except Exception as error:
        raise crashed(spec.name, error) from None
    finally:
        if teller is not None:
            teller.cancel()
    return result


def crashed(tool: str, error: Exception) -> ToolFailure:
    """Type and place go to the log, the text goes nowhere: it can be patient data."""
    reference = secrets.randbits(32)
    frames = " < ".join(
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno}"
        for frame in reversed(traceback.extract_tb(error.__traceback__)[-5:])
    )
    kind = str(error) if isinstance(error, Died) else type(error).__name__
    log.error("%s failed with %s at %s (reference %08x)", tool, kind, frames, reference)
    return ToolFailure(where=tool, problem=RunProblem.CRASHED, reference=reference)
