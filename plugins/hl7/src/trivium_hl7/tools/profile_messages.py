"""The tool `profile_hl7_messages`."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path as FilePath
from typing import Annotated, Final

from pydantic import Field

from trivium.api import EMBEDDED, BadInput, Effect, Folders, Given, Rows, TooLarge, ToolFailure, tool
from trivium_hl7 import dictionary
from trivium_hl7.batch import read_batch
from trivium_hl7.paths import Path
from trivium_hl7.problems import ProfileProblem
from trivium_hl7.profiling import FieldUse, Profile, SegmentUse, spread, type_of
from trivium_hl7.reader import Limits, Message, parse_message
from trivium_hl7.tools.choices import chosen_paths
from trivium_hl7.tools.profile_results import FieldProfile, MessagesProfile, SegmentProfile, Unread

_SUFFIXES: Final = frozenset({".hl7", ".txt", ".dat", ".msg", ".adt", ".oru", ".orm", ".er7", ""})
_LISTED: Final = 40
_MOST_SEGMENTS: Final = 200
_EXAMPLES: Final = 3
_MOST_COMPONENTS: Final = 60


@tool(
    effect=Effect.READS_FILES, title="Profile HL7 v2 messages", rows=Rows(asked="most", found="messages"), timeout=180.0
)
def profile_hl7_messages(
    limits: Given[Limits],
    folders: Given[Folders],
    max_files: Given[int],
    messages: Annotated[
        str | None, EMBEDDED, Field(description="Messages one after the other, or a batch. Instead of folder.")
    ] = None,
    folder: Annotated[
        str | None, Field(description="A folder of message files, inside the folders that the operator allows.")
    ] = None,
    message_type: Annotated[
        str | None, Field(description="Only these messages: ADT, ADT^A01 or ADT^A01^ADT_A01.")
    ] = None,
    segments: Annotated[
        list[str] | None, Field(description="Only fields below these places, e.g. ['PID', 'OBX-5'].")
    ] = None,
    most: Annotated[int, Field(ge=1, le=100_000, description="The most messages to count.")] = 10_000,
    limit: Annotated[int, Field(ge=1, le=500, description="Most fields in one answer.")] = 60,
    offset: Annotated[int, Field(ge=0, description="Fields to skip: next_offset of the answer before.")] = 0,
    code_limit: Annotated[int, Field(ge=0, le=200, description="Most codes of each field.")] = 15,
    draft_site_profile: Annotated[
        bool, Field(description="Also draft a site profile from Z segments and local codes.")
    ] = False,
) -> MessagesProfile:
    """Find out what a sender really sends, from many HL7 v2 messages: a folder of files, or messages in a text.

    Use it before an interface is built or changed: which message types and versions come, which segments and fields
    are used how often, how long values are, how often fields repeat, which codes occur, how dates are written, which
    character sets and Z segments there are. For one message use parse_hl7_message; for two compare_hl7_messages; for
    conformance validate_hl7_message, which takes the site profile that this tool drafts.

    Returns counts only. Codes are shown when they tell nothing about a person; names, numbers, dates and free text
    never are. Files may be batches (FHS, BHS), MLLP captures or single messages; what cannot be read is counted with
    the reason. Segments come first, then fields, in pages: go on with next_offset, or choose by `segments`. A folder
    is read only below the folders that the operator has allowed. Nothing is stored.
    """
    if (messages is None) == (folder is None):
        raise BadInput(where="folder", problem=ProfileProblem.NOTHING if folder is None else ProfileProblem.BOTH)
    wanted = _wanted(message_type)
    chosen = chosen_paths(segments or [], where="segments")
    reading = _Reading(limits)
    sources = reading.text(messages) if messages is not None else reading.files(folders, folder or "", max_files)
    profile, left_out, more = Profile(), 0, False
    for message in sources:
        if wanted and type_of(message).split("^")[: len(wanted)] != wanted:
            left_out += 1
        elif profile.messages == most:
            more = True
            break
        else:
            profile.add(message)
    version = _version(profile)
    kinds = (profile.types, profile.versions, profile.senders, profile.charsets, profile.separators, profile.oddities)
    types, versions, senders, charsets, separators, oddities = (dict(one.most_common(_LISTED)) for one in kinds)
    found = [row for row in profile.rows() if not chosen or any(_below(path, *row[:2]) for path in chosen)]
    page = found[offset : offset + limit]
    end = offset + len(page)
    return MessagesProfile(
        messages=profile.messages,
        files=reading.file_count if folder is not None else None,
        left_out=left_out or None,
        not_read=more,
        unreadable=tuple(reading.unread()),
        types=types,
        versions=versions,
        senders=senders,
        charsets=charsets,
        separators=separators,
        oddities=oddities,
        more_kinds=sum(max(0, len(one) - _LISTED) for one in kinds) or None,
        definitions=version,
        segments=tuple(_segment(name, use) for name, use in islice(profile.segments.items(), _MOST_SEGMENTS)),
        more_segments=max(0, len(profile.segments) - _MOST_SEGMENTS) or None,
        total=len(found),
        offset=offset,
        next_offset=end if end < len(found) else None,
        fields_left_out=profile.fields_left_out or None,
        fields=tuple(_field(name, number, use, one, version, code_limit) for name, number, use, one in page),
        site_profile=_draft(profile, version, wanted) if draft_site_profile else None,
    )


class _Reading:
    """Messages one by one, and a count of what could not be read."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._problems: dict[str, list[str]] = {}
        self._counts = Counter[str]()
        self.file_count = 0

    def text(self, source: str) -> Iterator[Message]:
        yield from self._messages(source, "")

    def files(self, folders: Folders, folder: str, most: int) -> Iterator[Message]:
        for path in folders.files(folder, where="folder", suffixes=_SUFFIXES, most=most):
            try:
                content = folders.read(path, where="file", most=self._limits.characters)
            except ToolFailure as failure:
                self._note(failure, path.name)
                continue
            self.file_count += 1
            try:
                yield from self._messages(content, path.name)
            except (BadInput, TooLarge) as failure:
                self._note(failure, path.name)

    def _messages(self, source: str | bytes, name: str) -> Iterator[Message]:
        batch = read_batch(source, self._limits)
        if batch.is_single:
            yield parse_message(source, limits=self._limits)
            return
        for entry in batch.messages:
            try:
                yield entry.read(self._limits)
            except ToolFailure as failure:
                self._note(failure, f"{FilePath(name).name} message {entry.number}".strip())

    def _note(self, failure: ToolFailure, example: str) -> None:
        sentence = str(failure)
        sentence = sentence if sentence in self._counts or len(self._counts) < _LISTED else "cannot be read"
        self._counts[sentence] += 1
        if len(self._problems.setdefault(sentence, [])) < _EXAMPLES:
            self._problems[sentence].append(example)

    def unread(self) -> Iterator[Unread]:
        for sentence, count in self._counts.most_common():
            yield Unread(problem=sentence, count=count, examples=tuple(self._problems[sentence]))


def _wanted(message_type: str | None) -> list[str]:
    if not message_type:
        return []
    parts = message_type.strip().upper().split("^")
    if len(parts) > 3 or not all(part.replace("_", "").isalnum() and len(part) <= 8 for part in parts):
        raise BadInput(where="message_type", problem=ProfileProblem.NOT_A_TYPE)
    return parts


def _below(path: Path, name: str, number: int) -> bool:
    return path.segment == name and path.field in (None, number)


def _version(profile: Profile) -> str:
    """The version that most messages name."""
    for name, _ in profile.versions.most_common():
        if (known := dictionary.nearest_version(name)) is not None:
            return known
    return dictionary.FALLBACK_VERSION


def _segment(name: str, use: SegmentUse) -> SegmentProfile:
    return SegmentProfile(
        id=name, name=dictionary.segment_name(name) or "", messages=use.messages, total=use.total, most=use.most
    )


def _field(name: str, number: int, segment: SegmentUse, use: FieldUse, version: str, code_limit: int) -> FieldProfile:
    definition = dictionary.field(name, number, version)
    table = definition.table if definition else ""
    codes = sorted(
        ((count, place, code) for place, values in use.values.items() for code, count in values.items()),
        key=lambda row: (-row[0], row[1], row[2]),
    )
    components = sorted(use.components.items(), key=lambda one: [int(part) for part in one[0].split(".")])
    return FieldProfile(
        path=f"{name}-{number}",
        name=definition.name if definition else "",
        type=definition.type if definition else "",
        table=table or None,
        valued=use.valued,
        percent=round(100 * use.valued / segment.total, 1),
        nulls=use.nulls or None,
        repetitions=spread(use.repetitions) if max(use.repetitions) > 1 else None,
        lengths=spread(use.lengths),
        components=dict(components[:_MOST_COMPONENTS]) or None,
        more_components=len(components) - _MOST_COMPONENTS if len(components) > _MOST_COMPONENTS else None,
        types=dict(use.types.most_common(_LISTED)) or None,
        forms=dict(use.forms.most_common(_LISTED)) or None,
        codes={_code(place, code): count for count, place, code in codes[:code_limit]} or None,
        not_in_table=tuple(_code(place, code) for _, place, code in codes[:code_limit] if _is_local(table, place, code))
        or None,
        more_codes=len(codes) - code_limit if len(codes) > code_limit else None,
        codes_not_shown=use.hidden or None,
    )


def _code(place: str, code: str) -> str:
    return f"{place}:{code}" if place else code


def _is_local(table: str, place: str, code: str) -> bool:
    known = dictionary.table(table) if table and place in ("", "1") else None
    return known is not None and bool(known.codes) and code not in known.codes


def _draft(profile: Profile, version: str, wanted: list[str]) -> str:
    from trivium_hl7.profile_draft import draft

    return draft(profile, version, wanted)
