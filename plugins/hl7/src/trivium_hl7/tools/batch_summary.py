"""Which message of a text with several a tool reads, and what `parse_hl7_message` says of the others."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Final

from pydantic import Field

from trivium.api import BadInput, Kind, ToolFailure
from trivium_hl7 import dictionary
from trivium_hl7.batch import Batch, Entry, begins_several, read_batch
from trivium_hl7.batch import Envelope as Around
from trivium_hl7.composing import field_text
from trivium_hl7.elements import describe, in_segment
from trivium_hl7.paths import Path
from trivium_hl7.problems import MessageProblem
from trivium_hl7.reader import Limits, Message, parse_message
from trivium_hl7.tools.results import BatchMessage, BatchSummary, Envelope, TypeCount, ValuedPlace

_LISTED: Final = 50
_TYPES: Final = 40
_LONGEST: Final = 200

MessageNumber = Annotated[
    int | None, Field(ge=1, description="Which message of a batch; unset: the first that can be read.")
]


def message_of(text: str, number: int | None, limits: Limits) -> tuple[Message, BatchSummary | None]:
    """The message that a tool was given, and what stands around it where there are several."""
    if not begins_several(text):
        if number not in (None, 1):
            raise BadInput(where="message_number", problem=MessageProblem.NO_SUCH_NUMBER, found=1)
        return parse_message(text, limits=limits), None
    return chosen_message(read_batch(text, limits), number, limits)


def chosen_message(batch: Batch, number: int | None, limits: Limits) -> tuple[Message, BatchSummary]:
    """The message with this number, or the first that can be read, and a summary of all.

    Raises what reading it raises; `BadInput` for a number that is not there.
    """
    entries = batch.messages
    if not entries or (number or 1) > len(entries):
        raise BadInput(where="message_number", problem=MessageProblem.NO_SUCH_NUMBER, found=len(entries))
    begin = (number or 1) - 1
    types = Counter[tuple[str, Kind | None]]()
    rows: list[BatchMessage] = []
    chosen, chosen_number, unreadable = None, number, 0
    for entry in entries:
        try:
            message = entry.read(limits)
        except ToolFailure as failure:
            unreadable += 1
            if begin < entry.number <= begin + _LISTED:
                rows.append(_unreadable(entry, failure))
            continue
        kind, phi = _marked(message, 9)
        types[kind, phi] += 1
        if entry.number == chosen_number or (chosen_number is None and chosen is None):
            chosen, chosen_number = message, entry.number
        if begin < entry.number <= begin + _LISTED:
            rows.append(_row(entry, message, kind, phi))
    if chosen is None or chosen_number is None:
        chosen, chosen_number = entries[begin].read(limits), begin + 1
    return chosen, _summary(batch, chosen_number, unreadable, types, rows, begin)


def _summary(
    batch: Batch,
    number: int,
    unreadable: int,
    types: Counter[tuple[str, Kind | None]],
    rows: list[BatchMessage],
    begin: int,
) -> BatchSummary:
    frequent = types.most_common(_TYPES)
    around = [("file", one) for one in batch.files] + [("batch", one) for one in batch.batches]
    return BatchSummary(
        message_number=number,
        message_count=len(batch.messages),
        unreadable=unreadable or None,
        types=tuple(TypeCount(type=text, phi=phi, count=count) for (text, phi), count in frequent),
        other_types=types.total() - sum(count for _, count in frequent) or None,
        messages=tuple(rows),
        more=max(0, len(batch.messages) - begin - _LISTED) or None,
        envelopes=tuple(_envelope(kind, one) for kind, one in around[:_LISTED]),
        more_envelopes=max(0, len(around) - _LISTED) or None,
        framed=batch.framed,
        notes=tuple(str(note) for note in batch.notes[:_LISTED]),
        more_notes=max(0, len(batch.notes) - _LISTED) or None,
    )


def _row(entry: Entry, message: Message, kind: str, phi: Kind | None) -> BatchMessage:
    control_id, control_id_phi = _marked(message, 10)
    return BatchMessage(
        number=entry.number,
        line=entry.line,
        batch=entry.batch or None,
        type=kind,
        type_phi=phi,
        control_id=control_id,
        control_id_phi=control_id_phi,
        segments=len(message.segments),
    )


def _unreadable(entry: Entry, failure: ToolFailure) -> BatchMessage:
    return BatchMessage(
        number=entry.number,
        line=entry.line,
        batch=entry.batch or None,
        type="",
        type_phi=None,
        control_id="",
        control_id_phi=None,
        problem=str(failure),
    )


def _marked(message: Message, number: int) -> tuple[str, Kind | None]:
    """A field of MSH as it is written, cut, and the first kind that one of its parts is."""
    version = dictionary.version_for(message.version)
    text = field_text(message.header, number)
    if len(text) > _LONGEST:
        return text[:_LONGEST], Kind.TEXT
    found = in_segment(message.header, 1, False, [Path("MSH", 1, number)])
    return text, next(filter(None, (describe(position, version).phi for position in found)), None)


def _envelope(kind: str, around: Around) -> Envelope:
    places = []
    for seg in (around.header, around.trailer):
        if seg is not None:
            chosen = [Path(seg.id, 1, number) for number in range(3 if seg.id in ("FHS", "BHS") else 1, 15)]
            found = in_segment(seg, 1, False, chosen)
            places += [
                ValuedPlace.of(describe(position, dictionary.FALLBACK_VERSION), _LONGEST)
                for position, _ in zip(found, range(30), strict=False)
            ]
    return Envelope(
        kind="file" if kind == "file" else "batch",
        line=around.line,
        declared=around.declared,
        found=around.found,
        values=tuple(places),
    )
