"""Which HL7 v2 fields feed an element of FHIR: the guide's rows found backwards, and R4's own v2 column beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from trivium_fhir.conditions import in_words
from trivium_fhir.explain.feeds import Feed, feeds, references
from trivium_fhir.explain.sources_model import FeedLine, FhirSources, PartLine
from trivium_fhir.guide import index, segment_maps
from trivium_fhir.paths import Path
from trivium_fhir.r4.elements import choices, element

_PARTS: Final = 40
_FIELDS: Final = 6
_WHOLE: Final = 10
_LISTED_COLUMN: Final = 40


def sources(path: str, *, limit: int, offset: int) -> FhirSources:
    """What feeds the element at a path that `parse_element_path` gave."""
    wanted = [_spellings(prefix, step) for prefix, step in _steps(path)]
    known = feeds().get(path.partition(".")[0], ())
    exact = [feed for feed in known if _fits(feed.place, wanted, len(wanted))]
    exact += _creating(wanted)
    below = [feed for feed in known if len(feed.place) > len(wanted) and _fits(feed.place, wanted, None)]
    around = [] if exact else [feed for feed in known if _takes_all(feed, wanted)]
    exact = sorted({id(feed): feed for feed in exact}.values(), key=_directness)
    page = exact[offset : offset + limit]
    return FhirSources(
        path=path,
        status=_status(exact, below, around),
        summary=_summary(path, exact, below, around),
        feeds=[line(feed) for feed in page],
        total=len(exact),
        next_offset=offset + limit if offset + limit < len(exact) else None,
        parts=_parts(below, len(wanted)) or None,
        whole=[line(feed) for feed in around[:_WHOLE]] or None,
        messages=_messages(page) or None,
        r4_column=column(path) or None,
        guide=index().edition,
    )


def unknown(near: list[str]) -> FhirSources:
    """The answer for a path that R4 does not have, with paths that were perhaps meant."""
    said = "FHIR R4 has no such element; near ones are listed."
    return FhirSources(status="no_such_element", summary=said, feeds=[], total=0, near=near, guide=index().edition)


def fields_of(path: str, *, most: int) -> list[str]:
    """The v2 fields that feed an element, the most direct first; if none does, of what lies in it."""
    wanted = [_spellings(prefix, step) for prefix, step in _steps(path)]
    known = feeds().get(path.partition(".")[0], ())
    exact = [feed for feed in known if _fits(feed.place, wanted, len(wanted))]
    exact = sorted([*exact, *_creating(wanted)], key=_directness)
    return list(dict.fromkeys(feed.source for feed in exact if _is_segment_row(feed)))[:most]


def _creating(wanted: Sequence[frozenset[str]]) -> list[Feed]:
    """Rows that create what the element references, without their continuations into that resource."""
    found = [one for place, each in references().items() if _fits(place, wanted, len(wanted)) for one in each]
    kept: dict[int, Feed] = {}
    for feed in sorted(found, key=_directness):
        kept.setdefault(id(feed.rows[0]), feed)
    return list(kept.values())


def _directness(feed: Feed) -> tuple[int, int]:
    return len(feed.path.legs), len(feed.rows)


def _steps(path: str) -> list[tuple[str, str]]:
    """Each step with the path before it."""
    steps = path.split(".")
    return [(".".join(steps[:count]), step) for count, step in enumerate(steps)]


def _spellings(prefix: str, step: str) -> frozenset[str]:
    """How the guide may write a step: a choice asked for as a whole is any of its types."""
    if not step.endswith("[x]"):
        return frozenset({step})
    return frozenset({step.removesuffix("[x]"), *_choices(prefix).get(step, ())})


def _choices(prefix: str) -> dict[str, tuple[str, ...]]:
    try:
        return dict(choices(prefix)) if prefix else {}
    except KeyError:
        return {}


def _fits(place: Sequence[str], wanted: Sequence[frozenset[str]], length: int | None) -> bool:
    if length is not None and len(place) != length:
        return False
    return len(place) >= len(wanted) and all(
        step in one or step.partition("?")[0] in one for step, one in zip(place, wanted, strict=False)
    )


def _takes_all(feed: Feed, wanted: Sequence[frozenset[str]]) -> bool:
    """It fills an element around the one asked for, without saying where its components go."""
    shorter = 1 < len(feed.place) < len(wanted)
    return shorter and feed.whole and feed.row.constant is None and _fits(feed.place, wanted[: len(feed.place)], None)


def _status(exact: list[Feed], below: list[Feed], around: list[Feed]) -> str:
    if exact:
        return "mapped"
    if below:
        return "mapped_in_parts"
    return "mapped_with_parent" if around else "not_mapped"


def _summary(path: str, exact: list[Feed], below: list[Feed], around: list[Feed]) -> str:
    if exact:
        fields = list(dict.fromkeys(feed.source for feed in exact))
        more = f" and {len(fields) - _FIELDS} more" if len(fields) > _FIELDS else ""
        return f"{path} is fed by {', '.join(fields[:_FIELDS])}{more}."
    if below:
        return f"Nothing feeds {path} as such; {len({feed.place for feed in below})} elements below it are fed."
    if around:
        return f"No row names {path}; a field fills an element around it as a whole."
    return f"No row of the guide leads to {path}."


def line(feed: Feed) -> FeedLine:
    row = feed.row
    return FeedLine(
        source=feed.source,
        path=str(feed.path),
        rows=[f"{one.map} {one.v2}".rstrip() for one in feed.rows],
        condition=in_words(feed.condition) if feed.condition else None,
        prose_condition=any(one.narrative for one in feed.rows) or None,
        constant=row.constant,
        code_maps=list(dict.fromkeys(one.concept_map for one in feed.rows if one.concept_map)) or None,
        components_by=row.data_type_map if not row.unfit else None,
        notes=_notes(feed) or None,
    )


def _notes(feed: Feed) -> list[str]:
    rows = feed.rows
    said = {
        "made by the guide's formula: " + str(feed.row.expression): feed.row.expression is not None,
        "the guide leaves this to the local implementation": any(row.local for row in rows),
        "the path does not exist in FHIR R4": any(row.error for row in rows),
        "names an extension that nobody has defined": any(row.proposed for row in rows),
        f"the constant is of a licensed terminology ({feed.row.restricted})": feed.row.restricted is not None,
        "a data type map's own row: whichever field has that data type": not _is_segment_row(feed),
        _creates(feed.path): len(feed.path.legs) > 1,
    }
    return [note for note, holds in said.items() if holds]


def _is_segment_row(feed: Feed) -> bool:
    return any(feed.rows[0].map in names for names in index().segments.values())


def _creates(path: Path) -> str:
    made = (f"{element} references a {target} that the map creates" for element, target in path.references)
    return "; ".join(made)


def _parts(below: Iterable[Feed], depth: int) -> list[PartLine]:
    """The elements right below, each with the fields that feed it or something in it."""
    found: dict[str, dict[str, None]] = {}
    for feed in below:
        found.setdefault(".".join(feed.place[: depth + 1]), {})[feed.source] = None
    return [
        PartLine(path=path, sources=list(fields)[:_FIELDS], total=len(fields))
        for path, fields in list(found.items())[:_PARTS]
    ]


def _messages(page: Iterable[Feed]) -> dict[str, list[str]]:
    names = dict.fromkeys(feed.rows[0].map for feed in page if _is_segment_row(feed))
    found = {name: _used_in(name) for name in names}
    return {name: messages for name, messages in found.items() if messages}


def _used_in(name: str) -> list[str]:
    segment = name.partition("[")[0]
    return list(dict.fromkeys(use.message for use in segment_maps(segment).uses if use.map == name))


def column(path: str) -> list[str]:
    """R4's v2 column of an element, and of its place in its data type (`Address.city`: XAD.3)."""
    from trivium_fhir.r4 import counterparts

    places = dict.fromkeys([path, _defined_at(path)])
    return [f"{place}: {entry}" for place in places for entry in counterparts.v2().get(place, ())][:_LISTED_COLUMN]


def _defined_at(path: str) -> str:
    try:
        return element(path).path
    except KeyError:
        return path
