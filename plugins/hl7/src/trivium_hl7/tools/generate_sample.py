"""The tool `generate_sample_message`."""

from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from trivium.api import BLOCK, PUBLIC, tool
from trivium.api import Effect as ToolEffect
from trivium_hl7.result import Result

if TYPE_CHECKING:
    from trivium_hl7.samples import Effect, Sample

_MOST_WORDS: Final = 12


class ScenarioChange(Result):
    """What a word or phrase of the scenario did."""

    phrase: str
    places: tuple[str, ...] = Field(description="segments and fields that are other than without it; empty: none")
    more: int | None = Field(default=None, description="places beyond those named")


class SampleMessage(Result):
    """A synthetic message. Nobody in it exists."""

    message_type: str = Field(description="MSH-9.1 and MSH-9.2")
    structure: str = Field(description="what MSH-9.3 says, or would say in a version that has none")
    version: str
    seed: int
    message: Annotated[str, BLOCK] = Field(description="segments end with a carriage return")
    changes: tuple[ScenarioChange, ...] = Field(description="by phrase of the scenario")
    filled: tuple[str, ...] = Field(description="segments without a story: required fields hold values of their type")
    notes: tuple[str, ...]


@tool(effect=ToolEffect.LOCAL, title="Generate sample HL7 v2 message")
def generate_sample_message(
    message_type: Annotated[
        str,
        Field(
            min_length=2,
            max_length=40,
            description="Code and event (ADT^A01, ORM O01), a structure (ADT_A01) or an event (A01).",
        ),
    ],
    scenario: Annotated[
        str | None,
        Field(max_length=400, description="Words that shape the content, e.g. 'emergency CT head, pediatric, stat'."),
    ] = None,
    version: Annotated[str, Field(max_length=12, description="2.1 to 2.9.1.")] = "2.5.1",
    seed: Annotated[int, Field(ge=0, le=2**31 - 1, description="Another number gives other people and times.")] = 0,
    when: Annotated[
        str | None,
        Field(max_length=19, description="Date, or date and time, of the message (2026-01-02T03:04); else by seed."),
    ] = None,
) -> Annotated[SampleMessage, PUBLIC]:
    """Generate a valid synthetic HL7 v2 message of any type, event and version, to test an interface or to show one.

    Use it for test data, examples and first drafts. To judge a message use validate_hl7_message, to read one
    parse_hl7_message, for what a message type holds explain_hl7_message_type; an answer to a given message is made by
    build_hl7_ack.

    Every message and structure of the standard from 2.1 to 2.9.1, queries, answers and master files too. Scenario
    words, freely combined: patient class (emergency, inpatient, outpatient), priority (stat, routine, urgent), modality
    (CT, MR, x-ray, ultrasound, mammography), body part, side, contrast, lab panel (CBC, metabolic, lipid, urinalysis),
    vaccination, medication, age (newborn, pediatric, elderly, '45 years'), sex, pregnant, cancel, preliminary,
    corrected, abnormal, transfer, discharge, death, allergy, uninsured, a reason such as stroke. The answer says which
    fields each word changed; a word that is unknown or does not fit the message is named in `notes`.

    The same arguments give the same bytes. People, towns, telephone numbers and identifiers are invented, MSH-11 is T.
    Common messages tell one coherent story; the segments in `filled` hold just what is required.
    """
    from trivium_hl7.samples import asked, compose  # the makers of content are read on first use
    from trivium_hl7.samples.moment import read_when

    version = asked.read_version(version)
    moment = read_when(when) if when else None
    made = compose(asked.read_type(message_type, version), version, seed=seed, scenario=scenario, when=moment)
    return SampleMessage(
        message_type=f"{made.kind.code}^{made.kind.event}".rstrip("^"),
        structure=made.structure,
        version=version,
        seed=seed,
        message=made.message,
        changes=tuple(_change(effect) for effect in made.effects),
        filled=made.filled,
        notes=tuple(_notes(made)),
    )


def _change(effect: "Effect") -> ScenarioChange:
    return ScenarioChange(phrase=effect.phrase, places=effect.places, more=effect.left_out or None)


def _notes(made: "Sample") -> list[str]:
    notes = [
        f"'{effect.phrase}' is what the message says anyway"
        if effect.said_anyway
        else f"'{effect.phrase}' does not fit this message and changed nothing"
        for effect in made.effects
        if not effect.places
    ]
    unknown = [f"'{word[:30]}'" for word in made.asked.unknown]
    if unknown:
        more = f" and {len(unknown) - _MOST_WORDS} more" if len(unknown) > _MOST_WORDS else ""
        notes.append(f"not understood and left out: {', '.join(unknown[:_MOST_WORDS])}{more}")
    if made.asked.too_long:
        notes.append("the scenario was read to its 400th character")
    if made.placeholder:
        notes.append("the standard leaves the event of this structure to the site; a free one stands in its place")
    return notes
