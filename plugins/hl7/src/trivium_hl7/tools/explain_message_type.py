"""The tool `explain_hl7_message_type`."""

from typing import Annotated

from pydantic import Field

from trivium.api import PUBLIC, Effect, tool
from trivium_hl7.explain import messages
from trivium_hl7.explain.messages import MessageExplanation


@tool(effect=Effect.LOCAL, title="Explain HL7 v2 message type")
def explain_hl7_message_type(
    message_type: Annotated[
        str,
        Field(
            max_length=100,
            description="Message and event (ADT^A40, ORU R01), structure (ADT_A39), event (A40), type (MDM), or words "
            "of an event's name: merge patient.",
        ),
    ],
    version: Annotated[
        str | None,
        Field(max_length=12, description="HL7 version, 2.1 to 2.9; unset: 2.5.1 or the nearest that has it."),
    ] = None,
    nodes: Annotated[bool, Field(description="Give the structure as data too, not only as a tree.")] = False,
) -> Annotated[MessageExplanation, PUBLIC]:
    """Explain an HL7 v2 message type: its event, its structure of segments and groups, and what answers it.

    Use it to learn which segments a message must or may have, in which order and groups, what MSH-9 says, and what to
    send back. For the fields of a segment use explain_hl7_segment; to check a real message use validate_hl7_message;
    for an example use generate_sample_message.

    Returns the event's name, the structure (MSH-9.3) as an indented tree with cardinalities, the answers in original
    and enhanced acknowledgment mode as 2.9.1 has them, other messages with the same structure, and which versions have
    it. An event or type of several messages gives these to choose from; unknown names give near ones.
    """
    found = messages.explain(message_type, version)
    return found if nodes else found.model_copy(update={"nodes": None})
