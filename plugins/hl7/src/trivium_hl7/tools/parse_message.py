"""The tool `parse_hl7_message`."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Annotated, Final

from pydantic import Field

from trivium.api import EMBEDDED, Effect, Given, tool
from trivium_hl7 import dictionary
from trivium_hl7.elements import Position, describe, in_segment, positions
from trivium_hl7.escapes import has_unknown_sequence
from trivium_hl7.paths import Path
from trivium_hl7.problems import Note, Remark
from trivium_hl7.reader import NULL, Limits, Message
from trivium_hl7.tools.batch_summary import MessageNumber, message_of
from trivium_hl7.tools.choices import chosen_paths
from trivium_hl7.tools.results import Header, HeaderValue, ParsedMessage, SegmentPart, ValuedPlace

_PAGE_CHARACTERS: Final = 60_000
"""A page ends after the value with which it passes this, however few its values are."""
_HEADER_CHARACTERS: Final = 200


@tool(effect=Effect.LOCAL, title="Parse HL7 v2 message")
def parse_hl7_message(
    limits: Given[Limits],
    message: Annotated[
        str,
        EMBEDDED,
        Field(
            description="An HL7 v2 message, any version, from MSH on; segments end with CR, LF or CR LF. Or several of "
            "them, or a batch file (FHS, BHS)."
        ),
    ],
    segments: Annotated[
        list[str] | None,
        Field(description="Only these places and what is below them, e.g. ['PID', 'OBX[2]', 'PV1-7', 'PID-3[1].4']."),
    ] = None,
    limit: Annotated[int, Field(ge=1, le=2000, description="Most values in one answer.")] = 400,
    offset: Annotated[int, Field(ge=0, description="Values to skip: next_offset of the answer before.")] = 0,
    value_limit: Annotated[int, Field(ge=20, le=50_000, description="Longer values are cut to this length.")] = 1000,
    message_number: MessageNumber = None,
) -> ParsedMessage:
    """Parse an HL7 v2 message into its segments, fields, repetitions, components and sub-components, with meanings.

    Use it to read, explain or check the content of a message (ADT, ORM, ORU, MDM, SIU, VXU, ACK ... of versions 2.1 to
    2.9, Z segments too). For where a field goes in FHIR use map_hl7_to_fhir; for a DICOM tag use lookup_dicom_tag.

    Returns the header (type, event, version, sender), segment counts and notes on what was odd, then every valued place
    with its path (PID-3[2].4.1), name, data type, decoded value, HL7 table and the code's meaning. Places without a
    value are left out; `null` marks an explicit delete (""). Values that identify a person are marked and may be
    withheld. Nothing is stored or sent. Large messages come in pages: go on with next_offset, or choose by `segments`.
    Of a batch it says what is in it (types, envelopes, counts that do not fit, messages that cannot be read) and parses
    one message: choose by message_number. Whether a message conforms to the standard says validate_hl7_message.
    """
    parsed, batch = message_of(message, message_number, limits)
    chosen = chosen_paths(segments or [], where="segments")
    version, notes = _definitions(parsed)
    notes = [*parsed.notes, *notes, *_escape_notes(parsed)]
    total, found, unmatched = _find(parsed, chosen, offset, limit)
    page = list(_page(found, version, value_limit))
    end = offset + len(page)
    return ParsedMessage(
        batch=batch,
        header=_header(parsed, version),
        patient=_patient(parsed),
        definitions=version,
        separators=_separators(parsed),
        segment_counts=dict(Counter(seg.id for seg in parsed.segments)),
        notes=tuple(str(note) for note in [*notes, *unmatched]),
        total=total,
        offset=offset,
        next_offset=end if end < total else None,
        segments=tuple(_parts(page)),
    )


def _definitions(parsed: Message) -> tuple[str, list[Note]]:
    """The version to look things up in, and what to say where it is not the one that MSH-12 names."""
    declared = parsed.version
    version = dictionary.nearest_version(declared)
    if version is None:
        return dictionary.FALLBACK_VERSION, [Note("MSH-12", Remark.VERSION_UNKNOWN)]
    return version, [] if version == declared else [Note("MSH-12", Remark.VERSION_NEAREST)]


def _find(parsed: Message, chosen: Sequence[Path], offset: int, limit: int) -> tuple[int, list[Position], list[Note]]:
    """How many places there are, those from `offset`, and which choices match none. Holds no more than a page."""
    total, found, unmatched = 0, [], list(enumerate(chosen, 1))
    for position in positions(parsed, chosen):
        if offset <= total < offset + limit:
            found.append(position)
        total += 1
        if unmatched:
            unmatched = [(n, path) for n, path in unmatched if not path.covers(position.path)]
    return total, found, [Note(f"segments, entry {n},", Remark.NOTHING_CHOSEN) for n, _ in unmatched]


def _page(found: Sequence[Position], version: str, value_limit: int) -> Iterator[tuple[Position, ValuedPlace]]:
    characters = 0
    for position in found:
        place = ValuedPlace.of(describe(position, version), value_limit)
        yield position, place
        characters += len(place.value) + len(place.raw or "")
        if characters > _PAGE_CHARACTERS:
            return


def _parts(page: Sequence[tuple[Position, ValuedPlace]]) -> Iterator[SegmentPart]:
    for seg, group in groupby(page, key=lambda entry: entry[0].segment):
        yield SegmentPart(
            id=seg.id,
            ordinal=seg.ordinal,
            name=dictionary.segment_name(seg.id) or "",
            values=tuple(place for _, place in group),
        )


def _header(parsed: Message, version: str) -> Header:
    values: dict[tuple[int | None, int | None], HeaderValue] = {}
    chosen = [Path("MSH", 1, number, 1, component) for number in range(3, 13) for component in (1, 2, 3)]
    for position in in_segment(parsed.header, 1, False, chosen):
        path = position.path
        if path.subcomponent == 1:
            element = describe(position, version)
            values[path.field, path.component] = HeaderValue(
                value=element.value[:_HEADER_CHARACTERS],
                meaning=element.meaning or None,
                phi=element.phi,
                full_length=len(element.value) if len(element.value) > _HEADER_CHARACTERS else None,
            )
    return Header(
        message_type=values.get((9, 1)),
        trigger_event=values.get((9, 2)),
        structure=values.get((9, 3)),
        version=values.get((12, 1)),
        control_id=values.get((10, 1)),
        sending_application=values.get((3, 1)),
        sending_facility=values.get((4, 1)),
        receiving_application=values.get((5, 1)),
        receiving_facility=values.get((6, 1)),
        sent=values.get((7, 1)),
        processing_id=values.get((11, 1)),
    )


def _patient(parsed: Message) -> str | None:
    """The first number of the patient. A merge names two: what is left after it counts."""
    pid = parsed.first("PID")
    number = pid.value(3) if pid else ""
    return None if number in ("", NULL) else number


def _separators(parsed: Message) -> str:
    s = parsed.separators
    return s.field + s.component + s.repetition + s.escape + s.subcomponent + s.truncation


def _escape_notes(parsed: Message) -> list[Note]:
    for seg in parsed.segments:
        if any(has_unknown_sequence(text, parsed.separators) for text in seg.fields[3 if seg.id == "MSH" else 1 :]):
            return [Note(f"segment {seg.ordinal}", Remark.UNKNOWN_ESCAPE)]
    return []
