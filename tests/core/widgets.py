"""A plugin for the host's own tests: one tool of each sort, and a record of what really ran."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import BaseModel, Field

from trivium.api import (
    PUBLIC,
    BadInput,
    Call,
    CallView,
    Effect,
    Fact,
    Given,
    Kind,
    NotFound,
    Phi,
    PhiBy,
    PluginInfo,
    Preflight,
    Problem,
    Safety,
    ToolSpec,
    hookimpl,
    tool,
)

NAME = "O'BRIEN^MARY^ANN^DR^III"


class WidgetProblem(Problem):
    UNKNOWN = "is no widget"
    TOO_LONG = "is longer than {limit} characters"


@dataclass
class Shop:
    """What the tools work on."""

    count: int = 3
    sent: list[str] = field(default_factory=list)
    fault: BaseException | None = None
    """What the preflight raises."""
    stopped: threading.Event = field(default_factory=threading.Event)


class Facts(BaseModel):
    code: str
    weight: float


class Owner(BaseModel):
    name: Annotated[str, Phi(Kind.NAME)]
    widgets: Annotated[list[str], PUBLIC]


class Note(BaseModel):
    kind: Annotated[Kind | None, PUBLIC]
    text: Annotated[str, PhiBy("kind")]


class Owners(BaseModel):
    owners: list[Owner]
    notes: list[Note]
    order: Annotated[str, Phi(Kind.ORDER)]


class Moved(BaseModel):
    moved: Annotated[int, PUBLIC]


@tool(effect=Effect.LOCAL)
def lookup_widget(code: Annotated[str, Field(description="Widget code, e.g. 'W-17'.")]) -> Facts:
    """Look up a widget by its code."""
    if len(code) > 8:
        raise BadInput(where="code", problem=WidgetProblem.TOO_LONG, limit=8)
    if not code.startswith("W"):
        raise NotFound(where="code", problem=WidgetProblem.UNKNOWN)
    return Facts(code=code, weight=1.5)


@tool(effect=Effect.READS_REMOTE)
async def list_owners(shop: Given[Shop], limit: int = 10) -> Owners:
    """List owners of widgets."""
    return Owners(
        owners=[Owner(name=NAME, widgets=["W-1"])][:limit],
        notes=[Note(kind=Kind.TEXT, text=f"call {NAME}"), Note(kind=None, text="heavy")],
        order="A-1",
    )


@tool(effect=Effect.READS_REMOTE)
def break_widget() -> Owners:
    """Break a widget, with a patient's name in the exception."""
    raise RuntimeError(NAME)


@tool(effect=Effect.LOCAL, timeout=0.3)
def wait_for_widget(shop: Given[Shop], call: Call) -> Moved:
    """Wait until told to stop, and say how many came meanwhile."""
    for step in range(1000):
        call.progress(step, 1000)
        if call.cancelled():
            shop.stopped.set()
            return Moved(moved=step)
        time.sleep(0.02)
    return Moved(moved=1000)


def plan_move(shop: Shop, code: str) -> Preflight:
    if shop.fault is not None:
        raise shop.fault
    return Preflight(counts={"widgets": shop.count}, facts=(Fact(label="Owner", value=NAME, kind=Kind.NAME),))


@tool(effect=Effect.MOVES_IMAGES, requires={"widgets.move"}, preflight=plan_move, rehearsal="dry_run")
def move_widget(shop: Given[Shop], call: Call, code: str, destination: str, dry_run: bool = False) -> Moved:
    """Move widgets to a destination."""
    if dry_run:
        return Moved(moved=0)
    for number in range(shop.count):
        call.progress(number + 1, shop.count)
    shop.sent.append(code)
    return Moved(moved=shop.count)


class WidgetSettings(BaseModel):
    allow_move: bool = False
    destinations: tuple[str, ...] = ("WS1",)
    most: int = 5


@dataclass
class Widgets:
    """The plugin. Its shop is at hand for a test to look into; `veto` is what it answers when asked."""

    shop: Shop = field(default_factory=Shop)
    veto: str | Exception | None = None

    @hookimpl
    def trivium_plugin(self) -> PluginInfo:
        return PluginInfo("widgets", "Looks up and moves widgets")

    @hookimpl
    def trivium_settings(self) -> type[BaseModel]:
        return WidgetSettings

    @hookimpl
    def trivium_tools(self, settings: WidgetSettings) -> Sequence[ToolSpec]:
        safety = Safety(
            enabled=settings.allow_move,
            switch="TRIVIUM_WIDGETS__ALLOW_MOVE=true",
            destination="destination",
            destinations=frozenset(settings.destinations),
            destinations_setting="TRIVIUM_WIDGETS__DESTINATIONS",
            limits={"widgets": settings.most},
            limits_setting="TRIVIUM_WIDGETS__MOST",
        )
        return [
            lookup_widget,
            list_owners.given(shop=self.shop),
            break_widget,
            wait_for_widget.given(shop=self.shop),
            move_widget.given(shop=self.shop).guarded(safety),
        ]

    @hookimpl
    def trivium_veto(self, call: CallView) -> str | None:
        if isinstance(self.veto, Exception):
            raise self.veto
        return self.veto if call.tool == "move_widget" else None
