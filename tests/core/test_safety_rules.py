"""The safety gate under a policy: each rule alone says no, with a code, its place and what would change it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import BaseModel

from tests.core.bench import MOVE, Bench, call
from trivium.api import PUBLIC, Effect, Preflight, RefusalCode, Refused, Rows, Safety, ToolSpec, tool
from trivium.pipeline import Workers
from trivium.pipeline.call import AdmittedCall
from trivium.pipeline.limits import charge_call, settle_call
from trivium.pipeline.safety import check_safety
from trivium.pipeline.usage import Usage
from trivium.policy import Quota, Rules

pytestmark = pytest.mark.anyio


class Found(BaseModel):
    rows: Annotated[int, PUBLIC]


def plan(count: int) -> Preflight:
    return Preflight(counts={"instances": count})


@tool(effect=Effect.MOVES_IMAGES, preflight=plan, rehearsal="dry_run", archive="source")
def send(to: str = "WS1", count: int = 3, source: str = "", dry_run: bool = False) -> Annotated[Found, PUBLIC]:
    """Send things."""
    return Found(rows=0)


@tool(effect=Effect.READS_REMOTE, archive="sources", rows=Rows(asked="most", found="rows"))
def find(sources: list[str] | None = None, most: int | None = 10) -> Found:
    """Find things."""
    return Found(rows=0)


@tool(effect=Effect.READS_REMOTE)
def peek() -> Found:
    """Look without counting."""
    return Found(rows=0)


@tool(effect=Effect.READS_REMOTE)
def ping() -> Annotated[Found, PUBLIC]:
    """Look at nothing."""
    return Found(rows=0)


@tool(effect=Effect.LOCAL)
def explain_thing() -> Found:
    """Explain."""
    return Found(rows=0)


@tool(effect=Effect.WRITES_FILES)
def write_thing() -> Annotated[Found, PUBLIC]:
    """Write somewhere nobody says."""
    return Found(rows=0)


SAFETY = Safety(
    enabled=True,
    switch="SEND=true",
    destination="to",
    destinations=frozenset({"WS1", "WS2"}),
    destinations_setting="SEND_TO",
    limits={"instances": 100},
    limits_setting="SEND_MOST",
)
SEND = send.guarded(SAFETY)
PLACES = {
    "enabled": "policy.toml read_only",
    "archives": "policy.toml [tools.a]",
    "destinations": "policy.toml [tools.b]",
    "per_call.instances": "policy.toml [tools.c]",
    "per_call.rows": "policy.toml [tools.d]",
}


def rules(**given: Any) -> Rules:
    return Rules(places=PLACES, **given)


def asked(spec: ToolSpec, **arguments: Any) -> AdmittedCall:
    return AdmittedCall(spec, "things", "test", spec.input.model_validate(arguments))


@pytest.fixture
def usage(tmp_path: Path) -> Usage:
    return Usage(tmp_path / "usage.sqlite3")


async def passes(
    call: AdmittedCall, usage: Usage, given: Rules, license_limits: Mapping[str, int] | None = None
) -> Preflight | None:
    return await check_safety(call, given, license_limits or {}, usage, Workers())


async def refusal(
    call: AdmittedCall, usage: Usage, given: Rules, license_limits: Mapping[str, int] | None = None
) -> tuple[RefusalCode, str]:
    with pytest.raises(Refused) as caught:
        await passes(call, usage, given, license_limits)
    return caught.value.reason, str(caught.value)


async def test_without_rules_only_the_tool_itself_decides(usage: Usage) -> None:
    assert await passes(asked(SEND), usage, Rules()) == plan(3)
    for spec in (find, peek, ping, explain_thing):
        assert await passes(asked(spec), usage, Rules()) is None


async def test_a_tool_that_is_switched_off_does_not_run(usage: Usage) -> None:
    for spec in (SEND, find, explain_thing):
        assert await refusal(asked(spec), usage, rules(enabled=False)) == (
            RefusalCode.SWITCHED_OFF,
            f"{spec.name} is switched off by policy.toml read_only; whoever runs this host can change that",
        )


async def test_nothing_runs_in_quiet_hours(usage: Usage) -> None:
    assert await refusal(asked(find), usage, rules(quiet="it is quiet until Tue")) == (
        RefusalCode.QUIET_HOURS,
        "find does not run now: it is quiet until Tue",
    )


MAIN, DEFAULT = frozenset({"main"}), frozenset({"main", "default"})


@pytest.mark.parametrize(
    ("spec", "arguments", "archives", "allowed"),
    [
        (SEND, {"source": "main"}, MAIN, True),
        (SEND, {"source": "MAIN"}, MAIN, False),
        (SEND, {"source": "other"}, MAIN, False),
        (SEND, {"source": ""}, MAIN, False),
        (SEND, {"source": ""}, DEFAULT, True),
        (SEND, {"source": "main"}, frozenset(), False),
        (find, {"sources": ["main"]}, MAIN, True),
        (find, {"sources": ["main", "other"]}, MAIN, False),
        (find, {"sources": ["main", ""]}, MAIN, False),
        (find, {"sources": []}, MAIN, False),
        (find, {"sources": None}, DEFAULT, True),
        (peek, {}, MAIN, False),
        (peek, {}, DEFAULT, True),
        (explain_thing, {}, MAIN, True),
    ],
)
async def test_only_listed_archives_are_read_from(
    usage: Usage, spec: ToolSpec, arguments: Mapping[str, Any], archives: frozenset[str], allowed: bool
) -> None:
    call = asked(spec, **arguments)
    if allowed:
        await passes(call, usage, rules(archives=archives))
        return
    where = spec.archive or "the archive that is meant when none is named"
    assert await refusal(call, usage, rules(archives=archives)) == (
        RefusalCode.ARCHIVE_NOT_ALLOWED,
        f"{where} is not on the list of allowed archives ({', '.join(archives) or 'none'}); "
        "whoever runs this host can add it to policy.toml [tools.a]",
    )


@pytest.mark.parametrize(
    ("to", "listed", "allowed", "setting"),
    [
        ("WS1", {"WS1", "WS3"}, "", ""),
        ("WS2", {"WS1", "WS3"}, "WS1", "policy.toml [tools.b]"),
        ("WS3", {"WS1", "WS3"}, "WS1", "SEND_TO"),
        ("WS1", set(), "none", "policy.toml [tools.b]"),
    ],
)
async def test_things_go_where_both_the_tool_and_the_policy_let_them(
    usage: Usage, to: str, listed: set[str], allowed: str, setting: str
) -> None:
    given = rules(destinations=frozenset(listed))
    if not allowed:
        assert await passes(asked(SEND, to=to), usage, given) == plan(3)
        return
    assert await refusal(asked(SEND, to=to), usage, given) == (
        RefusalCode.DESTINATION_NOT_ALLOWED,
        f"to is not on the list of allowed destinations ({allowed}); whoever runs this host can add it to {setting}",
    )


async def test_a_tool_that_does_not_say_where_things_go_meets_no_list(usage: Usage) -> None:
    spec = write_thing.guarded(Safety(enabled=True, switch=""))
    given = rules(destinations=frozenset({"WS1"}))
    assert await refusal(asked(spec), usage, given) == (
        RefusalCode.DESTINATION_NOT_ALLOWED,
        "policy.toml [tools.b] lists destinations, and write_thing does not say where things go",
    )
    assert await passes(asked(peek), usage, given) is None


@pytest.mark.parametrize(
    ("count", "policy", "license_", "said"),
    [
        (100, None, None, ""),
        (101, None, None, "101 instances would move and the limit is 100 (SEND_MOST); ask for less"),
        (51, 50, 60, "51 instances would move and the limit is 50 (policy.toml [tools.c]); ask for less"),
        (51, 60, 50, "51 instances would move and the limit is 50 (the license); ask for less"),
        (101, 200, 300, "101 instances would move and the limit is 100 (SEND_MOST); ask for less"),
        (50, 50, 50, ""),
        (1, 0, None, "1 instances would move and the limit is 0 (policy.toml [tools.c]); ask for less"),
    ],
)
async def test_the_smallest_limit_counts_and_says_where_it_is_set(
    usage: Usage, count: int, policy: int | None, license_: int | None, said: str
) -> None:
    given = rules(per_call={} if policy is None else {"instances": policy})
    license_limits = {} if license_ is None else {"instances": license_}
    call = asked(SEND, count=count)
    if said:
        assert await refusal(call, usage, given, license_limits) == (RefusalCode.LIMIT_EXCEEDED, said)
    else:
        assert await passes(call, usage, given, license_limits) == plan(count)


UNKNOWN = "is unknown, which counts as too many"


@pytest.mark.parametrize(
    ("spec", "arguments", "count", "said"),
    [
        (find, {"most": 10}, "rows", ""),
        (find, {"most": 11}, "rows", "11 rows are asked for and the limit is 10 (policy.toml [tools.d]); ask for less"),
        (find, {"most": None}, "rows", f"the number of rows {UNKNOWN} (policy.toml [tools.d])"),
        (find, {"most": -1}, "rows", f"the number of rows {UNKNOWN} (policy.toml [tools.d])"),
        (find, {}, "instances", ""),
        (find, {}, "row", ""),
        (peek, {}, "rows", f"the number of rows {UNKNOWN} (policy.toml [tools.d])"),
        (ping, {}, "rows", ""),
        (explain_thing, {}, "rows", ""),
        (SEND, {}, "rows", ""),
        (SEND, {}, "studies", f"the number of studies {UNKNOWN} (the policy)"),
        (SEND, {"count": -5}, "instances", f"the number of instances {UNKNOWN} (policy.toml [tools.c])"),
    ],
)
async def test_a_count_that_nobody_knows_counts_as_too_many(
    usage: Usage, spec: ToolSpec, arguments: Mapping[str, Any], count: str, said: str
) -> None:
    call, given = asked(spec, **arguments), rules(per_call={count: 10})
    if said:
        assert await refusal(call, usage, given) == (RefusalCode.LIMIT_EXCEEDED, said)
    else:
        await passes(call, usage, given)


async def test_the_limits_of_the_tool_hold_without_a_policy(usage: Usage) -> None:
    blind = replace(SEND, preflight=None)
    said = f"the number of instances {UNKNOWN} (SEND_MOST)"
    assert await refusal(asked(blind), usage, Rules()) == (RefusalCode.LIMIT_EXCEEDED, said)


# In an hour.

HOURLY = rules(per_hour=(Quota("tool", "send", "instances", 10, "policy.toml [tools.send]"),))
USED_UP = (
    RefusalCode.LIMIT_EXCEEDED,
    "6 instances would move and 4 of the 10 in an hour are left (policy.toml [tools.send]); ask for less, or later",
)


async def test_what_is_left_of_the_hour_is_looked_at_before_anybody_is_asked(usage: Usage) -> None:
    call = asked(SEND, count=6)
    assert await passes(call, usage, HOURLY) == plan(6)
    assert await passes(call, usage, HOURLY) == plan(6), "looking takes nothing"
    assert await charge_call(call, plan(6), HOURLY, usage) is not None
    assert await refusal(call, usage, HOURLY) == USED_UP
    assert await refusal(asked(SEND, count=6, dry_run=True), usage, HOURLY) == USED_UP


async def test_of_two_approved_calls_one_takes_the_last_of_the_hour(usage: Usage) -> None:
    call = asked(SEND, count=6)
    assert await passes(call, usage, HOURLY) == await passes(call, usage, HOURLY)
    await charge_call(call, plan(6), HOURLY, usage)
    with pytest.raises(Refused) as caught:
        await charge_call(call, plan(6), HOURLY, usage)
    assert (caught.value.reason, str(caught.value)) == USED_UP


async def test_a_rehearsal_takes_nothing_of_the_hour(usage: Usage) -> None:
    assert await charge_call(asked(SEND, count=6, dry_run=True), plan(6), HOURLY, usage) is None
    assert usage.left(HOURLY.per_hour) == {HOURLY.per_hour[0]: 10}


async def test_what_moves_is_accounted_for_before_a_quota_is_set(usage: Usage) -> None:
    await charge_call(asked(SEND, count=6), plan(6), Rules(), usage)
    assert await refusal(asked(SEND, count=6), usage, HOURLY) == USED_UP


async def test_reading_is_accounted_for_under_a_quota_and_settled_with_the_rows_that_came(
    usage: Usage, caplog: pytest.LogCaptureFixture
) -> None:
    quota = Quota("effect", "reads_remote", "rows", 25, "policy.toml [effects.reads_remote]")
    hourly, call = rules(per_hour=(quota,)), asked(find, most=20)
    assert await charge_call(call, None, Rules(), usage) is None
    charge = await charge_call(call, None, hourly, usage)
    assert await refusal(call, usage, hourly) == (
        RefusalCode.LIMIT_EXCEEDED,
        "20 rows are asked for and 5 of the 25 in an hour are left (policy.toml [effects.reads_remote]); "
        "ask for less, or later",
    )
    await settle_call(charge, call, Found(rows=5), usage)
    assert usage.left([quota]) == {quota: 20}
    await settle_call(None, call, Found(rows=0), usage)
    await settle_call(charge, asked(SEND), Found(rows=0), usage)
    assert usage.left([quota]) == {quota: 20}


@pytest.fixture
def broken(tmp_path: Path) -> Usage:
    (tmp_path / "usage.sqlite3").mkdir()
    return Usage(tmp_path / "usage.sqlite3")


async def test_an_account_that_cannot_be_used_stops_what_moves_things_or_is_counted(broken: Usage) -> None:
    said = "the account of this hour's limits cannot be used (usage.sqlite3 cannot be opened): nothing was done"
    assert await refusal(asked(SEND), broken, HOURLY) == (RefusalCode.GATE_FAILED, said)
    with pytest.raises(Refused, match="cannot be used"):
        await charge_call(asked(SEND), plan(3), Rules(), broken)
    with pytest.raises(Refused, match="cannot be used"):
        await charge_call(asked(find), None, Rules(per_hour=(Quota("tool", "find", "rows", 20),)), broken)
    assert await passes(asked(find), broken, Rules()) is None
    assert await charge_call(asked(find), None, Rules(), broken) is None


async def test_a_call_that_has_run_keeps_its_result_when_it_cannot_be_settled(
    broken: Usage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    await settle_call(7, asked(find), Found(rows=5), broken)
    assert caplog.messages == [
        "the account of what was read this hour cannot be written (usage.sqlite3 cannot be opened)"
    ]


# On the road.


async def code_of(bench_call: Any) -> str:
    try:
        await bench_call
    except Refused as refused:
        return refused.reason.value
    return ""


async def test_an_operator_tightens_while_the_host_runs(bench: Bench) -> None:
    host, policy = bench.host(), bench.home / "policy.toml"
    assert await code_of(call(host, "list_owners")) == ""
    policy.write_text("[tools.list_owners]\nenabled = false\n")
    assert await code_of(call(host, "list_owners")) == "switched_off"
    policy.write_text("[effects.reads_remote]\nquiet_hours = ['00:00-24:00']\n")
    assert await code_of(call(host, "list_owners")) == "quiet_hours"
    policy.write_text("[effects.reads_remote]\nquiet_hours = ['00:00-24")
    assert await code_of(call(host, "list_owners")) == "policy_unreadable"
    assert await code_of(call(host, "lookup_widget", {"code": "W-1"})) == ""
    policy.write_text("")
    assert await code_of(call(host, "list_owners")) == ""
    assert bench.outcomes() == ["ok", "switched_off", "quiet_hours", "policy_unreadable", "ok", "ok"]


async def test_a_policy_demands_a_license_for_more_tools(bench: Bench) -> None:
    host = bench.host()
    (bench.home / "policy.toml").write_text("[[demand]]\ntools = ['lookup_*']\nentitlements = ['plus']\n")
    assert await code_of(call(host, "lookup_widget", {"code": "W-1"})) == "entitlement_missing"
    bench.license("plus")
    assert await code_of(call(host, "lookup_widget", {"code": "W-1"})) == ""


async def test_the_hour_is_used_up_by_runs_and_not_by_rehearsals_or_refusals(bench: Bench) -> None:
    host = bench.host()
    (bench.home / "policy.toml").write_text("[tools.move_widget]\napproval = 'none'\nper_hour = { widgets = 7 }\n")
    assert await code_of(call(host, "move_widget", {**MOVE, "dry_run": True})) == ""
    assert await code_of(call(host, "move_widget", {**MOVE, "destination": "WS9"})) == "destination_not_allowed"
    codes = [await code_of(call(host, "move_widget", MOVE)) for _ in range(3)]
    assert (codes, bench.sent) == (["", "", "limit_exceeded"], ["W-1", "W-1"])
