"""What `profile_hl7_messages` returns."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from trivium.api import BLOCK, PUBLIC, Kind, Phi


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True)


class SegmentProfile(_Model):
    id: Annotated[str, PUBLIC]
    name: Annotated[str, PUBLIC] = Field(description="empty: not in the standard (Z segments)")
    messages: Annotated[int, PUBLIC] = Field(description="messages that have it")
    total: Annotated[int, PUBLIC]
    most: Annotated[int, PUBLIC] = Field(description="in one message")


class CodeCount(_Model):
    component: Annotated[str | None, PUBLIC] = None
    code: Annotated[str, PUBLIC]
    meaning: Annotated[str | None, PUBLIC] = Field(default=None, description="in the field's table")
    count: Annotated[int, PUBLIC]


class FieldProfile(_Model):
    path: Annotated[str, PUBLIC]
    name: Annotated[str, PUBLIC]
    type: Annotated[str, PUBLIC]
    table: Annotated[str | None, PUBLIC] = None
    valued: Annotated[int, PUBLIC] = Field(description="segments that have a value here")
    percent: Annotated[float, PUBLIC] = Field(description="of all segments of this id")
    nulls: Annotated[int | None, PUBLIC] = Field(default=None, description='values that are "": deletes')
    repetitions: Annotated[tuple[int, int, int] | None, PUBLIC] = Field(
        default=None, description="fewest, median, most; absent: never repeats"
    )
    lengths: Annotated[tuple[int, int, int], PUBLIC] = Field(
        description="of a repetition as it is written: shortest, median, longest"
    )
    components: Annotated[dict[str, int] | None, PUBLIC] = Field(
        default=None, description="repetitions with a value in component (or component.sub-component)"
    )
    more_components: Annotated[int | None, PUBLIC] = None
    types: Annotated[dict[str, int] | None, PUBLIC] = Field(default=None, description="what OBX-2 names for OBX-5")
    forms: Annotated[dict[str, int] | None, PUBLIC] = Field(
        default=None, description="how dates and times are written, with their precision and offset"
    )
    codes: tuple[CodeCount, ...] | None = Field(default=None, description="the most frequent codes")
    more_codes: Annotated[int | None, PUBLIC] = Field(default=None, description="different codes that are left out")
    codes_not_shown: Annotated[int | None, PUBLIC] = Field(
        default=None, description="values in the place of a code that may tell something about a person"
    )


class Unread(_Model):
    """What could not be read."""

    problem: Annotated[str, PUBLIC]
    count: Annotated[int, PUBLIC]
    examples: Annotated[tuple[str, ...], Phi(Kind.TEXT)] = Field(description="files, or messages by number")


class MessagesProfile(_Model):
    """What the messages have in common, and where they differ."""

    messages: Annotated[int, PUBLIC] = Field(description="messages that were counted")
    files: Annotated[int | None, PUBLIC] = Field(default=None, description="files that were read")
    left_out: Annotated[int, PUBLIC] = Field(description="messages of another type than message_type")
    not_read: Annotated[bool, PUBLIC] = Field(description="whether there are messages beyond most")
    unreadable: tuple[Unread, ...]
    types: Annotated[dict[str, int], PUBLIC] = Field(description="MSH-9")
    versions: Annotated[dict[str, int], PUBLIC] = Field(description="MSH-12")
    senders: Annotated[dict[str, int], PUBLIC] = Field(description="MSH-3, where it is a code")
    charsets: Annotated[dict[str, int], PUBLIC] = Field(description="MSH-18")
    separators: Annotated[dict[str, int], PUBLIC]
    oddities: Annotated[dict[str, int], PUBLIC] = Field(description="what was odd and tolerated: messages")
    more_kinds: Annotated[int, PUBLIC] = Field(description="rare types, versions ... that these lists leave out")
    definitions: Annotated[str, PUBLIC] = Field(description="version whose definitions name the fields")
    segments: tuple[SegmentProfile, ...]
    more_segments: Annotated[int, PUBLIC]
    total: Annotated[int, PUBLIC] = Field(description="fields that have a value anywhere")
    offset: Annotated[int, PUBLIC]
    next_offset: Annotated[int | None, PUBLIC] = Field(description="ask for this offset next; null: nothing is left")
    fields_left_out: Annotated[int, PUBLIC] = Field(description="values in fields beyond the most that are counted")
    fields: tuple[FieldProfile, ...]
    site_profile: Annotated[str | None, PUBLIC, BLOCK] = Field(
        default=None, description="a draft in TOML for validate_hl7_message"
    )
