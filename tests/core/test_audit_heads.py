"""Signed heads: who rewrites the trail cannot sign it."""

from __future__ import annotations

import json
import logging
import stat
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.core.trails import KEY, Shelf, go, python
from trivium.audit import Link, open_trail
from trivium.audit.check import verify
from trivium.audit.findings import Fault
from trivium.audit.heads import Head, Heads, head_of, load_or_make_key, public_keys
from trivium.settings import CoreSettings

TRAIL, TIP, HEADS = "audit.jsonl", "audit.jsonl.tip", "audit.heads.jsonl"


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "home")


def heads(shelf: Shelf) -> list[dict[str, Any]]:
    return [json.loads(line) for line in shelf.heads.read_text().splitlines()]


def signed(shelf: Shelf) -> list[int]:
    return [head["seq"] for head in heads(shelf)]


# When a head is signed.


def test_the_end_of_a_call_with_an_effect_is_signed(shelf: Shelf) -> None:
    trail = shelf.trail()
    assert trail._heads is not None
    for event in ("started", "opened", "begun", "closed", "opened"):
        trail.append({"event": event}, flush=True)
        trail._heads.wait()
    assert signed(shelf) == [3]
    assert heads(shelf)[0]["hash"] == shelf.records()[3]["hash"]


def test_a_head_is_signed_after_so_many_records_at_the_latest_whoever_writes_them(shelf: Shelf) -> None:
    for process in range(5):
        trail = shelf.trail(head_every=10)
        for number in range(4):
            trail.append({"process": process, "number": number}, flush=False)
        assert trail._heads is not None
        trail._heads.wait()  # and no seal: these processes are killed
    assert signed(shelf) == [9, 19]


def test_what_is_left_is_signed_when_the_host_stops(shelf: Shelf) -> None:
    shelf.filled(3, sealed=True)
    assert signed(shelf) == [2]


def test_a_host_that_recorded_nothing_signs_nothing(shelf: Shelf) -> None:
    shelf.trail().seal()
    assert not shelf.home.exists()


def test_records_that_come_while_one_is_signed_are_signed_together(shelf: Shelf) -> None:
    slow = threading.Event()

    class Slow(Heads):
        def _sign(self, link: Link) -> Head:
            slow.wait(10)
            return super()._sign(link)

    shelf.filled(6, sealed=False)
    signer = Slow(shelf.heads, shelf.home / "audit.key")
    for record in shelf.records():
        signer.ask(Link(record["seq"], record["hash"]))
    slow.set()
    signer.wait()
    assert signed(shelf)[-1] == 5
    assert len(signed(shelf)) <= 2


def test_a_process_that_just_ends_has_signed_what_it_did_and_loads_the_signing_library_only_then(shelf: Shelf) -> None:
    code = """
import sys
from pathlib import Path
from trivium.audit import Trail
from trivium.audit.heads import Heads
home = Path(sys.argv[1])
trail = Trail(home / "audit.jsonl", b"key", heads=Heads(home / "audit.heads.jsonl", home / "audit.key"))
trail.append({"event": "opened"}, flush=True)
assert "cryptography" not in sys.modules
trail.append({"event": "closed"}, flush=True)
"""
    subprocess.run([sys.executable, "-c", code, shelf.home], check=True, timeout=60)
    assert signed(shelf) == [1]


def test_processes_that_make_the_key_at_once_have_one(shelf: Shelf) -> None:
    code = """
import sys
from pathlib import Path
from tests.core.trails import Shelf
print("ready", flush=True)
sys.stdin.readline()
Shelf(Path(sys.argv[1])).filled(5)
"""
    go(*[python(code, shelf.home) for _ in range(4)])
    assert len({head["key"] for head in heads(shelf)}) == 1
    assert shelf.problems() == []
    assert not [name for name in shelf.files() if name.startswith("audit.key.") and name != "audit.key.pub"]
    assert stat.S_IMODE((shelf.home / "audit.key").stat().st_mode) == 0o600


def test_the_settings_say_where_heads_are_written_and_how_often(tmp_path: Path) -> None:
    settings = CoreSettings.model_validate(
        {"home": tmp_path / "home", "audit": {"heads": tmp_path / "worm" / "heads", "head_every": 3}}
    )
    trail = open_trail(settings, KEY)
    for number in range(4):
        trail.append({"number": number}, flush=False)
    trail.seal()
    assert [json.loads(line)["seq"] for line in (tmp_path / "worm" / "heads").read_text().splitlines()][-1] == 3
    public_key = (tmp_path / "home" / "audit.key.pub").read_bytes()
    found = verify(settings.audit_file, tmp_path / "worm" / "heads", public_key, key=KEY)
    assert (found.problems, found.last_signed) == ([], 3)


# When it cannot be signed.


def test_heads_that_cannot_be_written_are_said_once_and_recording_goes_on(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    shelf.heads.mkdir(parents=True)
    trail = shelf.trail(head_every=1)
    for number in range(3):
        trail.append({"number": number}, flush=True)
        trail.seal()
    assert caplog.messages == ["no head of the audit trail can be signed (IsADirectoryError)"]
    assert len(shelf.records()) == 3


@pytest.mark.parametrize("content", [b"", b"words", b"ec"], ids=str)
def test_a_key_that_is_none_is_never_replaced(shelf: Shelf, content: bytes, caplog: pytest.LogCaptureFixture) -> None:
    if content == b"ec":
        key = generate_private_key(SECP256R1())
        content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    shelf.home.mkdir()
    (shelf.home / "audit.key").write_bytes(content)
    shelf.filled(3)
    assert "no head of the audit trail can be signed (ValueError)" in caplog.text
    assert (shelf.home / "audit.key").read_bytes() == content
    assert not shelf.heads.exists()


def test_signing_again_after_a_fault_and_failing_again_is_said_again(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    trail = shelf.trail()
    with caplog.at_level(logging.ERROR):
        for blocked in (True, False, True):
            if blocked:
                shelf.heads.unlink(missing_ok=True)
                shelf.heads.mkdir(parents=True)
            else:
                shelf.heads.rmdir()
            trail.append({}, flush=True)
            trail.seal()
    assert len(caplog.messages) == 2


# Who is found out.


def rewritten(shelf: Shelf) -> None:
    """A whole new chain and a tip that fits, by somebody who has `secret.key`."""
    shelf.rewrite([{**record, "number": 77} for record in shelf.records()])
    shelf.fit_tip()


def test_a_new_chain_by_somebody_with_the_secret_is_found_by_its_heads(shelf: Shelf) -> None:
    shelf.filled(10)
    rewritten(shelf)
    assert shelf.problems() == [(HEADS, 1, Fault.REWRITTEN)]


def test_a_trail_without_its_heads_is_found_by_how_long_nobody_has_signed(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.filled(150)
    rewritten(shelf)
    shelf.heads.unlink()
    assert shelf.problems() == []  # a live host would be about to sign
    monkeypatch.setattr("time.time", lambda: shelf.records()[-1]["time"] + 3600)
    assert shelf.problems() == [(HEADS, None, Fault.UNSIGNED)]
    (problem,) = shelf.check().problems
    assert problem.text == "the last 150 records have no signed head, and at most 100 should be without"


def test_times_in_the_future_do_not_excuse_missing_heads(shelf: Shelf) -> None:
    shelf.filled(150)
    shelf.rewrite([{**record, "time": record["time"] + 10_000_000} for record in shelf.records()])
    shelf.fit_tip()
    shelf.heads.unlink()
    assert shelf.problems() == [(HEADS, None, Fault.UNSIGNED)]


def test_a_new_chain_with_heads_of_another_key_is_found_by_the_public_key_kept_elsewhere(shelf: Shelf) -> None:
    shelf.filled(10)
    kept_key = shelf.public_key
    rewritten(shelf)
    for name in ("audit.key", "audit.key.pub", HEADS):
        (shelf.home / name).unlink()
    last = shelf.records()[-1]
    signer = Heads(shelf.heads, shelf.home / "audit.key")
    signer.ask(Link(last["seq"], last["hash"]))
    signer.wait()
    assert shelf.problems() == []  # everything on this machine was forged
    found = verify(shelf.path, shelf.heads, kept_key, key=KEY)
    assert [(p.file, p.line, p.fault) for p in found.problems] == [(HEADS, 1, Fault.SIGNATURE)]


def test_a_new_chain_by_somebody_with_every_key_is_found_by_heads_kept_elsewhere(shelf: Shelf, tmp_path: Path) -> None:
    shelf.filled(10)
    kept = tmp_path / "kept.jsonl"
    kept.write_bytes(shelf.heads.read_bytes())
    rewritten(shelf)
    shelf.heads.unlink()
    last = shelf.records()[-1]
    signer = Heads(shelf.heads, shelf.home / "audit.key")
    signer.ask(Link(last["seq"], last["hash"]))
    signer.wait()
    assert shelf.problems() == []
    assert shelf.problems(kept_heads=kept) == [("kept.jsonl", 1, Fault.REWRITTEN)]


def test_a_trail_put_back_to_an_earlier_state_is_found_by_heads_kept_elsewhere(shelf: Shelf, tmp_path: Path) -> None:
    shelf.filled(5)
    earlier = {name: (shelf.home / name).read_bytes() for name in shelf.files()}
    shelf.filled(5)
    kept = tmp_path / "kept.jsonl"
    kept.write_bytes(shelf.heads.read_bytes())
    for name, content in earlier.items():
        (shelf.home / name).write_bytes(content)
    assert shelf.problems() == []
    assert shelf.problems(kept_heads=kept) == [("kept.jsonl", 2, Fault.MISSING)]


def test_heads_kept_elsewhere_of_an_untouched_trail_are_borne_out(shelf: Shelf, tmp_path: Path) -> None:
    shelf.filled(5)
    kept = tmp_path / "kept.jsonl"
    kept.write_bytes(shelf.heads.read_bytes())
    shelf.filled(5)
    assert shelf.problems(kept_heads=kept) == []


def change(shelf: Shelf, number: int, **changes: Any) -> None:
    lines = shelf.heads.read_bytes().splitlines(keepends=True)
    head = head_of(lines[number])
    assert head
    lines[number] = replace(head, **changes).line()
    shelf.heads.write_bytes(b"".join(lines))


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"seq": 1}, Fault.SIGNATURE),
        ({"hash": "0" * 64}, Fault.SIGNATURE),
        ({"time": 0.0}, Fault.SIGNATURE),
        ({"sig": "00" * 64}, Fault.SIGNATURE),
        ({"sig": ""}, Fault.SIGNATURE),
        ({"sig": "words"}, Fault.UNREADABLE),
        ({"key": "0" * 16}, Fault.SIGNATURE),
        ({"seq": "1"}, Fault.UNREADABLE),
    ],
    ids=str,
)
def test_a_changed_head_is_found(shelf: Shelf, changes: dict[str, Any], fault: Fault) -> None:
    shelf.filled(5)
    change(shelf, 0, **changes)
    assert shelf.problems() == [(HEADS, 1, fault)]


def test_a_signature_in_other_letters_is_found(shelf: Shelf) -> None:
    shelf.filled(5)
    change(shelf, 0, sig=heads(shelf)[0]["sig"].upper())
    assert shelf.problems() == [(HEADS, 1, Fault.UNREADABLE)]


@pytest.mark.parametrize("line", [b"\n", b"words\n", b"[]\n", b"{}\n", b"\xff\n", b"[" * 3000 + b"\n", b"{"], ids=str)
def test_a_line_that_is_no_head_is_found(shelf: Shelf, line: bytes) -> None:
    shelf.filled(5)
    with shelf.heads.open("ab") as file:
        file.write(line)
    assert shelf.problems() == [(HEADS, 2, Fault.UNREADABLE)]
    shelf.filled(1)  # the next head stands on a line of its own
    assert shelf.problems() == [(HEADS, 2, Fault.UNREADABLE)]
    assert shelf.check().last_signed == 5


def test_heads_without_a_public_key_are_compared_and_that_none_was_checked_is_said(shelf: Shelf) -> None:
    shelf.filled(5)
    (shelf.home / "audit.key.pub").unlink()
    assert shelf.problems() == [(HEADS, None, Fault.SIGNATURE)]
    rewritten(shelf)
    assert shelf.problems() == [(HEADS, 1, Fault.REWRITTEN), (HEADS, None, Fault.SIGNATURE)]


def test_a_public_key_that_is_none_is_said(shelf: Shelf) -> None:
    shelf.filled(5)
    for content in (b"", b"words", b"-----BEGIN PUBLIC KEY-----\nwords\n-----END PUBLIC KEY-----\n"):
        (shelf.home / "audit.key.pub").write_bytes(content)
        assert [(p.file, p.fault) for p in shelf.check().problems] == [
            ("public key", Fault.SIGNATURE),
            (HEADS, Fault.SIGNATURE),
        ]


def test_only_ed25519_keys_count(tmp_path: Path) -> None:
    pem = generate_private_key(SECP256R1()).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(ValueError, match="not an Ed25519 key"):
        public_keys(pem)


def test_heads_of_an_older_key_can_still_be_checked(shelf: Shelf) -> None:
    shelf.filled(5)
    (shelf.home / "audit.key").unlink()
    shelf.filled(5)
    assert len({head["key"] for head in heads(shelf)}) == 2
    assert shelf.problems() == []


def test_a_key_is_loaded_as_it_was_made(tmp_path: Path) -> None:
    made, loaded = (load_or_make_key(tmp_path / "audit.key").private_bytes_raw() for _ in range(2))
    assert made == loaded
    assert len(public_keys((tmp_path / "audit.key.pub").read_bytes())) == 1


def test_many_heads_are_checked_though_few_are_held(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trivium.audit.witness._AHEAD", 3)
    for _ in range(20):
        shelf.filled(2)
    assert shelf.problems() == []
    lines = shelf.lines()
    shelf.put([*lines[:8], *lines[30:]])
    found = shelf.check()
    missing = [p.text for p in found.problems if p.file == HEADS]
    assert missing == [f"record {seq} was signed and is not there" for seq in range(9, 30, 2)]
    assert (found.last_signed, found.heads) == (39, 20)


def test_heads_may_stand_a_little_out_of_order_and_no_more(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(8):
        shelf.filled(1)
    lines = shelf.heads.read_bytes().splitlines(keepends=True)
    shelf.heads.write_bytes(b"".join([lines[1], lines[0], *lines[2:]]))
    assert shelf.problems() == []
    monkeypatch.setattr("trivium.audit.witness._AHEAD", 2)
    shelf.heads.write_bytes(b"".join([*lines[1:], lines[0]]))
    assert shelf.problems() == [(HEADS, 8, Fault.OUT_OF_ORDER)]
