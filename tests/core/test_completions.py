"""Completions: what an argument of a resource or a prompt can be, whatever a completer does."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import mcp_types as types
import pytest
from mcp.shared.exceptions import MCPError

from tests.core.texts import PAGE, RESOURCES, Texts, plain, template, text_at
from tests.core.widgets import NAME, lookup_widget
from trivium.api import resource
from trivium.host import Host, completing
from trivium.host.completing import MOST
from trivium.testing import Era, connect, memory_host

pytestmark = pytest.mark.anyio


@pytest.fixture(params=get_args(Era))
def era(request: pytest.FixtureRequest) -> Era:
    chosen: Era = request.param
    return chosen


@pytest.fixture
def host(environ: dict[str, str]) -> Host:
    return memory_host(environ, texts=Texts("texts", *RESOURCES, tools=[lookup_widget]))


async def test_a_hundred_of_the_completions_are_given_with_how_many_there_are(host: Host, era: Era) -> None:
    async with connect(host, era=era) as client:
        many = (await client.complete(template(), {"name": "code", "value": "W-"})).completion
        few = (await client.complete(template(), {"name": "code", "value": "W-24"})).completion
        none = (await client.complete(template(), {"name": "code", "value": "X"})).completion
    assert (many.values, many.total, many.has_more) == ([f"W-{n}" for n in range(MOST)], 250, True)
    assert few.values == ["W-24", *(f"W-24{n}" for n in range(10))]
    assert (few.total, few.has_more) == (11, False)
    assert (none.values, none.total, none.has_more) == ([], 0, False)


async def test_a_completer_is_told_what_has_been_chosen(host: Host, era: Era) -> None:
    async with connect(host, era=era) as client:
        found = await client.complete(
            template(), {"name": "part", "value": "l"}, {"code": "W-7", "other": "x", "part": "y" * 2000}
        )
    assert found.completion.values == ["W-7-lid", "W-7-leg"]


async def test_an_argument_without_a_completer_has_no_completions(host: Host) -> None:
    async with connect(host) as client:
        for uri, name in ((PAGE, "nothing"), ("widget://large/{size}", "size"), ("widget://list", "x")):
            assert (await client.complete(template(uri), {"name": name, "value": ""})).completion.values == []


async def test_an_unknown_template_is_an_invalid_parameter(host: Host, era: Era) -> None:
    async with connect(host, era=era) as client:
        for ref in (template("widget://O'BRIEN"), template("widget_part"), types.PromptReference(name="widget_part")):
            with pytest.raises(MCPError) as caught:
                await client.complete(ref, {"name": "code", "value": ""})
            assert caught.value.error.code == types.INVALID_PARAMS
            assert "BRIEN" not in caught.value.error.model_dump_json()


def failing(typed: str, chosen: Mapping[str, str]) -> Sequence[str]:
    raise RuntimeError(NAME)


def endless(typed: str, chosen: Mapping[str, str]) -> Any:
    number = 0
    while True:
        number += 1
        yield f"{number}"


def odd(typed: str, chosen: Mapping[str, str]) -> Any:
    return [7]


def doubled(typed: str, chosen: Mapping[str, str]) -> Sequence[str]:
    return ["a", "b", "a", "x" * 2000]


@pytest.mark.parametrize(
    ("completer", "total", "log"),
    [
        (failing, 0, "plugin texts failed to complete an argument of plain (RuntimeError)"),
        (odd, 0, "plugin texts failed to complete an argument of plain (TypeError)"),
        (endless, 10_000, ""),
        (doubled, 2, ""),
    ],
    ids=["failing", "odd", "endless", "doubled"],
)
async def test_whatever_a_completer_does_stays_bounded(
    environ: dict[str, str], caplog: pytest.LogCaptureFixture, completer: Any, total: int, log: str
) -> None:
    spec = resource("widget://{code}", complete={"code": completer})(plain)
    async with connect(memory_host(environ, texts=Texts("texts", spec))) as client:
        found = (await client.complete(template("widget://{code}"), {"name": "code", "value": ""})).completion
        assert (found.total, len(found.values)) == (total, min(total, MOST))
        long = (await client.complete(template("widget://{code}"), {"name": "code", "value": "x" * 1001})).completion
        assert long.total == 0
    assert log in caplog.text
    assert "BRIEN" not in caplog.text


async def test_completions_leave_no_record(host: Host, environ: dict[str, str]) -> None:
    async with connect(host) as client:
        await client.complete(template(), {"name": "code", "value": "W"})
    assert not (Path(environ["TRIVIUM_HOME"]) / "audit.jsonl").exists()


async def test_a_completer_that_does_not_come_back_holds_nobody_up(
    environ: dict[str, str], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()

    def stuck(typed: str, chosen: Mapping[str, str]) -> Sequence[str]:
        release.wait(10)
        return ["too late"]

    monkeypatch.setattr(completing, "TIMEOUT", 0.05)
    spec = resource("widget://{code}", complete={"code": stuck})(plain)
    try:
        async with connect(memory_host(environ, texts=Texts("texts", spec))) as client:
            found = await client.complete(template("widget://{code}"), {"name": "code", "value": ""})
            assert await text_at(client, "widget://W-1") == "W-1"
    finally:
        release.set()
    assert found.completion.values == []
    assert "plugin texts failed to complete an argument of plain (Overrun)" in caplog.text
