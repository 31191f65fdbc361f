"""The plugin's section of the settings."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from trivium.api import CommaSeparated
from trivium_dicom.deidentify.exports import checked_keys
from trivium_dicom.files.limits import Limits

_DEFAULTS = Limits()
_MIB = 1 << 20


class DicomSettings(BaseModel):
    """Which folders may be read and written, how large a file may be, and how files are de-identified."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)

    folders: CommaSeparated[Path] = Field(
        (), description="Folders whose files may be read, separated by commas. Empty: none."
    )
    max_file_mib: Annotated[int, Field(ge=1, le=4096, description="MiB of one file.")] = _DEFAULTS.file_bytes // _MIB
    max_files: Annotated[int, Field(ge=1, description="Files that one call may read.")] = 20_000
    max_elements: Annotated[int, Field(ge=100, description="Data elements of one file.")] = _DEFAULTS.elements
    memory_mib: Annotated[int, Field(ge=512, description="MiB of address space of the process that reads files.")] = (
        _DEFAULTS.memory // _MIB
    )
    seconds: Annotated[float, Field(gt=0, le=80, description="Seconds for one file.")] = _DEFAULTS.seconds
    allow_deidentify: Annotated[bool, Field(description="Switch deidentify_dicom on.")] = False
    output_folder: Annotated[
        Path | None, Field(description="Folder into which de-identified files are written. Unset: nowhere.")
    ] = None
    deidentify_max_files: Annotated[int, Field(ge=1, description="Files that one de-identification may write.")] = 2_000
    deidentify_keys: Annotated[
        dict[str, SecretStr],
        AfterValidator(checked_keys),
        Field(
            description="Secret of each project, by its name, at least 16 characters: the same secret gives the same "
            "pseudonyms and UIDs again."
        ),
    ] = Field(default_factory=dict)

    def limits(self) -> Limits:
        return Limits(
            file_bytes=self.max_file_mib * _MIB,
            elements=self.max_elements,
            seconds=self.seconds,
            memory=self.memory_mib * _MIB,
        )
