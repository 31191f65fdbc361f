"""Fields of a message in the making: values put at places such as `PID-3.4.1`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from trivium_hl7.composing import ComponentValue, Value, segment_text
from trivium_hl7.dicom_map.rows import split
from trivium_hl7.separators import Separators

SEPARATORS = Separators("|", "^", "~", "\\", "&")


@dataclass(slots=True)
class Fields:
    """Of one message, each segment once."""

    whole: dict[tuple[str, int], Value | list[Value]] = field(default_factory=dict)
    parts: dict[tuple[str, int], dict[tuple[int, int], str]] = field(default_factory=dict)

    def put(self, place: str, value: Value | list[Value]) -> None:
        """A part of a field is a text; of a whole one a tuple has the components, and a list repeats.

        Does nothing for an empty value.
        """
        segment, numbers = split(place)
        key = (segment, numbers[0])
        if value in ("", []):
            return
        if len(numbers) == 1:
            self.whole[key] = value
        elif isinstance(value, str):
            component, subcomponent = (*numbers[1:], 1)[:2]
            self.parts.setdefault(key, {})[component, subcomponent] = value

    def has(self, place: str) -> bool:
        segment, numbers = split(place)
        return (segment, numbers[0]) in self.whole or (segment, numbers[0]) in self.parts

    def segment(self, segment_id: str) -> str:
        """The segment, empty where nothing was put in it. A whole field beats its parts."""
        values: dict[int, Value | list[Value]] = {
            number: _assembled(parts) for (name, number), parts in self.parts.items() if name == segment_id
        }
        values |= {number: value for (name, number), value in self.whole.items() if name == segment_id}
        return segment_text(segment_id, values, SEPARATORS) if values else ""


def _assembled(parts: dict[tuple[int, int], str]) -> Sequence[ComponentValue]:
    most = max(component for component, _ in parts)
    made: list[ComponentValue] = []
    for component in range(1, most + 1):
        below = {sub: text for (number, sub), text in parts.items() if number == component}
        texts = tuple(below.get(sub, "") for sub in range(1, max(below, default=0) + 1))
        made.append(texts if len(texts) > 1 else "".join(texts))
    return tuple(made)
