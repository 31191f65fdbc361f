"""The rows that join HL7 v2 fields and DICOM attributes, equal ones of several maps taken together.

They are those of one archive's conformance statement (dcm4chee-arc-light), which follows IHE RAD TF-2x appendix B.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Final, Literal, NamedTuple

from trivium_hl7.dicom_map.attributes import keywords
from trivium_hl7.dictionary import load

Direction = Literal["hl7_to_dicom", "dicom_to_hl7"]
_GROUPS: Final = {"ORM^O01": "orm", "OMG^O19": "orm", "OMI^O23": "orm", "ORU^R01": "oru", "QBP^Q22": "qbp"}


class Row(NamedTuple):
    """One join, and the maps that have it."""

    path: str
    """Tags, `/` between the levels of sequences."""
    fields: tuple[str, ...]
    join: str
    """Of several fields: `first` takes the first valued one, `all` combines them."""
    constant: str
    remark: str
    corrected: str
    """The source's own spelling, where a slip of it was put right."""
    direction: Direction
    maps: tuple[str, ...]
    messages: tuple[str, ...]

    @property
    def is_sequence(self) -> bool:
        """Whether the row says only that a sequence stands here."""
        return not (self.fields or self.constant or self.remark)


@cache
def rows() -> tuple[Row, ...]:
    """Every row, in the order of the maps; what several maps say alike is one row."""
    made: dict[tuple[object, ...], Row] = {}
    for title, direction, messages, entries in load("dicom")["maps"].values():
        for entry in entries:
            path, fields, join, constant, remark, corrected = [*entry, *[None] * 6][:6]
            row = Row(
                path, tuple(fields or ()), join or "", constant or "", remark or "", corrected or "", direction,
                (title,), tuple(messages),
            )  # fmt: skip
            key = (*row[:5], row.direction)
            made[key] = _together(made[key], row) if key in made else row
    return tuple(made.values())


def _together(one: Row, other: Row) -> Row:
    return one._replace(
        maps=tuple(dict.fromkeys(one.maps + other.maps)),
        messages=tuple(dict.fromkeys(one.messages + other.messages)),
        corrected=one.corrected or other.corrected,
    )


def rows_of_attribute(tags: tuple[str, ...]) -> list[Row]:
    """The rows that end at these tags, wherever they begin, then those below them (items of a sequence)."""
    asked = "/".join(tags)
    at = [row for row in rows() if f"/{row.path}".endswith(f"/{asked}")]
    below = [row for row in rows() if f"/{row.path}/".find(f"/{asked}/") >= 0 and row not in at]
    return [*sorted(at, key=lambda row: row.path.count("/")), *below]


def rows_of_field(segment: str, numbers: tuple[int, ...]) -> list[Row]:
    """The rows that name the field, a part of it, or the whole that it is a part of."""
    return [row for row in rows() if any(_touches(field, segment, numbers) for field in row.fields)]


def _touches(field: str, segment: str, numbers: tuple[int, ...]) -> bool:
    name, theirs = split(field)
    shared = min(len(theirs), len(numbers))
    return name == segment and theirs[:shared] == numbers[:shared]


def split(field: str) -> tuple[str, tuple[int, ...]]:
    """`OBX[1]-5.2` is `OBX`, `(5, 2)`."""
    segment, _, rest = field.partition("-")
    return segment[:3], tuple(int(number) for number in rest.split(".")) if rest else ()


@cache
def segments() -> tuple[str, ...]:
    """The segments that any row names."""
    return tuple(sorted({split(field)[0] for row in rows() for field in row.fields}))


def differences(found: Iterable[Row]) -> list[str]:
    """Where one attribute's home differs from message to message: one line for each direction and place."""
    homes: dict[tuple[str, str], dict[str, list[str]]] = {}
    for row in found:
        if row.fields:
            place = homes.setdefault((row.path, row.direction), {})
            messages = place.setdefault((" or " if row.join == "first" else " and ").join(row.fields), [])
            messages += [message for message in row.messages if message not in messages]
    return [
        f"{keywords(path)}, {direction}: "
        + "; ".join(f"{fields} in {', '.join(messages)}" for fields, messages in by_field.items())
        for (path, direction), by_field in homes.items()
        if len(by_field) > 1
    ]


def usage(row: Row) -> list[str]:
    """How that archive uses the row's fields: `OBR-18 O (orm in 2.3.1)`. R2 is IHE's "required if known"."""
    way = "in" if row.direction == "hl7_to_dicom" else "out"
    groups = {_GROUPS.get(message, "adt") for message in row.messages}
    stated = []
    for field in row.fields:
        segment, numbers = split(field)
        for name, fields in load("dicom")["usage"].items():
            group, direction, _, of = name.split()
            if of == segment and direction == way and group in groups and (entry := fields.get(str(numbers[0]))):
                letter, cardinality = entry[0], entry[1] if len(entry) > 1 else None
                text = f"{segment}-{numbers[0]} {letter}{f' {cardinality}' if cardinality else ''}"
                stated.append(f"{text} ({' '.join(name.split()[:3])})")
    return list(dict.fromkeys(stated))
