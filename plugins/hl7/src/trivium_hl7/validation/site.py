"""What a site profile asks for beside the standard."""

from __future__ import annotations

from collections.abc import Iterator

from trivium_hl7.paths import Path
from trivium_hl7.reader import NULL, Segment
from trivium_hl7.validation.codes import CODED, code_faults
from trivium_hl7.validation.context import Context, any_text, fields_of, is_blank
from trivium_hl7.validation.findings import Found
from trivium_hl7.validation.site_profile import LocalField, LocalSegment, SiteProfile
from trivium_hl7.validation.values import Spot, value_faults


def site_faults(context: Context, profile: SiteProfile) -> Iterator[Found]:
    for path in profile.requires(context.code, context.event):
        yield from _required(context, path)
    for seg in context.message.segments:
        local = profile.segments.get(seg.id)
        if local:
            yield from _segment(context, seg, local)


def _required(context: Context, path: Path) -> Iterator[Found]:
    segments = context.message.all(path.segment)
    if not segments:
        yield Found("site.segment", Path(path.segment))
    if path.field is None:
        return
    for seg in segments:
        if path.component is None:
            text = seg.fields[path.field] if path.field < len(seg.fields) else ""
            empty = is_blank(text, "".join(seg.separators.cuts))
        else:
            empty = not seg.value(path.field, component=path.component, subcomponent=path.subcomponent or 1)
        if empty:
            where = context.path(seg, path.field, None, path.component)._replace(subcomponent=path.subcomponent)
            yield Found("site.required", where, "", seg)


def _segment(context: Context, seg: Segment, local: LocalSegment) -> Iterator[Found]:
    fields = seg.fields
    known = len(fields_of(seg.id, context.version))
    for number in range(1, max(len(fields), 1 + max(local.by_number, default=0))):
        text = fields[number] if number < len(fields) else ""
        empty = is_blank(text, "".join(seg.separators.cuts))
        described = local.by_number.get(number)
        if described is None:
            if number > known and not empty:
                yield Found("site.undefined", context.path(seg), "", seg, measured=number)
        elif empty:
            if described.required:
                yield Found("site.required", context.path(seg, number), described.name, seg)
        elif text != NULL:
            yield from _field(context, seg, described, beyond=number > known)


def _field(context: Context, seg: Segment, described: LocalField, *, beyond: bool) -> Iterator[Found]:
    number = described.number
    repetitions = seg.field(number)
    if len(repetitions) > 1 and not described.repeats:
        yield Found("site.repetitions", context.path(seg, number), "once", seg, measured=len(repetitions))
    for index, repetition in enumerate(repetitions, 1):
        if not any_text(repetition):
            continue
        where = context.path(seg, number, index if len(repetitions) > 1 else None)
        spot = Spot(context, seg, where, repetition)
        text = seg.value(number, repetition=index)
        if described.max_length and len(text) > described.max_length:
            yield spot.found("site.length", where, "", f"at most {described.max_length} characters", len(text))
        if beyond:
            yield from value_faults(spot, described.type, described.table or "")
        if described.table and not (beyond and described.type in ("ID", "IS", *CODED)):
            for rule, fix in code_faults(text, described.table, "IS", context.profile):
                yield spot.found(rule, where, text, fix)
