"""Hooks between plugins: one asks, others answer, and none of them imports another::

    @hook(seconds=5)
    def shop_price(code: str) -> Price:
        '''What a widget costs, from each who sells it.'''
        raise NotImplementedError

    @tool(effect=Effect.LOCAL)
    def compare_prices(plugins: Given[Plugins], code: str) -> Prices:
        '''Compare what a widget costs.'''
        answers = plugins.ask(shop_price, code=code)

    @hookimpl
    def trivium_hooks() -> list[HookSpec[..., Any]]:
        return [shop_price]

    @hookimpl
    def trivium_tools(plugins: Plugins) -> list[ToolSpec]:
        return [compare_prices.given(plugins=plugins)]

A plugin that answers implements the hook by its name, as optional, since the plugin that asks may be absent. It returns
plain data, or an object with those attributes, which the host reads as the declared model; None is no answer::

    @hookimpl(optionalhook=True)
    def shop_price(code: str, settings: StoreSettings) -> dict[str, Any] | None:
        return {"amount": 3, "currency": settings.currency}

An answer becomes part of the result of the tool that asks, under the marks of the declared model. It is made of what is
asked and of what the answering plugin ships: no file, no other system, as the gates looked at the tool that asks alone.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, NamedTuple, ParamSpec, Protocol, TypeVar, cast, get_type_hints

from pydantic import BaseModel

from trivium.api.errors import ToolFailure

P = ParamSpec("P")
R = TypeVar("R", bound=BaseModel)

SETTINGS: Final = "settings"
"""A parameter of this name is no hook's: it gives an answering plugin its own section."""

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True, slots=True)
class HookSpec(Generic[P, R]):
    """A hook of a plugin, as data. Made by `@hook`."""

    name: str
    """Begins with the name of the plugin whose it is."""
    description: str
    parameters: frozenset[str]
    answer: type[R]
    seconds: float
    """How long the others have to answer."""
    declaration: Callable[P, R]


class Answer(NamedTuple, Generic[R]):
    """What a plugin answered."""

    plugin: str
    value: R


class Unanswered(NamedTuple):
    """A plugin that was asked and failed."""

    plugin: str
    failure: ToolFailure
    """Its own, or the host's word that it broke, was late or answered in another form. Carries no value."""


class Answers(NamedTuple, Generic[R]):
    """What became of a question, each in the order in which plugins are loaded."""

    given: tuple[Answer[R], ...] = ()
    failed: tuple[Unanswered, ...] = ()


class Plugins(Protocol):
    """The other plugins, for one that has hooks of its own: a parameter `plugins` of `trivium_tools` receives it."""

    def ask(self, hook: HookSpec[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Answers[R]:
        """Ask all that answer to this hook, at the same time; who fails is said and takes no other answer away.

        Takes as long as the slowest, at most the hook's `seconds`: a tool that is `async def` asks in a thread. What is
        handed over is not to be changed by anybody. Raises `LookupError` for a hook that the plugin has not declared.
        """


def hook(*, seconds: float) -> Callable[[Callable[P, R]], HookSpec[P, R]]:
    """Make a typed function the declaration of a hook; its body never runs, its docstring is for those who answer.

    Raises `TypeError` for a function that cannot be answered: no docstring, an untyped parameter or one named
    `settings`, a result that is not a pydantic model.
    """

    def make(function: Callable[P, R]) -> HookSpec[P, R]:
        name = function.__name__
        if not _NAME.fullmatch(name):
            raise TypeError(f"{name}: a hook's name is lower case letters, digits and underscores")
        description = inspect.getdoc(function)
        if not description:
            raise TypeError(f"{name}: a hook needs a docstring, which is what tells others how to answer")
        hints = get_type_hints(function)
        answer = hints.pop("return", None)
        if not (isinstance(answer, type) and issubclass(answer, BaseModel)):
            raise TypeError(f"{name}: a hook is answered by a pydantic model")
        parameters = _parameters(function, hints)
        return HookSpec(name, description, parameters, cast(type[R], answer), seconds, function)

    return make


def _parameters(function: Callable[..., Any], hints: dict[str, Any]) -> frozenset[str]:
    found = inspect.signature(function).parameters.values()
    for one in found:
        if one.name not in hints or one.kind not in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY):
            raise TypeError(f"{function.__name__}: parameter {one.name} needs a name and a type")
        if one.name == SETTINGS:
            raise TypeError(f"{function.__name__}: {SETTINGS} is what an answering plugin has of its own")
    return frozenset(one.name for one in found)
