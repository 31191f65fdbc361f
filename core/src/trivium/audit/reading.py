"""One reading of a trail, line by line: is each line whole, is it itself, does it follow from the one before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trivium.audit.chain import START, Link, canonical, digest, link_of, record_of
from trivium.audit.files import Line, Snapshot, closed_path
from trivium.audit.findings import Fault, Finding, Findings
from trivium.audit.tip import link_in
from trivium.audit.witness import Witnesses


class Reading:
    """Goes on after a fault from where the trail makes sense again, so that one change is not said a thousand times."""

    def __init__(self, trail: Snapshot, witnesses: Sequence[Witnesses], findings: Findings, head_every: int) -> None:
        self._trail = trail
        self._witnesses = witnesses
        self._findings = findings
        self._head_every = head_every
        self._tip = link_in(trail.tip)
        self._first_of = {path: first for first, path in trail.closed}
        self.last = START
        """The last record that made sense."""
        self.unreadable = 0
        """Lines since then that did not: each may have been the place of a record."""
        self.hash_at_tip: str | None = None
        """Of the record that the tip speaks of."""
        self.aside: dict[str, str] = {}
        """Files that were set aside, with their sha256, as records say."""
        self.overdue: float | None = None
        """When the first record was written that should not be without a head any more."""

    def read(self) -> None:
        facts = self._findings
        facts.files = len(self._trail.closed) + (self._trail.growing is not None)
        for line in self._trail.lines():
            self._line(line)
        for witness in self._witnesses:
            witness.finish()
        facts.last_seq = self.last.seq if facts.records else None
        facts.unsigned = self.last.seq - self._newest_signed()

    def _line(self, line: Line) -> None:
        record = record_of(line.content)
        if record is None:
            self._problem(line, *((Fault.TORN, "a torn line") if line.torn else (Fault.UNREADABLE, "not a record")))
            self.unreadable += 1
            return
        self._findings.records += 1
        body = {name: value for name, value in record.items() if name != "hash"}
        if canonical(record) + b"\n" != line.content or digest(body) != record["hash"]:
            self._problem(line, Fault.ALTERED, "not as it was written")
            self.unreadable += 1
            return
        self._link(line, record)

    def _link(self, line: Line, record: Mapping[str, Any]) -> None:
        link = link_of(record) or START
        if line.number == 1 and self._first_of.get(line.file, link.seq) != link.seq:
            self._problem(line, Fault.OUT_OF_ORDER, "not the record that the name of the file says")
        if link.seq <= self.last.seq:
            self._problem(line, Fault.OUT_OF_ORDER, f"record {link.seq} stands behind record {self.last.seq}")
            return
        expected = self.last.seq + 1
        if link.seq > expected + self.unreadable:
            self._problem(line, Fault.MISSING, self._missing(line, expected + self.unreadable, link.seq - 1))
        elif link.seq == expected and record.get("prev") != self.last.hash:
            self._problem(line, Fault.UNLINKED, f"record {link.seq} does not follow from the one before")
        self.last, self.unreadable = link, 0
        self._accept(line, link, record)

    def _missing(self, line: Line, first: int, last: int) -> str:
        text = f"records {first} to {last} are missing before this one"
        if line.number > 1:
            return text
        return f"{text}: the file {closed_path(self._trail.path, first).name}, or lines cut off the one before it"

    def _accept(self, line: Line, link: Link, record: Mapping[str, Any]) -> None:
        if self._tip and link.seq == self._tip.seq:
            self.hash_at_tip = link.hash
        for witness in self._witnesses:
            witness.see(link)
        self._note_time(line, link, record.get("time"))
        if record.get("event") == "repaired":
            self._repaired(line, record)

    def _note_time(self, line: Line, link: Link, time: Any) -> None:
        if not isinstance(time, int | float):
            return
        facts = self._findings
        if facts.last_time is not None and time < facts.last_time - 1:
            text = f"the clock had been put back by {facts.last_time - time:.0f} s"
            facts.remark(Finding(line.file.name, line.number, Fault.OUT_OF_ORDER, text))
        facts.first_time = time if facts.first_time is None else facts.first_time
        facts.last_time = time
        if link.seq - self._newest_signed() <= self._head_every:
            self.overdue = None
        elif self.overdue is None:
            self.overdue = time

    def _newest_signed(self) -> int:
        """Keeps the facts of the newest head up to date."""
        facts = self._findings
        for witness in self._witnesses:
            head = witness.newest
            if head and (facts.last_signed is None or head.seq > facts.last_signed):
                facts.last_signed, facts.last_head_time = head.seq, head.time
        return -1 if facts.last_signed is None else facts.last_signed

    def _repaired(self, line: Line, record: Mapping[str, Any]) -> None:
        """What a writer found; a gap that it speaks of has been found here too."""
        match record.get("what"):
            case "torn line":
                self.aside[str(record.get("file"))] = str(record.get("sha256"))
                self._remark(line, Fault.TORN, "a torn line was set aside here")
            case "file set aside":
                self.aside[str(record.get("file"))] = str(record.get("sha256"))
                self._problem(line, Fault.UNREADABLE, "a damaged file was set aside here")
            case "records unconfirmed" if record.get("first") == record.get("last"):
                self._remark(line, Fault.UNCONFIRMED, "the host had not confirmed the record before this one")
            case "records unconfirmed":
                self._problem(line, Fault.UNCONFIRMED, "the host had not confirmed the records before this one")
            case "last record differs":
                self._problem(
                    line, Fault.REWRITTEN, "the host found another record before this one than it had written"
                )
            case "tip missing" | "tip unreadable":
                text = "the host found no tip that it could trust: records before this one may have been cut off"
                self._problem(line, Fault.TIP, text)

    def _problem(self, line: Line, fault: Fault, text: str) -> None:
        self._findings.problem(Finding(line.file.name, line.number, fault, text))

    def _remark(self, line: Line, fault: Fault, text: str) -> None:
        self._findings.remark(Finding(line.file.name, line.number, fault, text))
