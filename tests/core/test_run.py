"""A tool runs beside the others, under a timeout, and whatever it raises stays inside."""

from __future__ import annotations

import asyncio
import concurrent.futures
import gc
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Annotated, Any, get_args

import anyio
import pytest
from anyio import to_thread
from pydantic import BaseModel

from tests.core.bench import Bench, Plugin, call
from tests.core.widgets import NAME, Moved, WidgetProblem
from trivium.api import (
    PUBLIC,
    AfterCall,
    Call,
    CallView,
    Effect,
    Given,
    PeerTimeout,
    RefusalCode,
    Refused,
    ToolFailure,
    ToolSpec,
    TriviumError,
    hookimpl,
    tool,
)
from trivium.pipeline import observers, vetoes
from trivium.pipeline import run as run_module
from trivium.pipeline.observers import tell_observers
from trivium.pipeline.run import THREADS_PER_PLUGIN, Workers
from trivium.testing import Era, connect, error_code

pytestmark = pytest.mark.anyio

ERAS = get_args(Era)
SOON = 10.0
"""Seconds after which a test gives up on what has to happen; nothing is judged by how long it takes."""


@dataclass
class Desk:
    """What a test and its tools tell one another."""

    started: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    release: threading.Event = field(default_factory=threading.Event)
    stopped: threading.Event = field(default_factory=threading.Event)
    error: BaseException | None = None
    answer: Any = None

    async def has_started(self) -> None:
        assert await to_thread.run_sync(lambda: self.started.acquire(timeout=SOON))


@tool(effect=Effect.LOCAL)
def hold(desk: Given[Desk]) -> Moved:
    """Block a thread until released."""
    desk.started.release()
    assert desk.release.wait(SOON)
    return Moved(moved=1)


@tool(effect=Effect.LOCAL)
async def let_go(desk: Given[Desk]) -> Moved:
    """Release what is held."""
    desk.release.set()
    return Moved(moved=2)


@tool(effect=Effect.LOCAL, timeout=0.05)
def overrun(desk: Given[Desk]) -> Moved:
    """Block a thread for longer than allowed."""
    desk.release.wait(SOON)
    if desk.error is not None:
        raise desk.error
    return Moved(moved=3)


@tool(effect=Effect.LOCAL, timeout=0.05)
async def sleep_on() -> Moved:
    """Sleep for longer than allowed."""
    await anyio.sleep_forever()
    raise AssertionError


@tool(effect=Effect.LOCAL)
def linger(desk: Given[Desk], call: Call) -> Moved:
    """Work until told to stop."""
    desk.started.release()
    while not call.cancelled():
        desk.release.wait(0.01)
    desk.stopped.set()
    return Moved(moved=4)


@tool(effect=Effect.LOCAL)
async def linger_async(desk: Given[Desk]) -> Moved:
    """Wait until canceled."""
    desk.started.release()
    try:
        await anyio.sleep_forever()
    finally:
        desk.stopped.set()
    raise AssertionError


@tool(effect=Effect.LOCAL)
def report(desk: Given[Desk], call: Call) -> Moved:
    """Report progress and go on when it has arrived."""
    call.progress(1, 3)
    assert desk.release.wait(SOON)
    return Moved(moved=5)


@tool(effect=Effect.LOCAL)
async def report_async(desk: Given[Desk], call: Call) -> Moved:
    """Report progress and go on when it has arrived."""
    call.progress(1, 3)
    while not desk.release.is_set():
        await anyio.sleep(0.001)
    return Moved(moved=5)


@tool(effect=Effect.READS_REMOTE)
def fail(desk: Given[Desk]) -> Annotated[Moved, PUBLIC]:
    """Raise what the test wants."""
    assert desk.error is not None
    raise desk.error


@tool(effect=Effect.READS_REMOTE)
async def fail_async(desk: Given[Desk]) -> Annotated[Moved, PUBLIC]:
    """Raise what the test wants."""
    assert desk.error is not None
    raise desk.error


@tool(effect=Effect.READS_REMOTE)
def mistake(desk: Given[Desk]) -> Annotated[Moved, PUBLIC]:
    """Return what the test wants."""
    result: Moved = desk.answer
    return result


TOOLS = (hold, let_go, overrun, linger, linger_async, report, report_async, fail, fail_async, mistake)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def plugin(desk: Desk) -> Plugin:
    return Plugin("desk", sleep_on, *(spec.given(desk=desk) for spec in TOOLS))


@pytest.mark.parametrize("era", ERAS)
async def test_a_blocking_tool_does_not_hold_up_another_call(
    bench: Bench, desk: Desk, plugin: Plugin, era: Era
) -> None:
    """`hold` ends only because `let_go` is answered meanwhile."""
    results: list[Any] = []
    async with connect(bench.only(desk=plugin), era=era) as client, anyio.create_task_group() as group:

        async def held() -> None:
            results.append((await client.call_tool("hold", {})).structured_content)

        group.start_soon(held)
        await desk.has_started()
        results.append((await client.call_tool("let_go", {})).structured_content)
    assert sorted(result["moved"] for result in results) == [1, 2]


@pytest.mark.parametrize("name", ["overrun", "sleep_on"])
async def test_a_call_has_a_timeout(
    bench: Bench, desk: Desk, plugin: Plugin, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(run_module, "GRACE", 0.01)
    async with connect(bench.only(desk=plugin)) as client:
        result = await client.call_tool(name, {})
    desk.release.set()
    assert (result.structured_content or {})["error"] == {
        "code": "timeout",
        "message": f"{name} did not finish within 0.05 seconds and was told to stop",
    }


async def test_a_tool_is_told_when_its_time_is_up(bench: Bench) -> None:
    async with connect(bench.host()) as client:
        assert error_code(await client.call_tool("wait_for_widget", {})) == "timeout"
    assert bench.widgets.shop.stopped.is_set()


async def test_what_a_stuck_tool_raises_in_the_end_bothers_nobody(
    bench: Bench, desk: Desk, plugin: Plugin, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(run_module, "GRACE", 0.01)
    desk.error = RuntimeError(NAME)
    host = bench.only(desk=plugin)
    with pytest.raises(ToolFailure, match="did not finish"):
        await call(host, "overrun")
    desk.release.set()
    while any(thread.name == "trivium tool" for thread in threading.enumerate()):
        await anyio.sleep(0.001)
    await anyio.sleep(0.001)
    gc.collect()
    assert caplog.text == ""


async def test_a_timeout_of_a_library_is_not_the_hosts(bench: Bench, desk: Desk, plugin: Plugin) -> None:
    desk.error = TimeoutError(NAME)
    async with connect(bench.only(desk=plugin)) as client:
        assert error_code(await client.call_tool("fail", {})) == "tool_failed"
        assert error_code(await client.call_tool("fail_async", {})) == "tool_failed"


@pytest.mark.parametrize("name", ["linger", "linger_async"])
async def test_a_tool_is_told_when_its_caller_goes(bench: Bench, desk: Desk, plugin: Plugin, name: str) -> None:
    host = bench.only(desk=plugin)
    async with anyio.create_task_group() as group:
        group.start_soon(call, host, name)
        await desk.has_started()
        group.cancel_scope.cancel()
    assert desk.stopped.is_set()
    assert bench.outcomes() == ["canceled"]


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("name", ["linger", "linger_async"])
async def test_a_client_that_cancels_stops_the_tool(
    bench: Bench, desk: Desk, plugin: Plugin, era: Era, name: str
) -> None:
    async with connect(bench.only(desk=plugin), era=era) as client:
        async with anyio.create_task_group() as group:
            group.start_soon(client.call_tool, name, {})
            await desk.has_started()
            group.cancel_scope.cancel()
        assert await to_thread.run_sync(desk.stopped.wait, SOON)
        assert error_code(await client.call_tool("let_go", {})) == ""


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("name", ["report", "report_async"])
async def test_progress_reaches_the_client(bench: Bench, desk: Desk, plugin: Plugin, era: Era, name: str) -> None:
    seen: list[tuple[float, float | None, str | None]] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        seen.append((progress, total, message))
        desk.release.set()

    async with connect(bench.only(desk=plugin), era=era) as client:
        result = await client.call_tool(name, {}, progress_callback=note)
    assert result.structured_content == {"moved": 5}
    assert seen == [(1, 3, None)]


async def test_progress_that_nobody_takes_holds_nothing_up(bench: Bench, desk: Desk, plugin: Plugin) -> None:
    desk.release.set()
    async with connect(bench.only(desk=plugin)) as client:
        assert error_code(await client.call_tool("report", {})) == ""
        assert error_code(await client.call_tool("report_async", {})) == ""


class Hidden(BaseException):
    """Of no family that anybody catches."""


CRASHES: list[BaseException] = [
    RuntimeError(NAME),
    KeyError(NAME),
    UnicodeDecodeError("utf-8", NAME.encode(), 0, 1, NAME),
    RecursionError(NAME),
    MemoryError(NAME),
    StopIteration(NAME),
    StopAsyncIteration(NAME),
    concurrent.futures.CancelledError(NAME),
    ExceptionGroup(NAME, [ValueError(NAME)]),
    SystemExit(NAME),
    # What only the host itself may say, and what is no sentence of a closed list:
    TriviumError(NAME),
    Refused(RefusalCode.LICENSE_REQUIRED, NAME),
]
WILD: list[BaseException] = [
    KeyboardInterrupt(NAME),
    GeneratorExit(NAME),
    asyncio.CancelledError(NAME),
    Hidden(NAME),
    BaseExceptionGroup(NAME, [KeyboardInterrupt(NAME)]),
]
"""What in a thread is a crash like any other."""


async def ended(host: Any, name: str) -> BaseException:
    """How a call ended, kept away from the event loop, which some exceptions would stop."""
    try:
        await call(host, name)
    except BaseException as error:
        return error
    raise AssertionError("it did not fail")


@pytest.mark.parametrize(
    ("name", "error"),
    [
        *(("fail", error) for error in [*CRASHES, *WILD]),
        *(("fail_async", error) for error in [*CRASHES, SystemExit(NAME), asyncio.CancelledError(NAME)]),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
async def test_a_crash_is_a_failure_without_words(
    bench: Bench,
    desk: Desk,
    plugin: Plugin,
    caplog: pytest.LogCaptureFixture,
    name: str,
    error: BaseException,
) -> None:
    desk.error = error
    host = bench.only(desk=plugin)
    with caplog.at_level(logging.DEBUG):
        failure = await ended(host, name)
    assert isinstance(failure, ToolFailure)
    assert failure.code == "tool_failed"
    assert str(failure).startswith(f"{name} failed; the host's log has the place under reference ")
    assert "BRIEN" not in f"{failure!r} {failure.__cause__!r} {caplog.text}"
    assert bench.outcomes() == ["tool_failed"]


@pytest.mark.parametrize("era", ERAS)
async def test_the_log_has_type_and_place_of_a_crash_and_the_client_its_reference(
    bench: Bench, caplog: pytest.LogCaptureFixture, era: Era
) -> None:
    async with connect(bench.host(), era=era) as client:
        result = await client.call_tool("break_widget", {})
    message: str = (result.structured_content or {})["error"]["message"]
    reference = message.rpartition(" ")[2]
    (record,) = [record for record in caplog.records if record.name == "trivium.run"]
    assert record.getMessage().startswith("break_widget failed with RuntimeError at widgets.py:")
    assert record.getMessage().endswith(f"(reference {reference})")
    assert record.exc_info is None
    assert "BRIEN" not in caplog.text + result.model_dump_json()


@pytest.mark.parametrize("name", ["fail", "fail_async"])
async def test_a_failure_of_the_tree_reaches_the_client_as_it_is(
    bench: Bench, desk: Desk, plugin: Plugin, name: str
) -> None:
    desk.error = PeerTimeout(where="archive", problem=WidgetProblem.TOO_LONG, limit=3)
    async with connect(bench.only(desk=plugin)) as client:
        result = await client.call_tool(name, {})
    assert (result.structured_content or {})["error"] == {
        "code": "peer_timeout",
        "message": "archive is longer than 3 characters",
    }


class Other(BaseModel):
    moved: Annotated[int, PUBLIC] = 1


@pytest.mark.parametrize("answer", [None, {"moved": 1}, NAME, Other(), Moved, [Moved(moved=1)]], ids=repr)
async def test_another_result_than_declared_is_a_failure(
    bench: Bench, desk: Desk, plugin: Plugin, caplog: pytest.LogCaptureFixture, answer: Any
) -> None:
    desk.answer = answer
    async with connect(bench.only(desk=plugin)) as client:
        result = await client.call_tool("mistake", {})
    assert error_code(result) == "tool_failed"
    assert "BRIEN" not in result.model_dump_json() + caplog.text


class Watching(Plugin):
    def __init__(self, name: str, *tools: ToolSpec) -> None:
        super().__init__(name, *tools)
        self.seen: list[str] = []

    @hookimpl
    def trivium_after_call(self, event: AfterCall) -> None:
        self.seen.append(event.tool)


class Vetoing(Plugin):
    @hookimpl
    def trivium_veto(self, call: CallView) -> str | None:
        return None


@pytest.mark.parametrize("kind", [Plugin, Vetoing, Watching])
async def test_a_plugin_with_all_its_threads_stuck_stops_no_other(
    bench: Bench, desk: Desk, kind: Callable[..., Plugin]
) -> None:
    """Not even when it is asked for its veto on every call of the others, or told of each."""
    hasty = replace(overrun, timeout=0.01).given(desk=desk)
    stuck = kind("desk", hold.given(desk=desk), hasty)
    host = bench.host(desk=stuck)
    async with connect(host) as client, anyio.create_task_group() as group:
        for _ in range(THREADS_PER_PLUGIN):
            group.start_soon(client.call_tool, "hold", {})
        try:
            for _ in range(THREADS_PER_PLUGIN):
                await desk.has_started()
            assert error_code(await client.call_tool("lookup_widget", {"code": "W-1"})) == ""
            assert error_code(await client.call_tool("list_owners", {})) == ""
            if isinstance(stuck, Watching):
                assert stuck.seen == ["lookup_widget", "list_owners"]
            if kind is Plugin:  # and its own next call does not wait for ever
                assert error_code(await client.call_tool("overrun", {})) == "timeout"
        finally:
            desk.release.set()


async def test_a_plugin_gets_its_threads_back(bench: Bench, desk: Desk, plugin: Plugin) -> None:
    desk.release.set()
    host = bench.only(desk=plugin)
    for _ in range(THREADS_PER_PLUGIN + 1):
        assert await call(host, "hold") == {"moved": 1}
    desk.error = RuntimeError()
    for _ in range(THREADS_PER_PLUGIN + 1):
        with pytest.raises(ToolFailure):
            await call(host, "fail")


class Stuck(Plugin):
    """A plugin whose veto blocks a thread until released."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("stuck", let_go.given(desk=desk))
        self.desk = desk

    @hookimpl
    def trivium_veto(self, call: CallView) -> str | None:
        self.desk.release.wait(SOON)
        return None


@pytest.fixture
def no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever waits as long as a tool may take to stop its peer waits for ever."""
    monkeypatch.setattr(run_module, "GRACE", 3600.0)


async def has_come_back(workers: Workers, room: str) -> None:
    with anyio.fail_after(SOON):
        while workers.stuck(room):
            await anyio.sleep(0.001)


@pytest.mark.usefixtures("no_end")
async def test_a_veto_that_is_stuck_is_a_no_and_at_once_when_all_its_threads_are(
    bench: Bench, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = bench.only(stuck=Stuck(desk))
    said = []
    with anyio.fail_after(SOON):
        for turn in range(THREADS_PER_PLUGIN + 2):
            monkeypatch.setattr(vetoes, "TIMEOUT", 0.001 if turn < THREADS_PER_PLUGIN else 3600.0)
            with pytest.raises(Refused) as refused:
                await call(host, "let_go")
            said.append(str(refused.value))
    late, all_stuck = (f"plugin stuck failed to decide ({why}): that is a no" for why in ("Overrun", "AllStuck"))
    assert said == [late] * THREADS_PER_PLUGIN + [all_stuck] * 2
    desk.release.set()
    await has_come_back(host.house.workers, "stuck (veto)")
    assert await call(host, "let_go") == {"moved": 2}


@pytest.mark.usefixtures("no_end")
async def test_an_observer_that_is_stuck_is_told_of_no_other_call_until_it_has_come_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[tuple[str, str]] = []

    def stick(event: AfterCall) -> None:
        seen.append(("stuck", event.tool))
        desk.release.wait(SOON)

    def note(event: AfterCall) -> None:
        seen.append(("good", event.tool))

    async def tell(tool: str, **watching: Callable[[AfterCall], None]) -> None:
        await tell_observers(AfterCall(tool, "widgets", "test", "ok", 0.1, None), watching, workers)

    workers = Workers()
    with anyio.fail_after(SOON):
        monkeypatch.setattr(observers, "TIMEOUT", 0.001)
        await tell("first", stuck=stick)
        while not seen:  # its thread may begin late
            await anyio.sleep(0.001)
        monkeypatch.setattr(observers, "TIMEOUT", 3600.0)
        await tell("second", stuck=stick, good=note)
        await tell("third", stuck=stick, good=note)
        desk.release.set()
        await has_come_back(workers, "stuck (observer)")
        await tell("fourth", stuck=stick, good=note)
    assert seen == [("stuck", "first"), ("good", "second"), ("good", "third"), ("stuck", "fourth"), ("good", "fourth")]
    assert caplog.messages == [
        "plugin stuck takes longer than 0.001 seconds to take notice of a call: until it has, it is told of no other"
    ]


@pytest.mark.usefixtures("no_end")
async def test_what_has_no_peer_to_stop_holds_up_nobody_who_goes(desk: Desk) -> None:
    workers = Workers()

    def block() -> None:
        desk.started.release()
        desk.release.wait(SOON)

    with anyio.fail_after(SOON):
        async with anyio.create_task_group() as group:
            group.start_soon(partial(workers.call, block, {}, plugin="desk", timeout=3600.0))
            await desk.has_started()
            group.cancel_scope.cancel()
    assert workers.stuck("desk") == 1
    desk.release.set()
    await has_come_back(workers, "desk")
