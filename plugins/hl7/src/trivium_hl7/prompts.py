"""What a user can ask for with one choice: to have a message debugged, an interface designed."""

from typing import Annotated

from pydantic import Field

from trivium.api import PromptSpec, prompt
from trivium_hl7 import completions


@prompt(title="Debug an HL7 v2 message")
def debug_hl7_message(
    message: Annotated[str, Field(description="The message, or where to find it.")],
    symptom: Annotated[str, Field(description="What goes wrong, and the answer (ACK) that came.")] = "",
) -> str:
    """Find out why an HL7 v2 message is refused or misread, and what would put it right."""
    return "\n".join(
        [
            "An HL7 v2 message makes trouble. Find out why.",
            *([f"What goes wrong: {symptom}"] if symptom else []),
            "",
            "1. Read it with parse_hl7_message: sender, type, event, version, notes on how it is written.",
            "2. Check it with validate_hl7_message; name the site profile if there is one. Errors first.",
            "3. For what the findings turn on, use explain_hl7_message_type (structure), explain_hl7_field (type, "
            "usage, history) and lookup_hl7_table (codes) in the message's own version.",
            "4. If there is a message that works, compare the two with compare_hl7_messages. If the sender differs "
            "from the standard in all its messages, profile_hl7_messages shows how.",
            "5. If an ACK came, read its MSA and ERR segments: they name the place. build_hl7_ack shows what a correct "
            "answer looks like.",
            "",
            "Say: the cause with its place (segment, field), the rule and its source, the smallest change that helps, "
            "and who has to make it, sender or receiver. Keep apart what you saw and what you suppose. Send nothing.",
            "",
            "The message:",
            message,
        ]
    )


@prompt(
    title="Design an HL7 v2 interface", complete={"message_type": completions.messages, "version": completions.versions}
)
def design_hl7_interface(
    purpose: Annotated[str, Field(description="What the interface is for: systems, events, data.")],
    message_type: Annotated[str, Field(description="Message and event, if it is decided: ADT^A01.")] = "",
    version: Annotated[str, Field(description="HL7 version, if it is decided: 2.5.1.")] = "",
) -> str:
    """Draw up an HL7 v2 interface: messages, fields, codes, acknowledgments, tests."""
    decided = [f"message {message_type}" if message_type else "", f"HL7 version {version}" if version else ""]
    return "\n".join(
        [
            f"Design an HL7 v2 interface. Purpose: {purpose}",
            *([f"Decided: {', '.join(one for one in decided if one)}."] if any(decided) else []),
            "",
            "1. Look for the usual way with explain_integration_pattern: actors, order of messages, pitfalls.",
            "2. Choose messages and version; show structure and answers with explain_hl7_message_type.",
            "3. List the fields that sender and receiver need, with explain_hl7_segment and explain_hl7_field; the "
            "codes with lookup_hl7_table. Where real messages of the sender are at hand, see what it fills with "
            "profile_hl7_messages first.",
            "4. If images or FHIR are on the other side, map the fields with map_hl7_to_dicom, map_dicom_to_hl7 or "
            "map_hl7_to_fhir.",
            "5. Write a site profile (Z segments, local tables, required fields), make samples with "
            "generate_sample_message and check them with validate_hl7_message.",
            "6. If an engine is wanted, draft the channel with generate_mirth_channel.",
            "",
            "Give: a table of messages and triggers, a table of fields (path, meaning, type, required, code table, "
            "source), acknowledgment mode and what happens on errors, character set, time zone, test cases, and open "
            "questions to each side. Ask before you assume.",
        ]
    )


def all_prompts() -> list[PromptSpec]:
    return [debug_hl7_message, design_hl7_interface]
