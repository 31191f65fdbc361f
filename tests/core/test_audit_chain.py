"""The trail as it lies on the disk: whoever changes it with an editor is found out."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.trails import KEY, Shelf, assert_chained, forged, go, python
from trivium.audit import START, Trail, read
from trivium.audit.chain import canonical, digest, line_after
from trivium.audit.findings import Fault

TRAIL, TIP, HEADS = "audit.jsonl", "audit.jsonl.tip", "audit.heads.jsonl"


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Ten records, the last of them signed."""
    shelf = Shelf(tmp_path / "home")
    shelf.filled(10)
    return shelf


def test_a_trail_that_nobody_touched_is_sound(shelf: Shelf) -> None:
    found = shelf.check()
    assert (found.problems, found.remarks) == ([], [])
    assert (found.records, found.files, found.last_seq) == (10, 1, 9)
    assert (found.heads, found.last_signed, found.unsigned) == (1, 9, 0)
    records = shelf.records()
    assert_chained(records)
    assert (found.first_time, found.last_time) == (records[0]["time"], records[-1]["time"])


def test_a_trail_that_was_never_written_is_sound_and_empty(tmp_path: Path) -> None:
    found = Shelf(tmp_path).check()
    assert found.sound
    assert (found.records, found.files, found.last_seq, found.last_signed) == (0, 0, None, None)


def test_a_line_longer_than_any_buffer_is_followed_by_the_next(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    for size in (1, 4096, 70_000, 1):
        shelf.trail().append({"text": "x" * size}, flush=True)
    assert_chained(shelf.records())


def test_a_record_that_is_too_long_is_refused_and_leaves_no_trace(shelf: Shelf) -> None:
    before = shelf.path.read_bytes()
    with pytest.raises(ValueError, match="a record is too long for the audit trail"):
        shelf.trail().append({"text": "x" * 2_000_000}, flush=False)
    assert shelf.path.read_bytes() == before
    assert shelf.problems() == []


def test_the_trail_is_for_its_owner_only(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "deep" / "home")
    shelf.filled(1)
    assert stat.S_IMODE(shelf.home.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in shelf.home.iterdir()}
    assert modes.pop("audit.key.pub") & 0o600 == 0o600
    assert modes == {TRAIL: 0o600, TIP: 0o600, HEADS: 0o600, "audit.key": 0o600}


def test_each_process_goes_on_where_the_last_one_stopped(shelf: Shelf) -> None:
    for _ in range(3):
        shelf.trail().append({}, flush=False)
    assert_chained(shelf.records())
    assert shelf.problems() == []


# Somebody with an editor.


def edit(lines: list[bytes]) -> list[bytes]:
    return [line.replace(b'"number":4', b'"number":5') for line in lines]


def edit_with_a_fitting_hash(lines: list[bytes]) -> list[bytes]:
    return [forged(line, number=77) if number == 4 else line for number, line in enumerate(lines)]


def delete_the_first(lines: list[bytes]) -> list[bytes]:
    return lines[1:]


def delete_two(lines: list[bytes]) -> list[bytes]:
    return [*lines[:4], *lines[6:]]


def delete_one_and_close_the_gap(lines: list[bytes]) -> list[bytes]:
    before = json.loads(lines[3])
    return [*lines[:4], forged(lines[5], seq=4, prev=before["hash"]), *lines[6:]]


def insert(lines: list[bytes]) -> list[bytes]:
    before = json.loads(lines[4])
    return [*lines[:5], forged(lines[5], prev=before["hash"], number=77), *lines[5:]]


def insert_words(lines: list[bytes]) -> list[bytes]:
    return [*lines[:4], b"words\n", *lines[4:]]


def insert_an_empty_line(lines: list[bytes]) -> list[bytes]:
    return [*lines[:4], b"\n", *lines[4:]]


def reorder(lines: list[bytes]) -> list[bytes]:
    return [*lines[:4], lines[5], lines[4], *lines[6:]]


def double(lines: list[bytes]) -> list[bytes]:
    return [*lines[:5], lines[4], *lines[5:]]


def write_it_otherwise(lines: list[bytes]) -> list[bytes]:
    return [*lines[:4], lines[4].replace(b'"number":4', b'"number": 4'), *lines[5:]]


def tear_the_last(lines: list[bytes]) -> list[bytes]:
    return [*lines[:-1], lines[-1][:40]]


def take_the_last_line_end(lines: list[bytes]) -> list[bytes]:
    return [*lines[:-1], lines[-1][:-1]]


def cut_the_last(lines: list[bytes]) -> list[bytes]:
    return lines[:-1]


def cut_all(lines: list[bytes]) -> list[bytes]:
    return []


def begin_with_a_byte_order_mark(lines: list[bytes]) -> list[bytes]:
    return [b"\xef\xbb\xbf" + lines[0], *lines[1:]]


def nest_deeply(lines: list[bytes]) -> list[bytes]:
    return [*lines[:4], b"[" * 100_000 + b"\n", *lines[5:]]


def add_a_line_without_end(lines: list[bytes]) -> list[bytes]:
    return [*lines, b"x" * 3_000_000]


@pytest.mark.parametrize(
    ("attack", "found"),
    [
        (edit, [(TRAIL, 5, Fault.ALTERED)]),
        (edit_with_a_fitting_hash, [(TRAIL, 6, Fault.UNLINKED)]),
        (delete_the_first, [(TRAIL, 1, Fault.MISSING)]),
        (delete_two, [(TRAIL, 5, Fault.MISSING)]),
        (delete_one_and_close_the_gap, [(TRAIL, 6, Fault.MISSING)]),
        (insert, [(TRAIL, 7, Fault.OUT_OF_ORDER), (TRAIL, 8, Fault.UNLINKED)]),
        (insert_words, [(TRAIL, 5, Fault.UNREADABLE)]),
        (insert_an_empty_line, [(TRAIL, 5, Fault.UNREADABLE)]),
        (reorder, [(TRAIL, 5, Fault.MISSING), (TRAIL, 6, Fault.OUT_OF_ORDER)]),
        (double, [(TRAIL, 6, Fault.OUT_OF_ORDER)]),
        (write_it_otherwise, [(TRAIL, 5, Fault.ALTERED)]),
        (begin_with_a_byte_order_mark, [(TRAIL, 1, Fault.ALTERED)]),
        (nest_deeply, [(TRAIL, 5, Fault.UNREADABLE)]),
        (add_a_line_without_end, [(TRAIL, 11, Fault.TORN)]),
        (tear_the_last, [(TRAIL, 10, Fault.TORN), (HEADS, 1, Fault.MISSING)]),
        (take_the_last_line_end, [(TRAIL, 10, Fault.TORN), (HEADS, 1, Fault.MISSING)]),
        (cut_the_last, [(HEADS, 1, Fault.MISSING), (TIP, None, Fault.MISSING)]),
        (cut_all, [(HEADS, 1, Fault.MISSING), (TIP, None, Fault.MISSING)]),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_changed_trail_is_found_out_with_its_line(
    shelf: Shelf, attack: Callable[[list[bytes]], list[bytes]], found: list[tuple[str, int | None, Fault]]
) -> None:
    shelf.put(attack(shelf.lines()))
    assert shelf.problems() == found


def test_a_finding_is_said_in_words_with_file_and_line(shelf: Shelf) -> None:
    shelf.put(delete_two(shelf.lines()))
    (problem,) = shelf.check().problems
    assert str(problem) == "audit.jsonl, line 5: records 4 to 5 are missing before this one"


def test_a_whole_new_chain_is_found_out_by_tip_and_head(shelf: Shelf) -> None:
    records = shelf.records()
    shelf.rewrite([{**record, "number": 77} for record in records])
    assert_chained(shelf.records())
    assert shelf.problems() == [(HEADS, 1, Fault.REWRITTEN), (TIP, None, Fault.REWRITTEN)]


def test_a_shorter_new_chain_is_found_out_between_heads(shelf: Shelf) -> None:
    shelf.filled(5, sealed=False)  # nothing is signed after record 9
    shelf.rewrite(shelf.records()[:12])
    assert shelf.problems() == [(TIP, None, Fault.MISSING)]


def test_a_tip_that_does_not_fit_or_is_not_there_is_found_out(shelf: Shelf) -> None:
    tip = shelf.tip.read_bytes()
    shelf.put(shelf.lines()[:-1])
    shelf.fit_tip(key=b"some other key")
    assert (TIP, None, Fault.TIP) in shelf.problems()
    shelf.tip.write_bytes(tip[:-1])
    assert (TIP, None, Fault.TIP) in shelf.problems()
    shelf.tip.unlink()
    assert (TIP, None, Fault.TIP) in shelf.problems()


def test_without_the_key_the_tip_is_compared_and_that_nobody_vouches_for_it_is_said(shelf: Shelf) -> None:
    found = shelf.check(key=None)
    assert found.sound
    assert [(remark.file, remark.fault) for remark in found.remarks] == [(TIP, Fault.TIP)]
    shelf.put(shelf.lines()[:-1])
    assert (TIP, None, Fault.MISSING) in shelf.problems(key=None)


def test_what_a_crash_leaves_between_record_and_tip_is_a_remark(shelf: Shelf) -> None:
    tip = shelf.tip.read_bytes()
    shelf.filled(1)
    shelf.tip.write_bytes(tip)
    assert shelf.problems() == []
    assert shelf.remarks() == [(TIP, None, Fault.UNCONFIRMED)]


def test_records_that_somebody_adds_without_the_key_are_found_out(shelf: Shelf) -> None:
    tip = shelf.tip.read_bytes()
    shelf.filled(2, sealed=False)
    shelf.tip.write_bytes(tip)
    assert shelf.problems() == [(TIP, None, Fault.UNCONFIRMED)]


def test_one_record_that_somebody_adds_without_the_key_is_on_record_with_the_next(shelf: Shelf) -> None:
    tip = shelf.tip.read_bytes()
    shelf.filled(1)
    shelf.tip.write_bytes(tip)
    shelf.filled(1)
    assert shelf.records()[11]["what"] == "records unconfirmed"
    assert shelf.remarks() == [(TRAIL, 12, Fault.UNCONFIRMED)]


# While a host is running, and after it has gone on.


def test_lines_that_were_cut_off_stay_known_when_the_host_goes_on(shelf: Shelf) -> None:
    shelf.put(shelf.lines()[:-3])
    shelf.heads.unlink()
    shelf.filled(1)
    repaired, went_on = shelf.records()[7:]
    assert (repaired["event"], repaired["what"], repaired["first"], repaired["last"]) == (
        "repaired",
        "records missing",
        7,
        9,
    )
    assert (repaired["seq"], went_on["seq"]) == (10, 11)  # the numbers of what is gone are not used again
    assert shelf.problems() == [(TRAIL, 8, Fault.MISSING)]


def test_lines_that_are_cut_off_under_a_running_host_stay_known_even_if_the_tip_fits(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    trail = shelf.filled(10, sealed=False)
    shelf.put(shelf.lines()[:-3])
    shelf.fit_tip()
    trail.append({}, flush=False)
    assert shelf.problems() == [(TRAIL, 8, Fault.MISSING)]


def test_a_tip_that_was_taken_away_stays_known_when_the_host_goes_on(shelf: Shelf) -> None:
    shelf.put(shelf.lines()[:-1])
    shelf.tip.unlink()
    shelf.heads.unlink()
    shelf.filled(1)
    assert shelf.records()[9]["what"] == "tip missing"
    assert shelf.problems() == [(TRAIL, 10, Fault.TIP)]


def test_another_last_record_stays_known_when_the_host_goes_on(shelf: Shelf) -> None:
    lines = shelf.lines()
    shelf.put([*lines[:-1], forged(lines[-1], number=77)])
    shelf.filled(1)
    assert shelf.problems() == [(HEADS, 1, Fault.REWRITTEN), (TRAIL, 11, Fault.REWRITTEN)]


def test_a_trail_is_checked_while_others_write_it(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    writers = [python(WRITER, shelf.home, 20_000, 300) for _ in range(2)]
    for _ in range(20):
        assert shelf.check().problems == []
    go(*writers)
    found = shelf.check()
    assert (found.problems, found.records) == ([], 600)


WRITER = """
import sys
from pathlib import Path
from tests.core.trails import Shelf
trail = Shelf(Path(sys.argv[1])).trail(rotate_bytes=int(sys.argv[2]))
half = int(sys.argv[3]) // 2
print("ready", flush=True)
for number in range(half):
    trail.append({"writer": trail.run, "number": number}, flush=False)
sys.stdin.readline()
for number in range(half, 2 * half):
    trail.append({"writer": trail.run, "number": number}, flush=False)
trail.seal()
"""


def test_processes_that_write_and_rotate_at_once_keep_one_chain(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    go(*[python(WRITER, shelf.home, 5_000, 400) for _ in range(3)])
    records = shelf.records()
    assert_chained(records)
    for writer in {record["writer"] for record in records}:
        assert [r["number"] for r in records if r["writer"] == writer] == list(range(400))
    found = shelf.check()
    assert (found.problems, found.remarks, found.records) == ([], [], 1200)
    assert found.files > 20


# Any byte of any file.


@pytest.fixture(scope="module")
def long_shelf(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a trail that was rotated twice, with a torn line set aside."""
    shelf = Shelf(tmp_path_factory.mktemp("trail"))
    shelf.filled(12, rotate_bytes=1000)
    with shelf.path.open("ab") as file:
        file.write(b'{"torn')
    trail = shelf.trail()
    trail.append({"event": "closed", "text": 'Stra\u00dfe "\u2028'}, flush=True)
    trail.seal()
    assert shelf.problems() == []
    names = [name for name in shelf.files() if not name.startswith("audit.key")]
    assert len(names) == 6
    content = {name: (shelf.home / name).read_bytes() for name in names}
    return {**content, "audit.key.pub": shelf.public_key or b""}


@given(st.data())
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_changed_byte_of_any_file_is_found(
    long_shelf: dict[str, bytes], tmp_path: Path, data: st.DataObject
) -> None:
    shelf = Shelf(tmp_path)
    for name, content in long_shelf.items():
        (tmp_path / name).write_bytes(content)
    name = data.draw(st.sampled_from([name for name in long_shelf if name != "audit.key.pub"]))
    place = data.draw(st.integers(0, len(long_shelf[name]) - 1))
    changed = bytearray(long_shelf[name])
    changed[place] ^= data.draw(st.integers(1, 255))
    (tmp_path / name).write_bytes(changed)
    assert not shelf.check().sound


def test_a_canonical_record_is_written_one_way_only() -> None:
    assert canonical({"b": [1, 2.5], "a": "\u00e9\u2028"}) == b'{"a":"\\u00e9\\u2028","b":[1,2.5]}'


# Reading.


def test_a_line_that_is_no_record_is_named_by_file_and_number(shelf: Shelf) -> None:
    shelf.put([*shelf.lines()[:3], b'{"name": "Zorblax'])
    records = read(shelf.path)
    assert [next(records)["seq"] for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match=r"^audit\.jsonl, line 4: not a record$"):
        next(records)


def test_a_trail_that_is_not_there_has_no_records(tmp_path: Path) -> None:
    assert list(read(tmp_path / "absent" / "audit.jsonl")) == []


def test_the_newest_time_is_the_latest_of_heads_and_last_record(shelf: Shelf) -> None:
    heads = [json.loads(line)["time"] for line in (shelf.home / "audit.heads.jsonl").read_text().splitlines()]
    assert shelf.trail().newest_time() == max([*heads, shelf.records()[-1]["time"]])
    shelf.put([*shelf.lines(), b"words\n"])
    assert shelf.trail().newest_time() == max(heads)
    assert Trail(shelf.home / "absent.jsonl", KEY).newest_time() == 0.0


def test_a_copy_can_be_checked_where_nothing_can_be_written(shelf: Shelf) -> None:
    for path in shelf.home.iterdir():
        path.chmod(0o400)
    os.chmod(shelf.home, 0o500)
    try:
        assert shelf.problems() == []
    finally:
        os.chmod(shelf.home, 0o700)


@pytest.mark.parametrize(
    "record",
    [{}, {"a": 1}, {"z": 1}, {"a": {"hash": "x"}, "has": 1, "hashes": 2, "hash": "own"}, {"seq": "mine"}],
    ids=str,
)
def test_a_line_is_the_canonical_form_of_its_record(record: dict[str, object]) -> None:
    line, link = line_after(START, record, 1.23456)
    body = {name: value for name, value in json.loads(line).items() if name != "hash"}
    assert line == canonical({**body, "hash": digest(body)}) + b"\n"
    kept = {name: value for name, value in record.items() if name != "hash"}
    assert body == {**kept, "seq": 0, "prev": START.hash, "time": 1.235}
    assert link == (0, digest(body))
