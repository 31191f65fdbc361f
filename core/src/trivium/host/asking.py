"""A plugin asks the others: each answers in a thread of its own, and one that fails takes no other answer away."""

from __future__ import annotations

import inspect
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Future
from concurrent.futures import wait as wait_for
from typing import Any, NamedTuple, ParamSpec, TypeVar

from pydantic import BaseModel, ValidationError

from trivium.api import Answer, Answers, HookSpec, Problem, ToolFailure, Unanswered
from trivium.pipeline.run import THREADS_PER_PLUGIN, Died, TimedOut, crashed

P = ParamSpec("P")
R = TypeVar("R", bound=BaseModel)


class HookProblem(Problem):
    LATE = "did not answer within {seconds:g} seconds"
    BUSY = "has {limit} earlier questions that it did not answer"
    OTHER_FORM = "answered in another form than the hook declares"


class Answerer(NamedTuple):
    """A plugin's implementation of a hook, which fits it."""

    plugin: str
    function: Callable[..., Any]
    takes: frozenset[str]
    """The hook's parameters that it wants."""
    room: threading.Semaphore
    """Of `THREADS_PER_PLUGIN`. What nobody waits for any longer keeps its place: a stuck one is not asked for ever."""

    @classmethod
    def of(cls, plugin: str, function: Callable[..., Any], takes: AbstractSet[str]) -> Answerer:
        return cls(plugin, function, frozenset(takes), threading.Semaphore(THREADS_PER_PLUGIN))


class AskedPlugins:
    """The `Plugins` of one plugin."""

    def __init__(self) -> None:
        self._hooks: dict[str, tuple[HookSpec[..., Any], Sequence[Answerer]]] = {}

    def connect(self, hook: HookSpec[..., Any], answerers: Sequence[Answerer]) -> None:
        """Once all plugins are loaded: who answers to a hook of this plugin."""
        self._hooks[hook.name] = hook, answerers

    def ask(self, hook: HookSpec[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Answers[R]:
        declared, answerers = self._hooks.get(hook.name, (None, ()))
        if declared is not hook:
            raise LookupError(f"{hook.name} is not declared by the plugin that asks, or it asks before the host runs")
        question = inspect.signature(hook.declaration).bind(*args, **kwargs)
        question.apply_defaults()
        until = time.monotonic() + hook.seconds
        futures = [_started(hook, one, question.arguments) for one in answerers]
        wait_for(futures, timeout=max(0.0, until - time.monotonic()))
        return _sorted_out(hook, answerers, futures)


def _started(hook: HookSpec[..., R], answerer: Answerer, question: Mapping[str, Any]) -> Future[R | None]:
    future: Future[R | None] = Future()
    if not answerer.room.acquire(blocking=False):
        busy = ToolFailure(where=_where(hook, answerer), problem=HookProblem.BUSY, limit=THREADS_PER_PLUGIN)
        future.set_exception(busy)
        return future

    def body() -> None:
        try:
            future.set_result(_answer(hook, answerer, question))
        except BaseException as error:  # an exit is no more than a failure to answer
            future.set_exception(error)
        finally:
            answerer.room.release()

    threading.Thread(target=body, name=_where(hook, answerer), daemon=True).start()
    return future


def _answer(hook: HookSpec[..., R], answerer: Answerer, question: Mapping[str, Any]) -> R | None:
    found = answerer.function(**{name: value for name, value in question.items() if name in answerer.takes})
    try:
        return None if found is None else hook.answer.model_validate(found, from_attributes=True)
    except ValidationError:
        raise ToolFailure(where=_where(hook, answerer), problem=HookProblem.OTHER_FORM) from None


def _sorted_out(
    hook: HookSpec[..., R], answerers: Sequence[Answerer], futures: Sequence[Future[R | None]]
) -> Answers[R]:
    given: list[Answer[R]] = []
    failed: list[Unanswered] = []
    for one, future in zip(answerers, futures, strict=True):
        if failure := _failure(hook, one, future):
            failed.append(Unanswered(one.plugin, failure))
        elif (value := future.result()) is not None:
            given.append(Answer(one.plugin, value))
    return Answers(tuple(given), tuple(failed))


def _failure(hook: HookSpec[..., Any], answerer: Answerer, future: Future[Any]) -> ToolFailure | None:
    """The text of what is no `ToolFailure` goes nowhere: it can be patient data."""
    where = _where(hook, answerer)
    if not future.done():
        return TimedOut(where=where, problem=HookProblem.LATE, seconds=hook.seconds)
    match future.exception():
        case None:
            return None
        case ToolFailure() as failure:
            return failure
        case Exception() as error:
            return crashed(where, error)
        case error:
            return crashed(where, Died(type(error).__name__))


def _where(hook: HookSpec[..., Any], answerer: Answerer) -> str:
    return f"{hook.name} of plugin {answerer.plugin}"
