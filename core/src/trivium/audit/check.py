"""Whether a trail is what was written: every line, every link, the tip, every signed head.

Who can be found out, by what lies beside the trail:

- Somebody who can write files: an edit, a deletion, an insertion, another order, a cut end (the tip), a chain written
  anew (the tip and the heads). One forged record at the very end looks like the trace of a crash until the host writes
  the next record, which says that it was unconfirmed.
- Who also has `secret.key` can make the tip fit, but sign no head: a record rewritten before the last head is found,
  and heads that were taken away are found when more records follow than should go unsigned. Such a person can put all
  files back to an earlier state, or rewrite what is not signed yet, and go unseen.
- Who also has `audit.key` can forge everything on this machine. Only heads that were kept elsewhere (and the public key
  with them) find that: give them as `kept_heads`.

Reads each file once, line by line, and holds a bounded part of it.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from trivium.audit.files import Snapshot, snapshot
from trivium.audit.findings import Fault, Finding, Findings
from trivium.audit.heads import public_keys
from trivium.audit.mend import kept_files
from trivium.audit.reading import Reading
from trivium.audit.recovery import is_abandoned, journals, open_calls
from trivium.audit.tip import TipSeal, link_in, tip_path
from trivium.audit.witness import Witnesses, heads_file

_PATIENCE: Final = 60.0
"""Seconds after which a head that is due counts as overdue."""


def verify(
    path: Path,
    heads_path: Path,
    public_key: bytes | None,
    *,
    kept_heads: Path | None = None,
    key: bytes | None = None,
    runs: Path | None = None,
    head_every: int = 100,
) -> Findings:
    """Everything that is wrong with a trail, and some facts.

    `public_key` is PEM, of one or more keys; `key` is the house's secret, without which the tip proves little; `runs`
    holds the journals of open calls. A host may go on writing meanwhile. Raises `OSError`.
    """
    findings = Findings()
    keys = None
    if public_key is not None:
        try:
            keys = public_keys(public_key)
        except ValueError as error:
            findings.problem(Finding("public key", None, Fault.SIGNATURE, str(error)))
    with ExitStack() as files:
        # Heads first: those that are read have their record in the snapshot.
        witnesses = [
            Witnesses(place, files.enter_context(heads_file(place)), keys, findings)
            for place in (heads_path, kept_heads)
            if place is not None
        ]
        trail = files.enter_context(snapshot(path))
        reading = Reading(trail, witnesses, findings, head_every)
        reading.read()
    _check_tip(trail, reading, key, findings)
    _check_aside(path, reading.aside, findings)
    _check_signing(heads_path, findings, signatures=keys is not None, overdue=reading.overdue, head_every=head_every)
    if runs is not None:
        _check_runs(runs, findings)
    return findings


def _check_tip(trail: Snapshot, reading: Reading, key: bytes | None, findings: Findings) -> None:
    file, tip, last = tip_path(trail.path).name, link_in(trail.tip), reading.last

    def problem(fault: Fault, text: str) -> None:
        findings.problem(Finding(file, None, fault, text))

    if not trail.tip:
        if findings.records:
            problem(Fault.TIP, "the tip is missing: records may have been cut off the end")
        return
    if tip is None:
        problem(Fault.TIP, "the tip is damaged")
        return
    if key is None:
        findings.remark(Finding(file, None, Fault.TIP, "the key of the tip is not at hand"))
    elif TipSeal(key).decode(trail.tip) is None:
        problem(Fault.TIP, "the tip was not made with the key of this house")
        return
    if tip.seq > last.seq + reading.unreadable:
        problem(Fault.MISSING, f"records {last.seq + 1} to {tip.seq} are missing at the end of the trail")
    elif tip.seq <= last.seq and reading.hash_at_tip != tip.hash:
        problem(Fault.REWRITTEN, f"record {tip.seq} is not the one that was written")
    elif tip.seq == last.seq - 1:
        text = "the last record is unconfirmed, which a process leaves that dies while it writes"
        findings.remark(Finding(file, None, Fault.UNCONFIRMED, text))
    elif tip.seq < last.seq:
        problem(Fault.UNCONFIRMED, f"the host did not confirm records {tip.seq + 1} to {last.seq}")


def _check_aside(path: Path, aside: Mapping[str, str], findings: Findings) -> None:
    """What was set aside is still what it was, and nothing else has been."""
    present = {kept.name: kept for kept in kept_files(path)}
    for name, kept in present.items():
        with kept.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if name not in aside:
            findings.problem(Finding(name, None, Fault.MISSING, "set aside, and no record says so"))
        elif found != aside[name]:
            findings.problem(Finding(name, None, Fault.ALTERED, "not what was set aside"))
    if gone := aside.keys() - present.keys():
        findings.problem(Finding(path.name, None, Fault.MISSING, f"{len(gone)} files that were set aside are gone"))


def _check_signing(
    heads_path: Path, findings: Findings, *, signatures: bool, overdue: float | None, head_every: int
) -> None:
    if findings.heads and not signatures:
        text = "the public key is not at hand, so no signature was checked"
        findings.problem(Finding(heads_path.name, None, Fault.SIGNATURE, text))
    if overdue is not None and not 0 <= time.time() - overdue <= _PATIENCE:  # a live host may be about to sign
        text = f"the last {findings.unsigned} records have no signed head, and at most {head_every} should be without"
        findings.problem(Finding(heads_path.name, None, Fault.UNSIGNED, text))


def _check_runs(runs: Path, findings: Findings) -> None:
    for path in journals(runs):
        try:
            calls = open_calls(path.read_bytes())
            if calls and is_abandoned(path):
                text = f"{len(calls)} calls of a process that died are not closed; the next start of the host does so"
                findings.problem(Finding(f"runs/{path.name}", None, Fault.INTERRUPTED, text))
        except FileNotFoundError:
            continue  # its process has just ended in order
        except (OSError, ValueError) as error:
            text = str(error) if isinstance(error, ValueError) else "cannot be read"
            findings.problem(Finding(f"runs/{path.name}", None, Fault.INTERRUPTED, text))
