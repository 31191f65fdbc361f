"""What `profile_hl7_messages` returns."""

from typing import Annotated

from pydantic import Field

from trivium.api import BLOCK, PUBLIC, Kind, Phi
from trivium_hl7.result import Result


class SegmentProfile(Result):
    id: Annotated[str, PUBLIC]
    name: Annotated[str, PUBLIC] = Field(description="empty: local")
    messages: Annotated[int, PUBLIC] = Field(description="messages that have it")
    total: Annotated[int, PUBLIC]
    most: Annotated[int, PUBLIC] = Field(description="in one message")


class FieldProfile(Result):
    path: Annotated[str, PUBLIC]
    name: Annotated[str, PUBLIC]
    type: Annotated[str, PUBLIC]
    table: Annotated[str | None, PUBLIC] = None
    valued: Annotated[int, PUBLIC] = Field(description="segments that have a value here")
    percent: Annotated[float, PUBLIC] = Field(description="of all segments of this id")
    nulls: Annotated[int | None, PUBLIC] = Field(default=None, description='values that are "": deletes')
    repetitions: Annotated[tuple[int, int, int] | None, PUBLIC] = Field(
        default=None, description="fewest, median, most"
    )
    lengths: Annotated[tuple[int, int, int], PUBLIC] = Field(description="of a repetition: shortest, median, longest")
    components: Annotated[dict[str, int] | None, PUBLIC] = Field(
        default=None, description="valued repetitions by component"
    )
    more_components: Annotated[int | None, PUBLIC] = None
    types: Annotated[dict[str, int] | None, PUBLIC] = Field(default=None, description="what OBX-2 names for OBX-5")
    forms: Annotated[dict[str, int] | None, PUBLIC] = Field(default=None, description="how dates and times are written")
    codes: Annotated[dict[str, int] | None, PUBLIC] = Field(
        default=None, description="most frequent codes, or component:code"
    )
    not_in_table: Annotated[tuple[str, ...] | None, PUBLIC] = Field(
        default=None, description="codes that the field's table lacks"
    )
    more_codes: Annotated[int | None, PUBLIC] = Field(default=None, description="codes left out")
    codes_not_shown: Annotated[int | None, PUBLIC] = Field(default=None, description="values that may tell of a person")


class Unread(Result):
    """What could not be read."""

    problem: Annotated[str, PUBLIC]
    count: Annotated[int, PUBLIC]
    examples: Annotated[tuple[str, ...], Phi(Kind.TEXT)] = Field(description="files, or messages by number")


class MessagesProfile(Result):
    """What the messages have in common, and where they differ."""

    messages: Annotated[int, PUBLIC] = Field(description="messages that were counted")
    files: Annotated[int | None, PUBLIC] = Field(default=None, description="files that were read")
    left_out: Annotated[int | None, PUBLIC] = Field(default=None, description="messages of other types")
    not_read: Annotated[bool, PUBLIC] = Field(description="there are more than most")
    unreadable: tuple[Unread, ...]
    types: Annotated[dict[str, int], PUBLIC] = Field(description="MSH-9")
    versions: Annotated[dict[str, int], PUBLIC] = Field(description="MSH-12")
    senders: Annotated[dict[str, int], PUBLIC] = Field(description="MSH-3, where it is a code")
    charsets: Annotated[dict[str, int], PUBLIC] = Field(description="MSH-18")
    separators: Annotated[dict[str, int], PUBLIC]
    oddities: Annotated[dict[str, int], PUBLIC] = Field(description="what was odd, by messages")
    more_kinds: Annotated[int | None, PUBLIC] = Field(default=None, description="rare types, versions ... left out")
    definitions: Annotated[str, PUBLIC] = Field(description="version whose definitions name the fields")
    segments: tuple[SegmentProfile, ...]
    more_segments: Annotated[int | None, PUBLIC] = None
    total: Annotated[int, PUBLIC] = Field(description="fields that have a value anywhere")
    offset: Annotated[int, PUBLIC]
    next_offset: Annotated[int | None, PUBLIC] = Field(default=None, description="more follow: ask for this offset")
    fields_left_out: Annotated[int | None, PUBLIC] = Field(
        default=None, description="values in fields that are not counted"
    )
    fields: tuple[FieldProfile, ...]
    site_profile: Annotated[str | None, PUBLIC, BLOCK] = Field(
        default=None, description="a draft in TOML for validate_hl7_message"
    )
