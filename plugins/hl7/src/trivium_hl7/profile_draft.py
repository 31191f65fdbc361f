"""A site profile drafted from what a sender sends: its Z segments, and its codes that the standard's tables lack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from trivium_hl7 import dictionary
from trivium_hl7.profiling import OTHER, Profile, SegmentUse

_MOST_CODES: Final = 100
_MOST_TABLES: Final = 60
_MOST_SEGMENTS: Final = 40
_MOST_FIELDS: Final = 100
_HEAD: Final = """\
# Drafted from {count} messages: look through it before use.
# A field is called required where every segment had it; a code is listed because it occurred.
title = "Draft from {count} messages"
"""


def draft(profile: Profile, version: str, wanted: Sequence[str] = ()) -> str:
    """TOML as `validation.read_profile` takes it. `wanted` is the message type that was asked for."""
    lines = [_HEAD.format(count=profile.messages)]
    if wanted and OTHER not in wanted:
        lines.append(f"applies_to = [{_text('^'.join(wanted[:2]))}]\n")
    return "\n".join([*lines, *_tables(profile, version), *_segments(profile)])


def _tables(profile: Profile, version: str) -> Iterator[str]:
    """Codes by table, where the table is one that sites fill or lacks the code."""
    local: dict[str, dict[str, None]] = {}
    for name, number, _, use in profile.rows():
        definition = dictionary.field(name, number, version)
        known = dictionary.table(definition.table) if definition and definition.table else None
        if definition is None or known is None:
            continue
        place = "1" if dictionary.is_composite(definition.type, version) else ""
        codes = [code for one in {place, ""} for code in use.values.get(one, ())]
        if missing := [code for code in codes if code not in known.codes]:
            local.setdefault(definition.table, {}).update(dict.fromkeys(sorted(missing)))
    for table, missing_codes in sorted(local.items())[:_MOST_TABLES]:
        kept = list(missing_codes)[:_MOST_CODES]
        yield f"[tables.{table}]"
        yield f"codes = [{', '.join(map(_text, kept))}]"
        if len(missing_codes) > len(kept):
            yield f"# and {len(missing_codes) - len(kept)} more"
        yield ""
    if len(local) > _MOST_TABLES:
        yield f"# codes of {len(local) - _MOST_TABLES} more tables are left out\n"


def _segments(profile: Profile) -> Iterator[str]:
    unknown = [(name, use) for name, use in profile.segments.items() if dictionary.segment_name(name) is None]
    for name, use in unknown[:_MOST_SEGMENTS]:
        yield f"[segments.{name}]"
        yield "fields = ["
        yield from (f"    {_field(use, number)}," for number in sorted(use.fields)[:_MOST_FIELDS])
        yield "]\n"
    if len(unknown) > _MOST_SEGMENTS:
        yield f"# {len(unknown) - _MOST_SEGMENTS} more segments are left out\n"


def _field(segment: SegmentUse, number: int) -> str:
    use = segment.fields[number]
    required = ", required = true" if use.valued == segment.total else ""
    repeats = "" if max(use.repetitions) > 1 else ", repeats = false"
    return f"{{ number = {number}{required}{repeats}, max_length = {max(use.lengths)} }}"


def _text(value: str) -> str:
    """A TOML basic string."""
    written = "".join(
        f"\\{char}" if char in '"\\' else char if char.isprintable() else f"\\u{ord(char):04x}" for char in value
    )
    return f'"{written}"'
