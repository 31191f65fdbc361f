"""Which segment of one message belongs to which of another.

A message falls into blocks, each opened by a segment that others belong to (PID, ORC, OBR, IN1 ...). Blocks are paired
by the numbers and codes that name them, then the segments in each pair of blocks: first what is equal, then what has
the same key, then what is left in its order. So one line more at the top does not make every line below it differ.
Each step is linear.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Hashable, Sequence
from typing import Final, NamedTuple, TypeAlias, TypeVar

from trivium_hl7.paths import Path
from trivium_hl7.reader import Message, Segment

T = TypeVar("T")
Key: TypeAlias = Callable[[T], Hashable | None]
"""What two things that belong together have in common; None: nothing to go by."""

_OPENERS: Final = frozenset({"PID", "ORC", "OBR", "IN1", "PR1", "FT1", "RGS", "MFE", "SPM", "TXA", "RXA", "GT1", "SCH"})
"""Segments that others follow and belong to."""
_ORDER_DETAIL: Final = frozenset({"OBR", "RXA"})
"""These belong to an ORC before them rather than open a block."""
_KEYS: Final[dict[str, tuple[tuple[int, int], ...]]] = {
    "OBX": ((3, 1), (4, 1)),
    "OBR": ((4, 1),),
    "AL1": ((3, 1), (3, 2)),
    "DG1": ((3, 1), (3, 2)),
    "PR1": ((3, 1), (3, 2)),
    "NK1": ((2, 1), (2, 2), (3, 1)),
    "IN1": ((2, 1), (3, 1)),
    "GT1": ((2, 1), (3, 1)),
    "FT1": ((4, 1), (7, 1)),
    "RXA": ((3, 1), (5, 1)),
    "RXR": ((1, 1),),
    "AIS": ((3, 1),),
    "AIG": ((3, 1),),
    "AIL": ((3, 1),),
    "AIP": ((3, 1),),
    "MFE": ((4, 1),),
    "ROL": ((3, 1), (4, 1)),
    "PRT": ((4, 1), (5, 1)),
    "SPM": ((2, 1), (4, 1)),
}
"""Fields and components that say which of several segments with one id this is."""


class Side(NamedTuple):
    """A segment in its message."""

    segment: Segment
    occurrence: int
    repeats: bool

    @property
    def path(self) -> Path:
        return Path(self.segment.id, self.occurrence)


def paired_segments(left: Message, right: Message) -> list[tuple[Side | None, Side | None]]:
    """Every segment of both, in the order of the left message; what only the right one has stands at the end."""
    paired: list[tuple[Side | None, Side | None]] = []
    only_right: list[tuple[Side | None, Side | None]] = []
    blocks = pair(
        _blocks(_sides(left)), _blocks(_sides(right)), [_block_text, _block_numbers, _block_service, _block_id]
    )
    for mine, theirs in blocks:
        for a, b in pair(mine or [], theirs or [], [_text, _identity, _set_id, _id]):
            (paired if a else only_right).append((a, b))
    return paired + only_right


def pair(left: Sequence[T], right: Sequence[T], keys: Sequence[Key[T]]) -> list[tuple[T | None, T | None]]:
    """Both sides paired: by the first key that two have in common, among equals in their order.

    In the order of the left side; what only the right side has stands at the end.
    """
    partner: dict[int, int] = {}
    free = list(range(len(right)))
    for key in keys:
        waiting: defaultdict[Hashable, deque[int]] = defaultdict(deque)
        for r in free:
            if (name := key(right[r])) is not None:
                waiting[name].append(r)
        taken = set()
        for n, one in enumerate(left):
            if n not in partner and (name := key(one)) is not None and waiting.get(name):
                partner[n] = waiting[name].popleft()
                taken.add(partner[n])
        free = [r for r in free if r not in taken]
        if not free:
            break
    pairs: list[tuple[T | None, T | None]] = [
        (one, right[partner[n]] if n in partner else None) for n, one in enumerate(left)
    ]
    return pairs + [(None, right[r]) for r in free]


def keep_order(numbers: Sequence[int]) -> set[int]:
    """Positions of a longest rising subsequence: what kept its order."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for n, number in enumerate(numbers):
        at = bisect_left(tails, number)
        before.append(ends[at - 1] if at else -1)
        tails[at : at + 1] = [number]
        ends[at : at + 1] = [n]
    kept, n = set(), ends[-1] if ends else -1
    while n >= 0:
        kept.add(n)
        n = before[n]
    return kept


def _sides(message: Message) -> list[Side]:
    counts = Counter(seg.id for seg in message.segments)
    seen: Counter[str] = Counter()
    sides = []
    for seg in message.segments:
        seen[seg.id] += 1
        sides.append(Side(seg, seen[seg.id], counts[seg.id] > 1))
    return sides


def _blocks(sides: Sequence[Side]) -> list[list[Side]]:
    blocks: list[list[Side]] = [[]]
    for side in sides:
        name = side.segment.id
        continued = name in _ORDER_DETAIL and _is_bare_order(blocks[-1])
        if name in _OPENERS and not continued:
            blocks.append([])
        blocks[-1].append(side)
    return blocks


def _is_bare_order(block: Sequence[Side]) -> bool:
    """Whether a block begins with ORC and has no detail yet."""
    return bool(block) and block[0].segment.id == "ORC" and not any(s.segment.id in _ORDER_DETAIL for s in block)


def _block_text(block: Sequence[Side]) -> Hashable:
    return tuple(side.segment.text for side in block)


def _block_numbers(block: Sequence[Side]) -> Hashable | None:
    """Placer and filler number of an order with its service, the patient's numbers, or the segment's key."""
    if not block:
        return ("head",)
    first = block[0].segment
    if first.id == "PID":
        return ("PID", first.value(3)) if first.value(3) else None
    if first.id in ("ORC", "OBR"):
        numbers = (first.value(2), first.value(3))
        return (first.id, *numbers, _service(block)) if any(numbers) else None
    return _identity(block[0])


def _block_service(block: Sequence[Side]) -> Hashable | None:
    if not block:
        return ("head",)
    service = _service(block)
    return (block[0].segment.id, service) if service else _identity(block[0])


def _service(block: Sequence[Side]) -> str:
    return next((side.segment.value(4) for side in block if side.segment.id == "OBR"), "")


def _block_id(block: Sequence[Side]) -> Hashable:
    return block[0].segment.id if block else "head"


def _text(side: Side) -> Hashable:
    return side.segment.text


def _identity(side: Side) -> Hashable | None:
    seg = side.segment
    values = tuple(seg.value(number, component=component) for number, component in _KEYS.get(seg.id, ()))
    return (seg.id, *values) if any(values) else None


def _set_id(side: Side) -> Hashable | None:
    seg = side.segment
    return (seg.id, seg.value(1)) if seg.value(1).isdecimal() else None


def _id(side: Side) -> Hashable:
    return side.segment.id
