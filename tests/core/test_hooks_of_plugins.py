"""A plugin asks the others by a hook of its own; who answers badly, late or not at all costs its own answer only."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from pydantic import BaseModel

from tests.core.bench import call, report_of
from trivium.api import (
    PUBLIC,
    Answer,
    Answers,
    BadInput,
    Effect,
    Given,
    HookSpec,
    Kind,
    PhiBy,
    PluginInfo,
    Plugins,
    Problem,
    ToolSpec,
    hook,
    hookimpl,
    tool,
)
from trivium.host import Host, Status
from trivium.host.asking import HookProblem
from trivium.testing import memory_host

pytestmark = pytest.mark.anyio

PATIENT = "ZZ-PATIENT-0815"


class Fact(BaseModel):
    phi: Annotated[Kind | None, PUBLIC] = None
    value: Annotated[str, PhiBy("phi")]


class Offer(BaseModel):
    price: Annotated[int, PUBLIC]
    facts: tuple[Fact, ...] = ()


class Failed(BaseModel):
    plugin: Annotated[str, PUBLIC]
    code: Annotated[str, PUBLIC]
    says: Annotated[str, PUBLIC]


class Offers(BaseModel):
    plugins: Annotated[list[str], PUBLIC]
    offers: list[Offer]
    failed: list[Failed]


@hook(seconds=20)
def market_offers(code: str, owners: Sequence[str] = ()) -> Offer:
    """What a widget costs."""
    raise NotImplementedError


@hook(seconds=0.3)
def market_quick_offers(code: str) -> Offer:
    """What a widget costs, from those who know at once."""
    raise NotImplementedError


def collected(answers: Answers[Offer]) -> Offers:
    return Offers(
        plugins=[one.plugin for one in answers.given],
        offers=[one.value for one in answers.given],
        failed=[
            Failed(plugin=one.plugin, code=one.failure.code, says=str(one.failure).partition(";")[0])
            for one in answers.failed
        ],
    )


@tool(effect=Effect.READS_REMOTE)
def collect_offers(plugins: Given[Plugins], code: str) -> Offers:
    """Collect offers of a widget."""
    return collected(plugins.ask(market_offers, code, owners=[PATIENT]))


@tool(effect=Effect.READS_REMOTE)
def collect_quickly(plugins: Given[Plugins], code: str) -> Offers:
    """Collect offers of a widget that come at once."""
    return collected(plugins.ask(market_quick_offers, code))


@dataclass
class Market:
    """The plugin that asks."""

    hooks: Any = (market_offers, market_quick_offers)
    name: str = "market"

    @hookimpl
    def trivium_plugin(self) -> PluginInfo:
        return PluginInfo(self.name, "Collects offers")

    @hookimpl
    def trivium_hooks(self) -> Any:
        return self.hooks

    @hookimpl
    def trivium_tools(self, plugins: Plugins) -> list[ToolSpec]:
        given = [collect_offers.given(plugins=plugins), collect_quickly.given(plugins=plugins)]
        return given if self.name == "market" else []


@dataclass
class Named:
    """A plugin without tools; the children say what it answers."""

    name: str = "shop"

    @hookimpl
    def trivium_plugin(self) -> PluginInfo:
        return PluginInfo(self.name, "Sells")


class ShopSettings(BaseModel):
    markup: int = 2


class Shop(Named):
    @hookimpl
    def trivium_settings(self) -> type[BaseModel]:
        return ShopSettings

    @hookimpl(optionalhook=True)
    def market_offers(self, code: str, owners: Sequence[str], settings: ShopSettings) -> Mapping[str, Any]:
        facts = [{"value": one, "phi": "patient_id"} for one in owners]
        return {
            "price": len(code) + settings.markup,
            "facts": [*facts, {"value": "open on Sundays"}],
            "more": "is left",
        }


@dataclass
class Seller(Named):
    """Answers with whatever the test says."""

    answer: Callable[[], Any] = lambda: None

    @hookimpl(optionalhook=True)
    def market_offers(self) -> Any:
        return self.answer()


NOTHING: dict[str, Any] = {"plugins": [], "offers": [], "failed": []}


async def offers(environ: Mapping[str, str], **plugins: Any) -> dict[str, Any]:
    return await call(memory_host(environ, market=Market(), **plugins), "collect_offers", {"code": "W-1"})


async def test_a_plugin_is_answered_by_name_and_under_the_marks_of_its_own_model(environ: dict[str, str]) -> None:
    host = memory_host(environ, market=Market(), shop=Shop())
    shown = await call(host, "collect_offers", {"code": "W-1"})
    assert PATIENT not in str(shown)
    stand_in = host.house.redactor.stand_ins.of(Kind.PATIENT_ID, PATIENT)
    facts = [{"phi": "patient_id", "value": stand_in}, {"value": "open on Sundays"}]
    assert shown == {"plugins": ["shop"], "offers": [{"price": 5, "facts": facts}], "failed": []}


async def test_the_settings_that_an_answer_is_given_are_those_of_who_answers(environ: dict[str, str]) -> None:
    shown = await offers({**environ, "TRIVIUM_SHOP__MARKUP": "40"}, shop=Shop())
    assert shown["offers"][0]["price"] == 43


async def test_several_answer_in_the_order_of_loading_and_one_has_nothing_to_say(environ: dict[str, str]) -> None:
    mute, kiosk = Seller("mute"), Seller("kiosk", lambda: {"price": 9})
    shown = await offers(environ, kiosk=kiosk, mute=mute, shop=Shop())
    assert shown["plugins"] == ["kiosk", "shop"]
    assert [offer["price"] for offer in shown["offers"]] == [9, 5]
    assert shown["failed"] == []


async def test_without_anybody_to_answer_there_are_no_answers(environ: dict[str, str]) -> None:
    assert await offers(environ) == NOTHING


@dataclass
class Attributes:
    """An answer that is no mapping, as a model of another plugin would be."""

    price: int = 7


async def test_an_object_with_the_attributes_of_the_model_is_an_answer(environ: dict[str, str]) -> None:
    shown = await offers(environ, kiosk=Seller("kiosk", Attributes))
    assert [offer["price"] for offer in shown["offers"]] == [7]


# Answers that fail.


class SellerProblem(Problem):
    TOO_LONG = "is longer than {limit} characters"


def raising(error: BaseException) -> Callable[[], Any]:
    def answer() -> Any:
        raise error

    return answer


@pytest.mark.parametrize(
    ("answer", "code", "says"),
    [
        (raising(RuntimeError(PATIENT)), "tool_failed", "market_offers of plugin kiosk failed"),
        (raising(TimeoutError(PATIENT)), "tool_failed", "market_offers of plugin kiosk failed"),
        (raising(StopIteration()), "tool_failed", "market_offers of plugin kiosk failed"),
        (raising(SystemExit(PATIENT)), "tool_failed", "market_offers of plugin kiosk failed"),
        (raising(KeyboardInterrupt()), "tool_failed", "market_offers of plugin kiosk failed"),
        (
            raising(BadInput(where="code", problem=SellerProblem.TOO_LONG, limit=2)),
            "bad_input",
            "code is longer than 2 characters",
        ),
        (lambda: {"price": PATIENT}, "tool_failed", f"market_offers of plugin kiosk {HookProblem.OTHER_FORM}"),
        (dict, "tool_failed", f"market_offers of plugin kiosk {HookProblem.OTHER_FORM}"),
        (lambda: [1], "tool_failed", f"market_offers of plugin kiosk {HookProblem.OTHER_FORM}"),
    ],
)
async def test_who_fails_is_named_without_a_value_and_the_others_are_heard(
    environ: dict[str, str], caplog: pytest.LogCaptureFixture, answer: Callable[[], Any], code: str, says: str
) -> None:
    shown = await offers(environ, kiosk=Seller("kiosk", answer), shop=Shop())
    assert shown["failed"] == [{"plugin": "kiosk", "code": code, "says": says}]
    assert shown["plugins"] == ["shop"]
    assert PATIENT not in str(shown) + caplog.text


async def test_what_breaks_has_its_place_in_the_log(environ: dict[str, str], caplog: pytest.LogCaptureFixture) -> None:
    await offers(environ, kiosk=Seller("kiosk", raising(RuntimeError(PATIENT))))
    assert "market_offers of plugin kiosk failed with RuntimeError at test_hooks_of_plugins.py:" in caplog.text


@dataclass
class Slow(Named):
    name: str = "slow"
    go: threading.Event | None = None

    @hookimpl(optionalhook=True)
    def market_quick_offers(self) -> Mapping[str, Any]:
        assert self.go is not None
        self.go.wait(20)
        return {"price": 1}


class Quick(Named):
    @hookimpl(optionalhook=True)
    def market_quick_offers(self) -> Mapping[str, Any]:
        return {"price": 2}


@pytest.fixture
def go() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


async def test_who_is_late_is_not_waited_for(environ: dict[str, str], go: threading.Event) -> None:
    host = memory_host(environ, market=Market(), slow=Slow(go=go), shop=Quick())
    shown = await call(host, "collect_quickly", {"code": "W-1"})
    says = "market_quick_offers of plugin slow did not answer within 0.3 seconds"
    assert shown["failed"] == [{"plugin": "slow", "code": "timeout", "says": says}]
    assert shown["plugins"] == ["shop"]


def market_of(host: Host) -> Plugins:
    plugins: Plugins = host.tools["collect_offers"].spec.supplied["plugins"]
    return plugins


def test_who_is_stuck_is_asked_no_more(environ: dict[str, str], go: threading.Event) -> None:
    plugins = market_of(memory_host(environ, market=Market(), slow=Slow(go=go), shop=Quick()))
    asking = [threading.Thread(target=plugins.ask, args=(market_quick_offers, "W-1")) for _ in range(16)]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    answers = plugins.ask(market_quick_offers, "W-1")
    assert [one.plugin for one in answers.given] == ["shop"]
    assert [one.failure.problem for one in answers.failed] == [HookProblem.BUSY]
    go.set()


# Found at load.


class OtherParameter(Named):
    @hookimpl(optionalhook=True)
    def market_offers(self, code: str, ward: str) -> Any:
        raise AssertionError("never asked")


class PositionalOnly(Named):
    @hookimpl(optionalhook=True)
    def market_offers(self, code: str, /) -> Any:
        raise AssertionError("never asked")


class Asynchronous(Named):
    @hookimpl(optionalhook=True)
    async def market_offers(self, code: str) -> Any:
        raise AssertionError("never asked")


class Wrapper(Named):
    @hookimpl(optionalhook=True, wrapper=True)
    def market_offers(self, code: str) -> Any:
        yield


class Unreadable(Named):
    @hookimpl(optionalhook=True)
    def market_offers(self, code: str) -> Any:
        raise AssertionError("never asked")

    market_offers.__signature__ = 7  # type: ignore[attr-defined]


class Defaults(Named):
    """Fits: what the hook does not have has a value of its own."""

    @hookimpl(optionalhook=True)
    def market_offers(self, *, code: str = "", ward: str = "7", **others: Any) -> Mapping[str, Any]:
        return {"price": len(code + ward), "facts": [{"value": one} for one in others]}


@pytest.mark.parametrize(
    ("plugin", "reason"),
    [
        (OtherParameter(), "its parameter ward is not one of the hook's"),
        (PositionalOnly(), "its parameter code has no name to be given by"),
        (Asynchronous(), "it is not a plain function"),
        (Wrapper(), "it is not a plain function"),
        (Unreadable(), "its parameters cannot be told"),
    ],
)
async def test_what_does_not_fit_the_hook_is_found_at_load_and_not_asked(
    environ: dict[str, str], caplog: pytest.LogCaptureFixture, plugin: Named, reason: str
) -> None:
    with caplog.at_level(logging.WARNING):
        host = memory_host(environ, market=Market(), shop=plugin)
    report = report_of(host, "shop")
    assert (report.status, report.answers, report.idle) == (Status.LOADED, (), {"market_offers": reason})
    assert f"plugin shop does not answer market_offers: {reason}" in caplog.text
    assert await call(host, "collect_offers", {"code": "W-1"}) == NOTHING


async def test_a_parameter_with_a_default_fits_and_is_given_what_the_hook_has(environ: dict[str, str]) -> None:
    assert (await offers(environ, shop=Defaults()))["offers"] == [{"price": 4, "facts": []}]


def test_the_report_says_whose_hooks_there_are_and_who_answers(environ: dict[str, str]) -> None:
    host = memory_host(environ, market=Market(), shop=Shop())
    assert report_of(host, "market").hooks == ("market_offers", "market_quick_offers")
    assert report_of(host, "market").answers == ()
    assert (report_of(host, "shop").hooks, report_of(host, "shop").answers) == ((), ("market_offers",))
    assert report_of(host, "shop").as_json()["idle"] == {}


@pytest.mark.parametrize("setting", ["TRIVIUM_PLUGINS__DISABLED", "TRIVIUM_PLUGINS__ENABLED"])
def test_a_hook_whose_plugin_is_not_there_leaves_its_implementation_idle(
    environ: dict[str, str], caplog: pytest.LogCaptureFixture, setting: str
) -> None:
    environ[setting] = "market" if setting.endswith("DISABLED") else "shop"
    host = memory_host(environ, market=Market(), shop=Shop())
    report = report_of(host, "shop")
    assert (report.status, report.idle) == (Status.LOADED, {"market_offers": "no loaded plugin has it"})
    assert caplog.text == ""


class Misspelt(Named):
    @hookimpl(optionalhook=True)
    def market_ofers(self) -> Any:
        raise AssertionError("never asked")


class NotOptional(Named):
    @hookimpl
    def market_offers(self) -> Any:
        raise AssertionError("never asked")


def test_a_misspelt_hook_is_idle_with_the_one_that_was_meant(environ: dict[str, str]) -> None:
    host = memory_host(environ, market=Market(), shop=Misspelt())
    assert report_of(host, "shop").idle == {"market_ofers": "no loaded plugin has it; did you mean market_offers?"}


def test_a_hook_that_nobody_knows_costs_the_place_unless_it_says_that_it_is_optional(environ: dict[str, str]) -> None:
    """Else a misspelt `trivium_veto` would be no veto, and nobody the wiser."""
    report = report_of(memory_host(environ, market=Market(), shop=NotOptional()), "shop")
    assert report.status is Status.LEFT_OUT
    assert "unknown hook 'market_offers'" in report.reason


async def test_a_plugin_that_is_not_loaded_is_not_asked(environ: dict[str, str]) -> None:
    assert await offers({**environ, "TRIVIUM_PLUGINS__DISABLED": "shop"}, shop=Shop()) == NOTHING


class LeftOutLate(Shop):
    @hookimpl
    def trivium_tools(self) -> Any:
        return 7


async def test_a_plugin_that_is_left_out_is_not_asked(environ: dict[str, str]) -> None:
    assert await offers(environ, shop=LeftOutLate()) == NOTHING


@hook(seconds=1)
def market_hall_offers(code: str) -> Offer:
    """What a widget costs in the hall."""
    raise NotImplementedError


class HallSeller(Named):
    @hookimpl(optionalhook=True)
    def market_hall_offers(self) -> Any:
        raise AssertionError("never asked")


def test_a_hook_that_two_plugins_claim_is_answered_by_nobody_and_both_are_told(environ: dict[str, str]) -> None:
    hall = Market([market_hall_offers], "market_hall")
    host = memory_host(environ, market=Market((market_hall_offers,)), market_hall=hall, shop=HallSeller())
    reason = {"market_hall_offers": "claimed by market and market_hall"}
    for owner in ("market", "market_hall"):
        assert report_of(host, owner).withheld == reason
        assert report_of(host, owner).hooks == ()
    assert report_of(host, "shop").idle == reason
    assert market_of(host).ask(market_hall_offers, "W-1") == Answers()


@hook(seconds=1)
def trivium_offers() -> Offer:
    """Pretends to be of the host."""
    raise NotImplementedError


@hook(seconds=1)
def shop_offers() -> Offer:
    """Pretends to be of another plugin."""
    raise NotImplementedError


@pytest.mark.parametrize(
    ("hooks", "name", "reason"),
    [
        ([market_offers, market_offers], "market", "it offers a name twice: market_offers"),
        ([shop_offers], "market", "its hook shop_offers does not begin with market_"),
        ([trivium_offers], "trivium", "its hook trivium_offers begins as those of the host do"),
        ([market_offers.declaration], "market", "trivium_hooks returns values made by @hook"),
        (7, "market", "TypeError: 'int' object is not iterable"),
    ],
)
def test_a_plugin_with_a_hook_that_cannot_be_is_left_out(
    environ: dict[str, str], hooks: Any, name: str, reason: str
) -> None:
    report = report_of(memory_host(environ, **{name: Market(hooks, name)}), name)
    assert report.status is Status.LEFT_OUT
    assert reason in report.reason


# Who may ask what, and when.


@dataclass
class Hasty(Market):
    @hookimpl
    def trivium_tools(self, plugins: Plugins) -> list[ToolSpec]:
        plugins.ask(market_offers, "W-1")
        return []


def test_a_plugin_that_asks_while_it_is_loaded_is_left_out(environ: dict[str, str]) -> None:
    report = report_of(memory_host(environ, market=Hasty(), shop=Shop()), "market")
    assert report.status is Status.LEFT_OUT
    assert "asks before the host runs" in report.reason


def test_a_plugin_asks_by_its_own_hooks_only(environ: dict[str, str]) -> None:
    plugins = market_of(memory_host(environ, market=Market(), shop=Shop()))
    with pytest.raises(LookupError):
        plugins.ask(shop_offers)
    with pytest.raises(LookupError):
        plugins.ask(hook(seconds=1)(market_offers.declaration), "W-1")


def test_a_plugin_may_answer_its_own_hook_like_any_other(environ: dict[str, str]) -> None:
    @dataclass
    class Itself(Market):
        @hookimpl(optionalhook=True, specname="market_offers")
        def own_offer(self, code: str) -> Offer:
            return Offer(price=len(code))

    answers = market_of(memory_host(environ, market=Itself())).ask(market_offers, code="W-1")
    assert answers == Answers(given=(Answer("market", Offer(price=3)),))


def test_a_question_is_put_as_the_hook_declares_it(environ: dict[str, str]) -> None:
    plugins = market_of(memory_host(environ, market=Market(), shop=Shop()))
    with pytest.raises(TypeError, match="missing a required argument: 'code'"):
        plugins.ask(market_offers)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'owner'"):
        plugins.ask(market_offers, "W-1", owner=[])  # type: ignore[call-arg]
    (broken,) = plugins.ask(market_offers, 7).failed  # type: ignore[arg-type]
    assert str(broken.failure).startswith("market_offers of plugin shop failed")
    price: int = plugins.ask(market_offers, "W-1").given[0].value.price
    assert price == 5


# Making one.


def test_a_hook_is_data() -> None:
    assert (market_offers.name, market_offers.description) == ("market_offers", "What a widget costs.")
    assert market_offers.parameters == frozenset({"code", "owners"})
    assert market_offers.answer is Offer
    assert isinstance(market_offers, HookSpec)


def no_words(code: str) -> Offer:
    raise NotImplementedError


def untyped(code) -> Offer:  # type: ignore[no-untyped-def]
    """Words."""
    raise NotImplementedError


def several(*codes: str) -> Offer:
    """Words."""
    raise NotImplementedError


def with_settings(settings: str) -> Offer:
    """Words."""
    raise NotImplementedError


def no_model(code: str) -> dict[str, Any]:
    """Words."""
    raise NotImplementedError


def Capital(code: str) -> Offer:  # noqa: N802
    """Words."""
    raise NotImplementedError


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (no_words, "needs a docstring"),
        (untyped, "parameter code needs a name and a type"),
        (several, "parameter codes needs a name and a type"),
        (with_settings, "settings is what an answering plugin has of its own"),
        (no_model, "is answered by a pydantic model"),
        (Capital, "lower case letters"),
    ],
)
def test_a_function_that_nobody_could_answer_is_no_hook(function: Callable[..., Any], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        hook(seconds=1)(function)
