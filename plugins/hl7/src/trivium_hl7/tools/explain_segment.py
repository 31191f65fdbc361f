"""The tool `explain_hl7_segment`."""

from typing import Annotated

from pydantic import Field

from trivium.api import PUBLIC, Effect, tool
from trivium_hl7.explain import segments
from trivium_hl7.explain.segments import SegmentExplanation


@tool(effect=Effect.LOCAL, title="Explain HL7 v2 segment")
def explain_hl7_segment(
    segment_name: Annotated[
        str, Field(max_length=100, description="Segment id such as PID, OBX, ZPI; or words of its name: next of kin.")
    ],
    version: Annotated[
        str | None,
        Field(max_length=12, description="HL7 version, 2.1 to 2.9; unset: 2.5.1 or the nearest that has it."),
    ] = None,
) -> Annotated[SegmentExplanation, PUBLIC]:
    """Explain an HL7 v2 segment: all its fields, which messages hold it, and what changed between versions.

    Use it to learn what a segment is for and what each field takes, or why systems of two versions disagree on it. For
    one field in depth use explain_hl7_field; for the segments of a message use explain_hl7_message_type; to read a real
    message use parse_hl7_message. It takes names, never values or messages.

    Returns for each field: path, name, data type, usage letter, repetition, length, table, item number. Then the
    structures of that version which hold the segment, and every field that a version added, withdrew, renamed, retyped,
    required or released. A segment that the version lacks is explained by the nearest version that has it, and the
    notes say so. Z segments are site-defined and have no definition. Unknown ids and words give near segments.
    """
    return segments.explain(segment_name, version)
