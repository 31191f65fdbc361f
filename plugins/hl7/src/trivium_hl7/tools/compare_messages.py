"""The tool `compare_hl7_messages`."""

from collections import Counter
from typing import Annotated, Final

from pydantic import Field

from trivium.api import EMBEDDED, PUBLIC, Effect, Given, Kind, PhiBy, tool
from trivium_hl7 import dictionary
from trivium_hl7.comparing import Change, Difference, differences
from trivium_hl7.elements import Position, describe, in_segment
from trivium_hl7.pairing import Side
from trivium_hl7.paths import Path
from trivium_hl7.reader import Limits, Message, parse_message
from trivium_hl7.result import Result
from trivium_hl7.tools.choices import chosen_paths

_MOST_IGNORED: Final = 100
_NOISE_LISTED: Final = 10
_PLACES_LISTED: Final = 60
_PAGE_CHARACTERS: Final = 60_000
"""A page ends after the difference with which its values pass this."""


class ComparedValue(Result):
    """One difference."""

    change: Annotated[Change, PUBLIC]
    path: Annotated[str, PUBLIC] = Field(description="in the left message; in the right one where only that has it")
    right_path: Annotated[str | None, PUBLIC] = Field(default=None, description="where it stands elsewhere there")
    name: Annotated[str, PUBLIC]
    left: Annotated[str | None, PhiBy("left_phi")] = Field(default=None, description="decoded")
    left_phi: Annotated[Kind | None, PUBLIC] = None
    left_length: Annotated[int | None, PUBLIC] = Field(default=None, description="of the whole value, where it was cut")
    right: Annotated[str | None, PhiBy("right_phi")] = Field(default=None, description="decoded")
    right_phi: Annotated[Kind | None, PUBLIC] = None
    right_length: Annotated[int | None, PUBLIC] = Field(default=None, description="the same of right")
    values: Annotated[int | None, PUBLIC] = Field(default=None, description="valued places of a whole segment")


class Comparison(Result):
    """What differs between two messages."""

    equal: Annotated[bool, PUBLIC] = Field(description="nothing differs save noise and what was ignored")
    total: Annotated[int, PUBLIC] = Field(description="differences without noise")
    counts: Annotated[dict[str, int], PUBLIC] = Field(description="by kind of change")
    places: Annotated[dict[str, int], PUBLIC] = Field(description="differences by segment and field")
    more_places: Annotated[int | None, PUBLIC] = Field(
        default=None, description="segments and fields that are left out of places"
    )
    noise: tuple[ComparedValue, ...] = Field(description="MSH-7 and MSH-10, which differ between any two messages")
    more_noise: Annotated[int | None, PUBLIC] = None
    notes: Annotated[tuple[str, ...], PUBLIC] = Field(description="what was odd in reading either message")
    offset: Annotated[int, PUBLIC]
    next_offset: Annotated[int | None, PUBLIC] = Field(default=None, description="more follow: ask for this offset")
    differences: tuple[ComparedValue, ...]


@tool(effect=Effect.LOCAL, title="Compare HL7 v2 messages")
def compare_hl7_messages(
    limits: Given[Limits],
    left: Annotated[str, EMBEDDED, Field(description="An HL7 v2 message, from MSH on.")],
    right: Annotated[str, EMBEDDED, Field(description="The message it is compared with.")],
    ignore: Annotated[
        list[str] | None, Field(description="Places to leave out, e.g. ['EVN-2', 'ZPI', 'OBX-14', 'PID-3.4'].")
    ] = None,
    limit: Annotated[int, Field(ge=1, le=1000, description="Most differences in one answer.")] = 200,
    offset: Annotated[int, Field(ge=0, description="Differences to skip: next_offset of the answer before.")] = 0,
    value_limit: Annotated[int, Field(ge=20, le=10_000, description="Longer values are cut to this length.")] = 500,
) -> Comparison:
    """Compare two HL7 v2 messages value by value: what an interface, a migration or a new version changed.

    Use it on a message before and after an interface engine, on a test message and its expected form, or on two
    messages of one order. To read one message use parse_hl7_message; to learn what a sender usually sends use
    profile_hl7_messages; for conformance use validate_hl7_message.

    Segments are paired by what they are about (order numbers, OBX-3 and OBX-4, codes, then set ids, then order) and
    repetitions by value, so an inserted line does not make all below it differ. Returns counts, differing fields, and
    each difference with its path, name and both values: changed, only_left, only_right, reordered (repetitions),
    segment_only_left, segment_only_right, segment_moved. MSH-7 and MSH-10 stand apart as noise. Values are compared
    decoded, so other separators, line ends and empty parts at the end are no difference; null ("") and empty are.
    Pages go on with next_offset. Values that identify a person are marked and may be withheld.
    """
    ignored = chosen_paths(ignore or [], where="ignore", most=_MOST_IGNORED)
    messages = parse_message(left, limits=limits, where="left"), parse_message(right, limits=limits, where="right")
    versions = [dictionary.version_for(one.version) for one in messages]
    counts, places = Counter[str](), Counter[str]()
    noise: list[ComparedValue] = []
    page: list[ComparedValue] = []
    more_noise, characters, total, full = 0, 0, 0, False
    for difference in differences(*messages, ignored):
        if difference.noise:
            if len(noise) < _NOISE_LISTED:
                noise.append(_row(difference, versions, value_limit))
            else:
                more_noise += 1
            continue
        counts[difference.change] += 1
        places[_field(difference)] += 1
        if total >= offset and len(page) < limit and not full:
            row = _row(difference, versions, value_limit)
            page.append(row)
            characters += len(row.left or "") + len(row.right or "")
            full = characters > _PAGE_CHARACTERS
        total += 1
    end = offset + len(page)
    return Comparison(
        equal=total == 0,
        total=total,
        counts=dict(counts),
        places=dict(places.most_common(_PLACES_LISTED)),
        more_places=max(0, len(places) - _PLACES_LISTED) or None,
        noise=tuple(noise),
        more_noise=more_noise or None,
        notes=tuple(_notes(messages)),
        offset=offset,
        next_offset=end if end < total else None,
        differences=tuple(page),
    )


def _notes(messages: tuple[Message, Message]) -> list[str]:
    return [f"{name}: {note}" for name, one in zip(("left", "right"), messages, strict=True) for note in one.notes]


def _field(difference: Difference) -> str:
    position = difference.left or difference.right
    if position:
        return f"{position.segment.id}-{position.path.field}"
    return next(side.segment.id for side in difference.sides if side)


def _row(difference: Difference, versions: list[str], value_limit: int) -> ComparedValue:
    if not (difference.left or difference.right):
        return _whole(difference)
    left, right = (
        describe(position, version) if position else None
        for position, version in zip((difference.left, difference.right), versions, strict=True)
    )
    first = left or right
    if difference.change == "reordered" and difference.left and difference.right:
        return ComparedValue(change="reordered", path=_of_field(difference.left), name=first.name if first else "")
    path = first.path if first else ""
    return ComparedValue(
        change=difference.change,
        path=path,
        right_path=right.path if right and right.path != path else None,
        name=first.name if first else "",
        left=left.value[:value_limit] if left else None,
        left_phi=left.phi if left else None,
        left_length=len(left.value) if left and len(left.value) > value_limit else None,
        right=right.value[:value_limit] if right else None,
        right_phi=right.phi if right else None,
        right_length=len(right.value) if right and len(right.value) > value_limit else None,
    )


def _whole(difference: Difference) -> ComparedValue:
    """A segment that only one side has, or that stands elsewhere."""
    left, right = difference.sides
    side = left or right
    path = _path(side)
    return ComparedValue(
        change=difference.change,
        path=path,
        right_path=_path(right) if left and right and _path(right) != path else None,
        name=(dictionary.segment_name(side.segment.id) or "") if side else "",
        values=sum(1 for _ in _valued(side)) if side and not (left and right) else None,
    )


def _of_field(position: Position) -> str:
    path = position.path
    return str(Path(path.segment, path.occurrence if position.repeats[0] else None, path.field))


def _valued(side: Side) -> list[Position]:
    return list(in_segment(*side))


def _path(side: Side | None) -> str:
    return str(side.path._replace(occurrence=side.occurrence if side.repeats else None)) if side else ""
