"""Drafts made by hand, and the message they are said to come from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trivium_fhir.bundle.assembling import Bundled, BundleType, make_bundle
from trivium_fhir.convert.model import Conversion, Default, Draft, Entry, Leaf, Reason, State
from trivium_hl7.reader import parse_message

MESSAGE = "MSH|^~\\&|LAB|HOSP|EHR|CLINIC|20240102030405||{type}|{control}|P|2.5.1\r"
SYSTEM = "urn:oid:1.2.3"


class Recorder:
    """A ledger that keeps what it is told."""

    def __init__(self) -> None:
        self.defaults: list[Default] = []
        self.dropped: list[tuple[str, Reason]] = []

    def default(self, draft: Draft, path: str, reason: Reason = Reason.REQUIRED) -> None:
        self.defaults.append(Default(draft, path, reason))

    def drop(self, draft: Draft, path: str | None, reason: Reason) -> None:
        self.dropped.append((path or draft.type, reason))

    def totals(self) -> dict[State, int]:
        return {}

    def entries(self) -> Iterator[Entry]:
        return iter(())

    def leaf_entries(self) -> Iterator[tuple[Leaf, State, tuple[Entry, ...]]]:
        return iter(())


def draft(type_: str, segment: int = 2, parent: Draft | None = None, **body: Any) -> Draft:
    made = Draft(type_, type_, segment, parent)
    made.body |= body
    return made


def header(**more: Any) -> Draft:
    body = {"eventCoding": {"code": "A01"}, "source": {"endpoint": "urn:oid:1.2"}} | more
    return draft("MessageHeader", 1, **body)


def bundled(
    *drafts: Draft,
    kind: BundleType = "transaction",
    type_: str = "ADT^A01",
    control: str = "1",
    ledger: Recorder | None = None,
    envelope: Draft | None = None,
) -> Bundled:
    found = next((one for one in drafts if one.type == "MessageHeader"), None)
    conversion = Conversion("ADT_A01", True, list(drafts), found, envelope, ledger or Recorder())
    return make_bundle(conversion, parse_message(MESSAGE.format(type=type_, control=control)), kind)


def resources(made: Bundled) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in made.resource["entry"]]


def requests(made: Bundled) -> list[dict[str, str]]:
    return [entry["request"] for entry in made.resource["entry"]]


def completed(type_: str, **body: Any) -> tuple[dict[str, Any], Recorder]:
    """A resource as the bundle has it, without its id."""
    ledger = Recorder()
    [made] = resources(bundled(draft(type_, **body), kind="collection", ledger=ledger))
    return {name: value for name, value in made.items() if name not in ("resourceType", "id")}, ledger
