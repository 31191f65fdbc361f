"""A sequence diagram as data."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Lifeline:
    """Who takes part."""

    id: str
    name: str
    role: str = ""
    """A second line under the name."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """What one sends to another, or does by itself where both are the same."""

    sender: str
    receiver: str
    text: str
    reply: bool = False
    """Drawn dashed."""


@dataclass(frozen=True, slots=True)
class Note:
    """A remark over one lifeline, or over all between the first and the last of several."""

    over: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Sequence:
    """Lifelines from left to right, events from top to bottom."""

    lifelines: tuple[Lifeline, ...]
    events: tuple[Arrow | Note, ...]
    title: str = ""
    _column: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Raises `ValueError` for an event of a lifeline that is not there."""
        column = {line.id: position for position, line in enumerate(self.lifelines)}
        if len(column) != len(self.lifelines):
            raise ValueError("two lifelines have the same id")
        for event in self.events:
            named = (event.sender, event.receiver) if isinstance(event, Arrow) else event.over
            if not named or any(one not in column for one in named):
                raise ValueError("an event names a lifeline that is not there")
        object.__setattr__(self, "_column", column)

    def column(self, lifeline: str) -> int:
        """Its position, from 0."""
        return self._column[lifeline]
