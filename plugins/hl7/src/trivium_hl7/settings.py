"""The plugin's section of the settings."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from trivium.api import CommaSeparated
from trivium_hl7.reader import Limits

_DEFAULTS = Limits()


class Endpoint(BaseModel):
    """A system that messages may be sent to over MLLP."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)

    host: Annotated[str, Field(min_length=1, description="Host name or IP address.")]
    port: Annotated[int, Field(ge=1, le=65535, description="TCP port.")]
    tls: Annotated[bool, Field(description="Speak TLS.")] = False
    ca_file: Annotated[
        Path | None, Field(description="Who signs the peer's certificate; unset: the system's list.")
    ] = None
    certificate: Annotated[Path | None, Field(description="Our certificate (PEM), where the peer asks for one.")] = None
    key: Annotated[Path | None, Field(description="Its private key (PEM).")] = None
    encoding: Annotated[str, Field(description="Character set on the wire where MSH-18 names none.")] = "utf-8"
    timeout: Annotated[
        float, Field(gt=0, le=300, description="Seconds to wait for a connection and for each answer.")
    ] = 30.0


class Hl7Settings(BaseModel):
    """How large a message may be (a larger one is refused, never read in part), where to read and where to send."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)

    max_characters: Annotated[int, Field(ge=1_000, description="Characters of one message.")] = _DEFAULTS.characters
    max_segments: Annotated[int, Field(ge=1, description="Segments of one message.")] = _DEFAULTS.segments
    max_separators: Annotated[int, Field(ge=100, description="Separators of one message.")] = _DEFAULTS.separators
    max_repetitions: Annotated[int, Field(ge=1, description="Repetitions of one field.")] = _DEFAULTS.repetitions
    max_messages: Annotated[int, Field(ge=1, description="Messages of one batch.")] = _DEFAULTS.messages
    folders: CommaSeparated[Path] = Field(
        (), description="Folders whose messages may be read, separated by commas. Empty: none."
    )
    max_files: Annotated[int, Field(ge=1, description="Files that one call may read.")] = 2_000
    profiles: Annotated[
        dict[str, Path], Field(description="Site profiles for validation: a name and a TOML file each.")
    ] = Field(default_factory=dict)
    endpoints: Annotated[dict[str, Endpoint], Field(description="Systems to send to, each under a name.")] = Field(
        default_factory=dict
    )
    allow_send: Annotated[bool, Field(description="Switch send_hl7_message on.")] = False

    def limits(self) -> Limits:
        return Limits(
            self.max_characters, self.max_segments, self.max_separators, self.max_repetitions, self.max_messages
        )
