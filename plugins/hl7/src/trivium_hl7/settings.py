"""The plugin's section of the settings."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from trivium_hl7.reader import Limits

_DEFAULTS = Limits()


class Hl7Settings(BaseModel):
    """How large a message may be. A larger one is refused, never read in part."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)

    max_characters: Annotated[int, Field(ge=1_000, description="Characters of one message.")] = _DEFAULTS.characters
    max_segments: Annotated[int, Field(ge=1, description="Segments of one message.")] = _DEFAULTS.segments
    max_separators: Annotated[int, Field(ge=100, description="Separators of one message.")] = _DEFAULTS.separators
    max_repetitions: Annotated[int, Field(ge=1, description="Repetitions of one field.")] = _DEFAULTS.repetitions

    def limits(self) -> Limits:
        return Limits(self.max_characters, self.max_segments, self.max_separators, self.max_repetitions)
