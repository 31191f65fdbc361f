"""The host's own settings. Every field has a description, which the documentation and `--help` show."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from trivium.api import CommaSeparated


def lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


Names = CommaSeparated[str]


def expanded(path: Path) -> Path:
    """`~` is the account's home. Raises `ValueError` where it has none."""
    try:
        return path.expanduser()
    except RuntimeError:
        raise ValueError("there is no home folder that ~ could stand for") from None


UserPath = Annotated[Path, AfterValidator(expanded)]


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class PluginSelection(Section):
    enabled: Names | None = Field(None, description="Load these plugins only; unset means all that are installed.")
    disabled: Names = Field((), description="Do not load these plugins.")
    required: Names = Field((), description="Refuse to start without these, such as a plugin that vetoes.")


class ToolSelection(Section):
    enabled: Names | None = Field(None, description="Serve these tools only; unset means all.")
    disabled: Names = Field((), description="Do not serve these tools.")


class LicenseSettings(Section):
    file: UserPath | None = Field(None, description="The license; default `license.jwt` in the home folder.")
    keys: UserPath | None = Field(
        None, description="Folder of public keys (`KID.pem`) whose holders may issue licenses; default `keys` in home."
    )


class ApprovalSettings(Section):
    file: UserPath | None = Field(None, description="The ledger of approvals; default `approvals.sqlite3` in home.")
    minutes: float = Field(10.0, gt=0, le=1440, description="How long a question stays open, and an answer good.")


class AuditSettings(Section):
    file: UserPath | None = Field(None, description="The audit trail; default `audit.jsonl` in the home folder.")


class PhiSettings(Section):
    redact: bool = Field(True, description="Withhold patient data from results.")


class CoreSettings(Section):
    """Environment names begin with `TRIVIUM_`; a double underscore leads into a section: `TRIVIUM_PHI__REDACT`."""

    legacy_environment: ClassVar[Mapping[str, str]] = {
        "DICOM_HL7_PHI_REDACT": "phi.redact",
        "DICOM_HL7_LOG_LEVEL": "log_level",
    }

    home: UserPath = Field(
        Path("~/.trivium"),
        validate_default=True,
        description="Where the host keeps license, keys, approvals and audit trail.",
    )
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(lower)] = Field(
        "warning", description="What is written to stderr."
    )
    plugins: PluginSelection = PluginSelection()
    tools: ToolSelection = ToolSelection()
    license: LicenseSettings = LicenseSettings()
    approvals: ApprovalSettings = ApprovalSettings()
    audit: AuditSettings = AuditSettings()
    phi: PhiSettings = PhiSettings()

    @property
    def license_file(self) -> Path:
        return self.license.file or self.home / "license.jwt"

    @property
    def license_keys(self) -> Path:
        return self.license.keys or self.home / "keys"

    @property
    def approvals_file(self) -> Path:
        return self.approvals.file or self.home / "approvals.sqlite3"

    @property
    def audit_file(self) -> Path:
        return self.audit.file or self.home / "audit.jsonl"
