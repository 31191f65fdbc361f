"""A message: its structure walked once, each segment written for the place where it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from trivium_hl7 import dictionary, structures
from trivium_hl7.samples import plan
from trivium_hl7.samples.administrative import ADMINISTRATIVE
from trivium_hl7.samples.asked import Kind
from trivium_hl7.samples.case import Case, Order
from trivium_hl7.samples.clinical import CLINICAL, observation_type
from trivium_hl7.samples.control import CONTROL, query_type
from trivium_hl7.samples.place import Place
from trivium_hl7.samples.writing import Content, Pen
from trivium_hl7.structures import Node

CONTENTS: Final[Mapping[str, Callable[[Place], Content]]] = {**ADMINISTRATIVE, **CLINICAL, **CONTROL}
_RESTART: Final = {"OBX": frozenset({"OBX", "NTE", "PRT"}), "NTE": frozenset({"NTE"})}
"""Set ids that count from one again after any other segment."""
_PER_ORDER: Final = frozenset({"TQ1", "TQ2", "SPM", "RXR", "RXA", "RXD"})
_BY_ORDER: Final = frozenset({"ORC", "OBR", "FT1"})


def assemble(kind: Kind, version: str, case: Case) -> str:
    """The message, segments ended by CR."""
    return _Assembly(kind, version, case, structures.structure(kind.structure, version) or ()).text()


class _Assembly:
    """What is counted while a structure is walked."""

    def __init__(self, kind: Kind, version: str, case: Case, nodes: Sequence[Node]) -> None:
        self.case = case
        self.version = version
        self.nodes = nodes
        self.structure = kind.name(version)
        self.pen = Pen(version, case)
        self.want = plan.wanted(case, kind.code)
        self.known = frozenset(node.id for node in structures.walk(nodes) if not node.is_group)
        self.seen: Counter[str] = Counter()
        self.ordinals: Counter[str] = Counter()
        self.previous = ""
        self.order = -1
        self.controlled = False
        """Whether an ORC has begun an order whose OBR is still to come."""
        self.result = -1

    def text(self) -> str:
        return "".join(f"{segment}\r" for segment in self._walk(self.nodes, (), False))

    def _walk(self, nodes: Sequence[Node], path: tuple[str, ...], in_order: bool) -> Iterator[str]:
        for node in nodes:
            times = self._times(node, path, in_order)
            for _ in range(times):
                if not node.is_group:
                    yield self._segment(node.id)
                    continue
                inside = (plan.chosen(node, self.want),) if node.choice else node.children
                leads = plan.lead(node, self.want)
                below = (*path, node.id), in_order or (leads.id in _BY_ORDER and leads in inside)
                written = list(self._walk(inside, *below))
                if node.minimum and not written:  # the group must be there, though none of its parts must
                    written = list(self._walk((inside[0]._replace(minimum=1),), *below))
                yield from written

    def _times(self, node: Node, path: tuple[str, ...], in_order: bool) -> int:
        leads = plan.lead(node, self.want)
        if not node.minimum:
            here = (*path, node.id) if node.is_group else path
            liked = leads.id in self.want and self._belongs(here, leads.id) and not node.status
            if not liked or dictionary.segment_name(leads.id) is None:
                return 0
        direct = not node.is_group or leads in node.children
        count = max(self._count(leads.id, in_order) if direct else 1, node.minimum, 1)
        return min(count, node.maximum) if node.maximum else count

    def _belongs(self, path: tuple[str, ...], segment: str) -> bool:
        told = segment != "OBX" or self.order >= 0 or self.case.code == "MDM"
        return told and plan.belongs(path, segment)

    def _count(self, segment_id: str, in_order: bool) -> int:
        if segment_id in _BY_ORDER:
            return 1 if in_order else len(self.case.orders)
        if segment_id == "OBX":
            return len(self._current().results)
        return 1

    def _current(self) -> Order:
        return self.case.orders[min(max(self.order, 0), len(self.case.orders) - 1)]

    def _segment(self, segment_id: str) -> str:
        if dictionary.segment_name(segment_id) is None:
            segment_id = plan.STAND_INS.get(self.case.code, "NTE")
        self._advance(segment_id)
        place = self._place(segment_id)
        content = CONTENTS[segment_id](place) if segment_id in CONTENTS else {}
        if segment_id == "MSH":
            return self.pen.header(content)
        return self.pen.segment(segment_id, content, _types(segment_id, place), place.ordinal)

    def _advance(self, segment_id: str) -> None:
        if segment_id == "ORC" or (segment_id in ("OBR", "FT1") and not self.controlled):
            self.order += 1
            self.result = -1
            for other in _PER_ORDER:
                self.ordinals[other] = 0
        if segment_id in ("ORC", "OBR"):
            self.controlled = segment_id == "ORC"
        if segment_id == "OBX":
            self.result += 1
        if segment_id in _RESTART and self.previous not in _RESTART[segment_id]:
            self.ordinals[segment_id] = 0
        self.seen[segment_id] += 1
        self.ordinals[segment_id] += 1
        self.previous = segment_id

    def _place(self, segment_id: str) -> Place:
        order = self._current()
        return Place(
            case=self.case,
            version=self.version,
            structure=self.structure,
            segments=self.known,
            ordinal=self.ordinals[segment_id],
            order=order,
            result=order.results[self.result % len(order.results)] if order.results else None,
            patient=self.case.patient if self.seen["PID"] < 2 else self.case.other,
        )


def _types(segment_id: str, place: Place) -> dict[int, str] | None:
    """Data types of fields that have none of their own."""
    match segment_id:
        case "OBX":
            return {5: observation_type(place)}
        case "QPD":
            return {3: query_type(place)}
        case "MFE":
            return {4: place.coded_type}
        case "MFA":
            return {5: place.coded_type}
        case _:
            return None
