"""The gates before a tool that moves things: one way through, and a code for every way that is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import mcp_types as types
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from mcp.client.client import Client
from mcp.shared.exceptions import MCPError

from tests.core.bench import MOVE, Bench
from tests.core.widgets import NAME, WidgetProblem
from trivium.api import PeerUnavailable, RefusalCode, Refused
from trivium.pipeline.ledger import Verdict
from trivium.testing import Era, Person, Result, connect, error_code

pytestmark = pytest.mark.anyio

ERAS = get_args(Era)


def as_it_is(bench: Bench) -> None:
    """Nothing is taken away."""


def no_license(bench: Bench) -> None:
    bench.license_file.unlink()


def forged(bench: Bench) -> None:
    token = bench.license_file.read_text()
    head, body, signature = token.split(".")
    bench.license_file.write_text(f"{head}.{body}.{signature[::-1]}")


def expired(bench: Bench) -> None:
    bench.license("widgets.move", now=1_000_000_000)


def not_begun(bench: Bench) -> None:
    bench.license("widgets.move", now=4_000_000_000)


def wrong_key(bench: Bench) -> None:
    bench.license("widgets.move", key=Ed25519PrivateKey.generate())


def not_entitled(bench: Bench) -> None:
    bench.license("widgets.look")


def switched_off(bench: Bench) -> None:
    bench.environ["TRIVIUM_WIDGETS__ALLOW_MOVE"] = "false"


def never_switched_on(bench: Bench) -> None:
    del bench.environ["TRIVIUM_WIDGETS__ALLOW_MOVE"]


def no_destinations(bench: Bench) -> None:
    bench.environ["TRIVIUM_WIDGETS__DESTINATIONS"] = "[]"


def too_many(bench: Bench) -> None:
    bench.widgets.shop.count = 6


def exactly_the_limit(bench: Bench) -> None:
    bench.widgets.shop.count = 5


def veto_no(bench: Bench) -> None:
    bench.widgets.veto = "not today, " + NAME


def veto_problem(bench: Bench) -> None:
    bench.widgets.veto = WidgetProblem.UNKNOWN


def veto_empty(bench: Bench) -> None:
    bench.widgets.veto = ""


def veto_raises(bench: Bench) -> None:
    bench.widgets.veto = RuntimeError(NAME)


def veto_raises_from_the_tree(bench: Bench) -> None:
    bench.widgets.veto = Refused(RefusalCode.SWITCHED_OFF, NAME)


def preflight(fault: BaseException) -> Callable[[Bench], None]:
    def arrange(bench: Bench) -> None:
        bench.widgets.shop.fault = fault

    return arrange


def ledger_broken(bench: Bench) -> None:
    (bench.home / "approvals.sqlite3").mkdir()


def audit_broken(bench: Bench) -> None:
    bench.audit_file.mkdir()


@dataclass(frozen=True)
class Cell:
    arrange: Callable[[Bench], None]
    code: str
    person: Person | None = field(default_factory=Person)
    arguments: Mapping[str, Any] = field(default_factory=lambda: MOVE)

    @property
    def willing(self) -> bool:
        """Whether the person says yes, so that something else says no."""
        return self.person is not None and self.person.action == "accept" and self.person.tick is True


CELLS = {
    "no license": Cell(no_license, "license_required"),
    "a forged license": Cell(forged, "license_invalid"),
    "an expired license": Cell(expired, "license_expired"),
    "a license that has not begun": Cell(not_begun, "license_invalid"),
    "the license of a stranger": Cell(wrong_key, "license_invalid"),
    "a license for something else": Cell(not_entitled, "entitlement_missing"),
    "switched off": Cell(switched_off, "switched_off"),
    "never switched on": Cell(never_switched_on, "switched_off"),
    "another destination": Cell(as_it_is, "destination_not_allowed", arguments={**MOVE, "destination": "WS2"}),
    "a destination in lower case": Cell(as_it_is, "destination_not_allowed", arguments={**MOVE, "destination": "ws1"}),
    "an empty destination": Cell(as_it_is, "destination_not_allowed", arguments={**MOVE, "destination": ""}),
    "an empty list of destinations": Cell(no_destinations, "destination_not_allowed"),
    "over the limit": Cell(too_many, "limit_exceeded"),
    "a veto": Cell(veto_no, "vetoed"),
    "a veto with a reason": Cell(veto_problem, "vetoed"),
    "a veto of the empty text": Cell(veto_empty, "vetoed"),
    "a veto that raises": Cell(veto_raises, "vetoed"),
    "a veto that raises a refusal": Cell(veto_raises_from_the_tree, "vetoed"),
    "a preflight that raises": Cell(preflight(RuntimeError(NAME)), "gate_failed"),
    "a preflight that raises a timeout": Cell(preflight(TimeoutError(NAME)), "gate_failed"),
    "a preflight that exits": Cell(preflight(SystemExit(NAME)), "gate_failed"),
    "a preflight that pretends to refuse": Cell(preflight(Refused(RefusalCode.LICENSE_REQUIRED, NAME)), "gate_failed"),
    "a preflight that finds no archive": Cell(
        preflight(PeerUnavailable(where="shop", problem=WidgetProblem.UNKNOWN)), "peer_unavailable"
    ),
    "a client that cannot ask": Cell(as_it_is, "approval_required", person=None),
    "declined": Cell(as_it_is, "approval_declined", person=Person(action="decline")),
    "canceled": Cell(as_it_is, "approval_declined", person=Person(action="cancel")),
    "accepted without the tick": Cell(as_it_is, "approval_declined", person=Person(tick=None)),
    "accepted with the tick off": Cell(as_it_is, "approval_declined", person=Person(tick=False)),
    "accepted with a word for a tick": Cell(as_it_is, "approval_declined", person=Person(tick="true")),
    "accepted with a number for a tick": Cell(as_it_is, "approval_declined", person=Person(tick=1)),
    "accepted with a list for a tick": Cell(as_it_is, "approval_declined", person=Person(tick=["true"])),
    "a ledger that cannot be used": Cell(ledger_broken, "gate_failed"),
    "a trail that cannot be written": Cell(audit_broken, "audit_unavailable"),
    "an argument too many": Cell(as_it_is, "bad_input", arguments={**MOVE, "approve": True}),
    "an argument too few": Cell(as_it_is, "bad_input", arguments={"code": "W-1"}),
    "all right": Cell(as_it_is, "", Person()),
}


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS.keys())
async def test_a_move(bench: Bench, caplog: pytest.LogCaptureFixture, era: Era, cell: Cell) -> None:
    cell.arrange(bench)
    async with connect(bench.host(), era=era, person=cell.person) as client:
        result = await client.call_tool("move_widget", dict(cell.arguments))
    assert error_code(result) == cell.code
    assert bench.sent == ([] if cell.code else ["W-1"])
    assert "BRIEN" not in result.model_dump_json()
    assert "BRIEN" not in caplog.text
    if cell.code != "audit_unavailable":
        assert bench.outcomes()[-1] == (cell.code or "ok")


def test_there_is_exactly_one_way_through() -> None:
    assert [name for name, cell in CELLS.items() if cell.code == ""] == ["all right"]


async def test_a_limit_is_the_most_that_may_move(bench: Bench) -> None:
    exactly_the_limit(bench)
    async with connect(bench.host(), person=Person()) as client:
        result = await client.call_tool("move_widget", MOVE)
    assert result.structured_content == {"moved": 5}


@pytest.mark.parametrize("era", ERAS)
async def test_nobody_is_asked_about_what_would_be_refused_anyway(bench: Bench, era: Era) -> None:
    for name, cell in CELLS.items():
        if cell.code in ("license_required", "switched_off", "destination_not_allowed", "limit_exceeded", "vetoed"):
            other = Bench(bench.home / name)
            cell.arrange(other)
            person = Person()
            async with connect(other.host(), era=era, person=person) as client:
                assert error_code(await client.call_tool("move_widget", dict(cell.arguments))) == cell.code
            assert person.asked == [], name


@pytest.mark.parametrize(
    ("arrange", "sentence"),
    [
        (no_license, "move_widget needs a license with widgets.move: there is no license; see `trivium license`"),
        (
            not_entitled,
            "the license lacks widgets.move, which move_widget needs; its issuer can add it",
        ),
        (
            switched_off,
            "move_widget is switched off; whoever runs this host can set TRIVIUM_WIDGETS__ALLOW_MOVE=true",
        ),
        (
            no_destinations,
            "destination is not on the list of allowed destinations (none); "
            "whoever runs this host can add it to TRIVIUM_WIDGETS__DESTINATIONS",
        ),
        (too_many, "6 widgets would move and the limit is 5 (TRIVIUM_WIDGETS__MOST); ask for less"),
        (veto_problem, "plugin widgets said no: is no widget"),
        (veto_no, "plugin widgets said no"),
        (veto_raises, "plugin widgets failed to decide (RuntimeError): that is a no"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
async def test_a_refusal_says_how_it_can_be_changed(
    bench: Bench, arrange: Callable[[Bench], None], sentence: str
) -> None:
    arrange(bench)
    async with connect(bench.host(), person=Person()) as client:
        result = await client.call_tool("move_widget", MOVE)
    assert (result.structured_content or {})["error"]["message"] == sentence
    (text,) = result.content
    assert isinstance(text, types.TextContent)
    assert text.text == f"{error_code(result)}: {sentence}"


@pytest.mark.parametrize("era", ERAS)
async def test_a_rehearsal_asks_nobody(bench: Bench, era: Era) -> None:
    async with connect(bench.host(), era=era) as client:
        result = await client.call_tool("move_widget", {**MOVE, "dry_run": True})
    assert result.structured_content == {"moved": 0}
    assert bench.sent == []
    assert bench.audit()[-1]["rehearsal"] is True


@pytest.mark.parametrize("name", [n for n, c in CELLS.items() if c.willing and c.code and "ledger" not in n])
async def test_a_rehearsal_passes_every_other_gate(bench: Bench, name: str) -> None:
    cell = CELLS[name]
    cell.arrange(bench)
    async with connect(bench.host()) as client:
        result = await client.call_tool("move_widget", {**cell.arguments, "dry_run": True})
    assert error_code(result) == cell.code


@pytest.mark.parametrize("pretense", ["true", 1, "yes"])
async def test_tool_and_gates_read_a_rehearsal_the_same_way(bench: Bench, pretense: Any) -> None:
    """Whatever a client writes for yes."""
    async with connect(bench.host(), person=Person(action="decline")) as client:
        result = await client.call_tool("move_widget", {**MOVE, "dry_run": pretense})
    assert bench.sent == []
    assert error_code(result) in ("", "bad_input")
    if not error_code(result):
        assert result.structured_content == {"moved": 0}


# Replays.


async def ask(client: Client, arguments: Mapping[str, Any]) -> types.InputRequiredResult:
    question = await client.session.call_tool("move_widget", dict(arguments), allow_input_required=True)
    assert isinstance(question, types.InputRequiredResult)
    return question


async def answer(
    client: Client, question: types.InputRequiredResult, arguments: Mapping[str, Any], *, state: str | None = ""
) -> Result | types.InputRequiredResult:
    """A yes to that question, with these arguments; `state` replaces what travels with it."""
    yes = types.ElicitResult(action="accept", content={"approve": True})
    return await client.session.call_tool(
        "move_widget",
        dict(arguments),
        input_responses=dict.fromkeys(question.input_requests or {}, yes),
        request_state=question.request_state if state == "" else state,
        allow_input_required=True,
    )


async def test_a_replayed_approval_meets_a_new_question(bench: Bench) -> None:
    async with connect(bench.host(), person=Person()) as client:
        question = await ask(client, MOVE)
        assert isinstance(await answer(client, question, MOVE), types.CallToolResult)
        assert bench.sent == ["W-1"]
        for _ in range(3):
            again = await answer(client, question, MOVE)
            assert isinstance(again, types.InputRequiredResult)
        assert bench.sent == ["W-1"]
    assert bench.outcomes() == ["asked", "ok", "asked", "asked", "asked"]


async def test_an_approval_is_good_for_its_own_arguments_only(bench: Bench) -> None:
    bench.environ["TRIVIUM_WIDGETS__DESTINATIONS"] = '["WS1", "WS2"]'
    async with connect(bench.host(), person=Person()) as client:
        question = await ask(client, MOVE)
        for other in ({**MOVE, "code": "W-2"}, {**MOVE, "destination": "WS2"}):
            with pytest.raises(MCPError):
                await answer(client, question, other)
    assert bench.sent == []


@pytest.mark.parametrize("state", [None, "made up"])
async def test_an_answer_to_no_question_is_none(bench: Bench, state: str | None) -> None:
    async with connect(bench.host(), person=Person()) as client:
        question = await ask(client, MOVE)
        try:
            result = await answer(client, question, MOVE, state=state)
        except MCPError:
            result = None
        assert not isinstance(result, types.CallToolResult)
    assert bench.sent == []


async def test_the_code_of_a_question_is_no_answer_to_it(bench: Bench) -> None:
    """The code is shown in the question, so knowing it must not be enough."""
    host = bench.host()
    async with connect(host, person=Person()) as client:
        question = await ask(client, MOVE)
        (waiting,) = host.house.ledger.waiting()
        with pytest.raises(MCPError):
            await answer(client, question, MOVE, state=waiting.code)
    assert bench.sent == []


async def test_a_question_of_another_house_is_none_of_this_one(bench: Bench, tmp_path: Path) -> None:
    async with connect(bench.host(), person=Person()) as one:
        question = await ask(one, MOVE)
    other = Bench(tmp_path / "other")
    async with connect(other.host(), person=Person()) as two:
        with pytest.raises(MCPError):
            await answer(two, question, MOVE)
    assert bench.sent == other.sent == []


async def test_another_process_of_the_house_takes_the_answer_once(bench: Bench) -> None:
    async with connect(bench.host(), person=Person()) as one:
        question = await ask(one, MOVE)
    async with connect(bench.host(), person=Person()) as two:
        done = await answer(two, question, MOVE)
        assert isinstance(done, types.CallToolResult)
        assert error_code(done) == ""
        assert isinstance(await answer(two, question, MOVE), types.InputRequiredResult)
    assert bench.sent == ["W-1"]


@pytest.mark.parametrize("era", ERAS)
async def test_every_run_is_asked_anew(bench: Bench, era: Era) -> None:
    host = bench.host()
    person = Person()
    async with connect(host, era=era, person=person) as client:
        for _ in range(3):
            assert error_code(await client.call_tool("move_widget", MOVE)) == ""
        person.action = "decline"
        assert error_code(await client.call_tool("move_widget", MOVE)) == "approval_declined"
    assert len(person.asked) == 4
    assert len(set(person.asked)) == 4  # the code differs
    assert bench.sent == ["W-1"] * 3


@pytest.mark.parametrize("era", ERAS)
async def test_an_approval_from_outside_is_bound_to_the_arguments(bench: Bench, era: Era) -> None:
    host = bench.host()
    async with connect(host, era=era) as client:
        assert error_code(await client.call_tool("move_widget", MOVE)) == "approval_required"
        (waiting,) = host.house.ledger.waiting()
        assert host.house.ledger.decide(waiting.code, approve=True, by="console:bob") is Verdict.RECORDED
        other = await client.call_tool("move_widget", {**MOVE, "code": "W-2"})
        assert error_code(other) == "approval_required"
        assert bench.sent == []
        assert error_code(await client.call_tool("move_widget", MOVE)) == ""
    assert bench.sent == ["W-1"]


@pytest.mark.parametrize("era", ERAS)
async def test_harmless_tools_need_neither_license_nor_person(bench: Bench, era: Era) -> None:
    no_license(bench)
    switched_off(bench)
    async with connect(bench.host(), era=era) as client:
        assert error_code(await client.call_tool("lookup_widget", {"code": "W-1"})) == ""
        assert error_code(await client.call_tool("list_owners", {})) == ""


@pytest.mark.parametrize("era", ERAS)
async def test_an_unknown_tool_is_refused_with_the_nearest(bench: Bench, era: Era) -> None:
    async with connect(bench.host(), era=era) as client:
        near = await client.call_tool("move_widgets", MOVE)
        far = await client.call_tool(NAME, MOVE)
    assert (near.structured_content or {})["error"] == {
        "code": "unknown_tool",
        "message": "no such tool is served; the nearest is move_widget",
    }
    assert error_code(far) == "unknown_tool"
    assert "BRIEN" not in far.model_dump_json()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "argument code is required"),
        ({"code": 7}, "argument code has a value or type that is not allowed; see the tool's input schema"),
        ({"code": {NAME: NAME}}, "argument code has a value or type that is not allowed; see the tool's input schema"),
        ({"code": "W-1", "colour": NAME}, "argument colour is not an argument of this tool"),
        ({"code": "W-1", NAME: 1}, "an argument is not an argument of this tool"),
        ({"code": "W-123456789"}, "code is longer than 8 characters"),
        ({"code": "X"}, "code is no widget"),
    ],
)
async def test_bad_input_names_the_place_and_never_the_value(
    bench: Bench, arguments: dict[str, Any], message: str
) -> None:
    async with connect(bench.host()) as client:
        result = await client.call_tool("lookup_widget", arguments)
    assert (result.structured_content or {})["error"]["message"] == message
    assert "BRIEN" not in result.model_dump_json()
