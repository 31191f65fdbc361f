"""What a policy and an edition say of a tool: everything tightens, and only the approval level can go either way."""

from __future__ import annotations

import tomllib
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel

from tests.core.widgets import lookup_widget, move_widget
from trivium.api import Effect, Kind, Rows, Safety, ToolSpec, tool
from trivium.policy import ApprovalLevel, Policy, Quota, Rules
from trivium.policy.model import EditionFile, PolicyFile

MOVES = Effect.MOVES_IMAGES


def policy(text: str = "", *, edition: str = "", now: float = 0.0, read_only: bool = False) -> Policy:
    return Policy(
        file=PolicyFile.model_validate(tomllib.loads(text)),
        edition=EditionFile.model_validate(tomllib.loads(edition)) if edition else None,
        always_read_only=read_only,
        clock=lambda: now,
    )


class Stock(BaseModel):
    rows: int


@tool(effect=Effect.READS_REMOTE, archive="shop", rows=Rows(asked="most", found="rows"))
def list_stock(shop: str = "", most: int = 10) -> Stock:
    """List what is in stock."""
    return Stock(rows=most)


MOVE = move_widget.guarded(Safety(enabled=True, switch="", destination="destination"))
SERVED: dict[str, ToolSpec] = {"lookup_widget": lookup_widget, "list_stock": list_stock, "move_widget": MOVE}


def test_an_empty_policy_has_no_rule() -> None:
    assert policy().rules("move_widget", MOVES) == Rules()


def test_every_rule_of_effect_pattern_and_tool_holds() -> None:
    rules = policy("""
        time_zone = "UTC"
        [effects.moves_images]
        destinations = ["WS1", "WS2"]
        archives = ["main", "old"]
        per_call = { instances = 2000, studies = 9 }
        quiet_hours = ["22:00-06:00"]
        [tools."move_*"]
        destinations = ["WS2", "WS3"]
        per_call = { instances = 3000 }
        per_hour = { studies = 7 }
        [tools.move_widget]
        archives = ["main"]
        per_call = { instances = 500, studies = 10 }
        quiet_hours = ["Sun 00:00-24:00"]
    """).rules("move_widget", MOVES)
    effect, pattern, own = (
        f"policy.toml [{name}]" for name in ("effects.moves_images", 'tools."move_*"', "tools.move_widget")
    )
    assert rules == Rules(
        destinations=frozenset({"WS2"}),
        archives=frozenset({"main"}),
        per_call={"instances": 500, "studies": 9},
        per_hour=(Quota("tool", "move_widget", "studies", 7),),
        quiet=f"it is quiet until Thu 1970-01-01 06:00 (UTC), by {effect} and {own}",
        quiet_hours=("22:00-06:00", "Sun 00:00-24:00"),
        places={
            "destinations": f"{effect} and {pattern}",
            "archives": f"{effect} and {own}",
            "per_call.instances": own,
            "per_call.studies": effect,
        },
    )


def test_rules_of_other_tools_and_effects_do_not_hold() -> None:
    text = (
        "[effects.writes_files]\nenabled = false\n[tools.lookup_widget]\nenabled = false\n[tools.'l*']\nenabled = false"
    )
    assert policy(text).rules("move_widget", MOVES) == Rules()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[effects.moves_images]\nenabled = false\n[tools.move_widget]\nenabled = true", "[effects.moves_images]"),
        ("[effects.moves_images]\nenabled = true\n[tools.move_widget]\nenabled = false", "[tools.move_widget]"),
        ("[tools.'*']\nenabled = false\n[tools.move_widget]\nenabled = true", '[tools."*"]'),
    ],
)
def test_a_tool_is_off_when_any_table_says_so(text: str, place: str) -> None:
    rules = policy(text).rules("move_widget", MOVES)
    assert (rules.enabled, rules.place("enabled")) == (False, f"policy.toml {place} enabled")


def test_read_only_switches_off_what_changes_things_and_nothing_else() -> None:
    for read_only in (policy("read_only = true"), policy(read_only=True), policy("read_only = false", read_only=True)):
        assert read_only.read_only
        assert {e for e in Effect if not read_only.rules("any", e).enabled} == {e for e in Effect if e.effectful}
    assert policy("read_only = true").rules("any", MOVES).place("enabled") == "policy.toml read_only"
    assert policy(read_only=True).rules("any", MOVES).place("enabled") == "TRIVIUM_POLICY__READ_ONLY"


def test_an_empty_list_allows_nothing() -> None:
    rules = policy("[tools.move_widget]\ndestinations = []\narchives = []").rules("move_widget", MOVES)
    assert (rules.destinations, rules.archives) == (frozenset(), frozenset())


def test_quotas_of_an_effect_are_shared_and_of_a_tool_the_smallest_counts() -> None:
    rules = policy("""
        effects.moves_images.per_hour = { instances = 20000 }
        tools."*".per_hour = { instances = 300, studies = 5 }
        tools.move_widget.per_hour = { instances = 400 }
    """).rules("move_widget", MOVES)
    assert rules.per_hour == (
        Quota("effect", "moves_images", "instances", 20000),
        Quota("tool", "move_widget", "instances", 300),
        Quota("tool", "move_widget", "studies", 5),
    )
    assert [quota.where for quota in rules.per_hour] == [
        "policy.toml [effects.moves_images]",
        'policy.toml [tools."*"]',
        'policy.toml [tools."*"]',
    ]


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("", None),
        ("effects.moves_images.approval = 'outside'", ApprovalLevel.OUTSIDE),
        ("effects.moves_images.approval = 'outside'\ntools.move_widget.approval = 'none'", ApprovalLevel.NONE),
        ("effects.moves_images.approval = 'none'\ntools.move_widget.approval = 'ask'", ApprovalLevel.ASK),
        ("tools.'*'.approval = 'outside'\ntools.move_widget.approval = 'ask'", ApprovalLevel.ASK),
        ("tools.'*'.approval = 'ask'\ntools.'move_*'.approval = 'outside'", ApprovalLevel.OUTSIDE),
        ("tools.'move_*'.approval = 'outside'\ntools.'*'.approval = 'none'", ApprovalLevel.OUTSIDE),
        ("effects.moves_images.approval = 'ask'\ntools.move_widget.enabled = true", ApprovalLevel.ASK),
    ],
)
def test_the_approval_of_a_tool_counts_before_patterns_and_those_before_its_effect(
    text: str, level: ApprovalLevel | None
) -> None:
    assert policy(text).rules("move_widget", MOVES).approval is level


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Europe/Berlin", "it is quiet until Sun 2026-10-25 03:00 (Europe/Berlin), by policy.toml [tools.a]"),
        ("Asia/Tokyo", None),
    ],
)
def test_quiet_hours_go_by_the_clock_of_the_named_zone(zone: str, words: str | None) -> None:
    """On the night in which that clock is turned back and shows the same hour twice."""
    for offset in (0, 1):
        moment = datetime(2026, 10, 25, 0, 30, tzinfo=ZoneInfo("UTC")).timestamp() + offset * 3600
        text = f"time_zone = '{zone}'\n[tools.a]\nquiet_hours = ['02:00-03:00']"
        assert policy(text, now=moment).rules("a", Effect.LOCAL).quiet == words


def test_hours_that_never_end_say_so() -> None:
    rules = policy("[tools.a]\nquiet_hours = ['00:00-24:00']").rules("a", Effect.LOCAL)
    assert rules.quiet == "it is quiet at all times, by policy.toml [tools.a]"


EDITION = """
name = "plus"
[[demand]]
tools = ["move_*"]
entitlements = ["plus"]
"""


def test_what_policy_and_edition_demand_adds_up() -> None:
    both = policy("[[demand]]\ntools = ['move_widget']\nentitlements = ['site', 'plus']", edition=EDITION)
    assert both.rules("move_widget", MOVES).demands == frozenset({"site", "plus"})
    assert both.rules("move_other", MOVES).demands == frozenset({"plus"})
    assert both.rules("lookup_widget", Effect.LOCAL).demands == frozenset()


OPENINGS = """
[[open]]
callers = ["stdio:alice", "http:*"]
tools = ["pacs_query"]
kinds = ["name"]
[[open]]
callers = ["stdio:alice"]
kinds = ["birth_date"]
"""


@pytest.mark.parametrize(
    ("caller", "tool_name", "kinds"),
    [
        ("stdio:alice", "pacs_query", {Kind.NAME, Kind.BIRTH_DATE}),
        ("stdio:alice", "other", {Kind.BIRTH_DATE}),
        ("http:bob", "pacs_query", {Kind.NAME}),
        ("http:bob", "pacs_query2", set()),
        ("stdio:alice2", "pacs_query", set()),
        ("STDIO:ALICE", "pacs_query", set()),
        ("xhttp:bob", "pacs_query", set()),
    ],
)
def test_kinds_are_open_for_the_callers_and_tools_that_are_named(caller: str, tool_name: str, kinds: set[Kind]) -> None:
    assert policy(OPENINGS).opened(caller, tool_name) == kinds


@pytest.mark.parametrize(
    ("text", "required"),
    [
        ("", {e for e in Effect if e.effectful}),
        ("audit_required = 'remote'", set(Effect) - {Effect.LOCAL}),
        ("audit_required = 'all'", set(Effect)),
    ],
)
def test_which_calls_need_the_audit_trail(text: str, required: set[Effect]) -> None:
    assert {effect for effect in Effect if policy(text).audit_required(effect)} == required


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", []),
        ("[tools.move_widget]\ndestinations = ['A']\nper_call = { anything = 1 }", []),
        ("[tools.list_stock]\narchives = ['A']\nper_hour = { rows = 1 }", []),
        ("[tools.'nothing_*']\narchives = ['A']", []),
        ("[effects.writes_files]\nper_call = { rows = 1 }", []),
        ("[tools.'*']\narchives = ['A']\nper_call = { rows = 1 }\ndestinations = []", []),
        (
            "[tools.move_wigdet]\nenabled = false",
            ["policy.toml [tools.move_wigdet] names move_wigdet, which nobody serves; did you mean move_widget?"],
        ),
        (
            "[[open]]\ncallers = ['a']\nkinds = ['name']\ntools = ['list_stok']",
            ["policy.toml [[open]] 1 names list_stok, which nobody serves; did you mean list_stock?"],
        ),
        (
            "[[demand]]\nentitlements = ['a']\ntools = ['zz', 'move_*']",
            ["policy.toml [[demand]] 1 names zz, which nobody serves"],
        ),
        (
            "[tools.move_widget]\narchives = ['A']",
            ["policy.toml [tools.move_widget] lists archives, and no tool of it names an archive"],
        ),
        (
            "[tools.list_stock]\ndestinations = ['A']",
            ["policy.toml [tools.list_stock] lists destinations, and no tool of it has a destination"],
        ),
        (
            "[tools.list_stock]\nper_call = { row = 1 }",
            ["policy.toml [tools.list_stock] limits row, which no tool of it counts"],
        ),
        (
            "[effects.local]\nper_hour = { rows = 1 }",
            ["policy.toml [effects.local] limits rows, which no tool of it counts"],
        ),
    ],
)
def test_rules_that_fit_nothing_are_found(text: str, problems: list[str]) -> None:
    assert policy(text).problems(SERVED) == problems


def test_an_edition_may_name_tools_that_this_installation_lacks() -> None:
    edition = "name = 'plus'\n[[demand]]\ntools = ['generate_widget']\nentitlements = ['plus']"
    assert policy(edition=edition).problems(SERVED) == []
