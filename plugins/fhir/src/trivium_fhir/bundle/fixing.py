"""Changes that a resource needs to be valid, each recorded in the account of the conversion."""

from __future__ import annotations

from typing import Any, TypeAlias

from trivium_fhir.bundle.absent import REASON, absent
from trivium_fhir.convert.model import Draft, Ledger, Reason
from trivium_fhir.r4 import elements

Node: TypeAlias = dict[str, Any]


class Fixer:
    """One object of a draft's JSON. Many are made for each message: no dataclass, whose frozen form is slow to make."""

    __slots__ = ("draft", "home", "ledger", "node", "path")

    def __init__(self, draft: Draft, ledger: Ledger, node: Node, home: str, path: str) -> None:
        self.draft = draft
        self.ledger = ledger
        self.node = node
        self.home = home
        """Where R4 defines its children: `Period`, `Patient.contact`."""
        self.path = path
        """Where it stands: `Patient.name.period`."""

    def has(self, *names: str) -> bool:
        """Whether one of these elements is there, as a value or with a reason for its absence."""
        return any(name in self.node or f"_{name}" in self.node for name in names)

    def give(self, name: str) -> None:
        """Say that an element has no value."""
        key, value = absent(elements.children(self.home)[name])
        self.node[key] = value
        self.ledger.default(self.draft, f"{self.path}.{name}", Reason.REQUIRED)

    def explain(self, name: str) -> None:
        """Say that an element has no value where extensions alone stand for it, such as the code before its map."""
        beside = self.node[f"_{name}"]
        if isinstance(beside, dict) and not any(one.get("url") == REASON for one in beside.get("extension", ())):
            beside.setdefault("extension", []).append({"url": REASON, "valueCode": "unknown"})
            self.ledger.default(self.draft, f"{self.path}.{name}", Reason.REQUIRED)

    def put(self, name: str, value: object) -> None:
        """Give an element the one value that follows from the others."""
        self.node[name] = value
        self.ledger.default(self.draft, f"{self.path}.{name}", Reason.REQUIRED)

    def drop(self, name: str, reason: Reason = Reason.INCOMPLETE) -> None:
        """Take an element out again."""
        self.node.pop(name, None)
        self.node.pop(f"_{name}", None)
        path = f"{self.path}.{name}"
        told: set[str] = self.draft.slots.setdefault("dropped", set())
        if path not in told:  # the account knows paths without numbers: once is enough for ten thousand repetitions
            told.add(path)
            self.ledger.drop(self.draft, path, reason)
