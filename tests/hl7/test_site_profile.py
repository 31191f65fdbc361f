"""Site profiles: what they ask for, and how a bad one is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.hl7.test_validation import EVN, PID, PV1, found, message, run

from trivium.api import BadInput, NotFound, TooLarge
from trivium_hl7.validation.problems import ProfileProblem
from trivium_hl7.validation.profiles import Profiles
from trivium_hl7.validation.site_profile import SiteProfile, read_profile

WHOLE = """
title = "North clinic"
applies_to = ["ADT^A01"]

[[ignore]]
rule = "table.user_code"
path = "PV1"

[[ignore]]
rule = "length.*"

[[required]]
path = "PV1-19"
messages = ["ADT^A01"]

[[required]]
path = "NK1"

[[optional]]
path = "PID-5"

[tables.0001]
codes = ["X1"]

[tables.9001]
codes = ["A", "B"]

[segments.ZPI]
name = "Local patient data"
fields = [
    { number = 1, name = "Category", type = "IS", table = "9001", required = true, max_length = 3, repeats = false },
    { number = 2, name = "Weight", type = "NM" },
    { number = 3, name = "Since", type = "DT" },
]
"""


def judged(*segments: str, profile: str = WHOLE, pid: str = PID, pv1: str = PV1) -> list[tuple[str, str]]:
    return found(message(EVN, pid, pv1, *segments), profile=read_profile(profile))


def only(*lines: str) -> SiteProfile:
    return read_profile("\n".join(lines))


def test_a_z_segment_is_checked_as_it_is_described() -> None:
    rest = [("site.required", "PV1-19"), ("site.segment", "NK1")]
    assert judged("ZPI|A|70.5|20260102") == [("segment.local", "ZPI"), *rest]
    assert judged("ZPI") == [("segment.local", "ZPI"), *rest, ("site.required", "ZPI-1")]
    assert judged("ZPI|C|heavy|20260230|x") == [
        ("segment.local", "ZPI"),
        *rest,
        ("site.code", "ZPI-1"),
        ("type.number", "ZPI-2"),
        ("type.date_exists", "ZPI-3"),
        ("site.undefined", "ZPI"),
    ]
    assert judged("ZPI|AAAA~B")[-3:] == [
        ("site.repetitions", "ZPI-1"), ("site.length", "ZPI-1[1]"), ("site.code", "ZPI-1[1]"),
    ]  # fmt: skip


def test_local_codes_are_added_to_a_table_or_replace_it() -> None:
    assert ("table.user_code", "PID-8") not in judged(pid=PID + "|||X1")
    replaced = only("[tables.0001]", 'codes = ["X1"]', "replaces = true")
    (code,) = (one for one in found(message(EVN, PID + "|||F", PV1), profile=replaced) if "code" in one[0])
    assert code == ("site.code", "PID-8")


def test_a_required_place_may_be_a_segment_a_field_or_a_component() -> None:
    profile = only("[[required]]", 'path = "PID-5.7"', "[[required]]", 'path = "NK1-2"')
    assert found(message(EVN, PID, PV1), profile=profile) == [("site.required", "PID-5.7"), ("site.segment", "NK1")]
    good = message(EVN, PID + "^^^^^L", "NK1|1|Doe^John", PV1)
    assert found(good, profile=profile) == []


def test_a_field_of_the_standard_can_be_optional() -> None:
    assert ("field.required", "PID-5") in found(message(EVN, "PID|1||4711^^^NCL", PV1))
    assert ("field.required", "PID-5") not in judged(pid="PID|1||4711^^^NCL")


def test_more_fields_of_a_segment_of_the_standard_can_be_described() -> None:
    profile = only("[segments.PV1]", 'fields = [{ number = 90, type = "NM" }]')
    assert found(message(EVN, PID, PV1 + "|" * 88 + "12"), profile=profile) == []
    assert found(message(EVN, PID, PV1 + "|" * 88 + "x"), profile=profile) == [("type.number", "PV1-90")]


def test_ignored_findings_are_counted_and_not_listed() -> None:
    text = message(EVN, PID, "PV1|1|LOCAL")
    result = run(text, profile_toml='[[ignore]]\nrule = "table.*"\npath = "PV1-2"\n[[ignore]]\nrule = "length.*"')
    assert (result.profile, result.ignored, result.totals.note) == ("applied", 2, 0)
    assert result.verdict == "conforms"


def test_a_profile_for_other_messages_changes_nothing() -> None:
    result = run(message(EVN, PID, PV1), profile_toml='applies_to = ["ORU"]\n[[required]]\npath = "NK1"')
    assert (result.profile, result.verdict) == ("does not apply to this message", "conforms")


@pytest.mark.parametrize(
    ("text", "where", "problem"),
    [
        ("title = ", "profile_toml, line 1,", ProfileProblem.NOT_TOML),
        ("\n\nsegments.ZPI = {", "profile_toml, line 3,", ProfileProblem.NOT_TOML),
        ("titel = 'x'", "profile_toml, line 1,", ProfileProblem.UNKNOWN_KEY),
        ("[segments.ZPI]\nnam = 'x'", "profile_toml, line 2, segments, ZPI", ProfileProblem.UNKNOWN_KEY),
        ("[[ignore]]\nrule = 'table.nothing'", "profile_toml, ignore, entry 1, rule", ProfileProblem.BAD_RULE),
        (
            "[[ignore]]\nrule = 'table.*'\npath = 'PID[1]'",
            "profile_toml, ignore, entry 1, path",
            ProfileProblem.BAD_PATH,
        ),
        ("[[ignore]]\npath = 'PID'", "profile_toml, ignore, entry 1, rule", ProfileProblem.MISSING_KEY),
        ("[[required]]\npath = 7", "profile_toml, required, entry 1, path", ProfileProblem.BAD_PATH),
        ("applies_to = ['ADT-A01']", "profile_toml, applies_to, entry 1", ProfileProblem.BAD_MESSAGE),
        ("applies_to = 'ADT'", "profile_toml, applies_to", ProfileProblem.BAD_VALUE),
        ("[segments.zpi]", "profile_toml, segments", ProfileProblem.BAD_SEGMENT),
        ("[tables.1]\ncodes = ['x']", "profile_toml, tables", ProfileProblem.BAD_TABLE),
        ("[tables.0001]\ncodes = []", "profile_toml, tables, 0001, codes", ProfileProblem.BAD_VALUE),
        (
            "[segments.ZPI]\nfields = [{ number = 1, type = 'QQ' }]",
            "profile_toml, segments, ZPI, fields, entry 1, type",
            ProfileProblem.BAD_TYPE,
        ),
        (
            "[segments.ZPI]\nfields = [{ number = 0 }]",
            "profile_toml, segments, ZPI, fields, entry 1, number",
            ProfileProblem.BAD_VALUE,
        ),
        (
            "[segments.ZPI]\nfields = [{ number = 1 }, { number = 1 }]",
            "profile_toml, segments, ZPI",
            ProfileProblem.DUPLICATE,
        ),
    ],
    ids=lambda value: value.name if isinstance(value, ProfileProblem) else "",
)
def test_a_bad_profile_is_refused_with_line_or_key(text: str, where: str, problem: ProfileProblem) -> None:
    with pytest.raises(BadInput) as caught:
        read_profile(text)
    assert (caught.value.where, caught.value.problem) == (where, problem)


def test_no_error_holds_what_the_profile_says() -> None:
    for text in (
        "SECRET = 1",
        "title = SECRET",
        "[[ignore]]\nrule = 'SECRET'",
        "[segments.SECRET]",
        "[segments.secret]",
    ):
        with pytest.raises(BadInput) as caught:
            read_profile(text)
        assert "secret" not in str(caught.value).lower()
        assert caught.value.__cause__ is None


def test_a_large_or_deep_profile_is_refused() -> None:
    with pytest.raises(TooLarge):
        read_profile("#" * 300_000)
    with pytest.raises(BadInput):
        read_profile("a = " + "[" * 100_000)


def test_named_profiles_come_from_the_settings(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    file.write_text('[[required]]\npath = "NK1"\n', encoding="utf-8")
    text = message(EVN, PID, PV1)
    assert run(text, profile="north", profiles={"north": file}).totals.error == 1
    file.write_bytes(b"\xff")
    with pytest.raises(BadInput) as caught:
        run(text, profile="north", profiles={"north": file})
    assert str(caught.value) == "profile is not UTF-8"
    with pytest.raises(NotFound) as missing:
        run(text, profile="south", profiles={"north": file})
    assert str(missing.value) == "profile names no site profile of the settings"
    with pytest.raises(BadInput, match="profile names a site profile whose file cannot be read"):
        run(text, profile="gone", profiles={"gone": tmp_path / "gone.toml"})
    with pytest.raises(BadInput, match="profile_toml cannot be given together with profile"):
        run(text, profile="north", profile_toml="")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without named pipes")
def test_what_is_no_regular_file_is_no_profile_and_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for file in (tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        with pytest.raises(BadInput) as caught:
            Profiles({"site": file}).read("site")
        assert caught.value.problem is ProfileProblem.UNREADABLE
